//! Renderings of hand-made reports: layout, folding, masking, hostile text.

use aicheck::discover::{FileKind, Inputs, Unit};
use aicheck::facts::NoteId;
use aicheck::finding::{Confidence, Finding, Severity};
use aicheck::judge::{Report, ReportNote, Settled, Settlement};
use aicheck::report::human::{self, Detail, Style};
use aicheck::source::{Encoding, FileId, Loc, SourceFile, Span};

pub(crate) fn report(files: &[(&str, &str)]) -> Report {
    let mut inputs = Inputs::default();
    for (index, (path, text)) in files.iter().enumerate() {
        let file = SourceFile::new(*path, *text, Encoding::Utf8);
        let id = FileId(index as u32);
        inputs.units.push(Unit::whole(id, &file, FileKind::Sql));
        inputs.files.push(file);
    }
    Report {
        inputs,
        findings: Vec::new(),
        notes: Vec::new(),
        masks: Vec::new(),
        settled: Vec::new(),
        decisions: Vec::new(),
        baselined: 0,
        outlived: 0,
        unchanged: 0,
        show: Severity::Warning,
        fail_on: Some(Severity::Error),
    }
}

/// The place of `needle` in a file of the report.
pub(crate) fn at(report: &Report, file: u32, needle: &str) -> Loc {
    let text = &report.inputs.files[file as usize].text;
    let start = text.find(needle).expect("the needle stands in the file");
    Loc {
        file: FileId(file),
        span: Span::new(start, start + needle.len()),
    }
}

fn span(start: usize, end: usize) -> Loc {
    Loc {
        file: FileId(0),
        span: Span::new(start, end),
    }
}

pub(crate) fn finding(rule: &'static str, at: Loc, message: &str) -> Finding {
    Finding {
        rule,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        at,
        message: message.into(),
        note: String::new(),
        labels: Vec::new(),
        help: String::new(),
        past: false,
        fix: None,
        subject: String::new(),
        also: Vec::new(),
        fingerprint: String::new(),
        former: Vec::new(),
    }
}

fn render(report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    human::write(report, style, &mut out).expect("a vector takes every write");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn plain(report: &Report) -> String {
    render(report, Style::default())
}

pub(crate) const MIGRATION: &str = "\
create table customers (
    id bigint primary key
);

create table orders (
    id bigint primary key,
    customer_id bigint not null references customers (id) on delete cascade
);
";

#[test]
fn evidence_is_shown_across_files() {
    let mut report = report(&[
        ("migrations/001_init.sql", MIGRATION),
        (
            "app/orders.py",
            "def remove(id: int):\n    db.execute(\"delete from customers where id = %s\", (id,))\n",
        ),
    ]);
    let mut finding = finding(
        "missing-fk-index",
        at(&report, 0, "references customers (id)"),
        "no index leads with orders.customer_id, so that every delete of a customer reads the whole table orders",
    );
    finding.note("this foreign key");
    finding.help("add an index in a new migration:\n    CREATE INDEX orders_customer_id_idx ON orders (customer_id);");
    finding.label(at(&report, 1, "delete from customers"), "deletes customers");
    finding.label(at(&report, 0, "customers"), "the parent");
    finding.label(
        at(&report, 0, "on delete cascade"),
        "takes the orders along",
    );
    report.findings.push(finding);
    assert_eq!(
        plain(&report),
        r#"error[missing-fk-index]

  × no index leads with orders.customer_id, so that every delete of a customer reads the whole
  │ table orders
   ╭─[migrations/001_init.sql:7:33]
 6 │     id bigint primary key,
 7 │     customer_id bigint not null references customers (id) on delete cascade
   ·                                 ────────────┬──────────── ────────┬────────
   ·                                             │                     ╰── takes the orders along
   ·                                             ╰── this foreign key
 8 │ );
   ╰────
   ╭─[migrations/001_init.sql:1:14]
 1 │ create table customers (
   ·              ────┬────
   ·                  ╰── the parent
 2 │     id bigint primary key
   ╰────
   ╭─[app/orders.py:2:17]
 1 │ def remove(id: int):
 2 │     db.execute("delete from customers where id = %s", (id,))
   ·                 ──────────┬──────────
   ·                           ╰── deletes customers
   ╰────
  help: add an index in a new migration:
            CREATE INDEX orders_customer_id_idx ON orders (customer_id);

✗ 1 error in 2 files.
  `aicheck explain missing-fk-index` says why
"#
    );
}

