//! What a database holds, as lines that a server and the replay write alike: kind, table, and what
//! tells the thing.

use std::collections::{BTreeMap, BTreeSet};

use aicheck::facts::schema::{Action, TypeName};
use aicheck::project::schema::{Column, Database, ForeignKey, Index, Table, Type, TypeKind};
use serde_json::{Value, json};

use super::server::Server;

/// Prints the lines of a server's database.
pub(crate) const QUERY: &str = include_str!("catalogue.sql");

/// The lines of a catalogue, each a JSON array.
pub(crate) type Catalogue = BTreeSet<String>;

/// The catalogue of a database on the server.
pub(crate) fn of_server(server: &Server, database: &str) -> Catalogue {
    printed(&server.psql(database, QUERY).unwrap())
}

/// The catalogue that the query printed.
pub(crate) fn printed(output: &str) -> Catalogue {
    let value = |line| serde_json::from_str::<Value>(line).unwrap().to_string();
    output.lines().map(value).collect()
}

/// The catalogue that the replay arrived at.
pub(crate) fn of_replay(database: &Database) -> Catalogue {
    let tables = database.tables.values().flat_map(lines);
    let partitions = database.partitions.values().filter_map(|partition| {
        let parent = partition.partition_of.as_ref()?;
        Some(json!([
            "partition",
            partition.key.to_string(),
            parent.to_string()
        ]))
    });
    let views = database.views.values().map(|view| {
        let stored = view.materialized.then_some("materialized");
        json!(["view", view.key.to_string(), stored])
    });
    let types = database.types.values().map(own_type);
    tables
        .chain(partitions)
        .chain(views)
        .chain(types)
        .map(|line| line.to_string())
        .collect()
}

fn own_type(own: &Type) -> Value {
    let name = own.key.to_string();
    match &own.kind {
        TypeKind::Enum { labels } => json!(["enum", name, labels]),
        TypeKind::Other { .. } => json!(["type", name, null]),
        TypeKind::Domain(domain) => {
            let base = format_type(&domain.base.0);
            let nullable = if domain.not_null { "not null" } else { "null" };
            json!([
                "domain",
                name,
                base,
                nullable,
                domain.default.as_ref().map(|_| "default")
            ])
        }
    }
}

fn lines(table: &Table) -> Vec<Value> {
    let name = table.key.to_string();
    let mut lines = vec![json!(["table", name])];
    let columns = (1..).zip(&table.columns);
    lines.extend(columns.map(|(position, it)| column(&name, position, it)));
    let key = |kind: &str, name: &str, columns: &[String]| {
        json!([kind, table.key.to_string(), name, columns])
    };
    lines.extend(
        table
            .primary_key
            .iter()
            .map(|it| key("primary key", &it.name, &it.columns)),
    );
    lines.extend(
        table
            .uniques
            .iter()
            .map(|it| key("unique", &it.name, &it.columns)),
    );
    lines.extend(
        table
            .exclusions
            .iter()
            .map(|it| json!(["exclusion", name, it.name, it.columns])),
    );
    lines.extend(
        table
            .checks
            .iter()
            .map(|it| json!(["check", name, it.name])),
    );
    lines.extend(table.foreign_keys.iter().map(|it| foreign_key(&name, it)));
    lines.extend(table.indexes.iter().map(|it| index(&name, it)));
    lines
}

fn column(table: &str, position: usize, column: &Column) -> Value {
    let ty = column.ty.as_ref().map(|(ty, _)| format_type(ty));
    let filled = match column {
        Column {
            auto_increment: true,
            ..
        } => Some("auto"),
        Column {
            generated: Some(_), ..
        } => Some("generated"),
        Column {
            default: Some(_), ..
        } => Some("default"),
        _ => None,
    };
    let nullable = if column.nullable { "null" } else { "not null" };
    json!(["column", table, position, column.name, ty, nullable, filled])
}

