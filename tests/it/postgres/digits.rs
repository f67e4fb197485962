//! Which new types cut off what rows hold, asked of the server: each value of each type goes to each
//! other type and back. destructive-change must tell of those that do not come back, and of no others.

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;

use super::server::Server;

/// Types, and values that use what they can hold. Of numbers in floating point those that people
/// write: six digits, or fifteen.
const TYPES: &[(&str, &[&str])] = &[
    ("smallint", &["12345"]),
    ("integer", &["123456789", "7"]),
    ("bigint", &["9007199254740993", "123456789", "7"]),
    ("numeric", &["1.2345678901234567890123", "12.5", "7"]),
    ("numeric(5, 2)", &["123.45", "7.00"]),
    ("numeric(12, 2)", &["1234567890.12", "7.25"]),
    (
        "numeric(20, 4)",
        &["1234567890123456.7891", "7.1234", "1.5000"],
    ),
    ("numeric(10)", &["1234567891", "7"]),
    ("numeric(6)", &["123456"]),
    ("real", &["1.25", "123.456", "16777216"]),
    (
        "double precision",
        &["1.23456789012345", "0.5", "123456789"],
    ),
    ("money", &["12.34"]),
    ("boolean", &["true", "false"]),
    ("varchar(10)", &["a"]),
    ("varchar(20)", &["a long label"]),
    ("text", &["a much longer text", "a"]),
    ("char(10)", &["a"]),
    ("date", &["2024-02-29"]),
    ("time", &["10:11:12.123456"]),
    ("time(0)", &["10:11:12"]),
    ("timetz", &["10:11:12.123456+03"]),
    ("timestamp", &["2024-02-29 10:11:12.123456"]),
    ("timestamp(3)", &["2024-02-29 10:11:12.123"]),
    ("timestamp(0)", &["2024-02-29 10:11:12"]),
    ("timestamptz", &["2024-02-29 10:11:12.123456+00"]),
    ("timestamptz(0)", &["2024-02-29 10:11:12+00"]),
    ("interval", &["3 days 04:05:06.123456"]),
    ("interval(0)", &["3 days 04:05:06"]),
    ("uuid", &["123e4567-e89b-12d3-a456-426614174000"]),
    ("inet", &["10.1.2.3/8"]),
    ("cidr", &["10.0.0.0/8"]),
    ("bytea", &["\\x0102"]),
    ("jsonb", &["{\"a\": 1}"]),
];

/// Decisions: PostgreSQL calls these lossy, and nothing is said. Floating point becomes a number of
/// so many digits where it should have been one, as float-money advises; a text that is read as a number
/// may be written otherwise, as `07`, and an explicit conversion cuts it to the limit. Money has no way
/// back to whole numbers, which it holds.
fn is_left_out(from: &str, to: &str) -> bool {
    let floats = ["real", "double precision"];
    let is_text = |ty: &str| {
        ["varchar", "text", "char("]
            .iter()
            .any(|it| ty.starts_with(it))
    };
    floats.contains(&from)
        && (to.starts_with("numeric") && to != "numeric(10)" && to != "numeric(6)")
        || is_text(from)
        || to == "money" && from.ends_with("int") | (from == "integer")
}

const LOST: &str = "
SET timezone = 'UTC';
CREATE FUNCTION lost(old text, new text, value text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE is_lost boolean;
BEGIN
    EXECUTE format('CREATE TEMPORARY TABLE held (was %1$s, v %1$s)', old);
    EXECUTE format('INSERT INTO held VALUES (%L::%s, %1$L::%2$s)', value, old);
    BEGIN
        EXECUTE format('ALTER TABLE held ALTER v TYPE %s', new);
    EXCEPTION WHEN datatype_mismatch THEN
        EXECUTE format('ALTER TABLE held ALTER v TYPE %s USING v::%1$s', new);
    END;
    BEGIN
        EXECUTE format('SELECT v::%s::text IS DISTINCT FROM was::text FROM held', old) INTO is_lost;
    EXCEPTION WHEN OTHERS THEN
        is_lost := true;
    END;
    DROP TABLE held;
    RETURN is_lost;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$;
";

/// Whether aicheck tells of it.
fn is_told(from: &str, to: &str) -> bool {
    let file = |name: &str, text: String| (format!("migrations/{name}").into(), text.into_bytes());
    let files = [
        file(
            "001.sql",
            format!("CREATE TABLE t (id bigint PRIMARY KEY, v {from});\n"),
        ),
        file(
            "002.sql",
            format!("ALTER TABLE t ALTER COLUMN v TYPE {to} USING v::{to};\n"),
        ),
    ]
    .into();
    let settings = Settings::default();
    let report = engine::check(Inputs::from_memory(files, &settings), &settings);
    let mut findings = report.findings.iter();
    findings.any(|finding| finding.rule == "destructive-change")
}

#[test]
fn types_that_cut_off_are_told_and_no_others() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database();
    let mut pairs = Vec::new();
    let mut script = LOST.to_owned();
    for (from, values) in TYPES {
        for (to, _) in TYPES
            .iter()
            .filter(|(to, _)| to != from && !is_left_out(from, to))
        {
            pairs.push((*from, *to));
            let values = values.iter().map(|it| it.replace('\'', "''"));
            let calls: Vec<String> = values
                .map(|it| format!("(lost('{from}', '{to}', '{it}'))"))
                .collect();
            script += &format!(
                "SELECT bool_or(it) FROM (VALUES {}) v (it);\n",
                calls.join(", ")
            );
        }
    }
    let printed = server.psql(&database, &script).unwrap();
    let told: Vec<&str> = printed.lines().collect();
    assert_eq!(told.len(), pairs.len());
    let mut wrong = Vec::new();
    for ((from, to), told) in pairs.iter().zip(&told) {
        let (lost, said) = (*told == "t", is_told(from, to));
        if lost != said {
            wrong.push(format!("{from} to {to}: lost: {lost}, told: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let lossy = told.iter().filter(|told| **told == "t").count();
    assert!(lossy >= 60 && told.len() > 700, "{lossy} of {}", told.len());
}
