//! Findings that are known are counted and not reported; new ones are, at whatever place.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{Outcome, run};

const ORDERS: &str = "create table orders (\n  id bigint primary key,\n  total float\n);\n";

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations/001_orders.sql");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, ORDERS).unwrap();
    folder
}

fn known(folder: &Path) -> usize {
    let text = fs::read_to_string(folder.join("aicheck-baseline.json")).unwrap();
    let baseline: Value = serde_json::from_str(&text).unwrap();
    baseline["findings"].as_array().unwrap().len()
}

#[track_caller]
fn assert_ends(outcome: &Outcome, status: i32, says: &str) {
    let all = format!("{}{}", outcome.out, outcome.err);
    assert_eq!(outcome.status, status, "{all}");
    assert!(all.contains(says), "{all}");
}

#[test]
fn known_findings_do_not_fail_a_run() {
    let folder = project();
    let folder = folder.path();
    assert_ends(&run(folder, &[]), 1, "float-money");
    assert_ends(
        &run(folder, &["baseline", "write"]),
        0,
        "1 known finding in ",
    );
    assert_ends(&run(folder, &[]), 0, "1 finding known before");
    assert_ends(&run(folder, &["--no-baseline"]), 1, "float-money");
    // Lines that move and other files change no name.
    let path = folder.join("migrations/001_orders.sql");
    fs::write(&path, format!("-- the orders\n\n{ORDERS}")).unwrap();
    fs::write(folder.join("migrations/002_notes.sql"), "-- none\n").unwrap();
    assert_ends(&run(folder, &[]), 0, "1 finding known before");
    let report: Value = serde_json::from_str(&run(folder, &["--format", "json"]).out).unwrap();
    assert_eq!(report["summary"]["baselined"], 1);
    assert_eq!(report["findings"], serde_json::json!([]));
}

#[test]
fn a_new_finding_of_the_same_kind_is_reported() {
    let folder = project();
    let folder = folder.path();
    run(folder, &["baseline", "write"]);
    let more = "create table refunds (\n  id bigint primary key,\n  amount float\n);\n";
    fs::write(folder.join("migrations/002_refunds.sql"), more).unwrap();
    let outcome = run(folder, &[]);
    assert_ends(&outcome, 1, "refunds.amount");
    assert!(!outcome.out.contains("orders.total"), "{}", outcome.out);
}

#[test]
fn what_is_repaired_leaves_the_baseline() {
    let folder = project();
    let folder = folder.path();
    run(folder, &["baseline", "write"]);
    let exact = ORDERS.replace("float", "numeric(12, 2)");
    fs::write(folder.join("migrations/001_orders.sql"), exact).unwrap();
    assert_ends(&run(folder, &[]), 0, "1 known finding gone");
    assert_ends(
        &run(folder, &["baseline", "prune"]),
        0,
        "1 known finding forgotten, 0 left",
    );
    assert_eq!(known(folder), 0);
    // It counts as new when it comes back.
    fs::write(folder.join("migrations/001_orders.sql"), ORDERS).unwrap();
    assert_ends(&run(folder, &[]), 1, "float-money");
}

#[test]
fn pruning_takes_up_nothing_new() {
    let folder = project();
    let folder = folder.path();
    run(folder, &["baseline", "write"]);
    let more = "create table refunds (\n  id bigint primary key,\n  amount float\n);\n";
    fs::write(folder.join("migrations/002_refunds.sql"), more).unwrap();
    assert_ends(
        &run(folder, &["baseline", "prune"]),
        0,
        "0 known findings forgotten, 1 left",
    );
    assert_ends(&run(folder, &[]), 1, "refunds.amount");
}

#[test]
fn a_baseline_that_is_asked_for_must_be_there_and_be_one() {
    let folder = project();
    let folder = folder.path();
    let missing = run(folder, &["--baseline", "none.json"]);
    assert_ends(&missing, 2, "there is no baseline none.json");
    assert_ends(
        &run(folder, &["baseline", "prune"]),
        2,
        "aicheck baseline write",
    );
    fs::write(folder.join("aicheck-baseline.json"), "[]").unwrap();
    assert_ends(&run(folder, &[]), 2, "is no baseline");
    fs::write(folder.join("aicheck.toml"), "baseline = \"known.json\"\n").unwrap();
    assert_ends(&run(folder, &[]), 2, "known.json");
    run(folder, &["baseline", "write"]);
    assert!(folder.join("known.json").exists());
    assert_ends(&run(folder, &[]), 0, "1 finding known before");
}

#[test]
fn a_file_is_held_to_the_baseline_of_its_project() {
    let folder = project();
    let folder = folder.path();
    run(folder, &["baseline", "write", "migrations/001_orders.sql"]);
    let one = run(folder, &["migrations/001_orders.sql"]);
    // The project of a file is told by a marker above it; here there is none.
    assert_ends(&one, 0, "1 finding known before");
}
