//! sqlparser as a second reader of definitions: what both understand, both must understand alike.

use aicheck::facts::schema::{
    AlterKind, Column, Constraint, ConstraintKind, Dialect, Ident, SchemaChange,
};
use aicheck::facts::sql;
use aicheck::parse::sql::{Lexer, Statements, opinion};
use sqlparser::ast::{
    AlterColumnOperation, AlterTableOperation, ColumnDef, ColumnOption, CreateIndex, CreateTable,
    Expr, ForeignKeyConstraint, IndexColumn, ObjectName, RenameTableNameKind, Statement,
    TableConstraint,
};

/// A statement that both readers understood, and what each made of it.
pub(super) struct Disagreement {
    /// The statement.
    pub(super) text: String,
    /// What our reader says.
    pub(super) ours: Vec<String>,
    /// What sqlparser says.
    pub(super) theirs: Vec<String>,
}

/// The statements of a text on which the two readers disagree, and how many both understood.
pub(super) fn disagreements(dialect: Dialect, text: &str) -> (usize, Vec<Disagreement>) {
    let mut statements = Statements::new(Lexer::new(text, 0, dialect));
    let mut compared = 0;
    let mut found = Vec::new();
    while let Some(statement) = statements.next() {
        let Some(ast) = opinion::parse(statements.lexer(), &statement.tokens) else {
            continue;
        };
        let Some(mut theirs) = theirs(&ast) else {
            continue;
        };
        let range = statement.span.start as usize..statement.span.end as usize;
        let outcome = sql::read(text, range, Some(dialect));
        let changes = outcome.facts.schema.iter();
        let mut ours: Vec<String> = changes.flat_map(|s| our_change(&s.change)).collect();
        if dialect != Dialect::Postgres {
            // Only PostgreSQL tells names apart by case.
            ours.iter_mut()
                .chain(&mut theirs)
                .for_each(|told| *told = told.to_lowercase());
        }
        // Constraints of columns stand in different places of the two trees.
        ours.sort();
        theirs.sort();
        compared += 1;
        if ours != theirs {
            let text = statement.span.of(text).to_owned();
            found.push(Disagreement { text, ours, theirs });
        }
    }
    (compared, found)
}

fn our_change(change: &SchemaChange) -> Vec<String> {
    match change {
        SchemaChange::CreateTable(table) => {
            let mut told = vec![format!("table {}", table.table.name)];
            told.extend(table.columns.iter().map(our_column));
            told.extend(table.constraints.iter().filter_map(our_constraint));
            told
        }
        SchemaChange::CreateIndex(index) => vec![format!(
            "index on {} {} keys{}{}",
            index.table.name.to_lowercase(),
            index.keys.len(),
            if index.unique { " unique" } else { "" },
            if index.predicate.is_some() {
                " partial"
            } else {
                ""
            },
        )],
        SchemaChange::AlterTable { actions, .. } => {
            let kinds = actions.iter().map(|action| &action.kind);
            kinds.flat_map(our_action).collect()
        }
        SchemaChange::Opaque { .. } => vec!["opaque".to_owned()],
        _ => Vec::new(),
    }
}

fn our_action(kind: &AlterKind) -> Vec<String> {
    match kind {
        AlterKind::AddColumn {
            column,
            constraints,
            ..
        } => {
            let mut told = vec![format!("add {}", our_column(column))];
            told.extend(constraints.iter().filter_map(our_constraint));
            told
        }
        AlterKind::AddConstraint(constraint) => our_constraint(constraint).into_iter().collect(),
        AlterKind::DropColumn { name, .. } => vec![format!("drop {}", name.name)],
        AlterKind::DropConstraint { name, .. } => vec![format!("drop constraint {}", name.name)],
        AlterKind::RenameColumn { name, to } => vec![format!("{} to {}", name.name, to.name)],
        AlterKind::RenameTable { to } => vec![format!("to {}", to.name.to_lowercase())],
        AlterKind::SetType { column, .. } => vec![format!("retype {}", column.name)],
        AlterKind::SetNotNull { column, not_null } => {
            vec![format!("{} not null {not_null}", column.name)]
        }
        AlterKind::SetDefault { column, default } => {
            vec![format!("{} default {}", column.name, default.is_some())]
        }
        AlterKind::Opaque => vec!["opaque".to_owned()],
        _ => Vec::new(),
    }
}

fn our_column(column: &Column) -> String {
    let ty = if column.ty.is_some() { " typed" } else { "" };
    let default = if column.default.is_some() {
        " default"
    } else {
        ""
    };
    format!("column {}{ty}{default}", column.name.name)
}

fn our_constraint(constraint: &Constraint) -> Option<String> {
    let names = |columns: &[Ident]| {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        names.join(",")
    };
    Some(match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } => format!("primary {}", names(columns)),
        ConstraintKind::Unique { columns, .. } => format!("unique {}", names(columns)),
        ConstraintKind::ForeignKey(key) => format!(
            "foreign {} to {}({}) delete {} update {}",
            names(&key.columns),
            key.parent.name.to_lowercase(),
            names(&key.parent_columns),
            key.on_delete
                .map_or(String::new(), |(action, _)| format!("{action:?}")),
            key.on_update
                .map_or(String::new(), |(action, _)| format!("{action:?}")),
        ),
        ConstraintKind::Check { .. } | ConstraintKind::Exclude(_) => return None,
    })
}

