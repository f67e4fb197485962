//! What holds for every input: no panic, places inside the text, the same bytes out.

use std::path::Path;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::facts::NoteId;
use aicheck::finding::Severity;
use aicheck::judge::Report;
use aicheck::report::json;
use aicheck::rule::Rule;
use aicheck::source::{FileId, Loc, Span};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde_json::Value;

use crate::folder::{Files, read};

fn all() -> Settings {
    Settings {
        show: Severity::Info,
        ..Settings::default()
    }
}

/// Every file below `fixtures`, one project of them all.
fn fixtures() -> Files {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))
}

fn rendered(inputs: Inputs, settings: &Settings) -> String {
    let mut out = Vec::new();
    json::write(&engine::check(inputs, settings), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn threads_and_file_order_change_nothing() {
    let settings = all();
    let inputs = || Inputs::from_memory(fixtures(), &settings);
    let expected = rendered(inputs(), &settings);
    for jobs in [1, 2, 7] {
        let settings = Settings { jobs, ..all() };
        assert_eq!(rendered(inputs(), &settings), expected, "{jobs} threads");
    }
    for seed in 1..4 {
        let shuffled = shuffled(inputs(), seed);
        assert_eq!(rendered(shuffled, &settings), expected, "order {seed}");
    }
}

/// The same inputs with files and units in some other order.
fn shuffled(inputs: Inputs, seed: u64) -> Inputs {
    let place = |index: usize| (index as u64 + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7;
    let mut order: Vec<usize> = (0..inputs.files.len()).collect();
    order.sort_by_key(|index| place(*index));
    let moved = |id: FileId| {
        let to = order.iter().position(|from| *from == id.index());
        FileId(to.unwrap() as u32)
    };
    let mut units = inputs.units;
    units.sort_by_key(|unit| place(unit.range.start + 31 * unit.file.index()));
    for unit in &mut units {
        unit.file = moved(unit.file);
    }
    let notes = inputs.notes.into_iter();
    Inputs {
        files: order
            .iter()
            .map(|index| inputs.files[*index].clone())
            .collect(),
        units,
        notes: notes.map(|(file, note)| (file.map(moved), note)).collect(),
        ..Inputs::default()
    }
}

/// Words that lead far into the parsers.
const WORDS: [&str; 48] = [
    "create table ",
    "alter table ",
    "t ",
    "(",
    ")",
    ",",
    ";",
    "\n",
    "id int primary key",
    "price float",
    "references t (id) on delete cascade",
    "add column ",
    "drop ",
    "index on t (id)",
    "'",
    "\"",
    "$$",
    "$a$",
    "/*",
    "*/",
    "--",
    "#",
    "`",
    "[",
    "]",
    "delimiter //\n",
    "\nGO\n",
    "copy t from stdin;\n",
    "\\.\n",
    "{{ x }}",
    "def f(a):\n    ",
    "async def ",
    "class A(B):\n    ",
    "return ",
    "x = ",
    "db.get(T, a)",
    "await ",
    "if x is None:",
    "try:\n",
    "except ",
    "@app.get('/{a}')\n",
    "f\"{a}\"",
    "\"\"\"",
    "PASSWORD = 'hunter2!x9'",
    "```sql a.sql\n",
    "```\n",
    "-- aicheck: allow float-money: r\n",
    "é\u{202e}\u{0}",
];

/// A real file from which a part is cut out, and a word put in its place.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let files: Vec<Vec<u8>> = fixtures().into_values().collect();
    let word = proptest::sample::select(&WORDS[..]);
    let places = (
        any::<proptest::sample::Index>(),
        any::<proptest::sample::Index>(),
    );
    (proptest::sample::select(files), places, word).prop_map(|(file, (from, length), word)| {
        let from = from.index(file.len() + 1);
        let to = (from + length.index(200)).min(file.len());
        [&file[..from], word.as_bytes(), &file[to..]].concat()
    })
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let words = proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..60);
    prop_oneof![
        words.prop_map(|words| words.concat().into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..300),
        damaged(),
    ]
}

fn bounded() -> ProptestConfig {
    ProptestConfig {
        cases: 300,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(bounded())]

    #[test]
    fn any_bytes_are_read_without_panic_and_places_lie_inside(bytes in text()) {
        let paths = ["a.sql", "m/001_a.up.sql", "a.py", "models.py", "a.md"];
        let files = paths.map(|path| (path.into(), bytes.clone()));
        let inputs = Inputs::from_memory(files.into(), &all());
        let units = inputs.units.clone();
        for unit in &units {
            let facts = serde_json::to_value(engine::map(unit)).unwrap();
            prop_assert_eq!(stray_span(&facts, &unit.text), None, "in {}", unit.path);
        }
        let report = engine::check(inputs, &all());
        prop_assert_eq!(broken(&report), None);
    }
}

/// A span somewhere inside that does not lie in the text, on character boundaries.
fn stray_span(value: &Value, text: &str) -> Option<String> {
    let object = value.as_object();
    if let Some(span) = object.and_then(|_| serde_json::from_value::<Span>(value.clone()).ok()) {
        let range = span.start as usize..span.end as usize;
        return text.get(range).is_none().then(|| format!("{span:?}"));
    }
    match value {
        Value::Array(values) => values.iter().find_map(|value| stray_span(value, text)),
        Value::Object(fields) => fields.values().find_map(|value| stray_span(value, text)),
        _ => None,
    }
}

/// What a report says that no report may say.
fn broken(report: &Report) -> Option<String> {
    let inside = |at: &Loc| {
        let text = &report.inputs.files[at.file.index()].text;
        text.get(at.span.start as usize..at.span.end as usize)
            .is_some()
    };
    let mut places = report.masks.clone();
    for finding in &report.findings {
        places.push(finding.at);
        places.extend(finding.labels.iter().map(|label| label.at));
    }
    places.extend(report.notes.iter().filter_map(|note| note.at));
    let stray = places.iter().find(|at| !inside(at));
    let panicked = report
        .notes
        .iter()
        .find(|note| note.id == NoteId::InternalError);
    stray
        .map(|at| format!("{at:?}"))
        .or(panicked.map(|note| format!("{note:?}")))
}

static FAULTY: [Rule; 2] = [
    Rule {
        id: "panics",
        family: "schema",
        page: "+++\nseverity = \"error\"\nreads = \"project\"\nlanguages = []\nsince = \"0\"\n+++\n",
        check: |_, _| panic!("on purpose"),
    },
    Rule {
        id: "works",
        family: "schema",
        page: "+++\nseverity = \"error\"\nreads = \"project\"\nlanguages = []\nsince = \"0\"\n+++\n",
        check: |project, sink| {
            let at = Loc {
                file: project.units[0].file,
                span: Span::new(0, 1),
            };
            sink.report(Severity::Error, at, "subject", "found");
        },
    },
];

#[test]
fn a_panic_in_one_rule_is_told_and_the_others_run() {
    let inputs = Inputs::from_memory([("a.sql".into(), b"select 1".to_vec())].into(), &all());
    let report = engine::check_with(&FAULTY, inputs, &all());
    let found: Vec<&str> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(found, ["works"]);
    let [note] = &report.notes[..] else {
        panic!("one note: {:?}", report.notes)
    };
    assert_eq!((note.id, note.at), (NoteId::InternalError, None));
    assert!(
        note.message.contains("panics"),
        "it names the rule: {}",
        note.message
    );
    assert!(
        !note.message.contains("on purpose"),
        "a panic may quote the source"
    );
    assert_eq!(report.exit_status(), 2);
}

/// What names the findings of a project across runs.
fn names(files: Files) -> Vec<String> {
    let settings = all();
    let report = engine::check(Inputs::from_memory(files, &settings), &settings);
    let mut names: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.rule, finding.fingerprint))
        .collect();
    names.sort();
    names
}

