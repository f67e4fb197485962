//! `--diff` and `--staged` on real repositories: a finding is reported by the change that brought it.

use serde_json::Value;

use crate::cli::{Outcome, run};
use crate::repository::Repository;

const ORDERS: &str =
    "create table orders (\n  id bigint primary key,\n  total numeric(12, 2)\n);\n";
const FLOATS: &str = "create table refunds (\n  id bigint primary key,\n  amount float\n);\n";

impl Repository {
    /// With one commit on `main`, and a fault in it.
    fn new() -> Self {
        let repository = Self::empty();
        repository.write("migrations/001_orders.sql", ORDERS);
        repository.write("migrations/002_refunds.sql", FLOATS);
        repository.commit("begin");
        repository
    }

    /// The findings that are reported: rule, subject, line.
    fn found(&self, arguments: &[&str]) -> Vec<(String, String, u64)> {
        let outcome = run(self.path(), &[arguments, &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&outcome.out).unwrap_or_else(|_| {
            panic!("{}{}", outcome.out, outcome.err);
        });
        let findings = report["findings"].as_array().unwrap();
        let status = i32::from(findings.iter().any(|it| it["severity"] == "error"));
        assert_eq!(outcome.status, status);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        findings
            .iter()
            .map(|it| {
                let line = it["location"]["start"]["line"].as_u64().unwrap();
                (text(&it["rule"]), text(&it["subject"]), line)
            })
            .collect()
    }

    fn diff(&self) -> Vec<(String, String, u64)> {
        self.found(&["--diff", "main"])
    }
}

fn finding(rule: &str, subject: &str, line: u64) -> (String, String, u64) {
    (rule.into(), subject.into(), line)
}

const FEES: &str = "alter table orders\n  add column fee real;\n";

#[test]
fn a_new_fault_is_reported_and_an_old_one_is_not() {
    let repository = Repository::new();
    repository.branch();
    repository.write("app.py", "x = 1\n");
    repository.commit("no fault");
    assert_eq!(repository.diff(), []);
    repository.write("migrations/003_fees.sql", FEES);
    // Not yet known to git, then staged, then committed: it is the same change.
    assert_eq!(repository.diff(), [finding("float-money", "orders.fee", 2)]);
    repository.git(&["add", "--all"]);
    assert_eq!(repository.diff(), [finding("float-money", "orders.fee", 2)]);
    repository.commit("fees");
    assert_eq!(repository.diff(), [finding("float-money", "orders.fee", 2)]);
    let said = run(repository.path(), &["--diff", "main"]);
    assert!(
        said.out.contains("1 finding outside the change"),
        "{}",
        said.out
    );
}

#[test]
fn an_old_fault_on_an_added_line_is_reported() {
    let repository = Repository::new();
    repository.branch();
    repository.write(
        "migrations/002_refunds.sql",
        &FLOATS.replace("float", "double precision"),
    );
    repository.commit("another float");
    assert_eq!(
        repository.diff(),
        [finding("float-money", "refunds.amount", 3)]
    );
}

#[test]
fn moved_lines_and_moved_files_are_no_new_faults() {
    let repository = Repository::new();
    repository.branch();
    repository.write(
        "migrations/002_refunds.sql",
        &format!("-- refunds\n\n{FLOATS}"),
    );
    repository.commit("a comment");
    repository.git(&[
        "mv",
        "migrations/002_refunds.sql",
        "migrations/003_refunds.sql",
    ]);
    repository.commit("another number");
    assert_eq!(repository.diff(), []);
}

#[test]
fn the_fault_of_a_file_moves_with_it() {
    let repository = Repository::new();
    let settings = "import os\n\nDB_PASSWORD = \"tr0ub4dor-and-three\"\n";
    repository.write("app/settings.py", settings);
    repository.commit("settings");
    repository.branch();
    repository.git(&["mv", "app/settings.py", "app/config.py"]);
    repository.commit("rename");
    assert_eq!(repository.diff(), []);
    let again = format!("{settings}API_SECRET = \"c0rrect-horse-42\"\n");
    repository.write("app/config.py", &again);
    assert_eq!(
        repository.diff(),
        [finding("hardcoded-secret", "API_SECRET", 4)]
    );
}

/// Nothing is added, and what was sound is a fault.
#[test]
fn a_change_that_only_removes_is_held_to_what_it_breaks() {
    let repository = Repository::new();
    let lines = "create table lines (\n  id bigint primary key,\n  \
                 order_id bigint references orders (id)\n);\n";
    repository.write("migrations/003_lines.sql", lines);
    let index = "create index lines_order_id on lines (order_id);\n";
    repository.write("migrations/004_index.sql", index);
    repository.commit("lines");
    repository.branch();
    repository.git(&["rm", "--quiet", "migrations/004_index.sql"]);
    repository.commit("no index");
    assert_eq!(
        repository.diff(),
        [finding("missing-fk-index", "lines.order_id", 3)]
    );
    repository.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(repository.diff(), []);
}

/// The line that fails is an old one: what answered for it is gone.
#[test]
fn a_handler_that_is_removed_fails_the_change_that_removed_it() {
    let repository = Repository::new();
    let model = "class Order(Base):\n    __tablename__ = \"orders\"\n    \
                 id = Column(BigInteger, primary_key=True)\n";
    let imports = "from sqlalchemy import BigInteger, Column\n\
                   from sqlalchemy.orm import DeclarativeBase\n\n\n\
                   class Base(DeclarativeBase):\n    pass\n\n\n";
    repository.write("models.py", &format!("{imports}{model}"));
    let without = include_str!("changes/app.py");
    let handler = "\n\n@app.exception_handler(NoResultFound)\n\
                   def missing(request, error):\n    \
                   return JSONResponse({\"detail\": \"no such order\"}, status_code=404)\n";
    repository.write("app.py", &format!("{without}{handler}"));
    repository.commit("application");
    repository.branch();
    assert_eq!(repository.diff(), []);
    repository.write("app.py", without);
    repository.commit("no handler");
    let subject = "GET /orders/{order_id}";
    assert_eq!(repository.diff(), [finding("happy-path-only", subject, 13)]);
    repository.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(repository.diff(), []);
}

/// A repair that is reverted is a fault that comes.
#[test]
fn what_a_revert_brings_back_is_reported() {
    let repository = Repository::new();
    let exact = FLOATS.replace("float", "numeric(12, 2)");
    repository.write("migrations/002_refunds.sql", &exact);
    repository.commit("exact");
    repository.branch();
    repository.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(
        repository.diff(),
        [finding("float-money", "refunds.amount", 3)]
    );
}

#[test]
fn a_decision_that_is_taken_away_is_a_new_fault() {
    let repository = Repository::new();
    let kept = FLOATS.replace(
        "  amount",
        "  -- aicheck: allow float-money: measured\n  amount",
    );
    repository.write("migrations/002_refunds.sql", &kept);
    repository.commit("decided");
    repository.branch();
    repository.write("migrations/002_refunds.sql", FLOATS);
    assert_eq!(
        repository.diff(),
        [finding("float-money", "refunds.amount", 3)]
    );
}

#[test]
fn what_came_by_a_merge_of_the_base_is_not_the_branchs() {
    let repository = Repository::new();
    repository.branch();
    repository.write("app.py", "x = 1\n");
    repository.commit("work");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("migrations/003_fees.sql", FEES);
    repository.commit("fees");
    repository.git(&["switch", "--quiet", "work"]);
    assert_eq!(repository.diff(), []);
    repository.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(repository.diff(), []);
}

#[test]
fn a_detached_head_is_as_good_as_a_branch() {
    let repository = Repository::new();
    repository.git(&["switch", "--quiet", "--detach"]);
    repository.write("migrations/003_fees.sql", FEES);
    repository.commit("fees");
    assert_eq!(repository.diff(), [finding("float-money", "orders.fee", 2)]);
}

#[test]
fn what_is_staged_is_read_instead_of_the_disk() {
    let repository = Repository::new();
    repository.write("migrations/003_fees.sql", FEES);
    assert_eq!(repository.found(&["--staged"]), []);
    repository.git(&["add", "--all"]);
    assert_eq!(
        repository.found(&["--staged"]),
        [finding("float-money", "orders.fee", 2)]
    );
    // Repaired on disk only: the commit would still hold the fault.
    repository.write("migrations/003_fees.sql", &FEES.replace("real", "numeric"));
    assert_eq!(
        repository.found(&["--staged"]),
        [finding("float-money", "orders.fee", 2)]
    );
    repository.git(&["add", "--all"]);
    repository.write("migrations/003_fees.sql", FEES);
    assert_eq!(repository.found(&["--staged"]), []);
}

#[test]
fn the_first_commit_is_all_new() {
    let repository = Repository::empty();
    repository.write("migrations/001_refunds.sql", FLOATS);
    repository.git(&["add", "--all"]);
    assert_eq!(
        repository.found(&["--staged"]),
        [finding("float-money", "refunds.amount", 3)]
    );
}

#[test]
fn one_more_of_what_there_was_is_one_finding() {
    let repository = Repository::new();
    let one = "def a():\n    password = \"tr0ub4dor-and-three\"\n    connect(password)\n";
    repository.write("app.py", one);
    repository.commit("one");
    repository.branch();
    let two =
        format!("def b():\n    password = \"c0rrect-horse-42x\"\n    connect(password)\n\n\n{one}");
    repository.write("app.py", &two);
    let found = repository.diff();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].2, 2);
}