/// What sqlparser read, in the same words; `None` for what is not compared.
fn theirs(ast: &Statement) -> Option<Vec<String>> {
    match ast {
        Statement::CreateTable(table) => their_table(table),
        Statement::CreateIndex(index) => Some(vec![their_index(index)]),
        Statement::AlterTable(alter) => {
            let told = alter.operations.iter().map(their_operation);
            Some(told.collect::<Option<Vec<_>>>()?.concat())
        }
        _ => None,
    }
}

fn their_table(table: &CreateTable) -> Option<Vec<String>> {
    if table.query.is_some() || table.partition_of.is_some() {
        return None;
    }
    let mut told = vec![format!("table {}", their_name(&table.name))];
    for column in &table.columns {
        told.extend(their_column(column));
    }
    told.extend(table.constraints.iter().filter_map(their_constraint));
    Some(told)
}

fn their_index(index: &CreateIndex) -> String {
    format!(
        "index on {} {} keys{}{}",
        their_name(&index.table_name).to_lowercase(),
        index.columns.len(),
        if index.unique { " unique" } else { "" },
        if index.predicate.is_some() {
            " partial"
        } else {
            ""
        },
    )
}

fn their_operation(operation: &AlterTableOperation) -> Option<Vec<String>> {
    Some(match operation {
        AlterTableOperation::AddColumn { column_def, .. } => {
            let mut told = their_column(column_def);
            told[0] = format!("add {}", told[0]);
            told
        }
        AlterTableOperation::AddConstraint { constraint, .. } => {
            their_constraint(constraint).into_iter().collect()
        }
        AlterTableOperation::DropColumn { column_names, .. } => {
            let names = column_names.iter();
            names.map(|name| format!("drop {}", ident(name))).collect()
        }
        AlterTableOperation::DropConstraint { name, .. }
        | AlterTableOperation::DropForeignKey { name, .. } => {
            vec![format!("drop constraint {}", ident(name))]
        }
        AlterTableOperation::RenameColumn {
            old_column_name,
            new_column_name,
        } => vec![format!(
            "{} to {}",
            ident(old_column_name),
            ident(new_column_name)
        )],
        AlterTableOperation::RenameTable {
            table_name: RenameTableNameKind::To(name) | RenameTableNameKind::As(name),
        } => vec![format!("to {}", their_name(name).to_lowercase())],
        AlterTableOperation::AlterColumn { column_name, op } => {
            let column = ident(column_name);
            match op {
                AlterColumnOperation::SetNotNull => vec![format!("{column} not null true")],
                AlterColumnOperation::DropNotNull => vec![format!("{column} not null false")],
                AlterColumnOperation::SetDefault { .. } => vec![format!("{column} default true")],
                AlterColumnOperation::DropDefault => vec![format!("{column} default false")],
                AlterColumnOperation::SetDataType { .. } => vec![format!("retype {column}")],
                AlterColumnOperation::AddGenerated { .. } => Vec::new(),
            }
        }
        AlterTableOperation::EnableRowLevelSecurity
        | AlterTableOperation::OwnerTo { .. }
        | AlterTableOperation::ValidateConstraint { .. }
        | AlterTableOperation::RenameConstraint { .. } => Vec::new(),
        _ => return None,
    })
}

fn their_column(column: &ColumnDef) -> Vec<String> {
    let name = ident(&column.name);
    let mut default = "";
    let mut constraints = Vec::new();
    for option in &column.options {
        match &option.option {
            ColumnOption::Default(_) => default = " default",
            ColumnOption::PrimaryKey(_) => constraints.push(format!("primary {name}")),
            ColumnOption::Unique(_) => constraints.push(format!("unique {name}")),
            ColumnOption::ForeignKey(key) => constraints.push(their_key(&name, key)),
            _ => {}
        }
    }
    let typed = !matches!(column.data_type, sqlparser::ast::DataType::Unspecified);
    let ty = if typed { " typed" } else { "" };
    let mut told = vec![format!("column {name}{ty}{default}")];
    told.extend(constraints);
    told
}

fn their_constraint(constraint: &TableConstraint) -> Option<String> {
    Some(match constraint {
        TableConstraint::PrimaryKey(key) => format!("primary {}", keys(&key.columns)),
        TableConstraint::Unique(key) => format!("unique {}", keys(&key.columns)),
        TableConstraint::ForeignKey(key) => {
            let columns: Vec<String> = key.columns.iter().map(ident).collect();
            their_key(&columns.join(","), key)
        }
        TableConstraint::PrimaryKeyUsingIndex(_) => "primary ".to_owned(),
        TableConstraint::UniqueUsingIndex(_) => "unique ".to_owned(),
        _ => return None,
    })
}

fn their_key(columns: &str, key: &ForeignKeyConstraint) -> String {
    let parents: Vec<String> = key.referred_columns.iter().map(ident).collect();
    let action = |action: &Option<sqlparser::ast::ReferentialAction>| {
        action.map_or(String::new(), |action| format!("{action:?}"))
    };
    format!(
        "foreign {columns} to {}({}) delete {} update {}",
        their_name(&key.foreign_table).to_lowercase(),
        parents.join(","),
        action(&key.on_delete),
        action(&key.on_update),
    )
}

fn keys(columns: &[IndexColumn]) -> String {
    let names = columns.iter().map(|column| match &column.column.expr {
        Expr::Identifier(name) => ident(name),
        other => other.to_string(),
    });
    names.collect::<Vec<_>>().join(",")
}

fn ident(name: &sqlparser::ast::Ident) -> String {
    match name.quote_style {
        Some(_) => name.value.clone(),
        None => name.value.to_lowercase(),
    }
}

fn their_name(name: &ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map_or(String::new(), ident)
}
