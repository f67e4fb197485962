//! No secret value leaves the tool: every fixture through every format and command of the binary.

#[path = "../rules/invented.rs"]
mod invented;
mod pages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use invented::invented;

/// The values that the fixtures hold, with the file of each.
const SECRETS: [(&str, &str); 6] = [
    ("shop-fastapi/app/security.py", "hT7!vqPz2-Lm9wRk4sXc8bNd"),
    ("shop-fastapi/tests/test_customers.py", "c0rrect-horse-42"),
    ("shop-fastapi/tests/test_customers.py", "Wr0ng-one"),
    ("booking-flask/booking/__init__.py", "b4d7Zq!room-Nn81xTfe0"),
    (
        "clinic-django/clinic/settings.py",
        "7w^x2k)9q=dz$v4m@1r8f!c0n_t5ub3h6",
    ),
    ("draft.md", "q7Rm-2xVt9-Lk4pZ"),
];

/// Every way to look at a project.
const COMMANDS: [&[&str]; 20] = [
    &["check"],
    &["check", "--show", "info"],
    &["check", "--show", "info", "--color", "always"],
    &["check", "--show", "info", "--quiet"],
    &["check", "--show", "info", "--verbose", "--stats"],
    &["check", "--show", "info", "--format", "json"],
    &["check", "--show", "info", "--format", "sarif"],
    &["check", "--show", "info", "--format", "github"],
    &["check", "--show", "info", "--format", "gitlab"],
    &["check", "--show", "info", "--format", "junit"],
    &["check", "--show", "info", "--format", "rdjson"],
    &["check", "--show", "info", "--format", "markdown"],
    &["check", "--select", "schema", "--format", "json"],
    &["check", "--select", "schema"],
    &["check", "--select", "handler"],
    &["check", "--ignore", "secret"],
    &["files"],
    &["files", "--verbose"],
    &["routes"],
    &["routes", "--format", "json"],
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Everything that a run writes, on both streams.
fn said(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aicheck"));
    command.current_dir(folder).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Commands that read no input may be gone before they are given any.
    let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 3));
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[track_caller]
fn assert_silent(said: &str, secret: &str) {
    assert!(!said.contains(secret), "tells {secret}:\n{said}");
    let escaped = serde_json::to_string(secret).unwrap();
    assert!(!said.contains(escaped.trim_matches('"')), "{said}");
}

#[test]
fn no_command_tells_the_secrets_of_a_fixture() {
    for (path, _) in SECRETS {
        let fixture = path.split('/').next().unwrap();
        for command in COMMANDS {
            let said = said(&fixtures(), &[command, &[fixture]].concat(), "");
            for (_, secret) in SECRETS {
                assert_silent(&said, secret);
            }
        }
    }
}

#[test]
fn the_list_of_secrets_is_true_and_they_are_found() {
    for (path, secret) in SECRETS {
        let text = fs::read_to_string(fixtures().join(path)).unwrap();
        assert!(text.contains(secret), "{path}");
        let found = said(&fixtures(), &["check", "--show", "info", "-q", path], "");
        assert!(found.contains("[hardcoded-secret]"), "{path}:\n{found}");
    }
}

#[test]
fn files_and_standard_input_are_masked_too() {
    for (path, secret) in SECRETS {
        let text = fs::read_to_string(fixtures().join(path)).unwrap();
        for arguments in [
            &["check", "--show", "info", path] as &[_],
            &["check", "--show", "info", "--stdin-filename", path, "-"],
            &["check", "--format", "json", "--stdin-filename", path, "-"],
            &["check", "--show", "info", "--lang", "python", "-"],
        ] {
            assert_silent(&said(&fixtures(), arguments, &text), secret);
        }
    }
}

/// Marks of a diff and an indented fence are blanked in a copy; the paste itself is shown.
#[test]
fn marked_drafts_are_masked() {
    let secret = "tr0ub4dor-and-three";
    for text in [
        format!("```diff\n+++ b/app.py\n@@ -0,0 +1 @@\n+DB_PASSWORD = '{secret}'\n```\n"),
        format!("1. First:\n\n   ```python\n   DB_PASSWORD = '{secret}'\n   ```\n"),
        format!("DB_PASSWORD = '{secret}'\n"),
    ] {
        let said = said(&fixtures(), &["--show", "info", "-"], &text);
        assert!(said.contains("hardcoded-secret"), "{text}\n{said}");
        assert_silent(&said, secret);
    }
}

