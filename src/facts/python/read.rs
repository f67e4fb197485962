//! One Python document to facts: parse, one walk, drop the tree.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::body::describe;
use super::directives;
use super::flow::{Names, follow};
use super::mentions::{Mentions, Scope, may_have_rows};
use super::postgrest::Queries;
use super::structure::Structure;
use super::{Function, MadeName, Mention, Module};
use crate::discover::MigrationTool;
use crate::facts::schema::Dialect;
use crate::facts::secrets::python::Suspects;
use crate::facts::{FileOutcome, Note, NoteId, alembic, django};
use crate::parse::python::{Field, Node, Tree, parse};
use crate::source::Span;

/// Larger documents are generated or data; parsing them would take memory a hundred times over.
const MAX_BYTES: usize = 2 << 20;

/// Reads the part of a text that is a Python document; a migration is one of a tool, in a dialect.
pub fn read(
    text: &str,
    range: Range<usize>,
    migration: Option<(MigrationTool, Dialect)>,
) -> FileOutcome {
    let mut outcome = FileOutcome::default();
    if range.len() > MAX_BYTES {
        outcome.notes.push(Note {
            id: NoteId::SkippedSize,
            span: None,
            message:
                "Python of more than 2 MB is not parsed; it was only looked through for tokens."
                    .to_owned(),
        });
        return outcome;
    }
    let document = Span::from(range.clone());
    outcome.facts.widens_versions =
        alembic::widens_versions(text.get(range.clone()).unwrap_or_default());
    let (tree, notes) = parse(text, range);
    outcome.notes = notes;
    // The one walk: every collector sees every node once, in source order.
    let mut structure = Structure::default();
    let mut suspects = Suspects::default();
    let mut queries = Queries::default();
    for node in tree.nodes() {
        structure.visit(node);
        suspects.visit(node);
        queries.visit(node);
    }
    let (mut module, bodies) = structure.finish();
    let mut functions = std::mem::take(&mut module.functions);
    let top = functions
        .iter()
        .zip(&bodies)
        .filter(|(function, _)| !function.name.contains('.'));
    let names = Names::new(&module, top.map(|(_, node)| *node));
    for (function, node) in functions.iter_mut().zip(&bodies) {
        describe(function, *node);
        follow(function, *node, &names);
    }
    (module.mentions, module.made_names) = mentions(&tree, &module, &functions, &bodies);
    module.functions = functions;
    fit(&mut module);
    outcome.facts.python = Some(module);
    outcome.facts.secrets = suspects.finish();
    outcome.facts.queries = queries.finish();
    outcome.directives = directives::read(&tree, document);
    match migration {
        Some((MigrationTool::Alembic, dialect)) => alembic::read(&tree, dialect, &mut outcome),
        Some((MigrationTool::Django, dialect)) => django::read(&tree, dialect, &mut outcome),
        _ => {}
    }
    outcome
}

/// What the bodies of functions, and what stands outside of them, ask of classes.
fn mentions(
    tree: &Tree<'_>,
    module: &Module,
    functions: &[Function],
    bodies: &[Node<'_>],
) -> (Vec<Mention>, Vec<MadeName>) {
    let mut mentions = Mentions::default();
    if let Some(root) = tree.root() {
        mentions.read(root, &Scope::default());
    }
    let rows = module.classes.iter().filter(|class| may_have_rows(class));
    let rows: FxHashSet<&str> = rows.map(|class| class.name.as_str()).collect();
    for (nth, (function, node)) in functions.iter().zip(bodies).enumerate() {
        let class = function.class.as_deref();
        let scope = Scope {
            function: Some((nth, function)),
            own: class.is_some_and(|class| rows.contains(class)),
        };
        let body = node.child(Field::Body).filter(|_| !function.broken);
        if let Some(body) = body {
            mentions.read(body, &scope);
        }
    }
    mentions.finish()
}

/// Gives back the room that lists grew into: all modules of a project are held at once.
fn fit(module: &mut Module) {
    module.functions.shrink_to_fit();
    module.classes.shrink_to_fit();
    module.globals.shrink_to_fit();
    module.imports.shrink_to_fit();
    for class in &mut module.classes {
        class.fields.shrink_to_fit();
    }
    for function in &mut module.functions {
        function.answers.shrink_to_fit();
        function.calls.shrink_to_fit();
        function.decorators.shrink_to_fit();
        function.exits.shrink_to_fit();
        function.imports.shrink_to_fit();
        function.locals.shrink_to_fit();
        function.params.shrink_to_fit();
        function.returned.shrink_to_fit();
        function.steps.shrink_to_fit();
    }
}