fn foreign_key(table: &str, fk: &ForeignKey) -> Value {
    // What a mapper does the database knows nothing of.
    let action = |of: Action| match fk.emulated {
        true => action(Action::NoAction),
        false => action(of),
    };
    json!([
        "foreign key",
        table,
        fk.name,
        fk.columns,
        fk.parent.to_string(),
        fk.parent_columns,
        action(if fk.emulated {
            Action::NoAction
        } else {
            fk.on_delete
        }),
        action(fk.on_update)
    ])
}

fn action(action: Action) -> &'static str {
    match action {
        Action::NoAction => "no action",
        Action::Restrict => "restrict",
        Action::Cascade => "cascade",
        Action::SetNull => "set null",
        Action::SetDefault => "set default",
    }
}

fn index(table: &str, index: &Index) -> Value {
    let unique = index.unique.then_some("unique");
    let partial = index.predicate.is_some().then_some("partial");
    json!([
        "index",
        table,
        index.name,
        index.method,
        unique,
        index.columns,
        index.include,
        partial
    ])
}

/// A type as PostgreSQL's `format_type` writes it; arguments of types it does not bring are left
/// out.
fn format_type(ty: &TypeName) -> String {
    let args = ty.args.join(",");
    let base = ty.base.as_str();
    let plain = match base {
        "character" | "bit" if args.is_empty() => format!("{base}(1)"),
        "numeric" if ty.args.len() == 1 => format!("numeric({args},0)"),
        "character" | "character varying" | "bit" | "bit varying" | "numeric" | "interval"
            if !args.is_empty() =>
        {
            format!("{base}({args})")
        }
        "timestamp" | "time" | "timestamp with time zone" | "time with time zone" => {
            let (word, zone) = base.split_once(' ').unwrap_or((base, "without time zone"));
            let digits = if args.is_empty() {
                String::new()
            } else {
                format!("({args})")
            };
            format!("{word}{digits} {zone}")
        }
        _ => base.to_owned(),
    };
    plain + if ty.array { "[]" } else { "" }
}

/// What the replay says it does not know is left out on both sides: open tables, the columns of
/// tables made by a query nobody can read, types that no clause tells.
pub(crate) fn known(catalogue: Catalogue, database: &Database) -> Catalogue {
    let unread: BTreeSet<String> = database
        .tables
        .values()
        .filter(|table| !table.columns_known)
        .map(|table| table.key.to_string())
        .collect();
    let untyped: BTreeSet<(String, &str)> = database
        .tables
        .values()
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .filter(|(_, column)| column.ty.is_none())
        .map(|(table, column)| (table.key.to_string(), column.name.as_str()))
        .collect();
    let known = catalogue.into_iter().filter_map(|line| {
        let (kind, table) = subject(&line);
        let is_column = kind == "column";
        if database.open.contains(&table) || is_column && unread.contains(&table) {
            return None;
        }
        let mut values: Vec<Value> = serde_json::from_str(&line).unwrap();
        if is_column && untyped.contains(&(table, values[3].as_str().unwrap())) {
            values[4] = Value::Null;
        }
        Some(Value::Array(values).to_string())
    });
    known.collect()
}

/// The kind and the table of a line.
pub(crate) fn subject(line: &str) -> (String, String) {
    let line: Vec<Value> = serde_json::from_str(line).unwrap();
    let text = |nth: usize| line[nth].as_str().unwrap().to_owned();
    (text(0), text(1))
}

/// Every line that only one side has: `-` the server, `+` the replay.
pub(crate) fn differences(server: &Catalogue, replay: &Catalogue) -> Vec<String> {
    let missing = server
        .difference(replay)
        .map(|line| (subject(line).1, format!("- {line}")));
    let wrong = replay
        .difference(server)
        .map(|line| (subject(line).1, format!("+ {line}")));
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, line) in missing.chain(wrong) {
        all.entry(table).or_default().push(line);
    }
    all.into_values().flatten().collect()
}
