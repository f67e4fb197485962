//! Conditions of a revision: which database runs it, what the schema holds already.

use super::scope::Scope;
use crate::facts::schema::Dialect;
use crate::facts::sqlalchemy::term::{Form, Term};
use crate::parse::python::{Field, Kind, Node};

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    /// It asks what the database holds.
    Guard,
    Unknown,
}

/// Judges a condition for the dialect of the revision.
pub(super) fn truth<'t>(scope: &mut Scope<'t>, node: Node<'t>) -> Truth {
    match node.kind() {
        Kind::ParenthesizedExpression => match node.operand() {
            Some(inner) => truth(scope, inner),
            None => Truth::Unknown,
        },
        Kind::NotOperator => match node.child(Field::Argument).map(|it| truth(scope, it)) {
            Some(Truth::Yes) => Truth::No,
            Some(Truth::No) => Truth::Yes,
            Some(other) => other,
            None => Truth::Unknown,
        },
        Kind::BooleanOperator => both(scope, node),
        _ => match simple(scope, node) {
            Some(true) => Truth::Yes,
            Some(false) => Truth::No,
            None if asks_the_database(scope, node) => Truth::Guard,
            None => Truth::Unknown,
        },
    }
}

fn both<'t>(scope: &mut Scope<'t>, node: Node<'t>) -> Truth {
    let side = |scope: &mut Scope<'t>, field| match node.child(field) {
        Some(side) => truth(scope, side),
        None => Truth::Unknown,
    };
    let left = side(scope, Field::Left);
    let right = side(scope, Field::Right);
    let is_and = node.child(Field::Operator).map(|operator| operator.text()) == Some("and");
    let (decides, neutral) = if is_and {
        (Truth::No, Truth::Yes)
    } else {
        (Truth::Yes, Truth::No)
    };
    match (left, right) {
        (one, other) if one == decides || other == decides => decides,
        (one, other) if one == neutral => other,
        (one, other) if other == neutral => one,
        (Truth::Guard, Truth::Guard) => Truth::Guard,
        _ => Truth::Unknown,
    }
}

/// A constant, or a question for the dialect.
fn simple<'t>(scope: &mut Scope<'t>, node: Node<'t>) -> Option<bool> {
    if let Form::Bool(constant) = scope.eval(node).form {
        return Some(constant);
    }
    if node.kind() == Kind::ComparisonOperator {
        return comparison(scope, node);
    }
    let text = node.text();
    if text.contains("is_offline_mode") || text.contains("as_sql") {
        return Some(false);
    }
    // `is_postgres()`, `is_sqlite`.
    let name = text.trim_end_matches("()").rsplit('.').next()?;
    let named = dialect(name.trim_start_matches('_').strip_prefix("is_")?)?;
    Some(named == scope.dialect)
}

/// `bind.dialect.name == "postgresql"`, `name in ("mysql", "mariadb")`.
fn comparison<'t>(scope: &mut Scope<'t>, node: Node<'t>) -> Option<bool> {
    let operands: Vec<Node<'t>> = node
        .children()
        .filter(|child| child.field() != Field::Operators)
        .collect();
    let operator = node.child(Field::Operators)?.text().to_owned();
    let [left, right] = operands[..] else {
        return None;
    };
    let sides = [scope.eval(left), scope.eval(right)];
    let names = sides.iter().find_map(dialects)?;
    let asked = expanded(scope, node);
    if ![
        "dialect", "db_type", "driver", "engine", "backend", "database",
    ]
    .iter()
    .any(|word| asked.contains(word))
    {
        return None;
    }
    let is_named = names.contains(&scope.dialect);
    match operator.as_str() {
        "==" | "in" | "is" => Some(is_named),
        "!=" | "not in" | "is not" => Some(!is_named),
        _ => None,
    }
}

/// The dialects a constant names; `None` if it names anything else.
fn dialects(term: &Term) -> Option<Vec<Dialect>> {
    let named = |term: &Term| dialect(term.text()?);
    term.elements()?.iter().map(named).collect()
}

fn dialect(word: &str) -> Option<Dialect> {
    match word.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" | "pg" => Some(Dialect::Postgres),
        "mysql" | "mariadb" => Some(Dialect::Mysql),
        "sqlite" | "sqlite3" => Some(Dialect::Sqlite),
        "mssql" | "sqlserver" => Some(Dialect::Mssql),
        _ => None,
    }
}

/// Words by which a condition asks what is there already.
const QUESTIONS: [&str; 22] = [
    "column_exists",
    "columns",
    "constraint_exists",
    "exists",
    "get_check_constraints",
    "get_columns",
    "get_foreign_keys",
    "get_indexes",
    "get_pk_constraint",
    "get_table_names",
    "get_unique_constraints",
    "has_column",
    "has_constraint",
    "has_index",
    "has_table",
    "information_schema",
    "inspect",
    "inspector",
    "pg_catalog",
    "pg_class",
    "pg_constraint",
    "sqlite_master",
];

fn asks_the_database(scope: &Scope, node: Node) -> bool {
    let text = expanded(scope, node).to_ascii_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut words = words.filter(|word| !word.is_empty());
    words.any(|word| QUESTIONS.contains(&word) || word.ends_with("_exists"))
}

/// The text of a condition with that of what its names stand for.
fn expanded(scope: &Scope, node: Node) -> String {
    const LIMIT: usize = 20_000;
    let mut text = node.text().to_owned();
    let mut seen = Vec::new();
    let mut from = 0;
    for _ in 0..3 {
        let words: Vec<String> = text[from..]
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        from = text.len();
        for word in words {
            if seen.contains(&word) || text.len() > LIMIT {
                continue;
            }
            let bound = scope.bound(&word).map(|term| term.span.of(scope.text));
            let meaning = bound.or_else(|| scope.function(&word).map(|node| node.text()));
            if let Some(meaning) = meaning {
                text.push(' ');
                text.push_str(meaning);
            }
            seen.push(word);
        }
    }
    text
}
