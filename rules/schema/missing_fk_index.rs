//! Foreign keys that no index serves at the end of all migrations.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-fk-index",
    family: "schema",
    page: include_str!("missing_fk_index.md"),
    check,
};

/// How many indexes that do not help are cited.
const EVIDENCE: usize = 3;

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for (table, fk) in database.unindexed_foreign_keys() {
            let (child, parent) = (&table.key, &fk.parent);
            let key = table.subject(&fk.columns);
            let scanned = match child == parent {
                true => "the whole table".to_owned(),
                false => format!("all of `{child}`"),
            };
            let message = format!(
                "foreign key `{key}` has no index: every delete or key change in `{parent}` scans \
                 {scanned}, and so do joins"
            );
            let subject = project.subject(database, key);
            let forgotten = database.declared_index(table, &fk.columns);
            let place = match forgotten {
                Some(_) => fk.columns_at.into(),
                None => place(database, table, fk),
            };
            let help = match forgotten {
                Some(_) => forgotten_help(database, table, fk),
                None => help(database, table, fk, database.idiom(&place)),
            };
            let finding = sink
                .report(Severity::Error, place, subject, message)
                .confidence(super::confidence(database, table))
                .note(format!("no index of `{child}` begins with this"))
                .help(help);
            if let Some(at) = forgotten {
                finding.label(at, "the model asks for an index here");
            }
            if let Some(parent) = database.tables.get(parent).filter(|p| p.key != *child) {
                let message = format!("a row deleted here is looked for in `{child}`");
                finding.label(database.declared_at(parent), message);
            }
            for miss in table.near_misses(&fk.columns).iter().take(EVIDENCE) {
                finding.label(miss.at, explain(miss, &fk.columns));
            }
        }
    }
}

/// The key in the model or, if that does not declare it, in the migration.
fn place(database: &Database, table: &Table, fk: &ForeignKey) -> Place {
    let declared = database.place(table, |table| {
        Some(table.foreign_key(&fk.columns, &fk.parent)?.columns_at)
    });
    declared.unwrap_or(fk.columns_at.into())
}

/// Why an index that is there does not help.
fn explain(miss: &NearMiss, columns: &[String]) -> String {
    let columns = columns.join("`, `");
    let name = match miss.name.as_str() {
        "" => "this key".to_owned(),
        name => format!("`{name}`"),
    };
    match &miss.why {
        Why::Behind(first) => format!("{name} holds `{columns}` only behind `{first}`"),
        Why::Partial(predicate) => {
            format!("{name} leaves out rows: it holds those `WHERE {predicate}`")
        }
        Why::Method(method) => format!("{name} is a {method} index, which finds no equal values"),
        Why::Dropped => format!("{name} served `{columns}` until it was dropped here"),
    }
}

/// What the model asks for and no migration makes: the model is right, so it stays as it is.
fn forgotten_help(database: &Database, table: &Table, fk: &ForeignKey) -> String {
    let index = match database.migration_idiom() {
        Idiom::DjangoMigration => {
            let name = database.write_name(&database.free_index_name(&table.key, &fk.columns));
            let on = database.write_table(&table.key);
            let columns = database.write_columns(&fk.columns);
            let index = format!("CREATE INDEX {name} ON {on} ({columns})");
            let run = code(&format!(
                "migrations.RunSQL(\n    {},\n    {},\n)",
                operation::string(&index),
                operation::string(&format!("DROP INDEX {name}"))
            ));
            format!("make it in a migration of its own:{run}")
        }
        idiom => help(database, table, fk, idiom),
    };
    format!("the model asks for an index that no migration makes; {index}")
}

fn help(database: &Database, table: &Table, fk: &ForeignKey, idiom: Idiom) -> String {
    match idiom {
        Idiom::Sql if database.tool == MigrationTool::Rails => rails_help(database, table, fk),
        Idiom::Sql => sql_help(database, table, fk),
        Idiom::Alembic => alembic_help(database, table, fk),
        Idiom::DjangoMigration => model_help(database, table, fk, Orm::Django),
        Idiom::Model(orm) => model_help(database, table, fk, orm),
    }
}

