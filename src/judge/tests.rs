use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::config::{Pattern, PerPath, Review};
use crate::discover::Profile;
use crate::facts::directives::Directive;
use crate::facts::secrets::{Binding, Purpose, Suspect, ValueClass};
use crate::facts::{Facts, Note};
use crate::finding::{Confidence, Label};
use crate::rule::Sink;

const PAGE: &str =
    "+++\nseverity = \"error\"\nreads = \"project\"\nlanguages = []\nsince = \"0\"\n+++\n";
const REVIEWABLE: &str = "+++\nseverity = \"error\"\nreads = \"project\"\nlanguages = []\nsince = \"0\"\nreviewable = true\n+++\n";
const IN_FILE: &str = "+++\nseverity = \"error\"\nreads = \"file\"\nlanguages = []\nsince = \"0\"\nconfidence = \"likely\"\n+++\n";

const fn rule(id: &'static str, family: &'static str, page: &'static str) -> Rule {
    Rule {
        id,
        family,
        page,
        check: |_, _| {},
    }
}

static RULES: [Rule; 8] = [
    rule("missing-fk-index", "schema", PAGE),
    rule("unreviewed-cascade", "schema", REVIEWABLE),
    rule("cascade-bypasses-soft-delete", "schema", PAGE),
    rule("happy-path-only", "handler", PAGE),
    rule("unchecked-missing-row", "handler", PAGE),
    rule("hardcoded-secret", "secret", IN_FILE),
    rule("invalid-directive", "directive", IN_FILE),
    rule("unused-directive", "directive", IN_FILE),
];

