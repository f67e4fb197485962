use camino::{Utf8Path, Utf8PathBuf};

use super::*;

/// A folder on disk that holds the files.
struct Folder {
    _handle: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Folder {
    fn of(files: &[(&str, &str)]) -> Self {
        let handle = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(handle.path().canonicalize().unwrap()).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self {
            _handle: handle,
            root,
        }
    }

    fn scope(&self, paths: &[&str]) -> Scope {
        let paths: Vec<_> = paths.iter().map(|path| self.root.join(path)).collect();
        Scope::of(&paths, None).unwrap()
    }

    fn inputs(&self, paths: &[&str]) -> Inputs {
        discover(&self.scope(paths), &Settings::default()).unwrap()
    }
}

/// The documents of languages.
fn paths(inputs: &Inputs) -> Vec<&str> {
    let units = inputs.units.iter();
    let units = units.filter(|unit| !matches!(unit.kind, FileKind::Config(_) | FileKind::Text));
    units.map(|unit| unit.path.as_str()).collect()
}

fn focus(inputs: &Inputs) -> Vec<&str> {
    let path = |id: &FileId| inputs.files[id.index()].path.as_str();
    inputs.focus.iter().flatten().map(path).collect()
}

#[test]
fn a_history_with_types_of_oracle_is_no_sql_that_is_read() {
    let folder = Folder::of(&[
        (
            "db/V1__a.sql",
            "CREATE TABLE a (id VARCHAR2(36) PRIMARY KEY);",
        ),
        ("db/V2__b.sql", "CREATE INDEX b ON a (id);"),
        ("db/notes.sql", "SELECT 1;"),
        ("pg/1_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
    ]);
    let inputs = folder.inputs(&["."]);
    assert_eq!(paths(&inputs), ["db/notes.sql", "pg/1_a.sql"]);
    let said: Vec<_> = inputs
        .notes
        .iter()
        .map(|(_, note)| note.message.as_str())
        .collect();
    assert_eq!(said, ["db: 2 files are Oracle SQL, which is not checked"]);
}

#[test]
fn a_folder_is_the_world() {
    let folder = Folder::of(&[
        ("pyproject.toml", ""),
        ("app/b.sql", "SELECT 1;"),
        ("app/a.py", "x = 1"),
        ("app/notes.txt", ""),
        ("other.py", ""),
    ]);
    let inputs = folder.inputs(&["app"]);
    assert_eq!(paths(&inputs), ["a.py", "b.sql"]);
    assert_eq!(focus(&inputs), [""; 0]);
    let kinds: Vec<_> = inputs.units.iter().map(|unit| unit.kind).collect();
    assert_eq!(kinds, [FileKind::Python, FileKind::Sql, FileKind::Text]);
}

#[test]
fn what_is_no_text_or_nobody_reads_is_left_out() {
    let folder = Folder::of(&[
        ("a.png", ""),
        ("data", &"\0".repeat(100)),
        ("huge.json", &" ".repeat(3 << 20)),
        ("poetry.lock", ""),
        ("x.min.js", ""),
    ]);
    let inputs = folder.inputs(&["."]);
    assert!(inputs.units.is_empty() && inputs.notes.is_empty());
    let left_out: Vec<_> = inputs
        .left_out
        .iter()
        .map(|left| (left.path.as_str(), left.why.as_str()))
        .collect();
    assert_eq!(
        left_out,
        [
            ("data", "binary data"),
            ("huge.json", "larger than what people write"),
            ("poetry.lock", "a lock file"),
            ("x.min.js", "minified"),
        ]
    );
}

#[test]
fn a_file_is_a_focus_in_its_project() {
    let folder = Folder::of(&[
        ("repo/pyproject.toml", ""),
        ("repo/app/a.py", ""),
        ("repo/migrations/1.sql", ""),
        ("outside.py", ""),
    ]);
    let inputs = folder.inputs(&["repo/app/a.py"]);
    assert_eq!(paths(&inputs), ["app/a.py", "migrations/1.sql"]);
    assert_eq!(focus(&inputs), ["app/a.py"]);
}

#[test]
fn several_folders_are_read_below_their_common_one() {
    let folder = Folder::of(&[("x/a/1.py", ""), ("x/b/2.py", ""), ("x/c/3.py", "")]);
    let inputs = folder.inputs(&["x/b", "x/a"]);
    assert_eq!(paths(&inputs), ["a/1.py", "b/2.py"]);
    assert_eq!(focus(&inputs), [""; 0]);
}

#[test]
fn a_file_among_several_paths_makes_all_of_them_the_focus() {
    let folder = Folder::of(&[
        ("aicheck.toml", ""),
        ("a/1.py", ""),
        ("b/2.py", ""),
        ("c/3.py", ""),
    ]);
    let inputs = folder.inputs(&["a", "b/2.py"]);
    assert_eq!(paths(&inputs), ["a/1.py", "b/2.py", "c/3.py"]);
    assert_eq!(focus(&inputs), ["a/1.py", "b/2.py"]);
}

#[test]
fn what_nobody_wrote_by_hand_is_left_out() {
    let folder = Folder::of(&[
        (".gitignore", "ignored/\n"),
        (".git/x.sql", ""),
        (".github/check.py", ""),
        ("ignored/x.py", ""),
        ("node_modules/p/x.sql", ""),
        ("env/pyvenv.cfg", ""),
        ("env/x.py", ""),
        ("build/x.py", ""),
        ("lib/pyproject.toml", ""),
        ("lib/build/x.py", ""),
    ]);
    let inputs = folder.inputs(&["."]);
    assert_eq!(paths(&inputs), [".github/check.py", "build/x.py"]);
    let left_out: Vec<_> = inputs
        .left_out
        .iter()
        .map(|left| (left.path.as_str(), left.why.as_str()))
        .collect();
    assert_eq!(
        left_out,
        [
            ("env", "a virtual environment"),
            ("lib/build", "build output"),
            ("node_modules", "vendored code"),
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = Folder::of(&[("out/x.py", ""), ("repo/a.py", "")]);
    std::os::unix::fs::symlink(folder.root.join("out"), folder.root.join("repo/link")).unwrap();
    std::os::unix::fs::symlink("../out/x.py", folder.root.join("repo/y.py")).unwrap();
    assert_eq!(paths(&folder.inputs(&["repo"])), ["a.py"]);
    assert_eq!(focus(&folder.inputs(&["repo/y.py"])), ["y.py"]);
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_becomes_a_note() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::of(&[("a.py", "")]);
    let name = std::ffi::OsStr::from_bytes(b"\xFF.py");
    // Some file systems refuse such names.
    if std::fs::write(folder.root.as_std_path().join(name), "").is_ok() {
        let inputs = folder.inputs(&["."]);
        assert_eq!(paths(&inputs), ["a.py"]);
        assert_eq!(
            inputs.notes[0].1.message,
            "\u{FFFD}.py: the name is no text"
        );
    }
}

#[test]
fn a_missing_path_is_an_error() {
    let folder = Folder::of(&[]);
    let error = Scope::of(&[folder.root.join("nowhere.sql")], None).unwrap_err();
    let DiscoverError::Unreadable { path, .. } = &error;
    assert_eq!(path, Utf8Path::new(&folder.root.join("nowhere.sql")));
}

#[test]
fn binary_and_oversized_files_become_notes() {
    let long = vec![b'#'; (2 << 20) + 1];
    let files = [
        ("a.prisma", long),
        ("b.sql", vec![0; 100]),
        ("c.sql", b"-- \xE9".to_vec()),
    ];
    let files = files.map(|(path, bytes)| (path.into(), bytes));
    let inputs = Inputs::from_memory(files.into(), &Settings::default());
    assert_eq!(paths(&inputs), ["c.sql"]);
    let notes: Vec<_> = inputs
        .notes
        .iter()
        .map(|(file, note)| (*file, note.message.as_str()))
        .collect();
    assert_eq!(
        notes,
        [
            (
                None,
                "a.prisma skipped: 2097153 bytes, more than the limit of 2097152"
            ),
            (None, "b.sql skipped: binary data"),
            (Some(FileId(0)), "1 bytes are no text and were read as `_`"),
        ]
    );
}
