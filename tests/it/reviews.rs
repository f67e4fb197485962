//! `aicheck reviews` on real repositories: who decided what, and what has changed since.

use serde_json::{Value, json};

use crate::cli::run;
use crate::json::faults;
use crate::repository::Repository;

const ORDERS: &str = "\
create table orders (id bigint primary key);
create table lines (
  id bigint primary key,
  -- aicheck: reviewed unreviewed-cascade: lines are parts of orders
  order_id bigint not null references orders (id) on delete cascade,
  amount float -- aicheck: allow float-money: measured
);
create index lines_order_id on lines (order_id);
";

const ENTRY: &str = "\
[[reviewed]]
rule = \"unreviewed-cascade\"
subject = \"lines.order_id\"
reason = \"lines never outlive orders\"
";

fn repository(migration: &str) -> Repository {
    let repository = Repository::empty();
    repository.write("migrations/001_orders.sql", migration);
    repository.commit("orders");
    repository
}

fn decisions(repository: &Repository) -> Vec<Value> {
    let outcome = run(repository.path(), &["reviews", "--format", "json"]);
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    let document: Value = serde_json::from_str(&outcome.out).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/reviews.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(faults(&schema, &schema, &document, "reviews"), "");
    document["decisions"].as_array().unwrap().clone()
}

/// Of each decision its rule and what it is good for.
fn states(repository: &Repository) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let decisions = decisions(repository);
    decisions
        .iter()
        .map(|it| (text(&it["rule"]), text(&it["state"])))
        .collect()
}

fn state(rule: &str, state: &str) -> (String, String) {
    (rule.into(), state.into())
}

#[test]
fn decisions_are_listed_with_reason_place_author_and_date() {
    let repository = repository(ORDERS);
    let decisions = decisions(&repository);
    assert_eq!(decisions.len(), 2);
    let first = &decisions[0];
    assert_eq!(first["kind"], "reviewed");
    assert_eq!(first["rule"], "unreviewed-cascade");
    assert_eq!(first["reason"], "lines are parts of orders");
    assert_eq!(first["location"]["path"], "migrations/001_orders.sql");
    assert_eq!(first["location"]["start"]["line"], 4);
    assert_eq!(first["clause"]["start"]["line"], 5);
    assert_eq!(first["settles"], json!(["lines.order_id"]));
    let head = repository.git(&["log", "-1", "--format=%H %as"]);
    let (commit, date) = head.trim().split_once(' ').unwrap();
    let written = json!({ "author": "a", "date": date, "commit": commit });
    assert_eq!(first["written"], written);
    let human = run(repository.path(), &["reviews"]).out;
    let said = format!(
        "migrations/001_orders.sql:4  reviewed unreviewed-cascade\n  lines are parts of orders\n  \
         a, {date} · settles lines.order_id\n"
    );
    assert!(human.starts_with(&said), "{human}");
    assert!(human.ends_with("\n2 decisions.\n"), "{human}");
}

#[test]
fn a_decision_is_stale_when_its_clause_has_changed() {
    let repository = repository(ORDERS);
    let holds = [
        state("unreviewed-cascade", "settles"),
        state("float-money", "settles"),
    ];
    assert_eq!(states(&repository), holds);
    // Another layout, another neighbour and another name of the file are no change.
    let moved = ORDERS.replace("  order_id bigint not", "    order_id   bigint\n      not");
    let moved = moved.replace("  amount", "  note text,\n  amount");
    repository.write("migrations/001_orders.sql", &moved);
    repository.git(&[
        "mv",
        "migrations/001_orders.sql",
        "migrations/002_orders.sql",
    ]);
    assert_eq!(states(&repository), holds);
    repository.commit("another layout");
    assert_eq!(states(&repository), holds);
    let stale = [
        state("unreviewed-cascade", "stale"),
        state("float-money", "stale"),
    ];
    // On disk only, then in a commit; one of the clauses shares the line of its comment.
    let changed = moved.replace("not null", "").replace("float --", "real --");
    repository.write("migrations/002_orders.sql", &changed);
    assert_eq!(states(&repository), stale);
    repository.commit("optional");
    assert_eq!(states(&repository), stale);
    // Deciding again makes it hold again.
    let again = changed.replace("parts of orders", "parts of orders, if any");
    repository.write(
        "migrations/002_orders.sql",
        &again.replace("measured", "weighed"),
    );
    repository.commit("decided again");
    assert_eq!(states(&repository), holds);
}

#[test]
fn an_entry_is_held_to_the_clause_of_its_time() {
    let bare: Vec<&str> = ORDERS.lines().filter(|it| !it.contains("-- ai")).collect();
    let repository = repository(&bare.join("\n"));
    assert_eq!(states(&repository), []);
    repository.write("aicheck.toml", ENTRY);
    repository.commit("reviewed");
    assert_eq!(
        states(&repository),
        [state("unreviewed-cascade", "settles")]
    );
    repository.write(
        "migrations/002.sql",
        "alter table lines add column note text;\n",
    );
    repository.git(&[
        "mv",
        "migrations/001_orders.sql",
        "migrations/000_orders.sql",
    ]);
    repository.commit("elsewhere");
    assert_eq!(
        states(&repository),
        [state("unreviewed-cascade", "settles")]
    );
    // The foreign key that stands now is not the one that was reviewed.
    let anew = "alter table lines drop constraint lines_order_id_fkey;\nalter table lines add \
                foreign key (order_id) references orders (id) on delete cascade;\n";
    repository.write("migrations/003.sql", anew);
    repository.commit("anew");
    assert_eq!(states(&repository), [state("unreviewed-cascade", "stale")]);
}

#[test]
fn decisions_that_do_not_work_or_settle_nothing_are_listed_too() {
    let repository = repository(
        "-- aicheck: allow float-money\n-- aicheck: allow json-not-jsonb: why\n\
         create table a (id bigint primary key);\n",
    );
    let expected = [
        state("float-money", "invalid"),
        state("json-not-jsonb", "unused"),
    ];
    assert_eq!(states(&repository), expected);
    let human = run(repository.path(), &["reviews"]).out;
    assert!(
        human.ends_with("2 decisions, 1 unused and 1 invalid.\n"),
        "{human}"
    );
}

#[test]
fn without_a_repository_only_the_authors_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.sql"), ORDERS).unwrap();
    let outcome = run(folder.path(), &["reviews"]);
    assert_eq!(outcome.status, 0);
    assert!(
        outcome.out.contains("in no commit that is here · settles"),
        "{}",
        outcome.out
    );
}

#[test]
fn a_shallow_clone_names_nobody_for_what_it_cannot_know() {
    let repository = repository(ORDERS);
    repository.commit("more");
    let clone = Repository::empty();
    let from = format!("file://{}", repository.path().display());
    clone.git(&["pull", "--quiet", "--depth=1", &from, "main"]);
    let written = |repository| decisions(repository)[0]["written"].clone();
    assert_eq!(written(&clone), Value::Null);
    assert_eq!(written(&repository)["author"], "a");
}
