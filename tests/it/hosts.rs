//! The places aicheck is switched on in: a wheel, pre-commit, GitHub's and GitLab's pipelines. Held
//! to the programs that read their files, and to published schemas.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use aicheck::rule::Catalogue;
use aicheck::source::{Encoding, SourceFile};
use tempfile::TempDir;

use crate::cli::Outcome;
use crate::repository::Repository;
use crate::venv::{self, run};

const VERSION: &str = env!("CARGO_PKG_VERSION");

const GOOD: &str = "create table orders (id bigint primary key, total numeric(12, 2));\n";
const BAD: &str = "create table refunds (id bigint primary key, amount float);\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// A program of those that read the files of hosts.
fn program(name: &str) -> Option<PathBuf> {
    let python = venv::python(&root().join("tests/it/hosts/requirements.txt"))?;
    Some(python.with_file_name(name))
}

/// The folder with the wheel that `.ci/run` builds.
fn wheels() -> Option<PathBuf> {
    let wheels = std::env::var_os("AICHECK_WHEELS").map(PathBuf::from);
    if wheels.is_none() {
        // Past what the test harness captures.
        let said = "skipped: AICHECK_WHEELS names no folder with a wheel";
        let mut terminal = io::stderr();
        writeln!(terminal, "{said}").unwrap();
    }
    wheels
}

/// The bodies of the README's fences of a language.
fn fences(language: &str) -> Vec<String> {
    let readme = read("README.md");
    let opening = format!("```{language}\n");
    let bodies = readme.split(&opening).skip(1);
    bodies
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_readme_shows_what_init_writes() {
    let shown = fences("yaml");
    for file in ["hook.yaml", "github.yml", "gitlab.yml"] {
        let written = read(&format!("src/cli/init/{file}"));
        assert!(shown.contains(&written), "{file}");
    }
}

#[test]
fn every_version_is_this_one() {
    let pins = [
        ("setup.py", format!("\"aicheck-lint=={VERSION}\"")),
        ("setup.py", format!("version=\"{VERSION}\"")),
        ("action.yml", format!("default: {VERSION}\n")),
        ("src/cli/init/hook.yaml", format!("rev: v{VERSION}\n")),
        (
            "src/cli/init/github.yml",
            format!("aicheck/aicheck@v{VERSION}\n"),
        ),
        (
            "src/cli/init/gitlab.yml",
            format!("aicheck-lint=={VERSION}\n"),
        ),
    ];
    for (path, pin) in pins {
        assert!(read(path).contains(&pin), "{path}: {pin}");
    }
}

#[test]
fn the_files_of_hosts_are_valid() {
    let (Some(schema), Some(pre_commit)) = (program("check-jsonschema"), program("pre-commit"))
    else {
        return;
    };
    let held_to = |schema_name: &str, path: &Path| {
        let mut command = Command::new(&schema);
        run(command.args(["--builtin-schema", schema_name]).arg(path));
    };
    held_to("vendor.github-actions", &root().join("action.yml"));
    held_to(
        "vendor.github-workflows",
        &root().join("src/cli/init/github.yml"),
    );
    held_to("vendor.gitlab-ci", &root().join("src/cli/init/gitlab.yml"));
    let manifest = root().join(".pre-commit-hooks.yaml");
    run(Command::new(&pre_commit)
        .arg("validate-manifest")
        .arg(manifest));
    // What init writes below the top, and behind the hooks of others.
    let repository = Repository::empty();
    let there = "repos:\n- repo: local\n  hooks:\n  - {id: a, name: a, entry: a, language: system}";
    repository.write(".pre-commit-config.yaml", there);
    repository.write("services/shop/a.sql", GOOD);
    crate::cli::run(repository.path(), &["init", "services/shop"]);
    let config = repository.path().join(".pre-commit-config.yaml");
    assert!(
        fs::read_to_string(&config)
            .unwrap()
            .contains("aicheck-staged")
    );
    run(Command::new(&pre_commit).arg("validate-config").arg(config));
    let workflow = repository.path().join(".github/workflows/aicheck.yml");
    held_to("vendor.github-workflows", &workflow);
}

/// The schema refuses what the program refuses, and takes what it takes.
#[test]
fn the_schemas_are_schemas_and_the_one_of_the_settings_fits() {
    let Some(program) = program("check-jsonschema") else {
        return;
    };
    let schemas = fs::read_dir(root().join("schemas")).unwrap();
    let schemas: Vec<PathBuf> = schemas.map(|entry| entry.unwrap().path()).collect();
    assert!(schemas.len() >= 5);
    run(Command::new(&program)
        .arg("--check-metaschema")
        .args(&schemas));
    let mut good = fences("toml");
    for rule in aicheck::rules::all() {
        let examples = rule.read_page().examples.into_iter();
        let fences = examples.flat_map(|example| example.fences);
        good.extend(
            fences
                .filter(|it| it.path == "aicheck.toml")
                .map(|it| it.body),
        );
    }
    good.push(read("tests/it/hosts/every_key.toml"));
    let bad = [
        "selekt = []\n",
        "ignore = [\"missing-fk-indx\"]\n",
        "profile = \"lax\"\n",
        "dialect = \"oracle\"\n",
        "severity.float-money = \"fatal\"\n",
        "per-path.\"a\".profile = \"prod\"\n",
        "migrations.db = \"fly\"\n",
        "[[reviewed]]\nrule = \"unreviewed-cascade\"\nsubject = \"a.b\"\n",
        "[[reviewed]]\nrule = \"unreviewed-cascade\"\nsubject = \"a.b\"\nreason = \" \"\n",
    ];
    let folder = tempfile::tempdir().unwrap();
    let takes = |text: &str| {
        let catalogue = Catalogue::new(aicheck::rules::all());
        let file = SourceFile::new("aicheck.toml", text, Encoding::Utf8);
        aicheck::config::parse(file, &catalogue.names()).is_ok()
    };
    let fits = |texts: &[String]| {
        let mut command = Command::new(&program);
        command.arg("--schemafile");
        command.arg(root().join("schemas/aicheck.schema.json"));
        for (nth, text) in texts.iter().enumerate() {
            let path = folder.path().join(format!("{nth}.toml"));
            fs::write(&path, text).unwrap();
            command.arg(path);
        }
        command.output().unwrap().status.success()
    };
    assert!(good.iter().all(|text| takes(text)));
    assert!(fits(&good));
    for text in bad {
        assert!(!takes(text), "{text}");
        assert!(!fits(&[text.to_owned()]), "{text}");
    }
}

/// A fresh virtual environment with the wheel, and the program in it.
fn installed(wheels: &Path) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    run(Command::new("python3")
        .args(["-m", "venv"])
        .arg(folder.path()));
    let mut pip = Command::new(folder.path().join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    run(pip
        .args(["--no-index", "--find-links"])
        .arg(wheels)
        .arg("aicheck-lint"));
    let program = folder.path().join("bin/aicheck");
    (folder, program)
}

#[test]
fn the_wheel_gives_the_program() {
    let Some(wheels) = wheels() else { return };
    let (_folder, program) = installed(&wheels);
    let version = run(Command::new(&program).arg("--version"));
    assert_eq!(version, format!("aicheck {VERSION}\n"));
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join("001.sql"), BAD).unwrap();
    let output = Command::new(&program).current_dir(project.path()).output();
    let outcome = Outcome::from(output.unwrap());
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.out.contains("error[float-money]"),
        "{}",
        outcome.out
    );
}

