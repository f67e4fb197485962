//! Statements that name tables and columns that nothing makes.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unknown-reference",
    family: "schema",
    page: include_str!("unknown_reference.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for missing in project.unresolved(database) {
            let subject = match &missing.name {
                Unknown::Table(key) => key.to_string(),
                Unknown::Column(key, name) => format!("{key}.{name}"),
            };
            let subject = project.subject(database, subject);
            let finding = sink
                .report(
                    Severity::Error,
                    missing.at,
                    subject,
                    message(database, missing),
                )
                .note("stands for nothing")
                .help(help(database, missing));
            if let Some(gone) = &missing.gone {
                let label = match &gone.to {
                    Some(to) => format!("renamed to `{to}` here"),
                    None => "dropped here".to_owned(),
                };
                finding.label(gone.at, label);
            }
            if let Unknown::Column(key, _) = &missing.name
                && let Some(table) = database.tables.get(key)
                && (missing.table != *key
                    || matches!(missing.by, Naming::Alteration | Naming::Index))
            {
                finding.label(table.at, "the table is created here");
            }
            if let Some(later) = missing.later {
                finding.label(later, "made only here");
            }
        }
    }
}

fn message(database: &Database, missing: &Unresolved) -> String {
    let table = &missing.table;
    let who = match &missing.by {
        Naming::ForeignKey(columns) => match columns.as_slice() {
            [column] => format!("foreign key `{table}.{column}`"),
            columns => format!("foreign key `{table}({})`", columns.join(",")),
        },
        Naming::Index => "an index".to_owned(),
        Naming::Key => format!("a key of `{table}`"),
        Naming::Alteration => "`ALTER TABLE`".to_owned(),
    };
    let is_reference = matches!(missing.by, Naming::ForeignKey(_));
    let so = match database.dialect {
        Dialect::Sqlite if is_reference => "every insert fails",
        _ => "the statement fails",
    };
    format!("{who} names {}: {so}", what(missing))
}

/// What it names, and why that is nothing.
fn what(missing: &Unresolved) -> String {
    let gone = missing.gone.as_ref().map(|gone| &gone.to);
    match (&missing.name, gone, missing.later) {
        (Unknown::Table(key), _, Some(_)) => format!("`{key}`, a table that is created only later"),
        (Unknown::Table(key), Some(Some(to)), None) => {
            format!("`{key}`, a table that is called `{to}` by then")
        }
        (Unknown::Table(key), Some(None), None) => {
            format!("`{key}`, a table that is dropped by then")
        }
        (Unknown::Table(key), None, None) => format!("`{key}`, a table that nothing creates"),
        (Unknown::Column(key, name), Some(Some(to)), _) => {
            format!("`{name}`, a column of `{key}` that is called `{to}` by then")
        }
        (Unknown::Column(key, name), Some(None), _) => {
            format!("`{name}`, a column of `{key}` that is dropped by then")
        }
        (Unknown::Column(key, name), None, _) => {
            format!("`{name}`, a column that `{key}` does not have")
        }
    }
}

fn help(database: &Database, missing: &Unresolved) -> String {
    let written = match &missing.name {
        Unknown::Table(key) => database.write_table(key),
        Unknown::Column(_, name) => database.write_name(name),
    };
    let to = missing.gone.as_ref().and_then(|gone| gone.to.as_ref());
    match (missing.later, to.or(missing.nearest.as_ref())) {
        (Some(_), _) => {
            let add = reference(database, missing, missing.table_named());
            let add = add.map_or_else(String::new, |add| format!(":{}", code(&add)));
            format!("create `{written}` first, or add this behind it{add}")
        }
        (None, Some(nearest)) => {
            format!("write `{}`, which is there", database.write_name(nearest))
        }
        (None, None) => format!("create `{written}` before, or write what was meant"),
    }
}

/// The statement that adds a foreign key to a table that is there by then.
fn reference(database: &Database, missing: &Unresolved, parent: &TableKey) -> Option<String> {
    let Naming::ForeignKey(columns) = &missing.by else {
        return None;
    };
    let key = database.tables.get(parent)?.primary_key.as_ref()?;
    if database.migration_idiom() != Idiom::Sql {
        let arguments = [
            "None".to_owned(),
            operation::string(&missing.table.name),
            operation::string(&parent.name),
            operation::strings(columns),
            operation::strings(&key.columns),
        ];
        let nowhere = TableKey::default();
        return Some(operation::operation(
            "create_foreign_key",
            &arguments,
            &nowhere,
        ));
    }
    Some(format!(
        "ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({});",
        database.write_table(&missing.table),
        database.write_columns(columns),
        database.write_table(parent),
        database.write_columns(&key.columns)
    ))
}
