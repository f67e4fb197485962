//! `aicheck init` writes what is not there, says so, and leaves the rest alone.

use std::fs;
use std::path::Path;

use crate::cli::run;
use crate::repository::Repository;

const ORDERS: &str = "create table orders (id bigint primary key, total float);\n";

fn read(repository: &Repository, path: &str) -> String {
    fs::read_to_string(repository.path().join(path)).unwrap()
}

fn init(folder: &Path, arguments: &[&str]) -> String {
    let outcome = run(folder, &[&["init"], arguments].concat());
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    outcome.out
}

#[test]
fn what_is_not_there_is_written_and_what_is_next_is_said() {
    let repository = Repository::empty();
    repository.write("db/migrations/V1__orders.sql", ORDERS);
    assert_eq!(
        init(repository.path(), &[]),
        "wrote  aicheck.toml\n\
         wrote  .pre-commit-config.yaml\n\
         wrote  .github/workflows/aicheck.yml\n\n\
         Next: `pre-commit install` switches the hook on.\n\n\
         1 error found already: `aicheck` shows them, `aicheck baseline write` takes them as known.\n"
    );
    let settings = read(&repository, "aicheck.toml");
    assert!(settings.contains("profile = \"default\" "), "{settings}");
    assert!(
        settings.contains("# dialect = \"postgres\"\n"),
        "{settings}"
    );
    assert!(
        settings.contains("# \"db/migrations\" = \"flyway\"\n"),
        "{settings}"
    );
    // The settings say nothing that was not so; and what they propose can be said.
    assert_eq!(run(repository.path(), &[]).status, 1);
    let (head, proposed) = settings.split_once("told wrongly.\n").unwrap();
    let proposed = format!("{head}\n{}", proposed.replace("# ", ""));
    repository.write("aicheck.toml", &proposed);
    let files = run(repository.path(), &["files"]);
    assert!(files.out.contains("flyway"), "{}{}", files.out, files.err);
}

#[test]
fn what_is_there_stays_as_it_is() {
    let repository = Repository::empty();
    let there = [
        ("aicheck.toml", "ignore = []\n"),
        (".pre-commit-config.yaml", "repos:\n  - repo: x/aicheck\n"),
        (".github/workflows/aicheck.yml", "on: push\n"),
    ];
    for (path, text) in there {
        repository.write(path, text);
    }
    let said = init(repository.path(), &[]);
    assert_eq!(said.matches("kept   ").count(), 3, "{said}");
    for (path, text) in there {
        assert_eq!(read(&repository, path), text);
    }
    let pyproject = Repository::empty();
    pyproject.write("pyproject.toml", "[tool.aicheck]\nignore = []\n");
    let said = init(pyproject.path(), &["--github"]);
    assert!(said.starts_with("kept   aicheck.toml"), "{said}");
    assert!(!pyproject.path().join("aicheck.toml").exists());
    assert!(!pyproject.path().join(".pre-commit-config.yaml").exists());
}

#[test]
fn the_hook_is_added_to_those_that_are_there() {
    let repository = Repository::empty();
    let there = "repos:\n- repo: local\n  hooks:\n  - {id: a, name: a, entry: a, language: system}";
    repository.write(".pre-commit-config.yaml", there);
    let said = init(repository.path(), &["--pre-commit"]);
    assert!(
        said.contains("added  a hook at the end of .pre-commit-config.yaml"),
        "{said}"
    );
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        read(&repository, ".pre-commit-config.yaml"),
        format!(
            "{there}\n- repo: https://github.com/aicheck/aicheck\n  rev: v{version}\n  hooks:\n    \
             - id: aicheck-staged\n"
        )
    );
    let odd = Repository::empty();
    odd.write(".pre-commit-config.yaml", "repos: []\n");
    let said = init(odd.path(), &["--pre-commit"]);
    assert!(
        said.contains("add to it:\n      - repo: https://"),
        "{said}"
    );
    assert_eq!(read(&odd, ".pre-commit-config.yaml"), "repos: []\n");
}

#[test]
fn a_project_below_the_top_is_named_to_the_hosts() {
    let repository = Repository::empty();
    repository.write("services/shop/a.sql", ORDERS);
    init(repository.path(), &["services/shop", "--profile", "strict"]);
    let settings = read(&repository, "services/shop/aicheck.toml");
    assert!(settings.contains("profile = \"strict\" "), "{settings}");
    let hook = read(&repository, ".pre-commit-config.yaml");
    assert!(
        hook.ends_with("        args: [\"services/shop\"]\n"),
        "{hook}"
    );
    let workflow = read(&repository, ".github/workflows/aicheck.yml");
    assert!(
        workflow.ends_with("        with:\n          path: \"services/shop\"\n"),
        "{workflow}"
    );
}

#[test]
fn other_hosts_and_folders_without_a_repository_get_what_fits() {
    let gitlab = Repository::empty();
    gitlab.write(".gitlab-ci.yml", "stages: [test]\n");
    let said = init(gitlab.path(), &[]);
    assert!(
        said.contains("kept   .gitlab-ci.yml; add to it:\n    aicheck:\n"),
        "{said}"
    );
    assert!(!gitlab.path().join(".github").exists());
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(init(folder.path(), &[]), "wrote  aicheck.toml\n");
}
