//! The SQL front end on texts of any shape: no panic, places inside the text, cost linear in bytes,
//! and the same reading as sqlparser's where both understand.

mod oracle;

use aicheck::facts::schema::{Dialect, SchemaChange};
use aicheck::facts::{FileOutcome, NoteId, sql};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;
use serde_json::Value;

const DIALECTS: [Dialect; 4] = [
    Dialect::Postgres,
    Dialect::Mysql,
    Dialect::Sqlite,
    Dialect::Mssql,
];

fn read(dialect: Dialect, text: &str) -> FileOutcome {
    sql::read(text, 0..text.len(), Some(dialect))
}

/// The first span anywhere in the outcome that does not lie in the text, on characters.
pub(crate) fn stray_span(text: &str, outcome: &FileOutcome) -> Option<String> {
    let mut values = vec![serde_json::to_value(outcome).unwrap()];
    while let Some(value) = values.pop() {
        match value {
            Value::Object(fields) => {
                let place = |name: &str| fields.get(name).and_then(Value::as_u64);
                if let (Some(start), Some(end)) = (place("start"), place("end"))
                    && text.get(start as usize..end as usize).is_none()
                {
                    return Some(format!("{start}..{end}"));
                }
                values.extend(fields.into_iter().map(|(_, value)| value));
            }
            Value::Array(items) => values.extend(items),
            _ => {}
        }
    }
    None
}

/// Words that lead far into the readers of all dialects.
const WORDS: &str = "create|table|alter|drop|index|on|unique|if not exists|if exists|t|\"T\"|`t`|[t]|(|)|,|;|.|\
    id|int|varchar(9)|double precision|float|primary key|not null|null|default|references|check|\
    foreign key|on delete|cascade|set null|on update|constraint|add|column|rename|to|modify|change|\
    type|using|where|include|like|as|select|into|from|with|partition of|inherits|generated always as|\
    identity|serial|do|$$|$a$|begin|end|then|if|else|loop|execute|format(|'alter table t add a int'|\
    '|''|\\'|||+|e'|N'|delimiter //|//|delimiter ;|go|copy t from stdin|\\.|exec|sp_rename|call|p()|\
    create procedure p()|create function p()|language sql|set @x =|concat(|{{ x }}|{% if %}|${x}|%I|\
    :n|?|$1|--|/*|*/|#|/*!40101|engine = InnoDB|comment|-- +goose Down|-- migrate:up|\
    -- aicheck: allow a: b|é|\u{a0}|\u{feff}|\0|1.5e|..|::|[]|values|insert into t";

