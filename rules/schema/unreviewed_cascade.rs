//! `ON DELETE CASCADE` that nobody signed off.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unreviewed-cascade",
    family: "schema",
    page: include_str!("unreviewed_cascade.md"),
    check,
};

/// How many tables a message names before it only counts.
const NAMED: usize = 4;

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        let cascades = database.cascades();
        for (table, fk) in database.cascading_keys() {
            let severity = match table.is_join_table() {
                true => Severity::Info,
                false => Severity::Error,
            };
            let reach = cascades.reach(table);
            let subject = project.subject(database, table.subject(&fk.columns));
            let place = place(database, table, fk);
            let help = help(database, table, fk, &subject, database.idiom(&place));
            let finding = sink
                .report(severity, place, &subject, message(fk, &reach))
                .confidence(super::confidence(database, table))
                .help(help);
            let parent = database.tables.get(&fk.parent);
            if let Some(parent) = parent.filter(|parent| parent.key != table.key) {
                finding.label(database.declared_at(parent), "deleting a row of this table");
            }
            let below = reach[1..].iter();
            let lost = below.filter_map(|reached| {
                let at = database.declared_at(reached.table);
                Some((at, reached.precious?))
            });
            for (at, precious) in lost.take(NAMED) {
                finding.label(at, format!("takes {} along", name(precious)));
            }
        }
    }
}

/// The action in the model or, if that does not declare it, in the migration.
pub(super) fn place(database: &Database, table: &Table, fk: &ForeignKey) -> Place {
    let declared = database.place(table, |table| {
        let fk = table.foreign_key(&fk.columns, &fk.parent)?;
        let cascades = fk.on_delete == Action::Cascade;
        cascades.then(|| fk.on_delete_at.unwrap_or(fk.at))
    });
    declared.unwrap_or(fk.at.into())
}

/// What would vanish.
fn message(fk: &ForeignKey, reach: &[Reached]) -> String {
    let (parent, child) = (&fk.parent, &reach[0].table.key);
    let first = match parent == child {
        true => "every row below it".to_owned(),
        false => format!("its rows in `{child}`"),
    };
    let chain = match &reach[1..] {
        [] => String::new(),
        below => format!(", and with them rows of {}", listed(below)),
    };
    let lost: Vec<String> = [Precious::Money, Precious::Audit, Precious::People]
        .into_iter()
        .filter_map(|kind| {
            let of_kind = |reached: &&Reached| reached.precious == Some(kind);
            let tables: Vec<Reached> = reach.iter().filter(of_kind).copied().collect();
            (!tables.is_empty()).then(|| format!("{} in {}", name(kind), listed(&tables)))
        })
        .collect();
    let lost = match lost.as_slice() {
        [] => String::new(),
        lost => format!(": this destroys {}", lost.join(", ")),
    };
    format!("deleting a row of `{parent}` silently deletes {first}{chain}{lost}")
}

fn name(precious: Precious) -> &'static str {
    match precious {
        Precious::Money => "money",
        Precious::Audit => "an audit trail",
        Precious::People => "personal records",
    }
}

fn listed(tables: &[Reached]) -> String {
    let name = |reached: &Reached| format!("`{}`", reached.table.key);
    let named: Vec<String> = tables.iter().take(NAMED).map(name).collect();
    match (named.as_slice(), tables.len().saturating_sub(NAMED)) {
        ([rest @ .., last], 0) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (all, 0) => all.join(", "),
        (all, 1) => format!("{} and 1 more table", all.join(", ")),
        (all, more) => format!("{} and {more} more tables", all.join(", ")),
    }
}

fn help(
    database: &Database,
    table: &Table,
    fk: &ForeignKey,
    subject: &str,
    idiom: Idiom,
) -> String {
    let nullable = fk
        .columns
        .iter()
        .all(|name| table.column(name).is_some_and(|column| column.nullable));
    let or_null = match nullable {
        true => format!(", or {} to keep them without it", action(idiom, "SET NULL")),
        false => String::new(),
    };
    let otherwise = match database.is_hidden_join(table) {
        true => "otherwise give the relation a model of its own, and that an `onDelete`".to_owned(),
        false => format!(
            "otherwise {} refuses the delete while they exist{or_null}{}",
            action(idiom, "RESTRICT"),
            replacement(database, table, fk, idiom)
        ),
    };
    format!(
        "if these rows must never outlive `{}`, sign it off {}\n{otherwise}",
        fk.parent,
        sign_off(database, RULE.id, subject, idiom),
    )
}

