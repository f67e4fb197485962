//! How the replay grows with a history: `cargo bench --bench history`. Twice the statements must
//! cost twice the time, which shows as the same number of statements in a second.

use std::collections::BTreeMap;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use camino::Utf8PathBuf;
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

/// Statements of one file.
const STATEMENTS: usize = 8;

/// One migration: a table that refers to an earlier one, and changes to others.
fn migration(number: usize) -> String {
    let parent = number / 2;
    format!(
        "create table entity_{number} (
             id bigint primary key,
             name varchar(80) not null,
             price numeric(12, 2) check (price >= 0),
             created_at timestamptz not null default now()
         );
         create index entity_{number}_name on entity_{number} (name);
         alter table entity_{number} add column parent_id bigint;
         alter table entity_{number} add constraint entity_{number}_parent
             foreign key (parent_id) references entity_{parent} (id) on delete restrict;
         create index entity_{number}_parent on entity_{number} (parent_id);
         alter table entity_{parent} add column note_{number} text;
         alter table entity_{parent} rename column note_{number} to remark_{number};
         alter table entity_{parent} drop column remark_{number};\n"
    )
}

fn history(statements: usize) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
    (0..statements / STATEMENTS)
        .map(|number| {
            let path = format!("migrations/{:06}_step.up.sql", number + 1);
            (path.into(), migration(number).into_bytes())
        })
        .collect()
}

#[divan::bench(args = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000])]
fn whole_run(bencher: Bencher<'_, '_>, statements: usize) {
    let inputs = || Inputs::from_memory(history(statements), &Settings::default());
    bencher
        .counter(ItemsCount::new(statements))
        .with_inputs(inputs)
        .bench_values(|inputs| engine::check(inputs, &Settings::default()));
}
