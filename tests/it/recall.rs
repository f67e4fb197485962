//! Recall: every fault planted in a sound schema is found, once, at its place.
//!
//! Each round takes one index of a foreign key away, makes one exact money column a FLOAT or
//! removes one review from a project that is otherwise left as it is. `AICHECK_RECALL_PATHS`
//! (folders, separated by `:`) plants in other projects too.

use std::env;
use std::path::{Path, PathBuf};

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::facts::directives::{Directive, DirectiveKind};
use aicheck::facts::schema::{Action, Dialect};
use aicheck::facts::{Answer, FileOutcome};
use aicheck::finding::{Finding, Severity};
use aicheck::project::Project;
use aicheck::project::schema::{Database, Index};
use aicheck::source::{Loc, Span};
use camino::Utf8PathBuf;

use crate::folder::read;

/// How many places of one kind are tried in one project.
const PLACES: usize = 20;

/// A fault to plant: these bytes of a file become others of the same length.
struct Plant {
    rule: &'static str,
    at: Loc,
    text: Vec<u8>,
    /// Where the finding has to stand.
    place: Loc,
}

#[test]
fn what_is_planted_is_found_once() {
    let settings = Settings {
        show: Severity::Info,
        jobs: 1,
        ..Settings::default()
    };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let names = [
        "clean",
        "shop-fastapi",
        "booking-flask",
        "clinic-django",
        "courses-fastapi",
        "tickets-alembic",
        "tools-drf",
    ];
    let mut folders: Vec<PathBuf> = names.iter().map(|name| fixtures.join(name)).collect();
    if let Some(more) = env::var_os("AICHECK_RECALL_PATHS") {
        folders.extend(env::split_paths(&more));
    }
    let mut planted = 0;
    let mut failures = Vec::new();
    for folder in folders {
        let files = read(&folder);
        let inputs = Inputs::from_memory(files.clone(), &settings);
        let (outcomes, project) = engine::read(&inputs, &settings);
        let before = engine::check(Inputs::from_memory(files.clone(), &settings), &settings);
        let known: Vec<Key> = before.findings.iter().map(|f| key(&inputs, f)).collect();
        let mut plants = unindexed(&inputs, &project);
        plants.extend(floats(&inputs, &project));
        plants.extend(unreviewed(&inputs, &outcomes, &project));
        for plant in plants {
            let mut files = files.clone();
            let path = &inputs.files[plant.at.file.index()].path;
            let bytes = files.get_mut(path).unwrap();
            let range = plant.at.span.start as usize..plant.at.span.end as usize;
            bytes[range].copy_from_slice(&plant.text);
            let report = engine::check(Inputs::from_memory(files, &settings), &settings);
            let mut new: Vec<&Finding> = report.findings.iter().collect();
            new.retain(|finding| !known.contains(&key(&inputs, finding)));
            let found = new.len() == 1 && new[0].rule == plant.rule && new[0].at == plant.place;
            if !found {
                let said: Vec<Key> = new.iter().map(|f| key(&inputs, f)).collect();
                let line = inputs.files[plant.at.file.index()]
                    .position(plant.at.span.start)
                    .line;
                failures.push(format!("{} at {path}:{line} gives {said:?}", plant.rule));
            }
            planted += 1;
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {planted} planted faults are not found once and in place:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(planted >= 20, "only {planted} places to plant a fault in");
}

/// What tells findings of two runs apart: rule, file and subject.
pub(crate) type Key = (&'static str, Utf8PathBuf, String);

pub(crate) fn key(inputs: &Inputs, finding: &Finding) -> Key {
    let path = inputs.files[finding.at.file.index()].path.clone();
    (finding.rule, path, finding.subject.clone())
}

fn text(inputs: &Inputs, at: Loc) -> &str {
    &inputs.files[at.file.index()].text[at.span.start as usize..at.span.end as usize]
}

/// Indexes without which a foreign key has none, taken away.
fn unindexed(inputs: &Inputs, project: &Project) -> Vec<Plant> {
    let mut plants = Vec::new();
    let indexing = |it: &&Database| it.dialect != Dialect::Mysql;
    for database in project.databases.iter().filter(indexing) {
        let tenants = database.tenant_columns();
        for table in database.tables.values() {
            for fk in &table.foreign_keys {
                if database.finds_by(table, &fk.columns, &tenants) != Answer::Yes {
                    continue;
                }
                let is_needed = |index: &&Index| {
                    let mut without = table.clone();
                    without.indexes.retain(|other| other.at != index.at);
                    database.finds_by(&without, &fk.columns, &tenants) == Answer::No
                };
                let needed = table.indexes.iter().filter(is_needed);
                plants.extend(needed.filter_map(|index| {
                    let clause = text(inputs, index.at);
                    let place = database.place(table, |table| {
                        Some(table.foreign_key(&fk.columns, &fk.parent)?.columns_at)
                    });
                    // Where the model asks for the index, the migration is to blame.
                    let asks = database.models.as_ref().is_some_and(|models| {
                        let declared = models.tables.get(&table.key);
                        declared.is_some_and(|declared| {
                            models.finds_by(declared, &fk.columns, &tenants) == Answer::Yes
                        })
                    });
                    Some(Plant {
                        rule: "missing-fk-index",
                        at: index.at,
                        text: without(clause)?,
                        place: if asks { fk.columns_at } else { place?.at },
                    })
                }));
            }
        }
    }
    plants.truncate(PLACES);
    plants
}

/// As many bytes and lines that do nothing, for a statement that makes an index.
fn without(statement: &str) -> Option<Vec<u8>> {
    let nothing = match statement {
        _ if statement.get(..6)?.eq_ignore_ascii_case("create") => "",
        _ if statement.contains("op.create_index(") => "pass",
        _ => return None,
    };
    let blank = |b| if b == b'\n' { b } else { b' ' };
    let rest = statement.bytes().skip(nothing.len()).map(blank);
    Some(nothing.bytes().chain(rest).collect())
}

/// Exact money columns, made inexact.
fn floats(inputs: &Inputs, project: &Project) -> Vec<Plant> {
    let tables = project.databases.iter().flat_map(|it| it.tables.values());
    let columns = tables.flat_map(|table| table.money_columns());
    let numeric = columns.filter_map(|column| {
        let (ty, at) = column.ty.as_ref()?;
        let written = text(inputs, *at);
        let float = match written {
            _ if written.get(..7)?.eq_ignore_ascii_case("numeric") => "REAL",
            _ if written.starts_with("sa.Numeric(") => "sa.Float()",
            _ => return None,
        };
        let end = at.span.start + float.len() as u32;
        (ty.base == "numeric" && !ty.array).then(|| Plant {
            rule: "float-money",
            at: *at,
            text: format!("{float:0$}", written.len()).into_bytes(),
            place: Loc {
                file: at.file,
                span: Span { end, ..at.span },
            },
        })
    });
    numeric.take(PLACES).collect()
}

/// Reviews that alone settle a cascade, and no other, removed.
fn unreviewed(inputs: &Inputs, outcomes: &[FileOutcome], project: &Project) -> Vec<Plant> {
    let mut reviews: Vec<(Loc, Span)> = Vec::new();
    for (unit, outcome) in inputs.units.iter().zip(outcomes) {
        let is_review = |it: &&Directive| it.kind == DirectiveKind::Reviewed;
        let directives = outcome.directives.iter().filter(is_review);
        let of_unit = directives.map(|directive| {
            let file = unit.file;
            let span = directive.span;
            (Loc { file, span }, directive.covers)
        });
        reviews.extend(of_unit);
    }
    let mut settled: Vec<(Loc, Vec<Loc>)> = Vec::new();
    for database in &project.databases {
        for (table, fk) in database.cascading_keys() {
            let declared = database.place(table, |table| {
                table
                    .foreign_key(&fk.columns, &fk.parent)
                    .filter(|fk| fk.on_delete == Action::Cascade)?
                    .on_delete_at
            });
            let Some(place) = declared else { continue };
            let cited = [Some(place.at), place.migration];
            let covers = |(at, covers): &&(Loc, Span)| {
                let mut cited = cited.iter().flatten();
                cited.any(|it| it.file == at.file && covers.contains(it.span))
            };
            let by: Vec<Loc> = reviews.iter().filter(covers).map(|(at, _)| *at).collect();
            settled.push((place.at, by));
        }
    }
    let mut plants = Vec::new();
    for (place, by) in &settled {
        let [at] = by[..] else { continue };
        if settled.iter().filter(|(_, by)| by.contains(&at)).count() == 1 {
            plants.push(Plant {
                rule: "unreviewed-cascade",
                at,
                text: vec![b'-'; (at.span.end - at.span.start) as usize],
                place: *place,
            });
        }
    }
    plants.truncate(PLACES);
    plants
}