/// Where a person settles a cascade, and what to write there.
pub(super) fn sign_off(database: &Database, rule: &str, subject: &str, idiom: Idiom) -> String {
    let review = match idiom {
        Idiom::Sql => review(database.tool),
        _ => Review::Comment,
    };
    match review {
        Review::Comment => {
            let comment = format!("{} aicheck: reviewed {rule}: why", idiom.comment());
            format!("above the clause:{}", code(&comment))
        }
        Review::Entry => {
            let entry = format!(
                "[[reviewed]]\nrule = \"{rule}\"\nsubject = \"{subject}\"\n\
                 action = \"cascade\"\nreason = \"…\""
            );
            let place = match database.tool {
                MigrationTool::Rails => "in aicheck.toml, because Rails writes this file anew",
                _ => "in aicheck.toml, because the tool checksums applied files",
            };
            format!("{place}:{}", code(&entry))
        }
    }
}

/// What a foreign key does, as the migration says it.
pub(super) fn action(idiom: Idiom, action: &str) -> String {
    match idiom {
        Idiom::Sql => format!("`ON DELETE {action}`"),
        Idiom::Alembic | Idiom::Model(Orm::SqlAlchemy) => format!("`ondelete=\"{action}\"`"),
        Idiom::DjangoMigration | Idiom::Model(Orm::Django) => match action {
            "RESTRICT" => "`on_delete=models.PROTECT`".to_owned(),
            _ => "`on_delete=models.SET_NULL`".to_owned(),
        },
        Idiom::Model(Orm::Prisma) => match action {
            "RESTRICT" => "`onDelete: Restrict`".to_owned(),
            _ => "`onDelete: SetNull`".to_owned(),
        },
    }
}

/// Where a decision can be recorded.
enum Review {
    Comment,
    Entry,
}

/// These tools refuse to run when an applied file has changed, comments included.
fn review(tool: MigrationTool) -> Review {
    match tool {
        MigrationTool::Sqlx
        | MigrationTool::Flyway
        | MigrationTool::Prisma
        | MigrationTool::Refinery
        | MigrationTool::Atlas
        | MigrationTool::Graphile
        | MigrationTool::Liquibase
        | MigrationTool::Rails => Review::Entry,
        _ => Review::Comment,
    }
}

/// The statement that changes a foreign key in use, where its name is known.
pub(super) fn replacement(
    database: &Database,
    table: &Table,
    fk: &ForeignKey,
    idiom: Idiom,
) -> String {
    if database.dialect != Dialect::Postgres || fk.parent_columns.is_empty() {
        return String::new();
    }
    match idiom {
        Idiom::Sql => {}
        Idiom::Alembic => return format!(":{}", code(&alembic_replacement(table, fk))),
        Idiom::DjangoMigration | Idiom::Model(_) => return String::new(),
    }
    let name = database.write_name(&fk.name);
    let statement = format!(
        "ALTER TABLE {}\n  DROP CONSTRAINT {name},\n  ADD CONSTRAINT {name} FOREIGN KEY ({})\n    \
         REFERENCES {} ({}) ON DELETE RESTRICT;",
        database.write_table(&table.key),
        database.write_columns(&fk.columns),
        database.write_table(&fk.parent),
        database.write_columns(&fk.parent_columns),
    );
    format!(":{}", code(&statement))
}

fn alembic_replacement(table: &Table, fk: &ForeignKey) -> String {
    let name = operation::string(&fk.name);
    let child = operation::string(&table.key.name);
    let drop = [
        name.clone(),
        child.clone(),
        "type_=\"foreignkey\"".to_owned(),
    ];
    let drop = operation::operation("drop_constraint", &drop, &table.key);
    let mut create = vec![
        name,
        child,
        operation::string(&fk.parent.name),
        operation::strings(&fk.columns),
        operation::strings(&fk.parent_columns),
        "ondelete=\"RESTRICT\"".to_owned(),
    ];
    let schemas = [
        ("source_schema", &table.key.schema),
        ("referent_schema", &fk.parent.schema),
    ];
    for (argument, schema) in schemas.into_iter().filter(|(_, schema)| !schema.is_empty()) {
        create.push(format!("{argument}={}", operation::string(schema)));
    }
    let create = operation::operation("create_foreign_key", &create, &TableKey::default());
    format!("{drop}\n{create}")
}