/// Values at the edges of what a snippet shows.
#[test]
fn hard_places_are_masked() {
    let secret = "tr0ub4dor-and-three";
    for text in [
        format!("DB_PASSWORD = '{secret}'"),
        format!("DB_PASSWORD = '{secret}'\r\nAPI_SECRET = '{secret}'\r\n"),
        format!("OTHER_SECRET = 'x9-other-one'\nDB_PASSWORD = '{secret}'"),
        format!("DB_PASSWORD = '''{secret}'''\n"),
        format!("SIGNING_KEY = (\n    'ab12-cd34'\n    '{secret}'\n)\n"),
        format!("é = 'ü'; DB_PASSWORD = '{secret}'; OTHER_SECRET = 'x9-other-one'\n"),
        format!(
            "x = {{'host': 'db', 'password': '{secret}'}}  # {}\n",
            "-".repeat(70_000)
        ),
        // Settled, but the line above a finding is shown with it.
        format!(
            "# aicheck: allow hardcoded-secret: rotated every night\nDB_PASSWORD = '{secret}'\n\
             OTHER_SECRET = 'x9-other-one'\n"
        ),
        // A fallback is no finding of this rule, and as secret.
        format!("A = os.getenv('DB_PASSWORD', '{secret}')\nOTHER_SECRET = 'x9-other-one'\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("app.py"), &text).unwrap();
        for format in [
            "human", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown",
        ] {
            let said = said(folder.path(), &["--show", "info", "--format", format], "");
            assert!(said.contains("hardcoded-secret"), "{text}\n{said}");
            assert_silent(&said, secret);
            assert_silent(&said, "x9-other-one");
        }
    }
}

/// Tokens and keys give themselves away in text of any kind.
#[test]
fn text_of_any_kind_is_masked() {
    let token = invented("ghp_⟦36⟧");
    let lines = [invented("⟦64⟧"), invented("⟦64 base32⟧")];
    let key = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
        lines.join("\n")
    );
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    let texts = [
        (".env", format!("TOKEN={token}\nHOST=db")),
        ("compose.yaml", format!("a: {token}\nb: {token}\n")),
        (
            "a.json",
            format!("{{\"k\": \"{}\"}}", key.replace('\n', "\\n")),
        ),
        ("server.key", format!("{key}\n")),
        ("README.md", format!("Run `A={token} make`.\n")),
        ("seed.sql", format!("INSERT INTO t VALUES ('{token}');\n")),
        (
            "t.sql",
            format!("CREATE TABLE t (k text DEFAULT '{token}');\n"),
        ),
        ("app.py", format!("A = 1  # {token}\nB = '''{key}'''\n")),
    ];
    let secrets = [&token, &lines[0], &lines[1]];
    for (path, text) in &texts {
        fs::write(folder.path().join(path), text).unwrap();
        let named = ["check", "--show", "info", "-q", path];
        let piped = ["check", "--show", "info", "--stdin-filename", path, "-"];
        for found in [said(folder.path(), &named, ""), said(&other, &piped, text)] {
            let is_found = found.contains("leaked-token") || found.contains("private-key");
            assert!(is_found, "{path}:\n{found}");
            for secret in secrets {
                assert_silent(&found, secret);
            }
        }
    }
    let schema = ["sql", "json", "mermaid"].map(|format| ["schema", "--format", format]);
    for command in COMMANDS
        .into_iter()
        .chain(schema.iter().map(|all| &all[..]))
    {
        let said = said(folder.path(), command, "");
        for secret in secrets {
            assert_silent(&said, secret);
        }
    }
}

#[test]
fn python_that_is_too_long_to_parse_is_looked_through() {
    let token = invented("ghp_⟦36⟧");
    let folder = tempfile::tempdir().unwrap();
    let rows = "    (1, 'a', 2.5),\n".repeat(130_000);
    let text = format!("KEY = '{token}'\nROWS = [\n{rows}]\n");
    fs::write(folder.path().join("rows.py"), text).unwrap();
    let said = said(folder.path(), &["check", "--verbose"], "");
    assert!(said.contains("[leaked-token]"), "{said}");
    assert!(said.contains("only looked through for tokens"), "{said}");
    assert_silent(&said, &token);
}