#[test]
fn a_service_below_the_top_is_a_project_of_its_own() {
    let repository = Repository::new();
    repository.write("services/shop/migrations/001_orders.sql", ORDERS);
    repository.commit("shop");
    repository.branch();
    repository.write("services/shop/migrations/002_fees.sql", FEES);
    repository.write("migrations/003_fees.sql", FEES);
    let found = repository.found(&["services/shop", "--diff", "main"]);
    assert_eq!(found, [finding("float-money", "orders.fee", 2)]);
}

/// Tracked files are part of the project before and after, whatever `.gitignore` says since.
#[test]
fn what_git_tracks_is_read_though_it_is_ignored() {
    let repository = Repository::new();
    let lines = "create table lines (\n  id bigint primary key,\n  \
                 order_id bigint references orders (id)\n);\n";
    repository.write("migrations/003_lines.sql", lines);
    let index = "create index lines_order_id on lines (order_id);\n";
    repository.write("migrations/004_index.sql", index);
    repository.commit("lines");
    repository.branch();
    repository.write(".gitignore", "004_index.sql\nlocal.sql\n");
    repository.write("local.sql", FLOATS);
    assert_eq!(repository.diff(), []);
    repository.git(&["rm", "--quiet", "--cached", "migrations/004_index.sql"]);
    let dropped = [finding("missing-fk-index", "lines.order_id", 3)];
    assert_eq!(repository.diff(), dropped);
    assert_eq!(repository.found(&["--staged"]), dropped);
}

