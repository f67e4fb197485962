//! A PostgreSQL of our own: in a temporary folder, on a socket in it, gone with the last test.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use tempfile::TempDir;

/// A server that runs as long as somebody holds it.
pub(crate) struct Server {
    programs: PathBuf,
    folder: TempDir,
    /// Whom it runs as where the tests run as root, which PostgreSQL refuses.
    user: Option<(u32, u32)>,
    databases: AtomicU32,
}

/// Durability costs time, and nothing here outlives a test.
const OPTIONS: &str = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c autovacuum=off -c max_locks_per_transaction=1024 \
    -c client_min_messages=error";

impl Server {
    /// The server all tests share; `None` where there is no PostgreSQL, which is said aloud.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(|lock| lock.into_inner());
        if let Some(server) = running.upgrade() {
            return Some(server);
        }
        let Some(programs) = programs() else {
            let demanded = std::env::var_os("AICHECK_ORACLES").is_some_and(|value| value == "1");
            assert!(!demanded, "AICHECK_ORACLES=1, and there is no PostgreSQL");
            // Past what the test harness captures.
            let mut terminal = io::stderr();
            terminal.write_all(b"skipped: no PostgreSQL\n").unwrap();
            return None;
        };
        let server = Arc::new(Self::start(programs));
        *running = Arc::downgrade(&server);
        Some(server)
    }

    fn start(programs: PathBuf) -> Self {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        let is_root = fs::metadata(folder.path()).unwrap().uid() == 0;
        let user = is_root.then(unprivileged);
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let server = Self {
            programs,
            folder,
            user,
            databases: AtomicU32::new(0),
        };
        server.run(
            "initdb",
            "-U postgres -A trust -E UTF8 --no-locale -N -D data".split(' '),
        );
        let options = format!("{OPTIONS} -k '{}'", server.folder.path().display());
        let start = [
            "-w", "-s", "-D", "data", "-l", "log", "-o", &options, "start",
        ];
        server.run("pg_ctl", start);
        server
    }

    /// Runs a program of the server as its user.
    fn run(&self, program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) {
        let mut command = self.command(program);
        command.args(arguments);
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        // The server inherits the files: a pipe would stay open until it stops.
        let log = tempfile::tempfile().unwrap();
        command
            .stdout(log.try_clone().unwrap())
            .stderr(log.try_clone().unwrap());
        let status = command.status().unwrap();
        assert!(status.success(), "{program}: {}", said(log));
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        let variables = std::env::vars_os().map(|(name, _)| name);
        for name in variables.filter(|name| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        command
    }

    /// The folder of its socket.
    pub(crate) fn socket(&self) -> &Path {
        self.folder.path()
    }

    /// An empty database; its name.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("create database {name}"))
            .unwrap();
        name
    }

    /// Runs a script with the client: what it printed, or at the first error what went wrong.
    pub(crate) fn psql(&self, database: &str, script: &str) -> Result<String, String> {
        let output = self.client(database, &format!("\\set ON_ERROR_STOP on\n{script}"));
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Runs a script with the client, to its end.
    pub(crate) fn client(&self, database: &str, script: &str) -> Output {
        let mut input = tempfile::tempfile().unwrap();
        input.write_all(script.as_bytes()).unwrap();
        input.rewind().unwrap();
        let mut command = self.command("psql");
        command.args(["-XqAt", "-U", "postgres", "-d", database, "-f", "-", "-h"]);
        command
            .arg(self.folder.path())
            .stdin(input)
            .output()
            .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.run(
            "pg_ctl",
            ["-D", "data", "-m", "immediate", "-s", "-w", "stop"],
        );
    }
}

fn said(mut log: fs::File) -> String {
    log.rewind().unwrap();
    io::read_to_string(log).unwrap()
}

/// The folder of the server's programs: on the path, where `pg_config` says, where Debian has them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    folders.extend(versions.iter().rev().map(|version| version.join("bin")));
    let has_all = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres", "psql"]
            .iter()
            .all(|program| folder.join(program).is_file())
    };
    folders.into_iter().find(has_all)
}

/// User and group of somebody without rights.
fn unprivileged() -> (u32, u32) {
    let users = fs::read_to_string(Path::new("/etc/passwd")).unwrap();
    let find = |name: &str| {
        let mut fields = users.lines().map(|line| line.split(':'));
        let mut user = fields
            .find(|user| user.clone().next() == Some(name))?
            .skip(2);
        Some((user.next()?.parse().ok()?, user.next()?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody")).unwrap()
}
