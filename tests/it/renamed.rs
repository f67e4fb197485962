//! Rules that were renamed: their old ids go on working, and a note says the new one.

use std::sync::Arc;

use aicheck::config::{self, Baseline, Known, Settings};
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::facts::NoteId;
use aicheck::judge::Report;
use aicheck::rule::{Catalogue, Rule};
use aicheck::source::{Encoding, SourceFile};

/// Rules as they would be after a renaming, with some more that were not renamed.
fn rules() -> Vec<&'static Rule> {
    let renamed = |id: &str, former: &str| {
        let rule = aicheck::rules::find(id).unwrap();
        let front = format!("+++\nformer = [\"{former}\"]\n");
        let page = rule.page.replacen("+++\n", &front, 1);
        let rule = Rule {
            page: page.leak(),
            ..*rule
        };
        &*Box::leak(Box::new(rule))
    };
    let others = aicheck::rules::all().filter(|rule| rule.family == "directive");
    [
        renamed("float-money", "float-price"),
        renamed("unreviewed-cascade", "unsigned-cascade"),
    ]
    .into_iter()
    .chain(others)
    .collect()
}

const ORDERS: &str = "create table orders (id bigint primary key, total float);\n";

fn settings(text: &str) -> Settings {
    let catalogue = Catalogue::new(rules());
    let file = SourceFile::new("aicheck.toml", text, Encoding::Utf8);
    let mut settings = config::parse(file, &catalogue.names()).unwrap().unwrap();
    settings.rename(catalogue.former());
    settings
}

fn check(sql: &str, settings: &Settings) -> Report {
    let files = [("a.sql".into(), sql.as_bytes().to_vec())].into();
    engine::check_with(rules(), Inputs::from_memory(files, settings), settings)
}

/// What is found, and what is said of names.
#[track_caller]
fn assert_told(report: &Report, found: &[&str], said: &[&str]) {
    let rules: Vec<&str> = report.findings.iter().map(|it| it.rule).collect();
    assert_eq!(rules, found);
    let notes = report.notes.iter();
    let notes = notes.filter(|note| note.id == NoteId::RenamedRule);
    let notes: Vec<&str> = notes.map(|note| note.message.as_str()).collect();
    assert_eq!(notes, said);
}

#[test]
fn the_settings_may_name_a_rule_as_it_was_called() {
    let said = ["`float-price` is called `float-money` now"];
    for text in [
        "ignore = [\"float-price\"]",
        "per-path.\"*.sql\".ignore = [\"float-price\"]",
    ] {
        assert_told(&check(ORDERS, &settings(text)), &[], &said);
    }
    for text in [
        "select = [\"float-price\"]",
        "severity.float-price = \"info\"",
        "per-path.\"*.sql\".severity.float-price = \"info\"",
    ] {
        assert_told(&check(ORDERS, &settings(text)), &["float-money"], &said);
    }
    let info = check(ORDERS, &settings("severity.float-price = \"info\""));
    assert_eq!(info.exit_status(), 0);
    assert_told(&check(ORDERS, &settings("")), &["float-money"], &[]);
}

#[test]
fn decisions_may_name_a_rule_as_it_was_called() {
    let allowed = ORDERS.replace(';', "; -- aicheck: allow float-price: measured");
    let report = check(&allowed, &settings(""));
    assert_told(&report, &[], &["`float-price` is called `float-money` now"]);
    assert_eq!((report.settled.len(), report.exit_status()), (1, 0));
    let cascade = "create table a (id bigint primary key);\n\
                   create table b (a_id bigint references a (id) on delete cascade);\n";
    let entry =
        "[[reviewed]]\nrule = \"unsigned-cascade\"\nsubject = \"b.a_id\"\nreason = \"parts\"\n";
    let said = "`unsigned-cascade` is called `unreviewed-cascade` now";
    assert_told(&check(cascade, &settings(entry)), &[], &[said]);
}

#[test]
fn a_baseline_knows_what_it_knew_under_the_old_id() {
    // As an older version wrote it.
    let rule = *aicheck::rules::find("float-money").unwrap();
    let rule = Box::leak(Box::new(Rule {
        id: "float-price",
        ..rule
    }));
    let files = [("a.sql".into(), ORDERS.as_bytes().to_vec())].into();
    let inputs = Inputs::from_memory(files, &Settings::default());
    let before = engine::check_with([&*rule], inputs, &Settings::default());
    let known = before.findings.iter().map(|finding| Known {
        path: "a.sql".into(),
        rule: finding.rule.into(),
        subject: finding.subject.clone(),
        fingerprint: finding.fingerprint.clone(),
    });
    let baseline: Baseline = known.collect();
    assert_eq!(baseline.len(), 1);
    let settings = Settings {
        baseline: Some(Arc::new(baseline)),
        ..Settings::default()
    };
    let report = check(ORDERS, &settings);
    let said = "the baseline names `float-price`, which is called `float-money` now; `aicheck \
                baseline prune` corrects it";
    assert_told(&report, &[], &[said]);
    assert_eq!((report.baselined, report.outlived), (1, 0));
}

/// A new rule must not take an old name, or the old name would mean two things.
#[test]
fn no_id_means_two_things() {
    let catalogue = Catalogue::new(aicheck::rules::all());
    for former in catalogue.former().keys() {
        assert!(
            aicheck::rules::all().all(|rule| !rule.is(former)),
            "{former}"
        );
    }
}
