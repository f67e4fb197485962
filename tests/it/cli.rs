//! The real binary: options, exit statuses, and what it says when it cannot do its work.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with these files in it.
fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn aicheck(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aicheck"));
    command.current_dir(folder).args(arguments);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("it was not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Outcome {
    aicheck(folder, arguments).output().unwrap().into()
}

fn run_with_input(folder: &Path, arguments: &[&str], input: &str) -> Outcome {
    let mut child = aicheck(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap().into()
}

/// What cannot be done says what and what to do, on standard error alone, and exits with 2.
#[track_caller]
fn fails(outcome: &Outcome, what: &str, help: &str) {
    assert_eq!(outcome.status, 2, "{}", outcome.err);
    assert_eq!(outcome.out, "");
    assert!(outcome.err.contains(what), "{}", outcome.err);
    assert!(outcome.err.contains(help), "{}", outcome.err);
}

#[test]
fn a_path_that_is_not_there() {
    let folder = project(&[]);
    fails(
        &run(folder.path(), &["nowhere/at_all"]),
        "error: cannot read nowhere/at_all: No such file",
        "help: name a folder or a file that exists",
    );
    fails(
        &run(folder.path(), &["chekc"]),
        "cannot read chekc",
        "did you mean the command `check`?",
    );
    fails(
        &run(folder.path(), &["--project", "nowhere", "-"]),
        "cannot read nowhere",
        "name a folder",
    );
}

#[test]
fn words_that_mean_nothing() {
    let folder = project(&[("a.sql", "select 1;")]);
    let cases = [
        (
            &["--select", "invalid-directiv"][..],
            "--select: no rule or family is called",
            "did you mean `invalid-directive`?",
        ),
        (
            &["--ignore", "zzz"],
            "--ignore: no rule or family is called `zzz`",
            "`aicheck rules` lists them",
        ),
        (
            &["--exclude", "!a"],
            "--exclude: `!a` is no path pattern",
            ".gitignore",
        ),
        (
            &["--dialect", "oracle"],
            "invalid value 'oracle'",
            "postgres",
        ),
        (&["--format", "yaml"], "invalid value 'yaml'", "human, json"),
        (
            &["--fail-on", "sometimes"],
            "invalid value 'sometimes'",
            "never",
        ),
        (&["--jobs", "0"], "invalid value '0'", "--help"),
        (
            &["--config", "no.toml"],
            "cannot read no.toml",
            "name a folder or a file",
        ),
        (
            &["--output", "no/where.json"],
            "--output: cannot write no/where.json",
            "a folder that exists",
        ),
        (&["-q", "-v"], "cannot be used with", "--help"),
        (
            &["explain", "unused-directives"],
            "explain: no rule or family",
            "did you mean `unused-directive`?",
        ),
        (&["--stagged"], "unexpected argument '--stagged'", "--help"),
    ];
    for (arguments, what, help) in cases {
        fails(&run(folder.path(), arguments), what, help);
    }
}

#[test]
fn faults_of_the_configuration_are_shown_in_place() {
    let folder = project(&[
        ("a.sql", "select 1;"),
        (
            "aicheck.toml",
            "selct = []\n\n[severity]\nunused-directive = \"high\"\n",
        ),
    ]);
    let outcome = run(folder.path(), &[]);
    fails(
        &outcome,
        "unknown key `selct`",
        "help: did you mean `select`?",
    );
    fails(&outcome, "[aicheck.toml:4:20]", "unknown severity `high`");
    let elsewhere = project(&[("b.toml", "ignore = 3")]);
    let config = elsewhere.path().join("b.toml");
    let outcome = run(folder.path(), &["--config", config.to_str().unwrap()]);
    fails(&outcome, "must be a list of strings", "ignore = 3");
}

#[test]
fn clean_code_gives_a_friendly_line_and_zero() {
    let folder = project(&[("a.sql", "select 1;"), ("b.py", "x = 1\n")]);
    let outcome = run(folder.path(), &[]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert_eq!(outcome.out, "✓ No findings in 2 files.\n");
    assert_eq!(run(folder.path(), &["check", "."]).out, outcome.out);
    assert_eq!(run(folder.path(), &["-q"]).out, "");
    let empty = project(&[]);
    let outcome = run(empty.path(), &[]);
    assert_eq!(outcome.status, 0);
    assert_eq!(outcome.out, "No SQL, Python or draft to check here.\n");
}

#[test]
fn verbose_and_stats_speak_on_standard_error() {
    let folder = project(&[("a.sql", "select 1;"), ("aicheck.toml", "")]);
    let outcome = run(folder.path(), &["-v", "--stats"]);
    assert_eq!(outcome.out, "✓ No findings in 2 files.\n");
    assert!(outcome.err.contains("root: /"), "{}", outcome.err);
    assert!(
        outcome.err.contains("settings: aicheck.toml"),
        "{}",
        outcome.err
    );
    for stage in [
        "discover", "map", "link", "check", "judge", "report", "total",
    ] {
        assert!(outcome.err.contains(stage), "{stage}: {}", outcome.err);
    }
}

#[test]
fn the_report_can_go_to_a_file() {
    let folder = project(&[("a.sql", "select 1;")]);
    let arguments = ["--format", "json", "--output", "report.json"];
    let outcome = run(folder.path(), &arguments);
    assert_eq!((outcome.status, outcome.out.as_str()), (0, ""));
    let written = fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["summary"]["files"], 1);
    let human = ["--color", "always", "--output", "report.txt"];
    assert_eq!(run(folder.path(), &human).status, 0);
    let written = fs::read_to_string(folder.path().join("report.txt")).unwrap();
    assert!(written.contains("✓ No findings in 2 files."), "{written}");
}

#[test]
fn colours_follow_the_conventions() {
    let folder = project(&[("a.sql", "select 1;")]);
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = aicheck(folder.path(), arguments);
        command.envs(variables.iter().copied());
        Outcome::from(command.output().unwrap())
            .out
            .contains('\x1b')
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = project(&[("a.sql", "select 1;")]);
    for arguments in [
        &[][..],
        &["--format", "json"],
        &["rules"],
        &["completions", "bash"],
    ] {
        let mut child = aicheck(folder.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let outcome = Outcome::from(child.wait_with_output().unwrap());
        assert_eq!(
            (outcome.status, outcome.err.as_str()),
            (0, ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn the_catalogue_can_be_listed_and_explained() {
    let folder = project(&[]);
    let human = run(folder.path(), &["rules"]).out;
    let json = run(folder.path(), &["rules", "--format", "json"]).out;
    let entries: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(entries.len(), aicheck::rules::all().count());
    for entry in entries {
        let id = entry["id"].as_str().unwrap();
        assert!(human.contains(id), "{human}");
        let page = run(folder.path(), &["explain", id]);
        assert_eq!(page.status, 0);
        assert!(page.out.starts_with(&format!("{id}: ")), "{}", page.out);
        assert!(page.out.contains("\nPasses: "), "{}", page.out);
        assert!(
            !page.out.contains(&format!(": [{id}]")),
            "no assertions: {}",
            page.out
        );
    }
}

#[test]
fn files_says_what_each_is_taken_for() {
    let folder = project(&[
        ("db/a.sql", "create table t (id int primary key);"),
        ("b.py", "x = 1\n"),
        ("c.txt", ""),
    ]);
    let outcome = run(folder.path(), &["files"]);
    assert_eq!(outcome.status, 0);
    let of = |path: &str| outcome.out.lines().find(|line| line.starts_with(path));
    assert!(
        of("db/a.sql").is_some_and(|line| line.contains("SQL")),
        "{}",
        outcome.out
    );
    assert!(
        of("b.py").is_some_and(|line| line.contains("Python")),
        "{}",
        outcome.out
    );
    assert!(
        of("c.txt").is_some_and(|line| line.contains("text")),
        "{}",
        outcome.out
    );
    assert!(
        outcome
            .out
            .ends_with("Database in db: postgres, 1 table.\n3 documents to check.\n"),
        "{}",
        outcome.out
    );
}

#[test]
fn completions_know_the_options() {
    let folder = project(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(folder.path(), &["completions", shell]).out;
        assert!(script.contains("stdin-filename"), "{shell}");
    }
}

/// Help is read like code: `AICHECK_BLESS=1` writes it.
#[test]
fn help_is_as_published() {
    let folder = project(&[]);
    let help = run(folder.path(), &["--help"]).out;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/help.txt");
    if std::env::var_os("AICHECK_BLESS").is_some() {
        fs::write(path, &help).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), help);
}

#[test]
fn no_secret_leaves_the_tool() {
    let (key, password) = ("Zx81-kq77-Lm20-Pv3w", "t0ps3cret!pw");
    let settings = format!(
        "JWT_SECRET = \"{key}\"\n# it was {key} before\n\
         DB_PASSWORD = \"{password}\"  # aicheck: allow hardcoded-secret: {password} is known\n"
    );
    let folder = project(&[("settings.py", &settings)]);
    for arguments in [
        &["--color", "always"][..],
        &["-v", "--stats", "--show", "info"],
        &["--format", "json", "--show", "info"],
        &["--ignore", "hardcoded-secret"],
        &["files"],
    ] {
        let outcome = run(folder.path(), arguments);
        let all = outcome.out + &outcome.err;
        assert!(
            !all.is_empty() && !all.contains(key) && !all.contains(password),
            "{all}"
        );
    }
    let outcome = run(folder.path(), &[]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.out.contains("JWT_SECRET = \"*******************\""),
        "{}",
        outcome.out
    );
    assert!(
        outcome.out.contains("# it was ******************* before"),
        "{}",
        outcome.out
    );
}

#[test]
fn severities_decide_what_is_shown_and_what_fails() {
    let secret = "JWT_SECRET = \"Zx81-kq77-Lm20-Pv3w\"\n";
    let folder = project(&[("settings.py", secret)]);
    let status = |arguments: &[&str]| run(folder.path(), arguments).status;
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--fail-on", "never"]), 0);
    assert_eq!(status(&["--ignore", "secret"]), 0);
    assert_eq!(status(&["--select", "directive"]), 0);
    assert_eq!(status(&["--select", "directive,hardcoded-secret"]), 1);
    fs::write(
        folder.path().join("aicheck.toml"),
        "[severity]\nhardcoded-secret = \"info\"\n",
    )
    .unwrap();
    let outcome = run(folder.path(), &[]);
    assert_eq!(outcome.status, 0);
    assert!(
        outcome.out.contains("1 info hidden, see with --show info"),
        "{}",
        outcome.out
    );
    assert!(
        run(folder.path(), &["--show", "info"])
            .out
            .contains("info[hardcoded-secret]")
    );
    let outcome = run(folder.path(), &["--fail-on", "info"]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.out.contains("info[hardcoded-secret]"),
        "what fails is shown"
    );
}

#[test]
fn a_strict_run_fails_on_warnings_unless_an_option_says_otherwise() {
    let prices = "create table prices (id bigint primary key, price money);\n";
    let folder = project(&[("a.sql", prices), ("aicheck.toml", "")]);
    let status = |arguments: &[&str]| run(folder.path(), arguments).status;
    assert_eq!(status(&[]), 0);
    assert_eq!(status(&["--profile", "strict"]), 1);
    assert_eq!(status(&["--profile", "strict", "--fail-on", "error"]), 0);
    let strict = "profile = \"strict\"\n";
    fs::write(folder.path().join("aicheck.toml"), strict).unwrap();
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--profile", "default"]), 0);
    assert_eq!(status(&["--fail-on", "never"]), 0);
}

#[test]
fn excluded_paths_are_read_when_named_unless_forced() {
    let secret = "JWT_SECRET = \"Zx81-kq77-Lm20-Pv3w\"\n";
    let folder = project(&[("old/settings.py", secret), ("pyproject.toml", "")]);
    let status = |arguments: &[&str]| run(folder.path(), arguments).status;
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--exclude", "old/"]), 0);
    assert_eq!(status(&["--exclude", "old/", "old/settings.py"]), 1);
    assert_eq!(
        status(&["--exclude", "old/", "--force-exclude", "old/settings.py"]),
        0
    );
    // Then there is nothing to look at, whatever else the project holds.
    fs::write(folder.path().join("new.py"), secret).unwrap();
    assert_eq!(
        status(&["--exclude", "old/", "--force-exclude", "old/settings.py"]),
        0
    );
}

#[test]
fn standard_input_is_a_draft() {
    let folder = project(&[("app/main.py", "x = 1\n")]);
    let code = "JWT_SECRET = \"Zx81-kq77-Lm20-Pv3w\"\n";
    let answer = format!("Here you are:\n\n```python\n{code}```\n\nGood luck!\n");
    let outcome = run_with_input(folder.path(), &["-"], &answer);
    assert_eq!(outcome.status, 1);
    assert!(outcome.out.contains("[<stdin>:4:14]"), "{}", outcome.out);
    assert!(outcome.out.ends_with("why\n") && outcome.out.contains("1 error in 1 file."));
    let named = ["--stdin-filename", "app/settings.py", "-"];
    let outcome = run_with_input(folder.path(), &named, code);
    assert!(
        outcome.out.contains("[app/settings.py:1:14]"),
        "{}",
        outcome.out
    );
    let bare = run_with_input(folder.path(), &["--lang", "python", "-"], code);
    assert!(bare.out.contains("[<stdin>:1:14]"), "{}", bare.out);
    let over = run_with_input(folder.path(), &["--project", ".", "-"], &answer);
    assert!(over.out.contains("1 error in 2 files."), "{}", over.out);
    let files = run_with_input(folder.path(), &["files", "-"], &answer);
    assert!(files.out.starts_with("<stdin>:4 ("), "{}", files.out);
    let empty = run_with_input(folder.path(), &["-"], "");
    assert_eq!(empty.status, 0, "{}", empty.out);
}

#[test]
fn the_dialect_can_be_said() {
    let folder = project(&[("a.sql", "create table t (id integer primary key);\n")]);
    for (word, dialect) in [
        ("mariadb", "mysql"),
        ("sqlite", "sqlite"),
        ("postgresql", "postgres"),
    ] {
        let outcome = run(folder.path(), &["files", "--dialect", word]);
        assert!(outcome.out.contains(dialect), "{}", outcome.out);
    }
}

#[cfg(unix)]
#[test]
fn a_named_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = project(&[("a.sql", "select 1;"), ("b.sql", "select 1;")]);
    let path = folder.path().join("a.sql");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        // Root may read everything; what is left to see is a folder in the place of a file.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let outcome = run(folder.path(), &["--config", "a.sql"]);
        return fails(
            &outcome,
            "cannot read a.sql",
            "help: name a folder or a text file",
        );
    }
    fails(
        &run(folder.path(), &["a.sql"]),
        "cannot read a.sql",
        "make it readable",
    );
    let outcome = run(folder.path(), &[]);
    assert_eq!(outcome.status, 0);
    assert!(outcome.out.contains("a.sql: "), "a note: {}", outcome.out);
}
