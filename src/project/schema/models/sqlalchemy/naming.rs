//! The names that `MetaData(naming_convention=…)` gives to keys and indexes which have none.

use crate::facts::schema::{Constraint, ConstraintKind, Dialect, Ident, Index, TableName};
use crate::facts::sqlalchemy::names;
use crate::facts::sqlalchemy::term::{Call, Form};

/// Patterns by the kind of what they name: `ix`, `uq`, `ck`, `fk`, `pk`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Convention {
    patterns: Vec<(String, String)>,
}

impl Convention {
    /// The convention of a `MetaData(…)`.
    pub(super) fn of(metadata: &Call) -> Self {
        let mut patterns = Vec::new();
        if let Some(Form::Dict(pairs)) = metadata.given("naming_convention").map(|it| &it.form) {
            for (kind, pattern) in pairs {
                if let (Some(kind), Some(pattern)) = (kind.text(), pattern.text()) {
                    patterns.push((kind.to_owned(), pattern.to_owned()));
                }
            }
        }
        Self { patterns }
    }

    fn pattern(&self, kind: &str) -> Option<&str> {
        let mut patterns = self.patterns.iter();
        patterns
            .find(|(other, _)| other == kind)
            .map(|(_, pattern)| pattern.as_str())
    }

    /// Names a constraint, if the convention has something to say.
    pub(super) fn name(&self, constraint: &mut Constraint, table: &TableName, dialect: Dialect) {
        let (kind, columns, parent) = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } => ("pk", columns.as_slice(), None),
            ConstraintKind::Unique { columns, .. } => ("uq", columns.as_slice(), None),
            ConstraintKind::ForeignKey(fk) => {
                let column = fk.parent_columns.first().map(|column| column.name.as_str());
                (
                    "fk",
                    fk.columns.as_slice(),
                    Some((fk.parent.name.as_str(), column)),
                )
            }
            ConstraintKind::Check { .. } => ("ck", &[][..], None),
            ConstraintKind::Exclude(_) => return,
        };
        let Some(pattern) = self.pattern(kind) else {
            return;
        };
        let given = constraint.name.as_ref().map(|name| name.name.as_str());
        if given.is_some() && !pattern.contains("%(constraint_name)s") {
            return;
        }
        let columns: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let words = Words {
            table,
            columns: &columns,
            parent,
            given,
        };
        let name = words.fill(pattern).map(|name| Ident {
            name: names::truncated(&name, dialect),
            span: constraint.span,
        });
        constraint.name = name.or(constraint.name.take());
    }

    /// Names the index that `index=True` makes.
    pub(super) fn name_index(&self, index: &mut Index, dialect: Dialect) {
        let Some(pattern) = self.pattern("ix") else {
            return;
        };
        let columns = index.keys.iter().filter_map(|key| key.column.as_deref());
        let words = Words {
            table: &index.table,
            columns: &columns.collect::<Vec<_>>(),
            parent: None,
            given: None,
        };
        if let Some(name) = words.fill(pattern) {
            index.name = Some(Ident {
                name: names::truncated(&name, dialect),
                span: index.span,
            });
        }
    }
}

/// What the words of a pattern stand for.
struct Words<'w> {
    table: &'w TableName,
    columns: &'w [&'w str],
    parent: Option<(&'w str, Option<&'w str>)>,
    given: Option<&'w str>,
}

impl Words<'_> {
    /// The pattern with its words filled in; `None` if one of them means nothing here.
    fn fill(&self, pattern: &str) -> Option<String> {
        let mut name = String::new();
        let mut rest = pattern;
        while let Some((before, tail)) = rest.split_once("%(") {
            let (word, after) = tail.split_once(")s")?;
            name.push_str(before);
            name.push_str(&self.word(word)?);
            rest = after;
        }
        name.push_str(rest);
        Some(name)
    }

    fn word(&self, word: &str) -> Option<String> {
        let label = |column: &&str| match &self.table.schema {
            Some(schema) => format!("{schema}_{}_{column}", self.table.name),
            None => format!("{}_{column}", self.table.name),
        };
        Some(match word {
            "table_name" => self.table.name.clone(),
            "constraint_name" => self.given?.to_owned(),
            "referred_table_name" => self.parent?.0.to_owned(),
            "referred_column_0_name" => self.parent?.1?.to_owned(),
            "column_0_label" => label(self.columns.first()?),
            "column_0_name" | "column_0_key" => (*self.columns.first()?).to_owned(),
            "column_0N_name" | "column_0N_key" => self.columns.concat(),
            "column_0_N_name" | "column_0_N_key" => self.columns.join("_"),
            "column_0_N_label" => {
                let labels: Vec<String> = self.columns.iter().map(label).collect();
                labels.join("_")
            }
            _ => {
                let rest = word.strip_prefix("column_")?;
                let (nth, what) = rest.split_once('_')?;
                let column = self.columns.get(nth.parse::<usize>().ok()?)?;
                match what {
                    "name" | "key" => (*column).to_owned(),
                    "label" => label(column),
                    _ => return None,
                }
            }
        })
    }
}
