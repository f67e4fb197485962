//! A database in lines, without places: two that say the same are the same database.

use std::collections::BTreeSet;

use aicheck::facts::schema::{Action, Dialect};
use aicheck::project::schema::{Column, Database, ForeignKey, Index, Table, TypeKind};

/// Tables of which a script cannot tell everything.
pub(super) fn open(database: &Database) -> BTreeSet<String> {
    let is_known = |table: &Table| {
        let mut columns = table.columns.iter();
        !table.is_open()
            && table.columns_known
            && columns.all(|it| it.ty.is_some() || database.dialect == Dialect::Sqlite)
    };
    let tables = database.tables.values().filter(|table| !is_known(table));
    tables.map(|table| table.key.to_string()).collect()
}

/// Everything that a script can tell of a database, some tables left out.
pub(super) fn outline(database: &Database, open: &BTreeSet<String>) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for table in database.tables.values() {
        if !open.contains(&table.key.to_string()) {
            add_table(database, table, &mut lines);
        }
    }
    for partition in database.partitions.values() {
        lines.insert(format!("partition {}", partition.key));
    }
    for own in database.types.values() {
        let kind = match &own.kind {
            TypeKind::Enum { labels } => labels.join(","),
            TypeKind::Domain(domain) => {
                let checks = domain
                    .checks
                    .iter()
                    .map(|it| format!("{} {}", it.name, it.condition));
                format!(
                    "{} {} {:?} {:?}",
                    database.write_type(&domain.base.0),
                    domain.not_null,
                    domain.default.as_ref().map(|it| &it.text),
                    checks.collect::<Vec<_>>()
                )
            }
            TypeKind::Other { definition } => format!("{definition:?}"),
        };
        lines.insert(format!("type {}: {kind}", own.key));
    }
    for view in database
        .views
        .values()
        .filter(|view| view.definition.is_some())
    {
        lines.insert(format!(
            "view {} {} {:?} {:?}",
            view.key, view.materialized, view.columns, view.definition
        ));
        for it in &view.indexes {
            lines.insert(index(&view.key.to_string(), it));
        }
    }
    lines.extend(
        database
            .extensions
            .iter()
            .map(|name| format!("extension {name}")),
    );
    lines
}

fn add_table(database: &Database, table: &Table, lines: &mut BTreeSet<String>) {
    let name = table.key.to_string();
    lines.insert(format!("table {name}"));
    for (nth, it) in table.columns.iter().enumerate() {
        lines.insert(format!("{name} {nth} {}", column(database, it)));
    }
    if let Some(key) = &table.primary_key {
        lines.insert(format!("{name} primary key {} {:?}", key.name, key.columns));
    }
    for key in &table.uniques {
        lines.insert(format!("{name} unique {} {:?}", key.name, key.columns));
    }
    for check in table.checks.iter().filter(|it| is_told(&it.condition)) {
        lines.insert(format!("{name} check {} {}", check.name, check.condition));
    }
    for it in &table.exclusions {
        lines.insert(format!("exclude {}", index(&name, it)));
    }
    for it in &table.indexes {
        let whole = it
            .keys
            .iter()
            .chain(&it.predicate)
            .all(|text| is_told(text));
        if database.dialect == Dialect::Mysql && it.unique {
            // There the two are one.
            let columns: Vec<_> = it.columns.iter().flatten().collect();
            lines.insert(format!("{name} unique {} {columns:?}", it.name));
        } else if whole {
            lines.insert(index(&name, it));
        }
    }
    lines.extend(table.foreign_keys.iter().map(|fk| foreign_key(&name, fk)));
    lines.insert(format!("{name} partitioned {:?}", table.partitioning));
}

fn column(database: &Database, column: &Column) -> String {
    let text = |text: &String| is_told(text).then(|| text.clone());
    let default = column.default.as_ref().and_then(|it| text(&it.text));
    let computed = column.generated.as_ref().and_then(|it| text(&it.text));
    let ty = column.ty.as_ref().map(|(ty, _)| database.write_type(ty));
    format!(
        "{} {ty:?} null={} default={default:?} auto={} {:?} computed={computed:?}",
        column.name, column.nullable, column.auto_increment, column.identity
    )
}

fn index(table: &str, index: &Index) -> String {
    let keys = index.keys.iter().zip(&index.columns);
    let keys = keys.map(|(text, column)| match column {
        Some(column) if text.trim_matches(['"', '`', '[', ']']) == column => column,
        _ => text,
    });
    format!(
        "{table} index {} {:?} {:?} {} {} {:?} {:?}",
        index.name,
        index.columns,
        keys.collect::<Vec<_>>(),
        index.unique,
        index.method,
        index.predicate,
        index.include
    )
}

fn foreign_key(table: &str, fk: &ForeignKey) -> String {
    let action = |action| {
        if fk.emulated {
            Action::NoAction
        } else {
            action
        }
    };
    format!(
        "{table} foreign key {} {:?} {} {:?} {:?} {:?}",
        fk.name,
        fk.columns,
        fk.parent,
        fk.parent_columns,
        action(fk.on_delete),
        action(fk.on_update)
    )
}

/// What only code knows is left empty, or told by an ellipsis.
pub(super) fn is_told(text: &str) -> bool {
    let mut outside = text.split('\'').step_by(2);
    !text.trim().is_empty() && outside.all(|part| !part.contains('…'))
}
