//! Which new types cut off what rows hold, asked of the server: each value of each type goes to each
//! other type and back. destructive-change must tell of those that do not come back, and of no others.

use std::collections::BTreeSet;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;

use super::server::Server;

/// Types, and values that use what they can hold. Of numbers in floating point those that people
/// write: six digits, or fifteen.
const TYPES: &[(&str, &[&str])] = &[
    ("tinyint", &["123"]),
    ("smallint", &["12345"]),
    ("mediumint", &["1234567"]),
    ("int", &["123456789", "7"]),
    ("int unsigned", &["4000000001"]),
    ("bigint", &["9007199254740993", "123456789", "7"]),
    ("decimal", &["1234567891", "7"]),
    ("decimal(5, 2)", &["123.45", "7.00"]),
    ("decimal(12, 2)", &["1234567890.12", "7.25"]),
    (
        "decimal(20, 4)",
        &["1234567890123456.7891", "7.1234", "1.5000"],
    ),
    ("decimal(6)", &["123456"]),
    ("float", &["1.25", "123.456", "16777216"]),
    ("double", &["1.23456789012345", "0.5", "123456789"]),
    ("boolean", &["1"]),
    ("varchar(10)", &["a", "abcdefghij"]),
    ("varchar(20)", &["a long label"]),
    ("text", &["a much longer text", "a"]),
    ("char(10)", &["a"]),
    ("date", &["2024-02-29"]),
    ("time", &["10:11:12"]),
    ("time(6)", &["10:11:12.123456"]),
    ("datetime", &["2024-02-29 10:11:12"]),
    ("datetime(3)", &["2024-02-29 10:11:12.123"]),
    ("datetime(6)", &["2024-02-29 10:11:12.123456"]),
    ("timestamp", &["2024-02-29 10:11:12"]),
    ("timestamp(6)", &["2024-02-29 10:11:12.123456"]),
    ("enum('a', 'b')", &["b"]),
];

/// Decisions: nothing is said of values that become another kind of value, such as a time that
/// becomes a number, nor of floating point that becomes a number of so many digits, where it should have
/// been one.
fn is_left_out(from: &str, to: &str) -> bool {
    let begins = |ty: &str, words: &[&str]| words.iter().any(|word| ty.starts_with(word));
    let kind = |ty: &str| match ty {
        _ if begins(ty, &["varchar", "text", "char", "enum"]) => "text",
        _ if begins(ty, &["datetime", "timestamp"]) => "moment",
        _ if begins(ty, &["date", "time"]) => "part of a moment",
        _ => "number",
    };
    let is_part = [from, to].map(kind) == ["moment", "part of a moment"];
    let stays = kind(from) == kind(to) && from != "date" && to != "date";
    let is_scaled = to.starts_with("decimal(") && to.contains(',');
    !(stays || is_part) || begins(from, &["float", "double"]) && is_scaled
}

/// Whether aicheck tells of it.
fn is_told(from: &str, to: &str) -> bool {
    let file = |name: &str, text: String| (format!("migrations/{name}").into(), text.into_bytes());
    let made = format!("CREATE TABLE t (id bigint PRIMARY KEY, v {from}) ENGINE = InnoDB;\n");
    let changed = format!("ALTER TABLE t MODIFY v {to};\n");
    let files = [file("001.sql", made), file("002.sql", changed)].into();
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
    let mut script = String::new();
    let mut pairs = Vec::new();
    for (from, values) in TYPES {
        let others = TYPES.iter().map(|(to, _)| *to);
        for to in others.filter(|to| to != from && !is_left_out(from, to)) {
            for value in *values {
                script += &format!(
                    "CREATE OR REPLACE TABLE held (was {from}, v {from});\n\
                     INSERT INTO held VALUES ('{value}', '{value}');\n\
                     ALTER TABLE held MODIFY v {to};\n\
                     ALTER TABLE held MODIFY v {from};\n\
                     SELECT {} FROM held WHERE NOT was <=> v;\n",
                    pairs.len()
                );
            }
            pairs.push((*from, to));
        }
    }
    let lost = server.printed(&database, &script);
    let lost: BTreeSet<usize> = lost.lines().map(|line| line.parse().unwrap()).collect();
    let mut wrong = Vec::new();
    for (number, (from, to)) in pairs.iter().enumerate() {
        let (lost, said) = (lost.contains(&number), is_told(from, to));
        if lost != said {
            wrong.push(format!("{from} to {to}: lost: {lost}, told: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let (lost, asked) = (lost.len(), pairs.len());
    assert!(lost >= 40 && asked > 200, "{lost} of {asked}");
}
