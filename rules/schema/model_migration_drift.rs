//! Models and migrations that disagree.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "model-migration-drift",
    family: "schema",
    page: include_str!("model_migration_drift.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for drift in database.drift(&project.databases) {
            let Some(at) = drift.model.or(drift.migration) else {
                continue;
            };
            let (severity, message) = told(database, &drift);
            let subject = project.subject(database, subject(&drift));
            let finding = sink
                .report(severity, at, subject, message)
                .confidence(super::confidence(database, drift.table))
                .help(help(database, &drift));
            if let Some(migration) = drift.migration.filter(|_| drift.model.is_some()) {
                finding.label(migration, label(&drift));
            }
        }
    }
}

fn subject(drift: &Drift) -> String {
    match &drift.what {
        Difference::UnmadeTable | Difference::UnknownTable => drift.table.key.to_string(),
        what => drift.table.subject(&columns(what)),
    }
}

fn columns(what: &Difference) -> Vec<String> {
    match what {
        Difference::UnmadeTable | Difference::UnknownTable => Vec::new(),
        Difference::UnmadeColumn(column)
        | Difference::UnknownColumn(column)
        | Difference::Nullability(column)
        | Difference::Type(column, _) => vec![column.name.clone()],
        Difference::UnmadeUnique(columns) => columns.clone(),
        Difference::OnDelete(fk, _) => fk.columns.clone(),
    }
}

fn told(database: &Database, drift: &Drift) -> (Severity, String) {
    let name = subject(drift);
    match &drift.what {
        Difference::UnmadeTable => (
            Severity::Warning,
            format!("no migration makes `{name}`: the first query of this model fails"),
        ),
        Difference::UnknownTable => (
            Severity::Info,
            format!("no model declares `{name}` any more, and no migration drops it"),
        ),
        Difference::UnmadeUnique(_) => (
            Severity::Warning,
            format!("the model says that `{name}` is unique, and no migration sees to it"),
        ),
        Difference::OnDelete(declared, fk) => (
            // What the model leaves out the database does.
            match declared.on_delete_at {
                Some(_) => Severity::Warning,
                None => Severity::Info,
            },
            format!(
                "when a row of `{}` is deleted, the model says {} for `{name}`, the migrations say {}",
                fk.parent,
                action(declared),
                action(fk)
            ),
        ),
        what => told_of_column(database, what, &name),
    }
}

fn told_of_column(database: &Database, what: &Difference, name: &str) -> (Severity, String) {
    let ty = |column: &Column| {
        let ty = column.ty.as_ref().map(|(ty, _)| database.write_type(ty));
        ty.unwrap_or_default()
    };
    let message = match what {
        Difference::UnmadeColumn(_) => {
            format!("no migration makes `{name}`: every query of this model fails")
        }
        Difference::UnknownColumn(column) if is_demanded(column) => format!(
            "the model does not know `{name}`, which is NOT NULL and has no default: every row that \
             it adds is refused"
        ),
        Difference::UnknownColumn(_) => {
            let message = format!("the model does not know `{name}`, which a migration makes");
            return (Severity::Info, message);
        }
        Difference::Nullability(declared) if declared.nullable => {
            format!("the model lets `{name}` be empty, the migrations make it NOT NULL")
        }
        Difference::Type(declared, column) => format!(
            "`{name}` is `{}` to the model and `{}` to the migrations",
            ty(declared),
            ty(column)
        ),
        _ => format!("the model says that `{name}` is never empty, the migrations let it be NULL"),
    };
    (Severity::Warning, message)
}

/// Whether a row that does not name the column is refused.
fn is_demanded(column: &Column) -> bool {
    let is_given = column.default.is_some() || column.generated.is_some();
    !column.nullable && !is_given && !column.auto_increment
}

fn action(fk: &ForeignKey) -> &'static str {
    match fk.on_delete {
        _ if fk.emulated => "NO ACTION",
        Action::NoAction => "NO ACTION",
        Action::Restrict => "RESTRICT",
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault => "SET DEFAULT",
    }
}

fn label(drift: &Drift) -> &'static str {
    match drift.what {
        Difference::UnmadeTable | Difference::UnknownTable => "",
        Difference::UnmadeColumn(_) => "the table is made here, without it",
        Difference::UnknownColumn(_) => "it is made here",
        Difference::UnmadeUnique(_) => "the table is made here",
        Difference::Nullability(_) | Difference::Type(..) | Difference::OnDelete(..) => {
            "the migrations say otherwise"
        }
    }
}

fn help(database: &Database, drift: &Drift) -> String {
    let orm = database.models.as_deref().and_then(|models| models.orm);
    let command = orm.map_or("", |orm| database.migrate(orm));
    let command = command.strip_prefix("then ").unwrap_or(command);
    let table = database.write_table(&drift.table.key);
    let statement = match &drift.what {
        Difference::UnmadeColumn(column) => column.ty.as_ref().map(|(ty, _)| {
            format!(
                "ALTER TABLE {table} ADD COLUMN {} {};",
                database.write_name(&column.name),
                database.write_type(ty)
            )
        }),
        Difference::UnmadeUnique(columns) => Some(format!(
            "CREATE UNIQUE INDEX {} ON {table} ({});",
            database.write_name(&database.free_index_name(&drift.table.key, columns)),
            database.write_columns(columns)
        )),
        _ => None,
    };
    match (command, statement) {
        ("", Some(statement)) => format!("add it in a migration:{}", code(&statement)),
        ("", None) => {
            "change the one that is wrong: the model, or the schema by a new migration".to_owned()
        }
        (command, _) => format!(
            "where the model is right, {command} writes what is missing; else mend the model"
        ),
    }
}
