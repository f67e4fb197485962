//! Python with the packages of a requirements file, for the tests that ask the real frameworks.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The interpreter of a virtual environment with what the file lists.
///
/// It is made where `AICHECK_ORACLES=1` demands it, and used where it is there already. `None`
/// where it is not, which is said aloud.
pub(crate) fn python(requirements: &Path) -> Option<PathBuf> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(|lock| lock.into_inner());
    let mut hasher = DefaultHasher::new();
    fs::read_to_string(requirements).unwrap().hash(&mut hasher);
    let name = format!("venv-{:016x}", hasher.finish());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let python = folder.join("bin/python");
    if folder.join("complete").exists() {
        return Some(python);
    }
    if std::env::var_os("AICHECK_ORACLES").is_none_or(|value| value != "1") {
        // Past what the test harness captures.
        let mut terminal = io::stderr();
        let name = requirements.display();
        writeln!(terminal, "skipped: no virtual environment with {name}").unwrap();
        return None;
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder));
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ];
    run(Command::new(&python).args(install).arg(requirements));
    fs::write(folder.join("complete"), "").unwrap();
    Some(python)
}

/// What a program prints.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}
