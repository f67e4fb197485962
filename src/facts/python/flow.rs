//! What can happen inside one function: its fallible steps that nothing guards, and its exits.
//!
//! A small abstract interpretation. Statements are followed in order with a [`State`] that tells
//! of each variable which lookup's None it may hold. A test splits the state in two, paths that
//! meet again are joined, loops are run until nothing new turns up. Where the value of a doubtful
//! variable is needed while the doubt is open, its step is reported; where the code asks in a way
//! that we cannot read, nothing is said. Knows one function and the names of its module, no rule.

mod bind;
mod call;
mod changes;
mod columns;
mod effects;
mod exits;
mod expression;
mod hand_over;
mod jumps;
mod lookup;
pub(super) mod names;
mod proof;
mod query;
mod question;
mod raw;
mod rows;
mod sql;
mod state;
mod steps;
mod test;
mod usage;
mod whole;

#[cfg(test)]
mod tests;

use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

use super::library::{LIBRARY, RawKind};
use super::value;
use super::{Function, Param, ParamKind};
use crate::parse::python::{Field, Kind, Node};
pub(super) use expression::is_session_name;
pub(super) use names::Names;
use names::is_class_like;
use state::{Doubt, Known, Origins, Raw, Shape, State, StepId, Variable};
use steps::Steps;
use test::merge;

/// More variables than this are not followed; generated code has them, handlers do not.
const MAX_VARIABLES: usize = 400;

/// More proofs, witnesses or protections than this are forgotten; handlers have a few.
const MAX_REMEMBERED: usize = 50;

/// How often the loops of a function are run a second time in all.
const MAX_REPEATS: usize = 100;

/// Follows the body of a function and writes down what can happen in it.
pub(super) fn follow(function: &mut Function, node: Node<'_>, names: &Names<'_>) {
    if function.broken {
        return;
    }
    let mut flow = Flow::new(function, names);
    flow.body = node.child(Field::Body);
    flow.enter(node);
    if let Some(body) = node.child(Field::Body) {
        flow.block(body);
        flow.leave(node, body);
        flow.settle_effects(body);
    }
}

/// The walk through one function.
struct Flow<'t, 'f> {
    function: &'f mut Function,
    names: &'f Names<'f>,
    /// The parameters come first, at their places.
    variables: FxHashMap<&'t str, Variable>,
    next_variable: Variable,
    /// What is known here; `None` where no path leads.
    state: Option<State<'t>>,
    steps: Steps<'t>,
    /// The `try` and `with` around this point, outermost first.
    frames: Vec<Frame>,
    loops: Vec<jumps::Loop<'t>>,
    /// Lookups whose exception brought us into a handler.
    rescued: Vec<StepId>,
    /// How many tests of a doubtful value this point stands under.
    guards: usize,
    /// How many loops this point stands in.
    depth: usize,
    repeats: usize,
    /// Nodes whose call or return is written down.
    seen: FxHashSet<usize>,
    /// Nodes whose exit is written down.
    exits: FxHashSet<usize>,
    /// Nodes whose effect is written down.
    noted: FxHashSet<usize>,
    effects: effects::Effects<'t>,
    /// The place of each call among those that are written down.
    sites: FxHashMap<usize, usize>,
    /// Nodes whose reading of the request is written down.
    parsed: FxHashSet<usize>,
    /// Parameters that are not proved to reject None.
    met: FxHashSet<Variable>,
    /// The names of caught exceptions that are in scope.
    caught_as: Vec<&'t str>,
    /// Some attribute of a variable is followed as well.
    places: bool,
    /// Some path ends normally.
    returns: bool,
    body: Option<Node<'t>>,
    /// Where each name stands, once somebody asks.
    occurrences: Option<usage::Occurrences<'t>>,
}

/// What a `try` or `with` does for the code inside.
#[derive(Default)]
struct Frame {
    catches: Vec<String>,
    context: Option<String>,
    /// Lookups whose exception it catches.
    caught: Vec<StepId>,
}

impl<'t, 'f> Flow<'t, 'f> {
    fn new(function: &'f mut Function, names: &'f Names<'f>) -> Self {
        Self {
            next_variable: function.params.len() as Variable,
            function,
            names,
            variables: FxHashMap::default(),
            state: Some(State::default()),
            steps: Steps::default(),
            frames: Vec::new(),
            loops: Vec::new(),
            rescued: Vec::new(),
            guards: 0,
            depth: 0,
            repeats: 0,
            seen: FxHashSet::default(),
            exits: FxHashSet::default(),
            parsed: FxHashSet::default(),
            noted: FxHashSet::default(),
            effects: effects::Effects::default(),
            sites: FxHashMap::default(),
            met: FxHashSet::default(),
            caught_as: Vec::new(),
            places: false,
            returns: false,
            body: None,
            occurrences: None,
        }
    }