/// Another layout of a file: lines move, ends of lines change, SQL is indented anew.
fn laid_out(path: &str, text: &str, gaps: &[u8], crlf: bool) -> String {
    let mut gaps = gaps.iter().cycle();
    let is_sql = path.ends_with(".sql");
    let mut out = String::new();
    for line in text.lines() {
        let gap = usize::from(*gaps.next().unwrap_or(&0));
        out += &"\n".repeat(gap % 3);
        if is_sql && gap > 3 {
            out += "\t-- laid out anew\n  ";
        }
        out += &match is_sql {
            true => line.replace("    ", "\t\t"),
            false => line.to_owned(),
        };
        out.push('\n');
    }
    match crlf {
        true => out.replace('\n', "\r\n"),
        false => out,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    /// So a baseline knows a finding, and a host its alert, for as long as it is the same.
    #[test]
    fn fingerprints_survive_another_layout_and_other_files(
        fixture in prop::sample::select(vec!["shop-fastapi", "booking-flask", "clinic-django"]),
        gaps in prop::collection::vec(0_u8..6, 1..40),
        crlf in any::<bool>(),
        name in "[a-z]{1,8}",
    ) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
        let before = read(&folder);
        let mut after = Files::new();
        for (path, bytes) in &before {
            let text = std::str::from_utf8(bytes).unwrap();
            let text = match path.extension() {
                Some("sql" | "py") => laid_out(path.as_str(), text, &gaps, crlf),
                _ => text.to_owned(),
            };
            after.insert(path.clone(), text.into_bytes());
        }
        // Files that have nothing to do with it go by any name.
        after.insert(format!("docs/{name}.md").into(), b"# Notes\n".to_vec());
        after.insert(format!("scripts/{name}_0.py").into(), b"print(1)\n".to_vec());
        let expected = names(before);
        prop_assert!(expected.len() > 5, "{expected:?}");
        prop_assert_eq!(names(after), expected);
    }
}
