//! Types of the project's own: made, altered, renamed and dropped; columns follow.

use super::namespace::schema_name;
use super::replay::Replay;
use super::{Check, Column, Database, Table, TableKey, expression, names};
use crate::facts::schema::{
    Beside, Constraint, ConstraintKind, Domain as DomainClause, Expression, Ident, TableName,
    TypeChange, TypeDefinition, TypeName,
};
use crate::source::{Loc, Span};

/// A type that a statement made.
#[derive(Clone, Debug)]
pub struct Type {
    /// Its key.
    pub key: TableKey,
    /// The name in the statement that made it.
    pub at: Loc,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type is.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// One of some labels.
    Enum {
        /// The labels, in order.
        labels: Vec<String>,
    },
    /// Another name for a type.
    Domain(Domain),
    /// A composite type, a range, …
    Other {
        /// What follows its name, as written; `None` once it was altered.
        definition: Option<String>,
    },
}

/// A domain.
#[derive(Clone, Debug)]
pub struct Domain {
    /// The type it stands for, and where that is said.
    pub base: (TypeName, Loc),
    /// Refuses NULL.
    pub not_null: bool,
    /// The default.
    pub default: Option<Expression>,
    /// Its checks.
    pub checks: Vec<Check>,
}

impl Database {
    /// The type of the project's own that a column's type names.
    pub fn type_of(&self, ty: &TypeName) -> Option<&Type> {
        self.types.get(&self.type_key(&ty.base))
    }

    /// The key of a written type: a name without a schema may stand for the only one of that name.
    fn type_key(&self, written: &str) -> TableKey {
        let (schema, name) = written.rsplit_once('.').unwrap_or(("", written));
        let key = TableKey {
            schema: schema.to_owned(),
            name: name.to_owned(),
        };
        if !schema.is_empty() || self.types.contains_key(&key) {
            return key;
        }
        let bearers = self.links.bearers(name);
        let mut elsewhere =
            bearers.filter(|other| other.name == name && self.types.contains_key(other));
        match (elsewhere.next(), elsewhere.next()) {
            (Some(only), None) => only.clone(),
            _ => key,
        }
    }
}

impl Replay {
    pub(super) fn create_type(&mut self, name: &TableName, definition: &TypeDefinition) {
        let key = self.target(name);
        if self.guarded && self.database.types.contains_key(&key) {
            return;
        }
        let kind = match definition {
            TypeDefinition::Enum { labels } => TypeKind::Enum {
                labels: labels.clone(),
            },
            TypeDefinition::Domain(clause) => TypeKind::Domain(self.domain(&key, clause)),
            TypeDefinition::Other { definition } => TypeKind::Other {
                definition: Some(definition.text.clone()),
            },
        };
        self.give(&key, &key.name);
        let at = self.at(name.span);
        let made = Type {
            key: key.clone(),
            at,
            kind,
        };
        self.database.types.insert(key, made);
    }

    fn domain(&self, key: &TableKey, clause: &DomainClause) -> Domain {
        let mut domain = Domain {
            base: (clause.base.clone(), self.at(clause.base.span)),
            not_null: clause.not_null,
            default: clause.default.clone(),
            checks: Vec::new(),
        };
        for check in &clause.checks {
            domain.add_check(key, check, self.at(check.span));
        }
        domain
    }

    pub(super) fn alter_type(&mut self, name: &TableName, change: &TypeChange) {
        let key = self.resolve_type(name);
        match change {
            TypeChange::Rename { to } => self.move_type(&key, key.sibling(&to.name)),
            TypeChange::SetSchema { schema } => {
                let to = TableKey {
                    schema: schema_name(&schema.name),
                    name: key.name.clone(),
                };
                self.move_type(&key, to);
            }
            change => {
                let at = |span: Span| self.at(span);
                let at = match change {
                    TypeChange::AddConstraint(constraint) => at(constraint.span),
                    _ => at(name.span),
                };
                if let TypeChange::AddValue { label, .. } = change {
                    self.watch_label(&key, label, name.span);
                }
                if let TypeChange::RenameValue { label, to } = change {
                    self.rename_label(&key, label, to);
                }
                if let Some(altered) = self.database.types.get_mut(&key) {
                    altered.alter(change, at);
                }
            }
        }
    }

    /// Gives a type another name; columns and domains of it follow.
    pub(super) fn move_type(&mut self, key: &TableKey, to: TableKey) {
        // Code may have made it in a way that is not read; its columns follow all the same.
        let moved = self.database.types.remove(key);
        let (from, into) = (key.to_string(), to.to_string());
        // A column may be older than the type it names.
        let is_only = !self
            .database
            .types
            .contains_key(&TableKey::default().sibling(&key.name));
        let is_it = |base: &str| base == from || is_only && base == key.name;
        let spelled = self.database.write_table(&to);
        for table in self.all_tables_mut() {
            table.rename_type(key, &spelled);
            let types = table.columns.iter_mut().filter_map(|c| c.ty.as_mut());
            for (ty, _) in types.filter(|(ty, _)| is_it(&ty.base)) {
                ty.base.clone_from(&into);
            }
        }
        for other in self.database.types.values_mut() {
            if let TypeKind::Domain(domain) = &mut other.kind
                && is_it(&domain.base.0.base)
            {
                domain.base.0.base.clone_from(&into);
            }
            if let TypeKind::Other {
                definition: Some(definition),
            } = &mut other.kind
            {
                *definition = expression::rename_part(definition, key, &spelled);
            }
        }
        self.give(&to, &to.name);
        if let Some(mut moved) = moved {
            moved.key = to.clone();
            self.database.types.insert(to, moved);
        }
    }