fn soup() -> impl Strategy<Value = String> {
    let words: Vec<&str> = WORDS.split('|').collect();
    let piece = prop_oneof![
        12 => select(words).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    let blank = select(vec![" ", "\n", "", "\r\n", "\r", "\t"]);
    prop::collection::vec((piece, blank), 0..120)
        .prop_map(|pieces| pieces.into_iter().map(|(word, gap)| word + gap).collect())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_read_and_places_lie_inside(text in soup()) {
        for dialect in DIALECTS {
            let outcome = read(dialect, &text);
            prop_assert_eq!(stray_span(&text, &outcome), None);
            prop_assert!(outcome.notes.len() <= 3, "{:?}", outcome.notes);
        }
    }

    #[test]
    fn parts_of_a_text_are_read_in_its_places(before in ".{0,20}", text in soup()) {
        let whole = format!("{before}{text}");
        let outcome = sql::read(&whole, before.len()..whole.len(), None);
        prop_assert_eq!(stray_span(&whole, &outcome), None);
        let alone = read(Dialect::Postgres, &text);
        prop_assert_eq!(outcome.facts.schema.len(), alone.facts.schema.len());
        prop_assert_eq!(outcome.notes.len(), alone.notes.len());
    }

    #[test]
    fn definitions_are_read_as_sqlparser_reads_them(text in definition()) {
        let (compared, found) = oracle::disagreements(Dialect::Postgres, &text);
        prop_assert_eq!(compared, 1, "sqlparser reads what this test writes: {}", text);
        if let Some(one) = found.first() {
            prop_assert_eq!(&one.ours, &one.theirs, "{}", one.text);
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-z0-9_]{0,6}x",
        "\"[A-Za-z ,;(]{1,6}\"",
        "[A-Z][a-z]{1,4}x"
    ]
}

/// A column's clause with options in any order.
fn column() -> impl Strategy<Value = String> {
    let types = select(vec![
        "int",
        "bigserial",
        "varchar(20)",
        "numeric(10, 2)",
        "double precision",
        "text[]",
        "float8",
        "timestamp(3) with time zone",
        "\"Role\"",
        "app.state",
        "character varying",
        "bytea",
    ]);
    let option = prop_oneof![
        Just("not null".to_owned()),
        Just("null".to_owned()),
        Just("default now()".to_owned()),
        Just("default 'a,b;)'::text".to_owned()),
        Just("default (1 + 2) * 3".to_owned()),
        Just("default -1.5".to_owned()),
        Just("unique".to_owned()),
        Just("check (a > 0 and b in (1, 2))".to_owned()),
        (name(), actions()).prop_map(|(name, actions)| format!("references {name} (a){actions}")),
        actions().prop_map(|actions| format!("constraint c references s.t{actions}")),
    ];
    (name(), types, prop::collection::vec(option, 0..4))
        .prop_map(|(name, ty, options)| format!("{name} {ty} {}", options.join(" ")))
}

fn actions() -> impl Strategy<Value = String> {
    let action = || {
        select(vec![
            "cascade",
            "restrict",
            "no action",
            "set null",
            "set default",
        ])
    };
    (prop::option::of(action()), prop::option::of(action())).prop_map(|(delete, update)| {
        let delete = delete.map_or(String::new(), |action| format!(" on delete {action}"));
        let update = update.map_or(String::new(), |action| format!("\n ON  UPDATE {action}"));
        delete + &update
    })
}

fn table_constraint() -> impl Strategy<Value = String> {
    prop_oneof![
        (name(), name()).prop_map(|(a, b)| format!("primary key ({a}, {b})")),
        (name(), name()).prop_map(|(a, b)| format!("constraint {a} unique ({b})")),
        (name(), name(), actions())
            .prop_map(|(a, b, actions)| format!("foreign key ({a}) references {b}{actions}")),
        name().prop_map(|a| format!("check ({a} <> '')")),
    ]
}

/// A definition in PostgreSQL, comments in between.
fn definition() -> impl Strategy<Value = String> {
    let element = prop_oneof![3 => column(), 1 => table_constraint()];
    let elements = prop::collection::vec(element, 1..8);
    let action = prop_oneof![
        column().prop_map(|column| format!("add column if not exists {column}")),
        column().prop_map(|column| format!("add {column}")),
        table_constraint().prop_map(|constraint| format!("add {constraint}")),
        name().prop_map(|name| format!("drop column {name} cascade")),
        name().prop_map(|name| format!("drop constraint if exists {name}")),
        name().prop_map(|name| format!("alter column {name} set not null")),
        name().prop_map(|name| format!("alter {name} type bigint using {name}::bigint")),
        name().prop_map(|name| format!("alter column {name} set default (1, 2)")),
    ];
    let alter = (name(), prop::collection::vec(action, 1..5));
    let keys = prop::collection::vec(
        prop_oneof![
            name(),
            name().prop_map(|n| format!("lower({n}) desc nulls last"))
        ],
        1..4,
    );
    prop_oneof![
        (name(), elements).prop_map(|(name, elements)| {
            format!("create table {name} (\n{}\n)", elements.join(", -- a, b\n"))
        }),
        alter.prop_map(|(name, actions)| {
            format!("alter table {name} {}", actions.join(" /* ; */,\n"))
        }),
        (name(), keys, any::<bool>()).prop_map(|(name, keys, partial)| {
            let rest = if partial { " where a is not null" } else { "" };
            format!(
                "create unique index i on {name} using btree ({}){rest}",
                keys.join(", ")
            )
        }),
    ]
}

#[test]
fn fixtures_are_read_as_sqlparser_reads_them() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders = vec![root];
    let mut compared = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                let text = std::fs::read_to_string(&path).unwrap();
                let (both, found) = oracle::disagreements(Dialect::Postgres, &text);
                compared += both;
                if let Some(one) = found.first() {
                    panic!(
                        "{}: {}\n{:#?}\n{:#?}",
                        path.display(),
                        one.text,
                        one.ours,
                        one.theirs
                    );
                }
            }
        }
    }
    assert!(compared > 10, "the fixtures hold definitions: {compared}");
}

