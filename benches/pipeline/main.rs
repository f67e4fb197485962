//! What each stage costs: `cargo bench`, or `cargo bench -- map` for one of them.

mod trees;

use aicheck::config::Settings;
use aicheck::discover::{FileKind, Inputs};
use aicheck::engine;
use aicheck::facts::schema::Dialect;
use aicheck::parse::python;
use aicheck::parse::sql::Lexer;
use aicheck::project::Project;
use aicheck::report::human::{self, Detail, Style};
use aicheck::report::json;
use aicheck::rule::Sink;
use divan::Bencher;
use trees::{TREES, Tree, of_kind, size_of};

fn main() {
    divan::main();
}

#[divan::bench(args = TREES)]
fn discover(bencher: Bencher<'_, '_>, tree: Tree) {
    bencher
        .counter(tree.size())
        .with_inputs(|| tree.files())
        .bench_values(|files| Inputs::from_memory(files, &Settings::default()));
}

#[divan::bench(args = TREES)]
fn tokenise_sql(bencher: Bencher<'_, '_>, tree: Tree) {
    let inputs = tree.inputs();
    let units = of_kind(&inputs, FileKind::Sql);
    bencher.counter(size_of(&units)).bench(|| {
        let tokens = units.iter().map(|unit| {
            let text = &unit.text[unit.range.clone()];
            Lexer::new(
                text,
                unit.range.start,
                unit.dialect.unwrap_or(Dialect::Postgres),
            )
            .count()
        });
        tokens.sum::<usize>()
    });
}

/// What the grammar alone costs: the least that reading Python can.
#[divan::bench(args = TREES)]
fn parse_python_bare(bencher: Bencher<'_, '_>, tree: Tree) {
    let inputs = tree.inputs();
    let units = of_kind(&inputs, FileKind::Python);
    let mut parser = tree_sitter::Parser::new();
    let language = tree_sitter_python::LANGUAGE.into();
    parser.set_language(&language).expect("the versions fit");
    bencher.counter(size_of(&units)).bench_local(|| {
        let trees = units
            .iter()
            .map(|unit| parser.parse(&unit.text[unit.range.clone()], None));
        trees.flatten().count()
    });
}

#[divan::bench(args = TREES)]
fn parse_python(bencher: Bencher<'_, '_>, tree: Tree) {
    let inputs = tree.inputs();
    let units = of_kind(&inputs, FileKind::Python);
    bencher.counter(size_of(&units)).bench(|| {
        let trees = units
            .iter()
            .map(|unit| python::parse(&unit.text, unit.range.clone()));
        trees.map(|(tree, _)| tree.nodes().count()).sum::<usize>()
    });
}

#[divan::bench(args = TREES)]
fn map_sql(bencher: Bencher<'_, '_>, tree: Tree) {
    map(bencher, tree, FileKind::Sql);
}

#[divan::bench(args = TREES)]
fn map_python(bencher: Bencher<'_, '_>, tree: Tree) {
    map(bencher, tree, FileKind::Python);
}

fn map(bencher: Bencher<'_, '_>, tree: Tree, kind: FileKind) {
    let inputs = tree.inputs();
    let units = of_kind(&inputs, kind);
    bencher.counter(size_of(&units)).bench(|| {
        units
            .iter()
            .map(|unit| engine::map(unit))
            .collect::<Vec<_>>()
    });
}

#[divan::bench(args = TREES)]
fn link(bencher: Bencher<'_, '_>, tree: Tree) {
    let (inputs, outcomes, _) = tree.read();
    let settings = Settings::default();
    bencher.bench(|| Project::link(&inputs.units, &outcomes, &settings));
}

/// Linking is linear where both read as many bytes a second.
#[divan::bench(args = [Tree::Generated(10), Tree::Generated(100)])]
fn link_growth(bencher: Bencher<'_, '_>, tree: Tree) {
    let (inputs, outcomes, _) = tree.read();
    let settings = Settings::default();
    bencher
        .counter(tree.size())
        .bench(|| Project::link(&inputs.units, &outcomes, &settings));
}

#[divan::bench(args = TREES)]
fn check_rules(bencher: Bencher<'_, '_>, tree: Tree) {
    let (_, _, project) = tree.read();
    bencher.bench(|| {
        let found = aicheck::rules::all().map(|rule| {
            let mut sink = Sink::new(rule.id);
            (rule.check)(&project, &mut sink);
            sink.into_findings().len()
        });
        found.sum::<usize>()
    });
}

#[divan::bench(args = TREES)]
fn report_human(bencher: Bencher<'_, '_>, tree: Tree) {
    let report = engine::check(tree.inputs(), &Settings::default());
    let style = Style {
        width: 100,
        color: true,
        detail: Detail::default(),
    };
    bencher.bench(|| {
        let mut out = Vec::new();
        human::write(&report, style, &mut out).expect("a vector takes every write");
        out
    });
}

#[divan::bench(args = TREES)]
fn report_json(bencher: Bencher<'_, '_>, tree: Tree) {
    let report = engine::check(tree.inputs(), &Settings::default());
    bencher.bench(|| {
        let mut out = Vec::new();
        json::write(&report, &mut out).expect("a vector takes every write");
        out
    });
}

#[divan::bench(args = TREES)]
fn whole_run(bencher: Bencher<'_, '_>, tree: Tree) {
    bencher
        .counter(tree.size())
        .with_inputs(|| tree.inputs())
        .bench_values(|inputs| engine::check(inputs, &Settings::default()));
}
