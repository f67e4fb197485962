//! Tables and columns that a migration drops or renames while something of the project still uses them.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "drop-still-used",
    family: "migration",
    page: include_str!("drop_still_used.md"),
    check,
};

/// How many users are shown.
const SHOWN: usize = 5;

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for StillUsed { change, users } in project.still_used(database) {
            let code = users.iter().filter(|user| is_code(user));
            let code: Vec<User> = code.cloned().collect();
            match change.followed && !code.is_empty() {
                true => left_behind(project, database, change, &code, sink),
                false => dropped(project, database, change, &users, sink),
            }
        }
    }
}

fn is_code(user: &User) -> bool {
    matches!(user.kind, UserKind::Code { .. })
}

/// A change that takes away what something still uses.
fn dropped(
    project: &Project,
    database: &Database,
    change: &LiveChange,
    users: &[User],
    sink: &mut Sink,
) {
    let object = object(change);
    let subject = project.step(database, change.at, &object);
    let confidence = match users.iter().any(is_code) {
        // Its model says the same as the migration.
        true => Confidence::Certain,
        false if database.is_made_by_code() => Confidence::Likely,
        false => super::confidence(database, &change.table),
    };
    let message = message(&change.kind, &object, users);
    let finding = sink
        .report(Severity::Error, change.at, subject, message)
        .confidence(confidence)
        .note(note(&change.kind))
        .help(help(database, change, users));
    finding.past = change.followed;
    for user in users.iter().take(SHOWN) {
        finding.label(user.at, label(&user.kind));
    }
}

/// Code that asks a model for what went long ago: it fails today, so that it is what one would edit.
fn left_behind(
    project: &Project,
    database: &Database,
    change: &LiveChange,
    users: &[User],
    sink: &mut Sink,
) {
    let Some((first, others)) = users.split_first() else {
        return;
    };
    let object = object(change);
    let subject = project.step(database, change.at, &object);
    let (gone, help) = match &change.kind {
        LiveKind::RenameColumn { to, .. } => (
            format!("it is `{to}` since this migration"),
            format!("call it `{to}`"),
        ),
        _ => (
            "it is gone since this migration".to_owned(),
            "take it out, or ask for what took its place".to_owned(),
        ),
    };
    let message = message(&change.kind, &object, users);
    let finding = sink
        .report(Severity::Error, first.at, subject, message)
        .note(label(&first.kind))
        .help(help)
        .label(change.at, gone);
    for user in others.iter().take(SHOWN) {
        finding.label(user.at, label(&user.kind));
    }
}

fn object(change: &LiveChange) -> String {
    match &change.kind {
        LiveKind::DropColumn { column, .. } | LiveKind::RenameColumn { column, .. } => {
            super::column(change, column)
        }
        _ => change.table.to_string(),
    }
}

fn note(kind: &LiveKind) -> String {
    match kind {
        LiveKind::RenameColumn { to, .. } => format!("it is `{to}` from here on"),
        LiveKind::RenameTable { to } => format!("it is `{to}` from here on"),
        _ => "it is gone from here on".to_owned(),
    }
}

fn message(kind: &LiveKind, object: &str, users: &[User]) -> String {
    let what = match kind {
        LiveKind::RenameColumn { to, .. } => format!("renamed to `{to}`"),
        LiveKind::RenameTable { to } => format!("renamed to `{to}`"),
        _ => "dropped".to_owned(),
    };
    let first = users.first().map(|user| &user.kind);
    let (user, so) = match first {
        Some(UserKind::Dependent(dependent)) => (
            format!("{} needs it", name(dependent)),
            "PostgreSQL refuses to, and the migration fails".to_owned(),
        ),
        Some(UserKind::Function(name)) => (
            format!("the function `{name}` still names it"),
            "the database drops it, and the next call of the function fails".to_owned(),
        ),
        Some(UserKind::Code { model, how }) => asking(model, *how),
        Some(UserKind::Statement) => (
            "a query still names it".to_owned(),
            "the query fails from then on".to_owned(),
        ),
        _ => (
            "its model still has it".to_owned(),
            "every query of the model fails".to_owned(),
        ),
    };
    let more = match users.len().saturating_sub(1) {
        0 => String::new(),
        1 => " (and one more place)".to_owned(),
        more => format!(" (and {more} more places)"),
    };
    format!("`{object}` is {what}, but {user}{more}: {so}")
}

/// Who asks a model for it, and what comes of that.
fn asking(model: &str, how: Asking) -> (String, String) {
    let user = match how {
        Asking::OfClass | Asking::OfRow | Asking::OfVariable => "the code still reads it",
        Asking::Keyword | Asking::Lookup => "a query still names it",
        Asking::Save | Asking::Write => "the code still writes it",
        Asking::Form => "a form, view or filter still names it",
        Asking::Serializer => "a serializer still names it",
        Asking::Option => "an option of its model still names it",
    };
    let error = match how {
        Asking::OfClass | Asking::OfRow | Asking::OfVariable => "`AttributeError`",
        Asking::Keyword => "`InvalidRequestError`",
        Asking::Lookup => "`FieldError`",
        Asking::Save => "`ValueError`",
        Asking::Serializer => "`ImproperlyConfigured`",
        Asking::Write | Asking::Form | Asking::Option => "an error",
    };
    let so = format!("`{model}` does not know the name, which raises {error}");
    (user.to_owned(), so)
}

fn read(how: Asking) -> &'static str {
    match how {
        Asking::OfClass | Asking::OfRow | Asking::OfVariable => "it is read here",
        Asking::Keyword | Asking::Lookup => "this query names it",
        Asking::Save => "this saves it",
        Asking::Write => "this gives it a value",
        Asking::Form | Asking::Serializer | Asking::Option => "it is named here",
    }
}

