//! Revisions of Alembic: Python that changes the schema, into the same facts as SQL. Evaluates no
//! code; only constants are followed.

mod condition;
pub(super) mod execute;
mod operation;
pub(super) mod scope;
mod sweep;
mod walk;

use serde::{Deserialize, Serialize};

use super::FileOutcome;
use super::python::Module;
use super::schema::{Dialect, Section};
use super::sqlalchemy::term::{Form, Term};
use super::way_back::WayBack;
use crate::parse::python::{Field, Kind, Node, Tree};
use crate::source::Span;
use scope::Scope;
use walk::Walk;

/// A revision's place in the graph of revisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its identifier.
    pub id: String,
    /// Where that is written.
    pub at: Span,
    /// The revisions it follows; several for a merge, none for a root.
    pub down: Vec<String>,
    /// Where these are written.
    pub down_at: Span,
    /// Revisions of other branches that it needs.
    pub depends_on: Vec<String>,
    /// It names a branch, or depends on one: several ends are meant.
    pub branches: bool,
}

/// Whether a module may say how wide the column is that keeps revisions.
pub(super) fn widens_versions(text: &str) -> bool {
    let has = |words: &str| memchr::memmem::find(text.as_bytes(), words.as_bytes()).is_some();
    has("version_table_impl")
        || has("version_num")
            && (has("Column(")
                || ["alter", "create table", "create_table"]
                    .iter()
                    .any(|words| text.to_ascii_lowercase().contains(words)))
}

/// Adds what a revision says to the facts of its module, which are read already.
pub fn read(tree: &Tree, dialect: Dialect, outcome: &mut FileOutcome) {
    let Some(module) = &outcome.facts.python else {
        return;
    };
    let mut walk = Walk::new(module_scope(tree, dialect, module));
    outcome.facts.revision = revision(&walk.scope);
    for (name, section) in [("upgrade", Section::Up), ("downgrade", Section::Down)] {
        let Some(function) = walk.scope.function(name) else {
            continue;
        };
        walk.section = section;
        walk.scope.frame();
        walk.function(function);
        walk.scope.leave();
    }
    outcome.facts.way_back = WayBack::of_revision(&walk.scope, tree);
    outcome.facts.schema = walk.found;
    outcome.facts.seeded = walk.seeded;
    outcome.facts.sweeps = walk.sweeps;
    outcome.facts.transactions = walk.transactions;
    // What it uses may be what another revision adds: one upgrade may run both in one transaction.
    outcome.notes.append(&mut walk.notes);
    outcome.directives.append(&mut walk.directives);
}

/// What the constants and functions of a module stand for.
pub(super) fn module_scope<'t>(tree: &'t Tree, dialect: Dialect, module: &Module) -> Scope<'t> {
    let imports = module.imports.iter();
    let imports = imports.map(|import| (import.name.clone(), import.path.clone()));
    let mut scope = Scope::new(tree.text(), dialect, imports);
    for statement in tree.root().into_iter().flat_map(Node::children) {
        of_module(&mut scope, statement);
    }
    scope
}

/// A statement of the module: constants and functions.
fn of_module<'t>(scope: &mut Scope<'t>, statement: Node<'t>) {
    match statement.kind() {
        Kind::FunctionDefinition => scope.define(statement),
        Kind::DecoratedDefinition => {
            let inner = statement.children().last();
            if let Some(function) = inner.filter(|it| it.kind() == Kind::FunctionDefinition) {
                scope.define(function);
            }
        }
        Kind::ExpressionStatement => {
            let assignment = statement
                .operand()
                .filter(|it| it.kind() == Kind::Assignment);
            let Some(assignment) = assignment else {
                return;
            };
            let (left, right) = (
                assignment.child(Field::Left),
                assignment.child(Field::Right),
            );
            if let (Some(left), Some(right)) = (left, right) {
                let term = scope.eval(right);
                scope.assign(left, term);
            }
        }
        _ => {}
    }
}

fn revision(scope: &Scope) -> Option<Revision> {
    let own = scope.bound("revision")?;
    let id = own.text()?.to_owned();
    let listed = |name: &str| {
        let terms = scope.bound(name).and_then(Term::elements);
        let terms = terms.into_iter().flatten();
        terms.filter_map(Term::text).map(str::to_owned).collect()
    };
    // A parent that is computed is not known: no root of a history.
    let is_unknown = |it: &Term| !matches!(it.form, Form::None) && it.elements().is_none();
    let down = scope.bound("down_revision");
    let parts = down.and_then(Term::elements).into_iter().flatten();
    if down.is_some_and(is_unknown) || parts.into_iter().any(|it| it.text().is_none()) {
        return None;
    }
    let is_said = |name: &str| {
        let bound = scope.bound(name);
        bound.is_some_and(|it| !matches!(it.form, Form::None))
    };
    Some(Revision {
        id,
        at: own.span,
        down: listed("down_revision"),
        down_at: scope.bound("down_revision").map_or(own.span, |it| it.span),
        depends_on: listed("depends_on"),
        branches: is_said("branch_labels") || is_said("depends_on"),
    })
}

#[cfg(test)]
mod tests;
