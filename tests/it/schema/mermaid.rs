//! `--format mermaid`: what is drawn, and that every line is one that Mermaid reads.

use std::fs;

use aicheck::project::schema::Database;
use aicheck::report::schema::mermaid::{diagram, write};

use super::read;
use super::sql::{databases, everything};

#[test]
fn everything_is_drawn() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/schema/everything.out.mmd"
    );
    let text = diagram(&everything());
    if std::env::var_os("AICHECK_BLESS").is_some() {
        fs::write(path, &text).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    assert!(text == expected, "AICHECK_BLESS=1 rewrites it: {text}");
}

/// The diagram of one script, behind its heading.
fn drawn(text: &str) -> String {
    let (_, databases) = read(&[("schema.sql", text)]);
    let text = diagram(&databases[0]);
    text.split_once("erDiagram\n").unwrap().1.to_owned()
}

#[test]
fn relations_say_how_many_there_are() {
    assert_eq!(
        drawn(
            "create table p (id int primary key);
             create table many (p_id int not null references p);
             create table perhaps (p_id int references p);
             create table single (p_id int not null unique references p);
             create table part (p_id int references p, n int, primary key (p_id, n));
             create table same (p_id int primary key references p);
             create table indexed (p_id int not null references p);
             create unique index on indexed (p_id);
             create table partial (p_id int not null references p);
             create unique index on partial (p_id) where p_id > 0;"
        ),
        "    indexed {
        integer p_id FK, UK
    }
    \"many\" {
        integer p_id FK
    }
    p {
        integer id PK
    }
    part {
        integer p_id PK, FK
        integer n PK
    }
    partial {
        integer p_id FK
    }
    perhaps {
        integer p_id FK
    }
    same {
        integer p_id PK, FK
    }
    single {
        integer p_id FK, UK
    }
    p ||..o| indexed : \"p_id\"
    p ||..o{ \"many\" : \"p_id\"
    p ||--o{ part : \"p_id\"
    p ||..o{ partial : \"p_id\"
    p |o..o{ perhaps : \"p_id\"
    p ||--o| same : \"p_id\"
    p ||..o| single : \"p_id\"
"
    );
}

#[test]
fn names_that_mermaid_does_not_read_are_changed() {
    assert_eq!(
        drawn(
            "create table \"End\" (\"PK\" int, \"1st\" text, \"a \"\"b\" mood, \"größe\" numeric(4,1));
             create table \"50%\" (e \"my.Type\"[]);"
        ),
        "    \"50_\" {
        my_Type[] e
    }
    \"End\" {
        integer _PK \"PK\"
        text _1st \"1st\"
        mood a__b \"a _b\"
        numeric(4_1) gr__e \"größe\"
    }
"
    );
}

#[test]
fn several_databases_are_a_document() {
    let (_, found) = read(&[
        ("a/schema.sql", "create table t (id int primary key);"),
        ("b/schema.sql", "create table t (id int primary key);"),
    ]);
    let entity = "erDiagram\n    t {\n        integer id PK\n    }\n";
    assert_eq!(
        write(&found.iter().collect::<Vec<_>>()),
        format!(
            "## a (postgres)\n\n```mermaid\n%% Database a: postgres, 1 table.\n{entity}```\n\n\
             ## b (postgres)\n\n```mermaid\n%% Database b: postgres, 1 table.\n{entity}```\n"
        )
    );
}

#[test]
fn what_is_too_large_is_drawn_without_columns() {
    let text = |tables: usize, columns: usize| {
        let columns: String = (0..columns).map(|nth| format!(", c{nth} text")).collect();
        let table = |nth: usize| {
            format!("create table t{nth} (id int primary key, t_id int references t0{columns});")
        };
        let (_, found) = read(&[("schema.sql", &(0..tables).map(table).collect::<String>())]);
        diagram(&found[0])
    };
    let keys = text(400, 20);
    assert!(keys.len() <= 50_000, "{}", keys.len());
    assert!(keys.contains("only those of keys are drawn"));
    assert!(keys.contains("integer t_id FK") && !keys.contains("c1"));
    let names = text(900, 0);
    assert!(names.contains("only names are drawn"));
    assert!(names.contains("\n    t899\n") && names.contains("t0 |o..o{ t899 : \"t_id\""));
}

/// Whether a line is one of those that were tried on the parsers of Mermaid 10.9 and 11.17.
fn is_read(line: &str) -> bool {
    let is_name = |text: &str| {
        let quoted = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        match quoted {
            Some(text) => !text.is_empty() && !text.contains(['"', '%', '\\']),
            None => {
                text.starts_with(|c: char| c.is_ascii_alphabetic())
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            }
        }
    };
    let is_word = |text: &str, more: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c))
    };
    if let Some(attribute) = line.strip_prefix("        ") {
        let (attribute, comment) = attribute.split_once(" \"").unwrap_or((attribute, "x\""));
        let words: Vec<&str> = attribute.split(' ').collect();
        let marks = words.get(2..).unwrap_or_default();
        let known = |mark: &&str| matches!(mark.trim_end_matches(','), "PK" | "FK" | "UK");
        return words.len() > 1
            && is_word(words[0], "()[]")
            && is_word(words[1], "")
            && !known(&words[1])
            && marks.iter().all(known)
            && comment.len() > 1
            && comment.find('"') == Some(comment.len() - 1);
    }
    let Some(line) = line.strip_prefix("    ") else {
        return line == "erDiagram" || line.starts_with("%% ");
    };
    if let Some((ends, label)) = line.split_once(" : ") {
        let marks = [
            "||--o{", "||--o|", "|o--o{", "|o--o|", "||..o{", "||..o|", "|o..o{", "|o..o|",
        ];
        let mut found = marks
            .iter()
            .filter_map(|mark| ends.split_once(&format!(" {mark} ")));
        return is_name(label) && found.any(|(left, right)| is_name(left) && is_name(right));
    }
    line == "}" || is_name(line.strip_suffix(" {").unwrap_or(line))
}

#[test]
fn every_line_is_one_that_mermaid_reads() {
    let refused = |database: &Database| {
        let text = diagram(database);
        let line = text.lines().find(|line| !is_read(line));
        line.map(str::to_owned)
    };
    for (from, database) in databases() {
        assert_eq!(refused(&database), None, "{from}");
    }
    assert_eq!(refused(&everything()), None);
}
