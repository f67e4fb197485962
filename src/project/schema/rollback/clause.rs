//! Which clause of a migration is about a part of the schema.

use super::{Side, Thing};
use crate::facts::schema::{
    AccessChange, AlterKind, CodeChange, SchemaChange, SchemaStatement, TableName,
};
use crate::source::{FileId, Loc, Span};

/// A clause with the names in it.
struct Clause<'a> {
    at: Span,
    table: Option<&'a str>,
    names: Vec<&'a str>,
}

impl<'a> Side<'a> {
    /// The clause that names the thing, else the first about its table, else none.
    pub(super) fn about(&self, thing: &Thing) -> Option<Loc> {
        let table = thing.table.as_ref().map(|key| key.name.as_str());
        let of_statement = |(file, it): &(FileId, &'a SchemaStatement)| {
            let file = *file;
            clauses(it).into_iter().map(move |clause| (file, clause))
        };
        let clauses: Vec<(FileId, Clause)> = self.0.iter().flat_map(of_statement).collect();
        let is_of = |clause: &Clause| clause.table.is_none() || clause.table == table;
        let names_it = |clause: &Clause| clause.names.contains(&thing.name.as_str());
        let near = |clause: &Clause| table.is_some() && clause.table == table;
        let found = clauses.iter().find(|(_, it)| is_of(it) && names_it(it));
        let (file, clause) = found.or_else(|| clauses.iter().find(|(_, it)| near(it)))?;
        Some(Loc {
            file: *file,
            span: clause.at,
        })
    }

    /// The first statement.
    pub(super) fn start(&self) -> Option<Loc> {
        let (file, first) = self.0.first()?;
        Some(Loc {
            file: *file,
            span: first.span,
        })
    }

    /// The new name that a column is given.
    pub(super) fn renames(&self, table: &str, column: &str) -> Option<&str> {
        self.0.iter().find_map(|(_, it)| match &it.change {
            SchemaChange::AlterTable {
                table: of, actions, ..
            } if of.name == table => actions.iter().find_map(|action| match &action.kind {
                AlterKind::RenameColumn { name, to } if name.name == column => {
                    Some(to.name.as_str())
                }
                _ => None,
            }),
            _ => None,
        })
    }
}

/// The clauses of a statement.
fn clauses(statement: &SchemaStatement) -> Vec<Clause<'_>> {
    let span = statement.span;
    match &statement.change {
        SchemaChange::CreateTable(create) => {
            let table = &create.table;
            vec![clause(table.span, Some(table), vec![&table.name])]
        }
        SchemaChange::AlterTable { table, actions, .. } => {
            let action = |kind, at| clause(at, Some(table), names(kind));
            actions.iter().map(|it| action(&it.kind, it.span)).collect()
        }
        SchemaChange::DropTable { tables, .. } => tables
            .iter()
            .map(|it| clause(it.span, Some(it), vec![&it.name]))
            .collect(),
        SchemaChange::RenameTable { table, to } => {
            vec![clause(span, Some(table), vec![&table.name, &to.name])]
        }
        SchemaChange::CreateIndex(index) => {
            let name = index.name.iter().map(|it| it.name.as_str()).collect();
            vec![clause(index.span, Some(&index.table), name)]
        }
        SchemaChange::DropIndex { names, .. } => names.iter().map(alone).collect(),
        SchemaChange::RenameIndex { name, to, .. } => {
            vec![clause(span, None, vec![&name.name, &to.name])]
        }
        SchemaChange::CreateType { name, .. }
        | SchemaChange::AlterType { name, .. }
        | SchemaChange::AlterView { name, .. } => vec![alone(name)],
        SchemaChange::CreateView(view) => vec![alone(&view.name)],
        SchemaChange::DropType { names, .. } | SchemaChange::DropView { names, .. } => {
            names.iter().map(alone).collect()
        }
        SchemaChange::Code(CodeChange::CreateFunction(it)) => vec![alone(&it.name)],
        SchemaChange::Code(CodeChange::DropFunctions { functions }) => {
            functions.iter().map(|(name, _)| alone(name)).collect()
        }
        SchemaChange::Access(AccessChange::CreatePolicy(policy)) => {
            vec![clause(span, Some(&policy.table), vec![&policy.name.name])]
        }
        SchemaChange::Access(AccessChange::DropPolicy { name, table }) => {
            vec![clause(span, Some(table), vec![&name.name])]
        }
        _ => Vec::new(),
    }
}

fn clause<'a>(at: Span, table: Option<&'a TableName>, names: Vec<&'a str>) -> Clause<'a> {
    let table = table.map(|table| table.name.as_str());
    Clause { at, table, names }
}

/// The names in an action.
fn names(kind: &AlterKind) -> Vec<&str> {
    match kind {
        AlterKind::AddColumn { column, .. } => vec![&column.name.name],
        AlterKind::DropColumn { name, .. }
        | AlterKind::ReplaceColumn { name, .. }
        | AlterKind::SetType { column: name, .. }
        | AlterKind::SetNotNull { column: name, .. }
        | AlterKind::SetDefault { column: name, .. }
        | AlterKind::SetIdentity { column: name, .. }
        | AlterKind::DropExpression { column: name }
        | AlterKind::DropConstraint { name, .. }
        | AlterKind::DropIndex { name } => vec![&name.name],
        AlterKind::RenameColumn { name, to }
        | AlterKind::RenameConstraint { name, to }
        | AlterKind::RenameIndex { name, to } => vec![&name.name, &to.name],
        AlterKind::AddConstraint(constraint) => {
            let name = constraint.name.iter();
            name.map(|name| name.name.as_str()).collect()
        }
        AlterKind::AddIndex(index) => index.name.iter().map(|it| it.name.as_str()).collect(),
        AlterKind::RenameTable { to } => vec![&to.name],
        _ => Vec::new(),
    }
}

fn alone(name: &TableName) -> Clause<'_> {
    clause(name.span, None, vec![&name.name])
}
