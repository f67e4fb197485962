//! Conditions and expressions of Django as SQL: only for people to read, and to tell which columns
//! they speak of.

use super::state::{Model, State};
use crate::facts::python::{Call, Operation, Value};
use crate::facts::schema::Dialect;

/// What stands for an expression that cannot be told in SQL.
pub(super) const UNTOLD: &str = "…";

/// A key of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The column, unless it is an expression.
    pub column: Option<String>,
    /// As SQL.
    pub text: String,
}

impl State {
    /// A default of the database's own as SQL.
    pub(super) fn literal(&self, value: &Value) -> String {
        let told = match value {
            Value::Call(call) => self.function(last(call)).map(str::to_owned),
            Value::Name(..) => None,
            value => literal(value),
        };
        told.unwrap_or_else(|| UNTOLD.to_owned())
    }

    /// A function of Django's that takes nothing, as SQL.
    fn function(&self, name: &str) -> Option<&'static str> {
        Some(match (name, self.dialect) {
            ("Now", Dialect::Postgres) => "STATEMENT_TIMESTAMP()",
            ("Now" | "TransactionNow", _) => "CURRENT_TIMESTAMP",
            ("RandomUUID", Dialect::Postgres) => "GEN_RANDOM_UUID()",
            ("Random", Dialect::Postgres) => "RANDOM()",
            _ => return None,
        })
    }

    /// A condition as SQL.
    pub(super) fn condition(&self, model: &Model, value: &Value) -> String {
        self.predicate(model, value)
            .unwrap_or_else(|| UNTOLD.to_owned())
    }

    fn predicate(&self, model: &Model, value: &Value) -> Option<String> {
        match value {
            Value::Call(call) if last(call) == "Q" => self.lookups(model, call),
            Value::Operation(operation) => self.joined(model, operation),
            _ => None,
        }
    }

    fn joined(&self, model: &Model, operation: &Operation) -> Option<String> {
        let sides = operation.operands.iter();
        let sides: Option<Vec<String>> = sides.map(|it| self.predicate(model, it)).collect();
        match (operation.operator.as_str(), sides?.as_slice()) {
            ("&", [left, right]) => Some(format!("{left} AND {right}")),
            ("|", [left, right]) => Some(format!("({left} OR {right})")),
            ("~", [inner]) => Some(format!("NOT ({inner})")),
            _ => None,
        }
    }

    /// `Q(a=1, b__isnull=True)`; migrations write `Q(("a", 1), ("b", 2), _connector="OR")`.
    fn lookups(&self, model: &Model, call: &Call) -> Option<String> {
        let mut parts = Vec::new();
        for value in &call.args {
            parts.push(match value {
                Value::List(pair) => match pair.as_slice() {
                    [Value::Str(name, _), value] => self.lookup(model, name, value)?,
                    _ => return None,
                },
                value => self.predicate(model, value)?,
            });
        }
        let (mut connector, mut negated) = ("AND", false);
        for keyword in &call.keywords {
            match (keyword.name.as_str(), &keyword.value) {
                ("_connector", Value::Str(word, _)) => connector = word,
                ("_negated", Value::Bool(value)) => negated = *value,
                (name, value) => parts.push(self.lookup(model, name, value)?),
            }
        }
        let text = match (connector, parts.as_slice()) {
            (_, []) => return None,
            (_, [part]) => part.clone(),
            ("AND", parts) => parts.join(" AND "),
            ("OR", parts) => format!("({})", parts.join(" OR ")),
            _ => return None,
        };
        Some(if negated {
            format!("NOT ({text})")
        } else {
            text
        })
    }

    fn lookup(&self, model: &Model, name: &str, value: &Value) -> Option<String> {
        let (field, lookup) = name.split_once("__").unwrap_or((name, "exact"));
        let column = self.column(model, field);
        let operator = match (lookup, value) {
            ("isnull", Value::Bool(true)) | ("exact", Value::None) => {
                return Some(format!("{column} IS NULL"));
            }
            ("isnull", Value::Bool(false)) => return Some(format!("{column} IS NOT NULL")),
            ("in", Value::List(values)) => {
                let values: Option<Vec<String>> = values.iter().map(literal).collect();
                return Some(format!("{column} IN ({})", values?.join(", ")));
            }
            ("exact", _) => "=",
            ("gt", _) => ">",
            ("gte", _) => ">=",
            ("lt", _) => "<",
            ("lte", _) => "<=",
            _ => return None,
        };
        let value = match value {
            Value::Call(call) => self.expression(model, call)?.text,
            value => literal(value)?,
        };
        Some(format!("{column} {operator} {value}"))
    }

    /// A key of an index: a field, `-field`, or an expression.
    pub(super) fn key(&self, model: &Model, value: &Value) -> Key {
        let key = match value {
            Value::Str(name, _) => {
                let (name, order) = match name.strip_prefix('-') {
                    Some(name) => (name, " DESC"),
                    None => (name.as_str(), ""),
                };
                let column = self.column(model, name);
                Some(Key {
                    text: format!("{column}{order}"),
                    column: Some(column),
                })
            }
            Value::Call(call) => self.expression(model, call),
            _ => None,
        };
        key.unwrap_or_else(|| Key {
            column: None,
            text: UNTOLD.to_owned(),
        })
    }

    fn expression(&self, model: &Model, call: &Call) -> Option<Key> {
        let argument = || Some(self.key(model, call.args.first()?));
        match (last(call), &call.receiver) {
            ("F", _) | ("OrderBy" | "OpClass" | "Collate", _) => argument(),
            ("desc", Some(inner)) => {
                let key = self.expression(model, inner)?;
                Some(Key {
                    text: format!("{} DESC", key.text),
                    ..key
                })
            }
            ("asc", Some(inner)) => self.expression(model, inner),
            ("Lower" | "Upper" | "Trim" | "Length" | "Abs", _) => Some(Key {
                column: None,
                text: format!("{}({})", last(call).to_lowercase(), argument()?.text),
            }),
            _ => None,
        }
    }
}

/// The last part of what is called.
fn last(call: &Call) -> &str {
    let name = call.callee.rsplit('.').next();
    name.unwrap_or(&call.callee)
}

fn literal(value: &Value) -> Option<String> {
    Some(match value {
        Value::Str(text, _) => format!("'{}'", text.replace('\'', "''")),
        Value::Int(number) => number.to_string(),
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::Name(name, _) => name.clone(),
        _ => return None,
    })
}
