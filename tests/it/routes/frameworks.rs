//! What is printed of a project, held to what its framework answers itself.
//!
//! `AICHECK_ROUTES_PATHS` (folders, separated by `:`) compares other projects, too: each has a file
//! `routes` that `dump.py` has written under the Python of the project.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

use crate::venv;

/// Projects with the module that makes their application.
const PROJECTS: [(&str, &str); 14] = [
    ("fixtures/booking-flask", "booking_flask"),
    ("fixtures/clinic-django", "clinic_django"),
    ("fixtures/courses-fastapi", "courses_fastapi"),
    ("fixtures/library-aiohttp", "library_aiohttp"),
    ("fixtures/recipes-litestar", "recipes_litestar"),
    ("fixtures/shop-fastapi", "shop_fastapi"),
    ("fixtures/tickets-alembic", "tickets_alembic"),
    ("fixtures/tools-drf", "tools_drf"),
    ("tests/it/routes/nested_fastapi", "main"),
    ("tests/it/routes/nested_flask", "main"),
    ("tests/it/routes/classes_django", "main"),
    ("tests/it/routes/parts_aiohttp", "main"),
    ("tests/it/routes/layers_litestar", "main"),
    ("tests/it/routes/lists_starlette", "main"),
];

/// What is printed of a project.
#[derive(Default)]
struct Said {
    /// A line for each method; a function that answers any, or a Django one that lets a decorator
    /// choose, has a `*` like those of the framework.
    lines: BTreeSet<String>,
    /// What is said to hold more routes than can be known.
    above: Vec<String>,
    /// How many are said to stand at a place that is not known.
    unplaced: usize,
}

/// The frameworks themselves say which methods and paths they answer.
#[test]
fn frameworks_know_the_same_routes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = root.join("tests/it");
    let Some(python) = venv::python(&here.join("handlers/requirements.txt")) else {
        return;
    };
    for (project, module) in PROJECTS {
        let copy = tempfile::tempdir().unwrap();
        let contents = root.join(project).join(".");
        venv::run(Command::new("cp").arg("-r").arg(contents).arg(copy.path()));
        let mut dump = Command::new(&python);
        dump.env("PYTHONPATH", here.join("handlers"));
        dump.arg("-B").arg(here.join("routes/dump.py"));
        let real = lines(&venv::run(dump.arg(module).arg(copy.path())));
        assert!(real.len() > 2, "{project}: {real:?}");
        let said = said(copy.path());
        assert_eq!((said.lines, said.unplaced), (real, 0), "{project}");
    }
}

/// What the frameworks of other projects know, route by route; of a hundred 99 have to be the same.
#[test]
fn frameworks_of_other_projects_know_the_same_routes() {
    let mut terminal = io::stderr();
    let paths = env::var_os("AICHECK_ROUTES_PATHS");
    for folder in paths.iter().flat_map(env::split_paths) {
        let mut real = lines(&fs::read_to_string(folder.join("routes")).unwrap());
        let said = said(&folder);
        let path = |line: &str| line.split_once(' ').unwrap().1.to_owned();
        let all = real.len();
        real.retain(|line| !said.above.iter().any(|above| path(line).starts_with(above)));
        let equal = real.intersection(&said.lines).count();
        let name = folder.display();
        let (below, unplaced) = (all - real.len(), said.unplaced);
        writeln!(
            terminal,
            "{name}: {equal} of {}, {below} below patterns of libraries, {unplaced} unplaced",
            real.len()
        )
        .unwrap();
        let missing = real.difference(&said.lines).map(|it| format!("- {it}"));
        let extra = said.lines.difference(&real).map(|it| format!("+ {it}"));
        let wrong: Vec<String> = missing.chain(extra).collect();
        assert!(
            wrong.len() * 100 <= real.len(),
            "{name}:\n{}",
            wrong.join("\n")
        );
    }
}

/// The routes in a text that may say other things, too.
fn lines(text: &str) -> BTreeSet<String> {
    let is_route = |line: &&str| line.split(' ').nth(1).is_some_and(|it| it.starts_with('/'));
    text.lines().filter(is_route).map(str::to_owned).collect()
}

fn said(folder: &Path) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_aicheck"))
        .args(["routes", "--format", "json"])
        .current_dir(folder)
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut said = Said::default();
    for route in document["routes"].as_array().unwrap() {
        let (Some(path), false) = (
            route["path"].as_str(),
            route["prefix_unknown"].as_bool().unwrap(),
        ) else {
            said.unplaced += 1;
            continue;
        };
        let path = converted(path);
        // aiohttp keeps what the parameters match to itself.
        let path = path.replace(r"{order_id:\d+}", "{order_id}");
        if route["more_below"] == true {
            said.above.push(path);
            continue;
        }
        let methods = route["methods"].as_array().unwrap();
        let by_function =
            route["framework"] == "django" && !route["handler"].as_str().unwrap().contains('.');
        if by_function || methods.is_empty() {
            said.lines.insert(format!("* {path}"));
            continue;
        }
        for method in methods {
            said.lines
                .insert(format!("{} {path}", method.as_str().unwrap()));
        }
    }
    said
}

/// The path with `<name>` for what REST framework matches where it says no more.
fn converted(path: &str) -> String {
    let parts: Vec<&str> = path.split(">[^/.]+)").collect();
    let (last, parts) = parts.split_last().unwrap();
    let named = parts.iter().map(|part| {
        let (before, name) = part.rsplit_once("(?P<").unwrap();
        format!("{before}<{name}>")
    });
    named.collect::<String>() + last
}
