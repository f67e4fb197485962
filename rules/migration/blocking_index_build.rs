//! Indexes that PostgreSQL builds while writers wait.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "blocking-index-build",
    family: "migration",
    page: include_str!("blocking_index_build.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    super::check(project, sink, |database, change| {
        let LiveKind::BuildIndex {
            index,
            concurrently: false,
            implied: false,
        } = &change.kind
        else {
            return None;
        };
        (database.dialect == Dialect::Postgres).then(|| super::Report {
            severity: Severity::Warning,
            message: format!(
                "nobody can write to `{}` while index `{}` is built",
                change.table, index.name
            ),
            note: "reads the whole table under a lock that holds writers off".to_owned(),
            help: help(database, change, index),
            object: index.name.clone(),
        })
    });
}

fn help(database: &Database, change: &LiveChange, index: &Index) -> String {
    let statement = database.write_index_concurrently(&change.table, index);
    if change.partitioned {
        let only = database.write_index(&change.table, index);
        let only = only.replacen(" ON ", " ON ONLY ", 1);
        return format!(
            "make it on the parent only, build that of each partition concurrently and attach it:{}",
            code(&format!("{only};"))
        );
    }
    match (database.migration_idiom(), database.wrapping()) {
        (Idiom::Alembic, _) => format!(
            "build it outside the transaction, while writers go on:{}",
            code(&alembic(change, index))
        ),
        (Idiom::DjangoMigration, _) => {
            "with `atomic = False` in the class, `AddIndexConcurrently` \
                                        of `django.contrib.postgres.operations` lets writers go on"
                .to_owned()
        }
        (_, Wrapping::Transaction(Some(out))) => format!(
            "build it concurrently, in a migration of its own with {out}:{}",
            code(&format!("{statement};"))
        ),
        (_, Wrapping::Transaction(None)) => format!(
            "build it concurrently by hand, as {} runs each migration in a transaction:{}",
            database.tool.title(),
            code(&format!("{statement};"))
        ),
        _ => format!(
            "build it concurrently, in a migration of its own:{}",
            code(&format!("{statement};"))
        ),
    }
}

fn alembic(change: &LiveChange, index: &Index) -> String {
    let columns: Vec<String> = index
        .columns
        .iter()
        .zip(&index.keys)
        .map(|(column, text)| match column {
            Some(column) => operation::string(column),
            None => format!("sa.text({})", operation::string(text)),
        })
        .collect();
    let mut arguments = vec![
        operation::string(&index.name),
        operation::string(&change.table.name),
        format!("[{}]", columns.join(", ")),
    ];
    if index.unique {
        arguments.push("unique=True".to_owned());
    }
    if index.method != "btree" {
        arguments.push(format!(
            "postgresql_using={}",
            operation::string(&index.method)
        ));
    }
    if let Some(predicate) = &index.predicate {
        let predicate = operation::string(predicate);
        arguments.push(format!("postgresql_where=sa.text({predicate})"));
    }
    arguments.push("postgresql_concurrently=True".to_owned());
    let call = operation::operation("create_index", &arguments, &change.table);
    let call = call.replace('\n', "\n    ");
    format!("with op.get_context().autocommit_block():\n    {call}")
}