#[test]
fn secrets_are_masked_wherever_they_stand() {
    let mut report = report(&[(
        "settings.py",
        "import os\n\nDB_PASSWORD = \"hunter2-prod\"\n# it was hunter2-prod before\nADMIN = \"pässwörd\"\n",
    )]);
    let value = at(&report, 0, "hunter2-prod");
    let word = at(&report, 0, "pässwörd");
    report.masks = vec![value, word];
    let mut finding = finding(
        "hardcoded-secret",
        value,
        "the value of DB_PASSWORD is hunter2-prod",
    );
    finding.label(word, "here too, not hunter2-prod");
    finding.help("take hunter2-prod out");
    report.findings.push(finding);
    assert_eq!(
        plain(&report),
        r#"error[hardcoded-secret]

  × the value of DB_PASSWORD is ************
   ╭─[settings.py:3:16]
 3 │ DB_PASSWORD = "************"
   ·                ────────────
 4 │ # it was ************ before
 5 │ ADMIN = "**********"
   ·          ─────┬────
   ·               ╰── here too, not ************
   ╰────
  help: take ************ out

✗ 1 error in 1 file.
  `aicheck explain hardcoded-secret` says why
"#
    );
}

#[test]
fn hostile_text_is_neutralised() {
    let mut report = report(&[(
        "a\u{202e}b\x1b[2J.sql",
        "create table t (\r\n\tx float, -- \x1b[31m\u{202e}evil\x07\r\n\ty float\r\n);\r\n",
    )]);
    let mut finding = finding(
        "float-money",
        at(&report, 0, "evil"),
        "evil \x1b]0;title\x07 name",
    );
    finding.severity = Severity::Warning;
    finding.confidence = Confidence::Likely;
    finding.label(at(&report, 0, "y float"), "the \u{2066}label");
    report.findings.push(finding);
    report.notes.push(ReportNote {
        id: NoteId::UnparsedSql,
        at: Some(at(&report, 0, "x float")),
        message: "could not read \x1b[0m this".into(),
    });
    report.notes.push(ReportNote {
        id: NoteId::Unreadable,
        at: None,
        message: "x/y.sql: permission denied".into(),
    });
    assert_eq!(
        plain(&report),
        r#"warning[float-money] (likely)

  ⚠ evil ␛]0;title␇ name
   ╭─[a�b␛[2J.sql:2:20]
 1 │ create table t (
 2 │     x float, -- ␛[31m�evil␇
   ·                       ────
 3 │     y float
   ·     ───┬───
   ·        ╰── the �label
 4 │ );
   ╰────

Not fully understood, so not judged:
  a�b␛[2J.sql:2:2: could not read ␛[0m this
  x/y.sql: permission denied

⚠ 1 warning in 1 file.
  2 notes
  `aicheck explain float-money` says why
"#
    );
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text = format!("{}MARK{}", "é, ".repeat(40_000), " 'x'".repeat(40_000));
    let mut report = report(&[("dump.sql", &text)]);
    let mut finding = finding("float-money", at(&report, 0, "MARK"), "far right");
    finding.note("here");
    let end = text.len();
    finding.label(span(end - 3, end), "outside the window");
    report.findings.push(finding);
    assert_eq!(
        plain(&report),
        r#"error[float-money]

  × far right
   ╭─[dump.sql:1:120001]
 1 │ … é, é, é, é, é, é, é, é, é, é, é, é, é, MARK 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x' 'x'…
   ·                                          ──┬─                                                                            ▲
   ·                                            │                                                                             ╰── outside the window
   ·                                            ╰── here
   ╰────

✗ 1 error in 1 file.
  `aicheck explain float-money` says why
"#
    );
}

#[test]
fn long_places_are_marked_on_their_first_line() {
    let text = format!("def f():\n{}    end\n", "    x = 1\n".repeat(20));
    let mut report = report(&[("a.py", &text)]);
    let mut long = finding("happy-path-only", span(0, text.len()), "whole function");
    long.note("the handler");
    report.findings.push(long);
    let mut three = finding("happy-path-only", span(9, 38), "three lines");
    three.note("the three");
    three.label(span(13, 14), "x in it");
    report.findings.push(three);
    let end = text.len();
    report
        .findings
        .push(finding("happy-path-only", span(end, end), "end of file"));
    assert_eq!(
        plain(&report),
        r#"error[happy-path-only]

  × whole function
   ╭─[a.py:1:1]
 1 │ def f():
   · ────┬───
   ·     ╰── the handler
 2 │     x = 1
   ╰────

error[happy-path-only]

  × three lines
   ╭─[a.py:2:1]
 1 │     def f():
 2 │ ╭─▶     x = 1
   · │       ┬
   · │       ╰── x in it
 3 │ │       x = 1
 4 │ ├─▶     x = 1
   · ╰──── the three
 5 │         x = 1
   ╰────

error[happy-path-only]

  × end of file
    ╭─[a.py:23:1]
 22 │     end
 23 │
    · ▲
    ╰────

✗ 3 errors in 1 file.
  `aicheck explain happy-path-only` says why
"#
    );
}

#[test]
fn many_findings_that_are_one_decision_become_one_block() {
    let text: String = (1..=12)
        .map(|n| format!("{n} on delete cascade\n"))
        .collect();
    let mut report = report(&[("a.sql", &text), ("b.sql", "on delete cascade\n")]);
    for n in 1..=12 {
        let place = at(&report, 0, &format!("{n} on delete cascade"));
        let message = match n {
            12 => "a message that is so long that it does not fit on the line that begins with its own place in the file".to_owned(),
            n => format!("message {n}"),
        };
        report
            .findings
            .push(finding("unreviewed-cascade", place, &message));
        let mut own = finding("missing-fk-index", place, &message);
        own.help(format!("create index {n}"));
        report.findings.push(own);
    }
    let elsewhere = at(&report, 1, "on delete cascade");
    report
        .findings
        .push(finding("unreviewed-cascade", elsewhere, "in another file"));
    let text = plain(&report);
    assert_eq!(
        text.matches("error[unreviewed-cascade]").count(),
        2,
        "{text}"
    );
    assert_eq!(
        text.matches("error[missing-fk-index]").count(),
        12,
        "{text}"
    );
    let folded = "  and 11 more in this file:\n     2:1  message 2\n     3:1  message 3\n";
    assert!(text.contains(folded), "{text}");
    let wrapped = "    12:1  a message that is so long that it does not fit on the line that begins with its own place\n          in the file\n\n";
    assert!(text.contains(wrapped), "{text}");
    assert!(text.contains("✗ 25 errors in 2 files."), "{text}");
}

#[test]
fn findings_that_one_repair_mends_are_told_by_their_places() {
    let text = "1 on delete cascade\n2 on delete cascade\n3 on delete cascade\n";
    let mut report = report(&[("a.sql", text), ("b.sql", text)]);
    for (file, n) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3)] {
        let place = at(&report, file, &format!("{n} on delete cascade"));
        let mut alike = finding("missing-await", place, &format!("message {n}"));
        alike.help("await it");
        report.findings.push(alike);
    }
    let text = plain(&report);
    assert_eq!(text.matches("error[missing-await]").count(), 1, "{text}");
    let rest = "  and 4 more, to be repaired alike:\n    a.sql: 2, 3\n    b.sql: 2, 3\n\n";
    assert!(text.contains(rest), "{text}");
    let style = Style {
        detail: Detail::Verbose,
        ..Style::default()
    };
    let told = render(&report, style);
    assert_eq!(told.matches("error[missing-await]").count(), 5, "{told}");
}

#[test]
fn no_findings_is_good_news() {
    let mut report = report(&[("a.sql", MIGRATION), ("b.sql", MIGRATION)]);
    let mut hidden = finding(
        "unreviewed-cascade",
        at(&report, 0, "on delete cascade"),
        "hidden",
    );
    hidden.severity = Severity::Info;
    assert_eq!(
        plain(&report),
        r#"✓ No findings in 2 files.
"#
    );
    report.findings.push(hidden);
    report.settled = settled(2);
    assert_eq!(
        plain(&report),
        r#"✓ No errors or warnings in 2 files.
  1 info hidden, see with --show info · 2 findings settled by a decision
"#
    );
    report.inputs = Inputs::default();
    report.findings.clear();
    assert_eq!(
        plain(&report),
        r#"No SQL, Python or draft to check here.
  2 findings settled by a decision
"#
    );
}

#[test]
fn notes_are_brief_unless_all_are_asked_for() {
    let mut report = report(&[("a.sql", MIGRATION)]);
    for n in 1..=8 {
        report.notes.push(ReportNote {
            id: NoteId::UnparsedSql,
            at: None,
            message: format!("note {n}"),
        });
    }
    let brief = plain(&report);
    assert!(brief.contains("note 5\n  … and 3 more"), "{brief}");
    let detail = |detail| Style {
        detail,
        ..Style::default()
    };
    assert!(render(&report, detail(Detail::Verbose)).contains("note 8"));
    assert_eq!(render(&report, detail(Detail::Quiet)), "");
}

#[test]
fn internal_errors_are_said_even_quietly() {
    let mut report = report(&[("a.sql", MIGRATION)]);
    report.notes.push(ReportNote {
        id: NoteId::InternalError,
        at: Some(at(&report, 0, "create")),
        message: "internal error while reading this".into(),
    });
    let style = Style {
        detail: Detail::Quiet,
        ..Style::default()
    };
    let quiet = render(&report, style);
    assert!(
        quiet.starts_with("error: a.sql:1:1: internal error while"),
        "{quiet}"
    );
    let normal = plain(&report);
    assert!(normal.starts_with(&quiet));
    assert!(
        normal.contains("✗ Not everything in 1 file could be checked."),
        "{normal}"
    );
    assert_eq!(report.exit_status(), 2);
}

#[test]
fn colours_are_escapes_around_the_same_text() {
    let mut report = report(&[("a.sql", MIGRATION)]);
    let place = at(&report, 0, "on delete cascade");
    report
        .findings
        .push(finding("unreviewed-cascade", place, "deletes orders"));
    let style = Style {
        color: true,
        ..Style::default()
    };
    let colored = render(&report, style);
    assert!(colored.contains("\x1b[31;1m"), "the place is red");
    let mut bare = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        bare.push_str(before);
        rest = after.split_once('m').expect("an escape ends with m").1;
    }
    bare.push_str(rest);
    assert_eq!(bare, plain(&report));
}