/// The index as a model declares it. Where the project writes its migrations by hand, that too.
fn model_help(database: &Database, table: &Table, fk: &ForeignKey, orm: Orm) -> String {
    let names = database.attributes(orm, &table.key, &fk.columns);
    let quoted: Vec<String> = names.iter().map(|name| operation::string(name)).collect();
    let quoted = quoted.join(", ");
    let declared = match (orm, names.as_slice()) {
        (Orm::SqlAlchemy, [_]) => "say `index=True` in the column".to_owned(),
        (Orm::SqlAlchemy, _) => {
            let name = operation::string(&database.free_index_name(&table.key, &fk.columns));
            let index = format!("__table_args__ = (Index({name}, {quoted}),)");
            format!("declare the index in the model:{}", code(&index))
        }
        (Orm::Django, _) => {
            let index = format!("class Meta:\n    indexes = [models.Index(fields=[{quoted}])]");
            let first = match names.len() {
                1 => "leave `db_index=False` out, or ",
                _ => "",
            };
            format!("{first}declare the index in the model:{}", code(&index))
        }
        (Orm::Prisma, _) => {
            let index = format!("@@index([{}])", names.join(", "));
            format!("declare the index in the model:{}", code(&index))
        }
    };
    let then = match (database.migrate(orm), database.migration_idiom()) {
        ("", Idiom::Sql) if database.orm.is_none() => {
            format!("and in a migration {}", sql_help(database, table, fk))
        }
        (then, _) => then.to_owned(),
    };
    match then.as_str() {
        "" => declared,
        then if declared.contains('\n') => format!("{declared}\n{then}"),
        then => format!("{declared}, {then}"),
    }
}

/// The index in a migration of Rails, which writes the schema that was read.
fn rails_help(database: &Database, table: &Table, fk: &ForeignKey) -> String {
    let columns: Vec<String> = fk.columns.iter().map(|name| format!(":{name}")).collect();
    let columns = match columns.as_slice() {
        [column] => column.clone(),
        columns => format!("[{}]", columns.join(", ")),
    };
    let table = operation::string(&table.key.to_string());
    let (aside, option) = match database.dialect {
        Dialect::Postgres => (
            " that says `disable_ddl_transaction!`",
            ", algorithm: :concurrently",
        ),
        _ => ("", ""),
    };
    let index = code(&format!("add_index {table}, {columns}{option}"));
    format!("add the index in a migration{aside}:{index}")
}

/// The index to add. On a table that is in use already PostgreSQL builds it beside the writers.
fn sql_help(database: &Database, table: &Table, fk: &ForeignKey) -> String {
    let name = database.write_name(&database.free_index_name(&table.key, &fk.columns));
    let on = database.write_table(&table.key);
    let columns = database.write_columns(&fk.columns);
    let in_use = table.at.file != fk.at.file || !table.created;
    if in_use && database.dialect == Dialect::Postgres {
        let aside = outside_transaction(database.tool);
        let index = code(&format!(
            "CREATE INDEX CONCURRENTLY {name} ON {on} ({columns});"
        ));
        format!(
            "`{}` existed before this foreign key, so build the index without blocking writes, \
             {aside}:{index}",
            table.key
        )
    } else {
        let index = code(&format!("CREATE INDEX {name} ON {on} ({columns});"));
        format!("add the index:{index}")
    }
}

fn alembic_help(database: &Database, table: &Table, fk: &ForeignKey) -> String {
    let name = database.free_index_name(&table.key, &fk.columns);
    let mut arguments = vec![
        format!("op.f({})", operation::string(&name)),
        operation::string(&table.key.name),
        operation::strings(&fk.columns),
    ];
    let in_use = table.at.file != fk.at.file || !table.created;
    if in_use && database.dialect == Dialect::Postgres {
        arguments.push("postgresql_concurrently=True".to_owned());
        let index = operation::operation("create_index", &arguments, &table.key);
        let index = index.replace('\n', "\n    ");
        let index = code(&format!(
            "with op.get_context().autocommit_block():\n    {index}"
        ));
        return format!(
            "`{}` existed before this foreign key, so build the index without blocking writes:{index}",
            table.key
        );
    }
    let index = code(&operation::operation(
        "create_index",
        &arguments,
        &table.key,
    ));
    match fk.columns.as_slice() {
        [_] => format!("say `index=True` in the column, or in a new revision:{index}"),
        _ => format!("add the index:{index}"),
    }
}

/// How a migration of each tool runs outside a transaction, which `CONCURRENTLY` demands.
fn outside_transaction(tool: MigrationTool) -> &'static str {
    match tool {
        MigrationTool::Goose => "in a migration that begins with `-- +goose NO TRANSACTION`",
        MigrationTool::Dbmate => "in a migration marked `-- migrate:up transaction:false`",
        MigrationTool::Diesel => {
            "in a migration with `run_in_transaction = false` in its metadata.toml"
        }
        MigrationTool::Sqlx => "in a migration that begins with `-- no-transaction`",
        MigrationTool::SqlMigrate => "in a migration marked `-- +migrate Up notransaction`",
        MigrationTool::Atlas => "in a migration that begins with `-- atlas:txmode none`",
        MigrationTool::Tern => "in a migration that says `---- tern: disable-tx ----`",
        MigrationTool::Graphile => "in a migration that begins with `--! no-transaction`",
        MigrationTool::Liquibase => "in a changeset with `runInTransaction:false`",
        MigrationTool::GolangMigrate | MigrationTool::Flyway => "in a migration of its own",
        _ => "in a migration that runs outside a transaction",
    }
}