/// A run in the making: files, what the rules found in them, what the user wants.
#[derive(Default)]
struct Trial {
    files: BTreeMap<&'static str, &'static str>,
    findings: Vec<(&'static str, &'static str, &'static str, &'static str)>,
    directives: Vec<(&'static str, &'static str, &'static str)>,
    notes: Vec<(&'static str, NoteId)>,
    edit: Option<fn(&Inputs, &mut Vec<Finding>)>,
    settings: Settings,
    focus: Vec<&'static str>,
}

impl Trial {
    fn file(mut self, path: &'static str, text: &'static str) -> Self {
        self.files.insert(path, text);
        self
    }

    /// A finding of a rule about a subject, where a text stands.
    fn finds(
        mut self,
        rule: &'static str,
        subject: &'static str,
        path: &'static str,
        text: &'static str,
    ) -> Self {
        self.findings.push((rule, subject, path, text));
        self
    }

    /// A comment that covers a text.
    fn directive(
        mut self,
        path: &'static str,
        comment: &'static str,
        covers: &'static str,
    ) -> Self {
        self.directives.push((path, comment, covers));
        self
    }

    fn note(mut self, path: &'static str, id: NoteId) -> Self {
        self.notes.push((path, id));
        self
    }

    fn edit(mut self, edit: fn(&Inputs, &mut Vec<Finding>)) -> Self {
        self.edit = Some(edit);
        self
    }

    fn settings(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    fn run(self) -> Report {
        let bytes = |(path, text): (&&str, &&str)| ((*path).into(), text.as_bytes().to_vec());
        let mut inputs =
            Inputs::from_memory(self.files.iter().map(bytes).collect(), &self.settings);
        let focused = self.focus.iter().map(|path| file(&inputs, path));
        inputs.focus = Some(focused.collect()).filter(|focus: &Vec<_>| !focus.is_empty());
        let mut findings = Vec::new();
        for (rule, subject, path, text) in &self.findings {
            let mut sink = Sink::new(rule);
            sink.report(
                Severity::Error,
                at(&inputs, path, text),
                *subject,
                "message",
            );
            findings.extend(sink.into_findings());
        }
        if let Some(edit) = self.edit {
            edit(&inputs, &mut findings);
        }
        let catalogue = Catalogue::new(&RULES);
        let checked = Checked {
            ran: selected(&catalogue, &self.settings),
            findings: findings
                .into_iter()
                .filter(|finding| {
                    let ran = selected(&catalogue, &self.settings);
                    ran.iter().any(|rule| rule.id == finding.rule)
                })
                .collect(),
        };
        let outcomes = self.outcomes(&inputs);
        let project = Project::default();
        judge(
            inputs,
            &outcomes,
            &project,
            checked,
            &catalogue,
            &self.settings,
        )
    }

    fn outcomes(&self, inputs: &Inputs) -> Vec<FileOutcome> {
        let mut outcomes = vec![FileOutcome::default(); inputs.units.len()];
        for (path, comment, covers) in &self.directives {
            let place = at(inputs, path, comment);
            let text = self.files[path];
            let mut directive = Directive::in_comment(text, place.span).unwrap();
            directive.covers = at(inputs, path, covers).span;
            outcomes[place.file.index()].directives.push(directive);
        }
        for (path, id) in &self.notes {
            outcomes[file(inputs, path).index()].notes.push(Note {
                id: *id,
                span: None,
                message: "not understood".into(),
            });
        }
        outcomes
    }
}

fn file(inputs: &Inputs, path: &str) -> FileId {
    let position = inputs.files.iter().position(|file| file.path == path);
    FileId(position.unwrap() as u32)
}

fn at(inputs: &Inputs, path: &str, text: &str) -> Loc {
    let file = file(inputs, path);
    let start = inputs.files[file.index()].text.find(text).unwrap();
    Loc {
        file,
        span: Span::new(start, start + text.len()),
    }
}

/// `severity rule`, in report order.
fn told(report: &Report) -> Vec<String> {
    let line = |finding: &Finding| format!("{} {}", finding.severity.as_str(), finding.rule);
    report.findings.iter().map(line).collect()
}

fn cascade() -> Trial {
    Trial::default()
        .file("a.sql", "-- aicheck: reviewed unreviewed-cascade: lines belong to orders\non delete cascade;\nselect 1;")
        .finds("unreviewed-cascade", "lines.order_id", "a.sql", "on delete cascade")
}

const REVIEWED: &str = "-- aicheck: reviewed unreviewed-cascade: lines belong to orders";

#[test]
fn a_decision_settles_what_it_covers() {
    let report = cascade()
        .directive("a.sql", REVIEWED, "on delete cascade")
        .run();
    assert_eq!((told(&report), report.settled.len()), (vec![], 1));
    assert_eq!(report.exit_status(), 0);
}

#[test]
fn a_decision_elsewhere_settles_nothing_and_is_told() {
    let report = cascade().directive("a.sql", REVIEWED, "select 1").run();
    assert_eq!(
        told(&report),
        ["warning unused-directive", "error unreviewed-cascade"]
    );
    assert_eq!((report.settled.len(), report.exit_status()), (0, 1));
}

#[test]
fn unused_is_not_said_of_what_was_not_read_or_did_not_run() {
    let unread = cascade()
        .directive("a.sql", REVIEWED, "select 1")
        .file("b.sql", "?");
    let report = unread.note("b.sql", NoteId::UnparsedSql).run();
    assert_eq!(told(&report), ["error unreviewed-cascade"]);
    let other = |settings: &mut Settings| settings.select = vec!["handler".into()];
    let report = cascade()
        .directive("a.sql", REVIEWED, "select 1")
        .settings(other)
        .run();
    assert_eq!(told(&report), Vec::<String>::new());
}

#[test]
fn what_does_not_work_says_why() {
    let comments = [
        ("-- aicheck: allow missing-fk-index", "say why"),
        (
            "-- aicheck: allow missing-fk-indx: tiny",
            "`missing-fk-index`",
        ),
        ("-- aicheck: alow missing-fk-index: tiny", "`allow`"),
        (
            "-- aicheck: reviewed missing-fk-index: tiny",
            "aicheck: allow missing-fk-index: tiny",
        ),
        ("-- aicheck: allow: tiny", "name the rule"),
    ];
    for (comment, help) in comments {
        let report = Trial::default()
            .file("a.sql", comment)
            .finds("missing-fk-index", "a.b", "a.sql", comment)
            .directive("a.sql", comment, comment)
            .run();
        assert_eq!(
            told(&report),
            ["error missing-fk-index", "warning invalid-directive"],
            "{comment}"
        );
        assert!(
            report.findings[1].help.contains(help),
            "{}",
            report.findings[1].help
        );
    }
}

#[test]
fn a_decision_where_a_schema_finding_has_its_evidence_counts_unless_a_finding_stands_there() {
    let labelled = |inputs: &Inputs, findings: &mut Vec<Finding>| {
        findings[0].labels.push(Label {
            at: at(inputs, "a.sql", "on delete cascade"),
            message: "here".into(),
        });
    };
    let model = || {
        Trial::default()
            .file("a.sql", "-- aicheck: reviewed unreviewed-cascade: lines belong to orders\non delete cascade;\nselect 1;")
            .file("models.py", "CASCADE")
            .finds("unreviewed-cascade", "lines.order_id", "models.py", "CASCADE")
            .directive("a.sql", REVIEWED, "on delete cascade")
            .edit(labelled)
    };
    assert_eq!(told(&model().run()), Vec::<String>::new());
    let chain = model().finds(
        "unreviewed-cascade",
        "parts.line_id",
        "a.sql",
        "on delete cascade",
    );
    let report = chain.run();
    assert_eq!(
        (told(&report), report.settled.len()),
        (vec!["error unreviewed-cascade".into()], 1)
    );
    assert_eq!(report.findings[0].subject, "lines.order_id");
}

#[test]
fn the_root_cause_speaks_even_when_its_symptom_was_reviewed() {
    let report = cascade()
        .finds(
            "cascade-bypasses-soft-delete",
            "lines.order_id",
            "a.sql",
            "cascade;",
        )
        .directive("a.sql", REVIEWED, "on delete cascade")
        .run();
    assert_eq!(told(&report), ["error cascade-bypasses-soft-delete"]);
}

#[test]
fn a_handler_speaks_for_its_steps_only() {
    let steps = |inputs: &Inputs, findings: &mut Vec<Finding>| {
        findings[0].labels.push(Label {
            at: at(inputs, "a.py", "order.total"),
            message: "may be None".into(),
        });
    };
    let report = Trial::default()
        .file("a.py", "def show(): order.total\ndef other(): user.name")
        .finds("happy-path-only", "GET /orders", "a.py", "def show")
        .finds(
            "unchecked-missing-row",
            "GET /orders::order",
            "a.py",
            "order.total",
        )
        .finds(
            "unchecked-missing-row",
            "GET /users::user",
            "a.py",
            "user.name",
        )
        .edit(steps)
        .run();
    assert_eq!(
        told(&report),
        ["error happy-path-only", "error unchecked-missing-row"]
    );
    assert_eq!(report.findings[1].subject, "GET /users::user");
}

#[test]
fn wishes_come_before_what_evidence_and_place_allow() {
    let wish = |settings: &mut Settings| {
        settings.severity = vec![
            ("schema".into(), Severity::Info),
            ("unreviewed-cascade".into(), Severity::Warning),
            ("secret".into(), Severity::Error),
        ];
    };
    let report = cascade()
        .finds("missing-fk-index", "lines.order_id", "a.sql", "select")
        .finds("hardcoded-secret", "KEY", "a.sql", "1")
        .settings(wish)
        .run();
    let expected = [
        "warning unreviewed-cascade",
        "info missing-fk-index",
        "warning hardcoded-secret",
    ];
    assert_eq!(told(&report), expected);
    let possible = |_: &Inputs, findings: &mut Vec<Finding>| {
        findings[0].confidence = Confidence::Possible;
    };
    assert_eq!(
        told(&cascade().edit(possible).run()),
        ["info unreviewed-cascade"]
    );
}

#[test]
fn paths_have_their_own_wishes() {
    let entry = |settings: &mut Settings| {
        let mut entry = PerPath::new(Pattern::new("legacy/**").unwrap());
        entry.severity = vec![("schema".into(), Severity::Info)];
        entry.ignore = vec!["handler".into()];
        settings.per_path = vec![entry];
    };
    let report = Trial::default()
        .file("legacy/a.sql", "x y")
        .file("a/a.sql", "x y")
        .finds("missing-fk-index", "a", "legacy/a.sql", "x")
        .finds("happy-path-only", "b", "legacy/a.sql", "y")
        .finds("missing-fk-index", "a", "a/a.sql", "x")
        .finds("happy-path-only", "b", "a/a.sql", "y")
        .settings(entry)
        .run();
    let expected = [
        "error missing-fk-index",
        "error happy-path-only",
        "info missing-fk-index",
    ];
    assert_eq!(told(&report), expected);
}

#[test]
fn tests_are_judged_mildly() {
    let mut inputs = Inputs::from_memory(
        BTreeMap::from([("a.py".into(), b"x".to_vec())]),
        &Settings::default(),
    );
    inputs.units[0].profile = Profile::Test;
    let settings = Settings::default();
    let places = Places::new(&inputs, &settings);
    let ceiling = |id: &str| {
        let rule = RULES.iter().find(|rule| rule.id == id).unwrap();
        places.ceiling(at(&inputs, "a.py", "x"), rule)
    };
    assert_eq!(ceiling("happy-path-only"), None);
    assert_eq!(ceiling("hardcoded-secret"), Some(Severity::Info));
    assert_eq!(ceiling("unused-directive"), Some(Severity::Error));
}

fn review(action: Option<&str>) -> Review {
    Review {
        rule: "unreviewed-cascade".into(),
        subject: "lines.order_id".into(),
        reason: "lines belong to orders".into(),
        action: action.map(str::to_owned),
        span: Span::new(0, 12),
        text: Span::new(0, 12),
    }
}

fn with_review(trial: Trial, review: Review) -> Report {
    let config = SourceFile::new("aicheck.toml", "[[reviewed]]\n", Encoding::Utf8);
    let file = Some(Arc::new(config));
    trial
        .settings(|settings| {
            settings.reviewed = vec![review];
            settings.file = file;
        })
        .run()
}

#[test]
fn an_entry_settles_its_subject_while_the_clause_stays() {
    for action in [None, Some("cascade"), Some("ON DELETE  CASCADE")] {
        let report = with_review(cascade(), review(action));
        assert_eq!(
            (told(&report), report.settled.len()),
            (vec![], 1),
            "{action:?}"
        );
    }
    let report = with_review(cascade(), review(Some("set null")));
    assert_eq!(
        told(&report),
        ["error unreviewed-cascade", "warning unused-directive"]
    );
    let stale = &report.findings[1];
    assert_eq!(
        report.inputs.files[stale.at.file.index()].path,
        "aicheck.toml"
    );
    assert_eq!(stale.labels.len(), 1, "it cites the clause");
}

#[test]
fn an_entry_about_nothing_is_told_where_everything_was_read() {
    let gone = || Review {
        subject: "gone.order_id".into(),
        ..review(None)
    };
    let nothing = || Trial::default().file("a.sql", "x");
    assert_eq!(
        told(&with_review(nothing(), gone())),
        ["warning unused-directive"]
    );
    let noted = nothing().note("a.sql", NoteId::UnparsedSql);
    assert_eq!(told(&with_review(noted, gone())), Vec::<String>::new());
    let mut focused = nothing();
    focused.focus = vec!["a.sql"];
    assert_eq!(told(&with_review(focused, gone())), Vec::<String>::new());
    let unreviewable = Review {
        rule: "missing-fk-index".into(),
        ..review(None)
    };
    assert_eq!(
        told(&with_review(nothing(), unreviewable)),
        ["warning invalid-directive"]
    );
}

#[test]
fn one_clause_of_two_databases_is_one_finding() {
    let twice = |inputs: &Inputs, findings: &mut Vec<Finding>| {
        let finding = |subject: &str| Finding {
            subject: subject.into(),
            at: at(inputs, "a.sql", "x"),
            ..findings[0].clone()
        };
        let read_twice = ["pg/a.b", "lite/a.b", "lite/a.c"].map(finding).to_vec();
        *findings = precedence::fold(read_twice, &["pg", "lite"]);
    };
    let report = Trial::default()
        .file("a.sql", "x")
        .finds("missing-fk-index", "", "a.sql", "x")
        .edit(twice)
        .run();
    let subjects: Vec<&str> = report.findings.iter().map(|f| f.subject.as_str()).collect();
    assert_eq!(subjects, ["lite/a.b", "lite/a.c"]);
}

#[test]
fn one_clause_of_several_tables_is_one_finding() {
    let several = |inputs: &Inputs, findings: &mut Vec<Finding>| {
        let finding = |subject: &str| Finding {
            subject: subject.into(),
            at: at(inputs, "a.sql", "x"),
            ..findings[0].clone()
        };
        let taken_over = ["a.price", "b.price", "b.cost", "c", "d.price"].map(finding);
        *findings = taken_over.to_vec();
    };
    let report = Trial::default()
        .file("a.sql", "x")
        .finds("missing-fk-index", "", "a.sql", "x")
        .edit(several)
        .run();
    let told = report.findings.iter().map(|finding| {
        let others = finding.message.split_once(';').map(|(_, others)| others);
        (finding.subject.as_str(), others)
    });
    let expected = [
        ("a.price", Some(" the same holds for `b.price`, `d.price`")),
        ("b.cost", None),
        ("c", None),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn a_focus_keeps_what_stands_there_or_cites_it() {
    let cites = |inputs: &Inputs, findings: &mut Vec<Finding>| {
        findings[1].labels.push(Label {
            at: at(inputs, "a.sql", "x"),
            message: "here".into(),
        });
    };
    let mut trial = Trial::default()
        .file("a.sql", "x")
        .file("b.sql", "y z")
        .finds("missing-fk-index", "in", "a.sql", "x")
        .finds("missing-fk-index", "cites", "b.sql", "y")
        .finds("missing-fk-index", "out", "b.sql", "z")
        .note("b.sql", NoteId::UnparsedSql)
        .edit(cites);
    trial.focus = vec!["a.sql"];
    let report = trial.run();
    let subjects: Vec<&str> = report.findings.iter().map(|f| f.subject.as_str()).collect();
    assert_eq!(subjects, ["in", "cites"]);
    assert_eq!(report.notes, []);
}

#[test]
fn fingerprints_survive_moved_lines_and_tell_equals_apart() {
    let prints = |text: &'static str| -> Vec<String> {
        let report = Trial::default()
            .file("a.sql", text)
            .finds("missing-fk-index", "a.b", "a.sql", "x")
            .finds("missing-fk-index", "a.b", "a.sql", "y")
            .finds("hardcoded-secret", "KEY", "a.sql", "z")
            .run();
        report
            .findings
            .into_iter()
            .map(|finding| finding.fingerprint)
            .collect()
    };
    let before = prints("x y z");
    assert_eq!(before, prints("\n\n  x\n y\n z"));
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(before[0], "be7761f4312712dd");
}

#[test]
fn masks_are_sorted_and_whole() {
    let inputs = Inputs::from_memory(
        BTreeMap::from([("a.py".into(), b"0123456789".to_vec())]),
        &Settings::default(),
    );
    let suspect = |start, end| Suspect {
        value: Span::new(start, end),
        literal: Span::new(start, end),
        name: "KEY".into(),
        name_span: Span::new(0, 0),
        class: ValueClass::Secret,
        binding: Binding::Assignment,
        group: 0,
        purpose: Purpose::Signing,
        refused: false,
    };
    let outcome = FileOutcome {
        facts: Facts {
            secrets: vec![suspect(6, 8), suspect(1, 4), suspect(2, 3), suspect(4, 5)],
            ..Facts::default()
        },
        ..FileOutcome::default()
    };
    let spans: Vec<Span> = masks(&inputs, &[outcome])
        .iter()
        .map(|mask| mask.span)
        .collect();
    assert_eq!(spans, [Span::new(1, 5), Span::new(6, 8)]);
}

#[test]
fn an_internal_error_decides_the_exit_status() {
    let report = cascade().note("a.sql", NoteId::InternalError).run();
    assert_eq!((report.exit_status(), report.findings.len()), (2, 1));
}
