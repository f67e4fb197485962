//! Operations of Alembic, as a revision writes them: for code to paste.

use super::TableKey;

/// `op.name("a", …)`, with the schema of the table where it has one.
pub fn operation(name: &str, arguments: &[String], table: &TableKey) -> String {
    let mut arguments = arguments.to_vec();
    if !table.schema.is_empty() {
        arguments.push(format!("schema={}", string(&table.schema)));
    }
    let line = format!("op.{name}({})", arguments.join(", "));
    match line.len() {
        ..=80 => line,
        _ => format!("op.{name}(\n    {},\n)", arguments.join(",\n    ")),
    }
}

/// A string.
pub fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A list of strings.
pub fn strings(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| string(text)).collect();
    format!("[{}]", texts.join(", "))
}