#[test]
fn submodules_are_read_at_the_commit_that_is_recorded() {
    let module = Repository::new();
    let repository = Repository::new();
    let from = module.path().to_str().unwrap();
    repository.git(&["submodule", "--quiet", "add", from, "shared"]);
    repository.commit("shared");
    repository.branch();
    repository.write("app.py", "x = 1\n");
    assert_eq!(repository.diff(), []);
}

#[track_caller]
fn assert_refused(outcome: &Outcome, says: &[&str]) {
    assert_eq!(outcome.status, 2, "{}", outcome.err);
    for says in says {
        assert!(outcome.err.contains(says), "{}", outcome.err);
    }
}

#[test]
fn what_git_cannot_tell_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let none = run(folder.path(), &["--staged"]);
    assert_refused(&none, &["is in no git repository"]);
    let repository = Repository::new();
    let unknown = run(repository.path(), &["--diff", "origin/main"]);
    assert_refused(
        &unknown,
        &["git knows no commit `origin/main`", "git fetch"],
    );
    let option = run(repository.path(), &["--diff=--output=x"]);
    assert_refused(&option, &["git knows no commit"]);
    let both = run(repository.path(), &["--diff", "main", "--staged"]);
    assert_eq!(both.status, 2);
}

#[test]
fn a_shallow_clone_says_how_to_fetch_more() {
    let repository = Repository::new();
    repository.branch();
    repository.commit("work");
    repository.git(&["switch", "--quiet", "main"]);
    repository.commit("more");
    let clone = Repository(tempfile::tempdir().unwrap());
    let from = format!("file://{}", repository.path().display());
    clone.git(&[
        "clone",
        "--quiet",
        "--depth=1",
        "--no-single-branch",
        &from,
        ".",
    ]);
    clone.git(&["switch", "--quiet", "work"]);
    let outcome = run(clone.path(), &["--diff", "origin/main"]);
    assert_refused(&outcome, &["no common ancestor", "fetch-depth: 0"]);
}