    /// Defaults and conditions on columns of the enum follow.
    fn rename_label(&mut self, key: &TableKey, label: &str, to: &str) {
        let full = key.to_string();
        let of_enum = |column: &Column| {
            let base = column.ty.as_ref().map(|(ty, _)| ty.base.as_str());
            base.is_some_and(|base| base == full || base == key.name)
        };
        for table in self.all_tables_mut() {
            table.rename_label(of_enum, &quoted(label), &quoted(to));
        }
    }

    pub(super) fn drop_types(&mut self, names: &[TableName], cascade: bool) {
        for name in names {
            let key = self.resolve_type(name);
            self.drop_type(&key, cascade, name.span);
        }
    }

    /// With `CASCADE` the columns of the type go too.
    pub(super) fn drop_type(&mut self, key: &TableKey, cascade: bool, at: Span) {
        if self.database.types.remove(key).is_none() || !cascade {
            return;
        }
        let full = key.to_string();
        let of_type = |table: &Table| {
            let typed = table.columns.iter().filter(|column| {
                let base = column.ty.as_ref().map(|(ty, _)| ty.base.as_str());
                base.is_some_and(|base| base == full)
            });
            let names: Vec<String> = typed.map(|column| column.name.clone()).collect();
            (table.key.clone(), names)
        };
        let dropped: Vec<(TableKey, Vec<String>)> = self.all_tables().map(of_type).collect();
        for (table, columns) in dropped {
            for column in columns {
                self.drop_column(&table, &column, true, at);
            }
        }
    }

    /// The type a written name stands for.
    fn resolve_type(&self, name: &TableName) -> TableKey {
        self.find(name, |key| self.database.types.contains_key(key))
    }

    /// The type of a column; one of the project's own under its full name.
    pub(super) fn named_type(&self, ty: &TypeName) -> TypeName {
        let (schema, name) = match ty.base.rsplit_once('.') {
            Some((schema, name)) => (Some(schema.to_owned()), name),
            None => (None, ty.base.as_str()),
        };
        let mut named = ty.clone();
        if self.database.links.knows(name) {
            let key = self.resolve_type(&TableName {
                schema,
                name: name.to_owned(),
                span: ty.span,
            });
            if self.database.types.contains_key(&key) {
                named.base = key.to_string();
            }
        }
        named
    }
}

/// A text as a statement spells it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Type {
    fn alter(&mut self, change: &TypeChange, at: Loc) {
        match (&mut self.kind, change) {
            (TypeKind::Enum { labels }, TypeChange::AddValue { label, beside }) => {
                add_label(labels, label, beside.as_ref());
            }
            (TypeKind::Enum { labels }, TypeChange::RenameValue { label, to }) => {
                for found in labels.iter_mut().filter(|found| *found == label) {
                    found.clone_from(to);
                }
            }
            (TypeKind::Domain(domain), change) => domain.alter(&self.key, change, at),
            (TypeKind::Other { definition }, TypeChange::Opaque) => *definition = None,
            _ => {}
        }
    }
}

/// A label that is there already is not added again.
fn add_label(labels: &mut Vec<String>, label: &str, beside: Option<&Beside>) {
    if labels.iter().any(|known| known == label) {
        return;
    }
    let place = |other: &String| labels.iter().position(|known| known == other);
    let at = match beside {
        Some(Beside::Before(other)) => place(other),
        Some(Beside::After(other)) => place(other).map(|at| at + 1),
        None => None,
    };
    labels.insert(at.unwrap_or(labels.len()), label.to_owned());
}

impl Domain {
    fn alter(&mut self, key: &TableKey, change: &TypeChange, at: Loc) {
        match change {
            TypeChange::SetNotNull(not_null) => self.not_null = *not_null,
            TypeChange::SetDefault(default) => self.default.clone_from(default),
            TypeChange::AddConstraint(constraint) => self.add_check(key, constraint, at),
            TypeChange::DropConstraint(Ident { name, .. }) => {
                self.checks.retain(|check| check.name != *name);
            }
            TypeChange::RenameConstraint { name, to } => {
                for check in self.checks.iter_mut().filter(|c| c.name == name.name) {
                    check.name.clone_from(&to.name);
                }
            }
            _ => {}
        }
    }

    fn add_check(&mut self, key: &TableKey, constraint: &Constraint, at: Loc) {
        let ConstraintKind::Check { condition } = &constraint.kind else {
            return;
        };
        let name = match &constraint.name {
            Some(name) => name.name.clone(),
            None => names::choose(&key.name, None, "check", |name| {
                self.checks.iter().any(|check| check.name == name)
            }),
        };
        self.checks.push(Check {
            name,
            condition: condition.text.clone(),
            valid: !constraint.not_valid,
            at,
            own: true,
        });
    }
}