    /// Binds the parameters.
    fn enter(&mut self, node: Node<'t>) {
        let list = node.child(Field::Parameters);
        let separators = [Kind::KeywordSeparator, Kind::PositionalSeparator];
        let written = list.into_iter().flat_map(Node::children);
        let written = written.filter(|child| !separators.contains(&child.kind()));
        let mut state = State::default();
        for (place, child) in written.enumerate().take(self.function.params.len()) {
            let named = child.descendants().chain([child]);
            let Some(name) = named.into_iter().find(|it| it.kind() == Kind::Identifier) else {
                continue;
            };
            let variable = place as Variable;
            self.variables.insert(name.text(), variable);
            let shape = self.shape_of_parameter(place);

            let own = matches!(shape, Shape::Own);
            let origins = if own {
                Origins::UNKNOWN
            } else {
                Origins::parameter(place)
            };
            let mut known = Known {
                shape,
                ..Known::from(origins)
            };
            if matches!(known.shape, Shape::Other) && self.may_be_none(place) {
                let step = self.parameter_step(child, name.text(), variable);
                known.doubts.push(Doubt::new(step));
            } else {
                self.met.insert(variable);
            }
            state.set(variable, Some(Rc::new(known)));
        }
        self.state = Some(state);
    }

    fn shape_of_parameter<'s>(&self, place: usize) -> Shape<'s> {
        let param = &self.function.params[place];
        let written = param
            .annotation
            .as_ref()
            .map_or("", |annotation| &annotation.text);
        let named = |names: &FxHashSet<String>| names.contains(names::last(written));
        let method = self.function.class.is_some() && place == 0;
        let base = written.split('[').next().unwrap_or_default();
        if self.names.has_dependencies
            && !self.function.decorators.is_empty()
            && matches!(names::last(base), "dict" | "Dict")
        {
            let source = param.name.clone();
            let kind = RawKind::Json;
            return Shape::Raw(Rc::new(Raw { source, kind }));
        }
        match param.name.as_str() {
            "self" | "cls" if method => Shape::Own,
            "request" => Shape::Request,
            _ if named(&LIBRARY.request.types) => Shape::Request,
            _ if written.contains("Session") => Shape::Session,
            name if is_session_name(name) => Shape::Session,
            _ => Shape::Other,
        }
    }

    fn may_be_none(&self, place: usize) -> bool {
        let param = &self.function.params[place];
        matches!(param.kind, ParamKind::Normal | ParamKind::KeywordOnly)
    }

    /// Whether a dependency may fill the parameter: `Depends(…)`, or a type of an unknown alias.
    fn may_be_filled(&self, variable: Variable) -> bool {
        let Some(param) = self.function.params.get(variable as usize) else {
            return false;
        };
        let by_default = param.default.is_some();
        let aliased = |param: &Param| {
            let annotation = param.annotation.as_ref();
            annotation
                .is_some_and(|it| !it.metadata.is_empty() || is_class_like(names::last(&it.text)))
        };
        self.names.has_dependencies && (by_default || aliased(param))
    }

    /// What the end of the body means.
    fn leave(&mut self, node: Node<'t>, body: Node<'t>) {
        if self.state.is_some() {
            if !self.function.is_generator && !is_stub(body) {
                let end = self.function.name_span;
                self.give(node, end, None);
            }
            self.end_normally();
        }
        let params = self.function.params.iter().enumerate();
        let rejecting = params.filter(|(place, _)| {
            let variable = *place as Variable;
            self.may_be_none(*place) && !self.met.contains(&variable)
        });
        let rejecting: Vec<String> = rejecting.map(|(_, param)| param.name.clone()).collect();
        if self.returns {
            self.function.rejects_none = rejecting;
        }

        let returns = self.function.returns.as_ref();
        let said = returns.is_some_and(|it| matches!(names::last(&it.text), "NoReturn" | "Never"));
        self.function.never_returns = said || !self.returns && !self.function.is_generator;
    }

    fn block(&mut self, block: Node<'t>) {
        for statement in block.children() {
            if self.state.is_none() {
                return;
            }
            self.statement(statement);
        }
    }