/// A repository that pre-commit installs the hooks from as from the published one.
fn hooks() -> Repository {
    let hooks = Repository::empty();
    for file in [".pre-commit-hooks.yaml", "setup.py"] {
        hooks.write(file, &read(file));
    }
    hooks.commit("hooks");
    hooks.git(&["tag", &format!("v{VERSION}")]);
    hooks
}

/// A repository with pre-commit switched on, as `git commit` finds it.
struct Guarded {
    repository: Repository,
    _hooks: Repository,
    cache: TempDir,
    wheels: PathBuf,
}

impl Guarded {
    /// With a commit that has a fault, then this hook. `None` where the programs are not there.
    fn by(hook: &str) -> Option<Self> {
        let (wheels, pre_commit) = (wheels()?, program("pre-commit")?);
        let hooks = hooks();
        let repository = Repository::empty();
        repository.write("migrations/001_refunds.sql", BAD);
        repository.commit("old");
        let config = read("src/cli/init/hook.yaml").replace("aicheck-staged", hook);
        let from = format!("file://{}", hooks.path().display());
        let config = config.replace("https://github.com/aicheck/aicheck", &from);
        repository.write(".pre-commit-config.yaml", &config);
        repository.commit("switch aicheck on");
        let guarded = Self {
            repository,
            _hooks: hooks,
            cache: tempfile::tempdir().unwrap(),
            wheels,
        };
        run(guarded.prepare(Command::new(pre_commit).arg("install")));
        Some(guarded)
    }

    fn prepare<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command
            .current_dir(self.repository.path())
            .env("PRE_COMMIT_HOME", self.cache.path())
            .env("PIP_FIND_LINKS", &self.wheels)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
    }

    /// Commits all there is: whether the hook let it pass, and what it said.
    fn commit(&self) -> (bool, String) {
        self.repository.git(&["add", "--all"]);
        let mut git = Command::new("git");
        git.args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-m",
            "work",
        ]);
        let output = self.prepare(&mut git).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }
}

