//! A database as an entity relationship diagram, in the words that every Mermaid since 10 reads.

use super::heading;
use crate::project::schema::{Column, Database, ForeignKey, Table, TableKey};
use crate::report::clean::neutralise;

/// Databases: one as a diagram, several as a Markdown document of them.
pub fn write(databases: &[&Database]) -> String {
    let text = match databases {
        [] => "%% Nothing that was read makes a table.\nerDiagram\n".to_owned(),
        [database] => diagram(database),
        databases => {
            let parts: Vec<String> = databases.iter().map(|it| part(it)).collect();
            parts.join("\n")
        }
    };
    neutralise(&text).into_owned()
}

/// One part of a document.
fn part(database: &Database) -> String {
    let Database { name, dialect, .. } = database;
    let diagram = diagram(database);
    format!(
        "## {name} ({})\n\n```mermaid\n{diagram}```\n",
        dialect.as_str()
    )
}

/// How much of a table is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Columns,
    Keys,
    Names,
}

/// Mermaid draws no longer text, unless the page that holds it says otherwise.
const LONGEST: usize = 50_000;

/// The diagram of one database. Where it would be too long for Mermaid to draw, it is left to keys,
/// and then to names.
pub fn diagram(database: &Database) -> String {
    let mut text = String::new();
    for detail in [Detail::Columns, Detail::Keys, Detail::Names] {
        text = drawn(database, detail);
        if text.len() <= LONGEST {
            break;
        }
    }
    text
}

fn drawn(database: &Database, detail: Detail) -> String {
    let mut text = format!("%% {}\n", heading(database));
    match detail {
        Detail::Columns => {}
        Detail::Keys => text += "%% Too large for all columns: only those of keys are drawn.\n",
        Detail::Names => text += "%% Too large for columns: only names are drawn.\n",
    }
    if !database.open.is_empty() {
        let open = database.open.join(", ").replace(['\n', '\r'], " ");
        text += &format!("%% Not fully known: {open}\n");
    }
    text += "erDiagram\n";
    for table in database.tables.values() {
        text += &entity(database, table, detail);
    }
    for table in database.tables.values() {
        for fk in &table.foreign_keys {
            text += &relation(table, fk);
        }
    }
    text
}

fn entity(database: &Database, table: &Table, detail: Detail) -> String {
    let name = entity_name(&table.key);
    let columns = table.columns.iter().filter(|column| match detail {
        Detail::Columns => true,
        Detail::Keys => !marks(table, column).is_empty(),
        Detail::Names => false,
    });
    let lines: String = columns
        .map(|column| attribute(database, table, column))
        .collect();
    match lines.as_str() {
        "" => format!("    {name}\n"),
        lines => format!("    {name} {{\n{lines}    }}\n"),
    }
}

fn attribute(database: &Database, table: &Table, column: &Column) -> String {
    let ty = match &column.ty {
        Some((ty, _)) => type_word(&database.write_type(ty)),
        None => "unknown".to_owned(),
    };
    let name = word(&column.name);
    let mut line = format!("        {ty} {name}");
    let marks = marks(table, column);
    if !marks.is_empty() {
        line += &format!(" {}", marks.join(", "));
    }
    if name != column.name {
        line += &format!(" \"{}\"", quotable(&column.name));
    }
    line + "\n"
}

/// What keys say of a column; a key of several columns tells nothing of each.
fn marks(table: &Table, column: &Column) -> Vec<&'static str> {
    let holds = |columns: &[String]| columns.contains(&column.name);
    let is = |columns: &[String]| *columns == [column.name.clone()];
    let mut marks = Vec::new();
    if table.primary_key.iter().any(|key| holds(&key.columns)) {
        marks.push("PK");
    }
    if table.foreign_keys.iter().any(|fk| holds(&fk.columns)) {
        marks.push("FK");
    }
    let unique = table.uniques.iter().any(|key| is(&key.columns));
    let indexed = || {
        let mut whole = table
            .indexes
            .iter()
            .filter(|it| it.unique && it.predicate.is_none());
        whole.any(|it| it.columns == [Some(column.name.clone())])
    };
    if unique || indexed() {
        marks.push("UK");
    }
    marks
}

/// `parent ||--o{ child : "column"`: a null makes the parent optional, a key the child single, and
/// a key of which the columns are a part draws the line through.
fn relation(table: &Table, fk: &ForeignKey) -> String {
    let is_optional = |name: &String| table.column(name).is_none_or(|column| column.nullable);
    let parent = match fk.columns.iter().any(is_optional) {
        true => "|o",
        false => "||",
    };
    let same = |columns: &[String]| {
        columns.len() == fk.columns.len() && columns.iter().all(|it| fk.columns.contains(it))
    };
    let indexes = table.indexes.iter();
    let mut indexes = indexes.filter(|it| it.unique && it.predicate.is_none());
    let is_single = table.keys().any(|key| same(&key.columns))
        || indexes.any(|index| {
            let columns: Option<Vec<String>> = index.columns.iter().cloned().collect();
            columns.is_some_and(|columns| same(&columns))
        });
    let child = if is_single { "o|" } else { "o{" };
    let mut keys = table.primary_key.iter();
    let identifies = keys.any(|key| fk.columns.iter().all(|it| key.columns.contains(it)));
    let line = if identifies { "--" } else { ".." };
    format!(
        "    {} {parent}{line}{child} {} : \"{}\"\n",
        entity_name(&fk.parent),
        entity_name(&table.key),
        quotable(&fk.columns.join(", "))
    )
}

/// Words that mean something in a diagram of some version.
const RESERVED: [&str; 22] = [
    "accDescr",
    "accTitle",
    "and",
    "class",
    "classDef",
    "default",
    "direction",
    "end",
    "erDiagram",
    "many",
    "more",
    "o",
    "one",
    "only",
    "optionally",
    "or",
    "style",
    "subgraph",
    "title",
    "to",
    "u",
    "zero",
];

/// A plain name as it is, any other in quotes.
fn entity_name(key: &TableKey) -> String {
    let name = key.to_string();
    let is_reserved = RESERVED.iter().any(|word| word.eq_ignore_ascii_case(&name));
    if is_word(&name) && !is_reserved {
        return name;
    }
    format!("\"{}\"", quotable(&name))
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What stands in quotes may hold no quote, no comment and no end of line.
fn quotable(name: &str) -> String {
    name.replace(['"', '%', '\\', '\n', '\r'], "_")
}

/// A name of letters, digits and underlines.
fn word(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let word: String = name.chars().map(plain).collect();
    let is_key = matches!(word.as_str(), "PK" | "FK" | "UK");
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    match begins && !is_key {
        true => word,
        false => format!("_{word}"),
    }
}

/// A type as one word; the labels of an enum say too much for a diagram.
fn type_word(ty: &str) -> String {
    let ty = match ty.split_once("('") {
        Some((name, _)) => name,
        None => ty,
    };
    let ty = match ty.split_once(" with time zone") {
        // `timestamp(3) with time zone`
        Some((time, rest)) => {
            let at = time.find('(').unwrap_or(time.len());
            format!("{}tz{}{rest}", &time[..at], &time[at..])
        }
        None => ty.replacen("character varying", "varchar", 1),
    };
    let plain = |c: char| match c {
        '(' | ')' | '[' | ']' => c,
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    };
    let word: String = ty.replace('"', "").chars().map(plain).collect();
    match word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        true => word,
        false => format!("_{word}"),
    }
}