fn name(dependent: &Dependent) -> String {
    let Dependent { table, name, .. } = dependent;
    match dependent.kind {
        Dependence::View => format!("the view `{table}`"),
        Dependence::MaterializedView => format!("the materialized view `{table}`"),
        Dependence::Policy => format!("the policy `{name}`"),
        Dependence::ForeignKey => format!("a foreign key of `{table}`"),
        Dependence::Generated => format!("the generated column `{name}`"),
    }
}

fn label(kind: &UserKind) -> String {
    match kind {
        UserKind::Dependent(dependent) => format!("{} needs it", name(dependent)),
        UserKind::Function(name) => format!("the function `{name}` names it"),
        UserKind::Code { how, .. } => read(*how).to_owned(),
        UserKind::Statement => "this query names it".to_owned(),
        UserKind::Model => "the model still has it".to_owned(),
    }
}

fn help(database: &Database, change: &LiveChange, users: &[User]) -> String {
    let table = database.write_table(&change.table);
    let refused = users.iter().find_map(|user| match &user.kind {
        UserKind::Dependent(dependent) => Some(dependent),
        _ => None,
    });
    let is_django = database.migration_idiom() == Idiom::DjangoMigration && refused.is_none();
    if let Some(help) = django_help(change).filter(|_| is_django) {
        return help.to_owned();
    }
    let run = |statements: &[String]| super::run(database, statements);
    match &change.kind {
        LiveKind::RenameColumn { column, to, ty } => {
            let ty = ty.as_ref().map(|ty| database.write_type(ty));
            let ty = ty.unwrap_or_else(|| "…".to_owned());
            let (column, to) = (database.write_name(column), database.write_name(to));
            let expand = run(&[
                format!("ALTER TABLE {table} ADD COLUMN {to} {ty}"),
                format!("UPDATE {table} SET {to} = {column} WHERE {to} IS NULL"),
            ]);
            let contract = run(&[format!("ALTER TABLE {table} DROP COLUMN {column}")]);
            format!(
                "add the new column beside the old one and let the code write both:{expand}\nthen let \
                 the code read the new one, deploy that, and only then:{contract}"
            )
        }
        LiveKind::RenameTable { to } => {
            let to = database.write_table(to);
            let rename = run(&[
                format!("ALTER TABLE {table} RENAME TO {to}"),
                format!("CREATE VIEW {table} AS SELECT * FROM {to}"),
            ]);
            let contract = run(&[format!("DROP VIEW {table}")]);
            format!(
                "leave a view under the old name, which takes reads and writes:{rename}\nthen let the \
                 code use the new name, deploy that, and only then:{contract}"
            )
        }
        _ => match refused {
            Some(dependent) => {
                let steps = run(&[release(database, dependent), drop(database, change)]);
                format!("{}:{steps}", first(dependent))
            }
            None => {
                let stop = match users.first().map(|user| &user.kind) {
                    Some(UserKind::Function(_)) => "make the function anew without it",
                    _ => "stop using it",
                };
                format!(
                    "{stop} first and deploy that; then, in a migration of its own:{}",
                    drop_alone(database, change)
                )
            }
        },
    }
}

/// What to do where Django writes the steps and keeps its own account of them.
fn django_help(change: &LiveChange) -> Option<&'static str> {
    match &change.kind {
        LiveKind::DropColumn { .. } => Some(
            "stop using it first and deploy that; then remove the field in a migration of its own, \
             which `python manage.py makemigrations` writes",
        ),
        LiveKind::RenameColumn { .. } => Some(
            "add the new field beside the old one and let the code write both, fill it, let the code \
             read it, deploy that, and only then remove the old one; `python manage.py \
             makemigrations` writes each step",
        ),
        _ => None,
    }
}

/// The statement that drops it.
fn drop(database: &Database, change: &LiveChange) -> String {
    let table = database.write_table(&change.table);
    match &change.kind {
        LiveKind::DropColumn { column, .. } => {
            let column = database.write_name(column);
            format!("ALTER TABLE {table} DROP COLUMN {column}")
        }
        _ => format!("DROP TABLE {table}"),
    }
}

/// The same in the words of the migration.
fn drop_alone(database: &Database, change: &LiveChange) -> String {
    if database.migration_idiom() != Idiom::Alembic {
        return super::run(database, &[drop(database, change)]);
    }
    let table = operation::string(&change.table.name);
    let (name, arguments) = match &change.kind {
        LiveKind::DropColumn { column, .. } => {
            ("drop_column", vec![table, operation::string(column)])
        }
        _ => ("drop_table", vec![table]),
    };
    code(&operation::operation(name, &arguments, &change.table))
}

/// What to do before the drop.
fn first(dependent: &Dependent) -> &'static str {
    match dependent.kind {
        Dependence::View | Dependence::MaterializedView => {
            "drop the view first, and make it again without that"
        }
        Dependence::Policy => "drop the policy first, and make it again without that",
        Dependence::ForeignKey => "drop the foreign key first",
        Dependence::Generated => "drop the generated column first",
    }
}

/// What lets go of what is dropped.
fn release(database: &Database, dependent: &Dependent) -> String {
    let table = database.write_table(&dependent.table);
    let name = database.write_name(&dependent.name);
    match dependent.kind {
        Dependence::View => format!("DROP VIEW {table}"),
        Dependence::MaterializedView => format!("DROP MATERIALIZED VIEW {table}"),
        Dependence::Policy => format!("DROP POLICY {name} ON {table}"),
        Dependence::ForeignKey => format!("ALTER TABLE {table} DROP CONSTRAINT {name}"),
        Dependence::Generated => format!("ALTER TABLE {table} DROP COLUMN {name}"),
    }
}