    fn statement(&mut self, node: Node<'t>) {
        match node.kind() {
            Kind::ExpressionStatement => node.children().for_each(|part| self.expression(part)),
            Kind::ReturnStatement => self.return_statement(node),
            Kind::RaiseStatement => self.raise_statement(node),
            Kind::IfStatement => self.if_statement(node),
            Kind::ForStatement => self.for_statement(node),
            Kind::WhileStatement => self.while_statement(node),
            Kind::TryStatement => self.try_statement(node),
            Kind::WithStatement => self.with_statement(node),
            Kind::MatchStatement => self.match_statement(node),
            Kind::BreakStatement | Kind::ContinueStatement => self.jump(node),
            Kind::AssertStatement => {
                if let Some(condition) = node.operand() {
                    self.state = self.test(condition).yes;
                }
            }
            Kind::FunctionDefinition | Kind::ClassDefinition => self.define(node),
            Kind::DecoratedDefinition => {
                if let Some(definition) = node.child(Field::Definition) {
                    self.define(definition);
                }
            }
            Kind::PrintStatement | Kind::ExecStatement | Kind::DeleteStatement => {
                for part in node.children() {
                    self.eval(part);
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, node: Node<'t>) {
        match node.kind() {
            Kind::Assignment => {
                self.assignment(node);
            }
            Kind::AugmentedAssignment => self.augmented(node),
            Kind::Call => {
                self.call(node, true);
            }
            Kind::Await => match node.operand() {
                Some(call) if call.kind() == Kind::Call => {
                    self.call(call, true);
                }
                _ => {
                    self.eval(node);
                }
            },
            _ => {
                self.eval(node);
            }
        }
    }

    fn define(&mut self, node: Node<'t>) {
        if let Some(name) = node.child(Field::Name) {
            let shape = Shape::Definition;
            self.bind(
                name,
                Known {
                    shape,
                    ..Known::from(Origins::CONSTANT)
                },
            );
        }
    }

    /// `if … elif … else`, without recursion over its arms.
    fn if_statement(&mut self, node: Node<'t>) {
        let guards = self.guards;
        let mut arms = Vec::new();
        let mut arm = Some(node);
        let mut alternatives = node
            .children()
            .filter(|child| child.field() == Field::Alternative);
        while let Some(clause) = arm {
            match clause.child(Field::Condition) {
                Some(condition) => {
                    let test = self.test(condition);
                    self.guards += usize::from(test.mentioned.guards);
                    self.state = test.yes;
                    if let Some(block) = clause.child(Field::Consequence) {
                        self.block(block);
                    }
                    arms.push((self.state.take(), test.mentioned));
                    self.state = test.no;
                }
                None => {
                    if let Some(block) = clause.child(Field::Body) {
                        self.block(block);
                    }
                }
            }
            arm = alternatives.next();
        }
        for (state, mentioned) in arms.into_iter().rev() {
            self.state = merge(state, self.state.take(), &mentioned);
        }
        self.guards = guards;
    }

    /// `match … case …`
    fn match_statement(&mut self, node: Node<'t>) {
        let subjects = node
            .children()
            .filter(|child| child.field() == Field::Subject);
        let subjects: Vec<Node<'t>> = subjects.collect();
        let mut steps: Vec<StepId> = Vec::new();
        for subject in &subjects {
            let known = self.eval(*subject);
            steps.extend(known.doubts.iter().map(|doubt| doubt.step));
        }
        let guards = self.guards;
        self.guards += usize::from(!steps.is_empty());
        let mut after = None;
        let cases = node.child(Field::Body).into_iter().flat_map(Node::children);
        for case in cases.filter(|child| child.kind() == Kind::CaseClause) {
            let rest = self.state.take();
            let pattern = case
                .children()
                .find(|child| child.kind() == Kind::CasePattern);
            let guarded = case.child(Field::Guard).is_some();
            self.state = rest.clone();
            let mut rest = rest;
            match pattern.map(asks) {
                Some(Pattern::None) if !guarded => {
                    if let Some(rest) = &mut rest {
                        steps::clear(rest, &steps);
                    }
                }
                Some(Pattern::Anything) if !guarded => rest = None,
                Some(Pattern::Something) => self.clear(&steps),
                _ => {}
            }
            if let Some(condition) = case.child(Field::Guard).and_then(Node::operand) {
                self.state = self.test(condition).yes;
            }
            if let Some(block) = case.child(Field::Consequence) {
                self.block(block);
            }
            after = jumps::meet(after, self.state.take());
            self.state = rest;
        }
        self.state = jumps::meet(after, self.state.take());
        self.guards = guards;
    }
}

/// What a pattern matches.
enum Pattern {
    None,
    /// Anything, or a name that anything is bound to.
    Anything,
    /// Something that is not None.
    Something,
    /// Perhaps None, among others.
    Unknown,
}

fn asks(pattern: Node<'_>) -> Pattern {
    let Some(inner) = pattern.operand() else {
        return Pattern::Anything;
    };
    match inner.kind() {
        Kind::None => Pattern::None,
        Kind::DottedName if inner.children().count() == 1 => Pattern::Anything,
        Kind::UnionPattern | Kind::AsPattern => Pattern::Unknown,
        _ => Pattern::Something,
    }
}

/// A body that says nothing: `...`, `pass`, a docstring.
fn is_stub(body: Node<'_>) -> bool {
    body.children().all(|statement| match statement.kind() {
        Kind::PassStatement => true,
        Kind::ExpressionStatement => statement.operand().is_some_and(|value| {
            matches!(
                value.kind(),
                Kind::Ellipsis | Kind::String | Kind::ConcatenatedString
            )
        }),
        _ => false,
    })
}