/// Every text is large enough that cost beyond linear would show.
#[test]
fn hostile_texts_are_read_to_their_end() {
    let n = 20_000;
    let texts = [
        "(".repeat(n),
        format!(
            "create table a (b int check {}1{})",
            "(".repeat(n),
            ")".repeat(n)
        ),
        format!("select {}1{} into b from c", "(".repeat(n), ")".repeat(n)),
        format!("select a {} into b from c", "+ 1 ".repeat(100_000)),
        format!("alter table a {}", "add b int, ".repeat(n)),
        format!("create table a as select 1 {}", "union select 1 ".repeat(n)),
        format!("create index i on a ({}b)", "lower(".repeat(n)),
        format!(
            "update a set b = case {} end",
            "when 1 then case ".repeat(n)
        ),
        "'\\'".repeat(n),
        "\"".repeat(n + 1),
        "$a$ $b$ ".repeat(n),
        (0..n).map(|tag| format!("$a{tag}$ ")).collect(),
        "/* ".repeat(n),
        "/* */ /* ".repeat(n),
        "{{ {% ${ <% %( : ? ".repeat(n),
        "\0".repeat(n),
        "\r".repeat(n),
        "\u{feff}".repeat(n),
        "GO\n".repeat(n),
        ";".repeat(n),
        "begin case ".repeat(n),
        format!("create procedure p() {}", "begin case ".repeat(n)),
        "create function p() as $$ call p(); select p(); alter table a $$; call p(); "
            .repeat(2_000),
        "copy t from stdin;\n".repeat(n),
        "delimiter //\n".repeat(n),
        "do $$ ".repeat(n),
        format!(
            "do $$ begin {} end $$",
            "execute 'drop ' || a || ' b'; ".repeat(n / 10)
        ),
    ];
    for text in &texts {
        for dialect in DIALECTS {
            let outcome = read(dialect, text);
            assert_eq!(
                stray_span(text, &outcome),
                None,
                "{}",
                &text[..text.len().min(40)]
            );
        }
    }
}

#[test]
fn what_is_too_long_is_said() {
    let terms = format!(
        "create table a (b int default {} 1)",
        "1 + ".repeat(100_000)
    );
    let outcome = read(Dialect::Postgres, &terms);
    assert_eq!(outcome.notes[0].id, NoteId::UnparsedSql);
    assert!(matches!(
        &outcome.facts.schema.last().unwrap().change,
        SchemaChange::Opaque { tables } if tables[0].name == "a"
    ));
}

/// A dump of a database: definitions, rows in every form, then the keys.
#[test]
fn a_large_dump_keeps_its_definitions() {
    let mut dump = String::from("CREATE TABLE a (id bigint PRIMARY KEY, b text);\n");
    for row in 0..100_000 {
        dump += &format!("INSERT INTO a (id, b) VALUES ({row}, 'it''s; row {row}');\n");
    }
    dump += "COPY a (id, b) FROM stdin;\n";
    for row in 0..400_000 {
        dump += &format!("{row}\tit's; \"row\"\n");
    }
    dump += "\\.\nINSERT INTO a VALUES (0, 'x')";
    for row in 0..300_000 {
        dump += &format!(",\n({row}, 'row {row}')");
    }
    dump += ";\nALTER TABLE ONLY a ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES c (id);\n";
    assert!(dump.len() > 20_000_000, "{}", dump.len());
    let outcome = read(Dialect::Postgres, &dump);
    assert_eq!(outcome.notes, []);
    let texts: Vec<&str> = outcome
        .facts
        .schema
        .iter()
        .map(|s| s.span.of(&dump))
        .collect();
    assert_eq!(
        texts,
        [
            "CREATE TABLE a (id bigint PRIMARY KEY, b text)",
            "ALTER TABLE ONLY a ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES c (id)",
        ]
    );
}
