//! Whether two calls make fields that are the same to a database, as Django decides it: by what they
//! are given, but for arguments that only people and forms see.

use super::migrate::Migrator;
use crate::facts::python::{Call, Keyword, Value};

/// Arguments that are no matter of the database. What a relation leads to is told by its table.
const UNSEEN: [&str; 13] = [
    "blank",
    "choices",
    "db_column",
    "editable",
    "error_messages",
    "help_text",
    "limit_choices_to",
    "on_delete",
    "related_name",
    "related_query_name",
    "to",
    "validators",
    "verbose_name",
];

impl Migrator<'_> {
    pub(super) fn are_alike(&self, left: &Call, right: &Call) -> bool {
        fn last(call: &Call) -> Option<&str> {
            call.callee.rsplit('.').next()
        }
        fn seen(call: &Call) -> Vec<&Keyword> {
            let mut keywords: Vec<&Keyword> = call
                .keywords
                .iter()
                .filter(|keyword| !UNSEEN.contains(&keyword.name.as_str()))
                .collect();
            keywords.sort_by_key(|keyword| &keyword.name);
            keywords
        }
        let (ours, theirs) = (seen(left), seen(right));
        last(left) == last(right)
            && ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(left, right)| {
                left.name == right.name && self.are_equal(&left.value, &right.value)
            })
    }

    /// Whether two values are the same, wherever they stand.
    pub(super) fn are_equal(&self, left: &Value, right: &Value) -> bool {
        let all = |left: &[Value], right: &[Value]| {
            let mut pairs = left.iter().zip(right);
            left.len() == right.len() && pairs.all(|(left, right)| self.are_equal(left, right))
        };
        match (left, right) {
            (Value::Str(left, _), Value::Str(right, _)) => left == right,
            (Value::Name(left, _), Value::Name(right, _)) => left == right,
            (Value::List(left), Value::List(right)) => all(left, right),
            (Value::Joined(left), Value::Joined(right)) => all(left, right),
            (Value::Call(left), Value::Call(right)) => {
                let mut keywords = left.keywords.iter().zip(&right.keywords);
                left.callee == right.callee
                    && all(&left.args, &right.args)
                    && left.keywords.len() == right.keywords.len()
                    && keywords.all(|(left, right)| {
                        left.name == right.name && self.are_equal(&left.value, &right.value)
                    })
            }
            (Value::Dict(left), Value::Dict(right)) => {
                let mut pairs = left.iter().zip(right);
                left.len() == right.len()
                    && pairs.all(|(left, right)| {
                        self.are_equal(&left.0, &right.0) && self.are_equal(&left.1, &right.1)
                    })
            }
            (Value::Other(_), _) | (_, Value::Other(_)) => false,
            _ => left == right,
        }
    }
}