#[test]
fn pre_commit_stops_what_a_commit_brings() {
    let Some(guarded) = Guarded::by("aicheck-staged") else {
        return;
    };
    let repository = &guarded.repository;
    // What was there already stops nobody.
    repository.write("migrations/002_orders.sql", GOOD);
    let (passed, said) = guarded.commit();
    assert!(passed && said.contains("aicheck..."), "{said}");
    repository.write(
        "migrations/003_fees.sql",
        "alter table orders add column fee real;\n",
    );
    let (passed, said) = guarded.commit();
    assert!(!passed && said.contains("orders.fee"), "{said}");
    assert!(!said.contains("refunds.amount"), "{said}");
    let exact = "alter table orders add column fee numeric(12, 2);\n";
    repository.write("migrations/003_fees.sql", exact);
    let (passed, said) = guarded.commit();
    assert!(passed, "{said}");
    // A commit that only removes brings a fault, too.
    let lines =
        "create table lines (id bigint primary key, order_id bigint references orders (id));\n";
    repository.write("migrations/004_lines.sql", lines);
    repository.write(
        "migrations/005_index.sql",
        "create index i on lines (order_id);\n",
    );
    assert!(guarded.commit().0);
    repository.git(&["rm", "--quiet", "migrations/005_index.sql"]);
    let (passed, said) = guarded.commit();
    assert!(!passed && said.contains("missing-fk-index"), "{said}");
}

#[test]
fn pre_commit_looks_at_the_files_of_a_commit_within_the_project() {
    let Some(guarded) = Guarded::by("aicheck") else {
        return;
    };
    let repository = &guarded.repository;
    repository.write("migrations/002_orders.sql", GOOD);
    let (passed, said) = guarded.commit();
    assert!(passed, "another file has the fault: {said}");
    // The fault is one of the whole project: the table is in another file.
    let lines =
        "create table lines (id bigint primary key, refund_id bigint references refunds (id));\n";
    repository.write("migrations/003_lines.sql", lines);
    let (passed, said) = guarded.commit();
    assert!(!passed && said.contains("missing-fk-index"), "{said}");
    assert!(said.contains("migrations/001_refunds.sql:1"), "{said}");
    repository.write("aicheck.toml", "exclude = [\"migrations/003*\"]\n");
    let (passed, said) = guarded.commit();
    assert!(
        passed,
        "what is excluded is not read when pre-commit names it: {said}"
    );
}

/// The action's steps on a pull request of a repository that has an old fault.
#[test]
fn the_action_annotates_what_a_pull_request_brings() {
    let (Some(wheels), Some(python)) = (wheels(), program("python")) else {
        return;
    };
    let upstream = Repository::empty();
    upstream.write("migrations/001_refunds.sql", BAD);
    upstream.commit("old");
    let clone = Repository::empty();
    clone.git(&["remote", "add", "origin", upstream.path().to_str().unwrap()]);
    clone.git(&["fetch", "--quiet", "origin"]);
    clone.git(&["switch", "--quiet", "--create", "work", "origin/main"]);
    let temporary = tempfile::tempdir().unwrap();
    let action = |inputs: &[&str]| -> Outcome {
        let mut command = Command::new(&python);
        command
            .arg("-B")
            .arg(root().join("tests/it/hosts/action.py"));
        command
            .arg(root().join("action.yml"))
            .arg("base=origin/main")
            .args(inputs);
        command
            .current_dir(clone.path())
            .env("PIP_FIND_LINKS", &wheels);
        command
            .env("RUNNER_TEMP", temporary.path())
            .env("PIP_NO_INDEX", "1");
        let summary = temporary.path().join("summary.md");
        command
            .env("GITHUB_STEP_SUMMARY", summary)
            .output()
            .unwrap()
            .into()
    };
    clone.write("migrations/002_orders.sql", GOOD);
    let outcome = action(&[]);
    assert_eq!(outcome.status, 0, "{}{}", outcome.out, outcome.err);
    clone.write(
        "migrations/003_fees.sql",
        "alter table orders add column fee real;\n",
    );
    clone.commit("fees");
    let outcome = action(&[
        "sarif=aicheck.sarif",
        "arguments=--ignore\nmissing-fk-index\n",
    ]);
    assert_eq!(outcome.status, 1, "{}{}", outcome.out, outcome.err);
    let annotations = outcome
        .out
        .lines()
        .filter(|line| line.starts_with("::error "));
    assert_eq!(annotations.count(), 1, "{}", outcome.out);
    let sarif = fs::read_to_string(clone.path().join("aicheck.sarif")).unwrap();
    assert!(sarif.contains("orders.fee") && !sarif.contains("refunds.amount"));
    let nonsense = action(&["arguments=--nonsense"]);
    assert_eq!(nonsense.status, 2, "{}", nonsense.err);
}