/// Every format of configuration, with neighbours: what is no finding of its own stands beside one.
#[test]
fn configuration_of_every_format_is_masked() {
    let (secret, other) = ("tr0ub4dor-and-three", "x9-0ther-one!");
    let encoded = "dHIwdWI0ZG9yLWFuZC10aHJlZQ==";
    let texts = [
        (
            ".env",
            format!("A_PASSWORD={other}\nDB_PASSWORD={secret}\nURL=amqp://a:{secret}@db.acme.io\n"),
        ),
        (
            ".env.test",
            format!("DB_PASSWORD='{secret}'\nA_PASSWORD={other}"),
        ),
        (
            "a.toml",
            format!("db_password = \"{secret}\"\na_password = '{other}'\n"),
        ),
        (
            "a.json",
            format!("{{\"a_password\": \"{other}\", \"db_password\": \"{secret}\", }}"),
        ),
        (
            "a.ini",
            format!("[db]\npassword = {secret}\na_password: {other}\n"),
        ),
        (
            "compose.yaml",
            format!(
                "services:\n  db:\n    image: x\n    environment:\n      - A_PASSWORD={other}\n      - DB_PASSWORD={secret}\n      - X=${{A_SECRET:-{secret}}}\n"
            ),
        ),
        (
            "secret.yaml",
            format!(
                "apiVersion: v1\nkind: Secret\ndata:\n  password: {encoded}\nstringData:\n  a_password: {other}\n"
            ),
        ),
        (
            ".github/workflows/a.yml",
            format!(
                "on: push\njobs:\n  a:\n    env:\n      DB_PASSWORD: {secret}\n      A_PASSWORD: {other}\n"
            ),
        ),
        (
            "Dockerfile",
            format!("FROM x\nARG A_PASSWORD={other}\nENV DB_PASSWORD=\"{secret}\"\n"),
        ),
        (
            "main.tf",
            format!(
                "a \"b\" {{\n  password = \"{secret}\"\n}}\nvariable \"a_password\" {{\n  default = \"{other}\"\n}}\n"
            ),
        ),
        (
            "run.sh",
            format!("export DB_PASSWORD='{secret}' A_PASSWORD=\"{other}\"\n"),
        ),
        (
            "app.py",
            format!("A_PASSWORD = '{other}'\nURL = 'amqp://a:{secret}@db.acme.io'\n"),
        ),
        (
            "a.sql",
            format!(
                "CREATE ROLE a PASSWORD '{other}';\nCREATE ROLE b PASSWORD '{secret}';\nCREATE TABLE t (k text DEFAULT 'amqp://a:{secret}@db.acme.io');\n"
            ),
        ),
        // What does not parse is not quoted either.
        (
            "broken.yaml",
            format!("db_password: {secret}\na_password: [{other}\n---\nb: [\n"),
        ),
        (
            "broken.json",
            format!("{{\"db_password\": \"{secret}\", \"a_password\": \"{other}\", \"b\": \""),
        ),
    ];
    let secrets = [secret, other, encoded];
    let all = tempfile::tempdir().unwrap();
    for (path, text) in &texts {
        let one = tempfile::tempdir().unwrap();
        for folder in [&all, &one] {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let found = said(one.path(), &["check", "--show", "info"], "");
        let rules = [
            "[secret-in-config]",
            "[sql-credential]",
            "[credential-in-url]",
        ];
        assert!(
            rules.iter().any(|rule| found.contains(rule)),
            "{path}:\n{found}"
        );
        let piped = said(
            one.path(),
            &["check", "--show", "info", "--stdin-filename", path, "-"],
            text,
        );
        for secret in secrets {
            assert_silent(&found, secret);
            assert_silent(&piped, secret);
        }
    }
    let schema = ["sql", "json", "mermaid"].map(|format| ["schema", "--format", format]);
    let schema = schema.iter().map(|all| &all[..]);
    let baseline: [&[&str]; 2] = [&["baseline", "write"], &["check", "--show", "info"]];
    for command in COMMANDS.into_iter().chain(schema).chain(baseline) {
        let said = said(all.path(), command, "");
        for secret in secrets {
            assert_silent(&said, secret);
        }
    }
    let written = fs::read_to_string(all.path().join("aicheck-baseline.json"));
    for secret in secrets {
        assert_silent(written.as_deref().unwrap_or_default(), secret);
    }
}