proptest::proptest! {
    /// Whatever the text and wherever the places: a report comes out, and every line of it is free
    /// of escapes and of the masked value.
    #[test]
    fn any_place_in_any_text_is_shown(
        text in "([a-zé漢💥 \t\u{200d}\u{1b}]|\r\n|\n|\r|\u{301}|\u{202e}|é{300}|hunter22){0,60}",
        other in "[a-z\n\t]{0,40}",
        places in proptest::collection::vec((0usize..900, 0usize..900), 1..6),
        width in 1usize..300,
    ) {
        let mut report = report(&[("a.sql", &text), ("b.py", &other)]);
        let loc = |(index, (from, to)): (usize, &(usize, usize))| {
            let file = index % 2;
            let text = &report.inputs.files[file].text;
            let place = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let (from, to) = (place(*from.min(to)), place(*from.max(to)));
            Loc { file: FileId(file as u32), span: Span::new(from, to) }
        };
        let places: Vec<Loc> = places.iter().enumerate().map(loc).collect();
        report.masks = text.match_indices("hunter22").map(|(at, value)| span(at, at + value.len())).collect();
        let mut found = finding("float-money", places[0], "a \x1b message");
        found.note("hunter22");
        for place in &places[1..] {
            found.label(*place, "a label\nof two lines");
        }
        report.findings.push(found);
        let text = render(&report, Style { width, ..Style::default() });
        let escapes = ['\x1b', '\r', '\u{202e}'];
        proptest::prop_assert!(!text.contains(escapes));
        proptest::prop_assert!(report.masks.is_empty() || !text.contains("hunter22"));
        proptest::prop_assert!(text.contains("1 error in 2 files."));
        proptest::prop_assert!(!text.contains("Failed to read"), "{}", text);
    }
}

/// So many findings that somebody settled.
pub(crate) fn settled(count: usize) -> Vec<Settled> {
    let by = Settlement {
        at: span(0, 1),
        in_source: true,
        reason: "measured".into(),
    };
    let finding = finding("unused-directive", span(0, 1), "settled");
    vec![Settled { finding, by }; count]
}
