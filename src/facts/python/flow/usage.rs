//! What becomes of the value of a call, should it be a coroutine: awaited, dropped, read as if it were
//! the result, returned. Syntax only; whether it is one, `link` knows.

use rustc_hash::FxHashMap;

use super::names::{last, root};
use super::{Field, Flow, Kind, LIBRARY, Node};
use crate::facts::python::Usage;
use crate::facts::python::body::is_target;
use crate::facts::python::coroutines::COROUTINES;
use crate::facts::python::value::chain;
use crate::source::Span;

/// Where each name of a function stands, in source order, nested functions included.
pub(super) type Occurrences<'t> = FxHashMap<&'t str, Vec<Node<'t>>>;

/// How many mentions of a variable are looked through for one that keeps it.
const NEAR: usize = 8;

impl<'t> Flow<'t, '_> {
    /// What becomes of the value of a call.
    pub(super) fn usage(&mut self, call: Node<'t>, callee: &str) -> Usage {
        if self.hides(root(callee)) {
            return Usage::Elsewhere;
        }
        let at = unwrapped(call);
        let Some(parent) = at.parent() else {
            return Usage::Elsewhere;
        };
        match (parent.kind(), at.field()) {
            (Kind::ExpressionStatement, _) => Usage::Dropped,
            (Kind::Assignment, Field::Right) => self.stored(parent),
            _ => fate(at).into(),
        }
    }

    /// Whether the function binds a name to something that is not known.
    fn hides(&self, name: &str) -> bool {
        let is_param = |at: usize| at < self.function.params.len();
        let bound = self.variables.get(name);
        bound.is_some_and(|variable| !is_param(*variable as usize))
            && !self.function.locals.iter().any(|local| local.name == name)
    }

    /// What becomes of a value that is bound to a name.
    fn stored(&mut self, assignment: Node<'t>) -> Usage {
        let Some(left) = assignment.child(Field::Left) else {
            return Usage::Elsewhere;
        };
        if matches!(
            left.kind(),
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern
        ) {
            return Usage::Read(left.span());
        }
        if left.kind() != Kind::Identifier {
            return Usage::Elsewhere;
        }
        let is_param = self.function.params.iter().any(|it| it.name == left.text());
        stored(left, assignment, self.occurrences(left.text()), is_param)
    }

    /// Where a name of the function stands.
    pub(super) fn occurrences(&mut self, name: &str) -> &[Node<'t>] {
        let body = self.body;
        let occurrences = self
            .occurrences
            .get_or_insert_with(|| body.map(occurrences).unwrap_or_default());
        occurrences.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether the value of a call is kept for later calls.
    pub(super) fn is_kept(&mut self, call: Node<'t>) -> bool {
        let plain =
            |it: &Node<'t>| !matches!(it.kind(), Kind::Await | Kind::ParenthesizedExpression);
        let binder = call.ancestors().find(plain);
        let Some(binder) = binder.filter(|it| it.kind() == Kind::Assignment) else {
            return false;
        };
        binder.child(Field::Left).is_some_and(|target| {
            self.keeps(target) || target.kind() == Kind::Identifier && self.is_put_away(target)
        })
    }

    /// Whether what is bound to a target outlives the call of the function.
    fn keeps(&self, target: Node<'t>) -> bool {
        let constructs = self.function.name.ends_with(".__init__");
        match target.kind() {
            Kind::Identifier => self.function.globals.iter().any(|it| it == target.text()),
            Kind::Attribute => !(constructs && target.text().starts_with("self.")),
            Kind::Subscript => true,
            _ => false,
        }
    }

    /// Whether a variable is bound to something that is kept, not far behind its own binding.
    fn is_put_away(&mut self, variable: Node<'t>) -> bool {
        let named = self.occurrences(variable.text());
        let behind = named.partition_point(|it| it.index() <= variable.index());
        let bound = named[behind..]
            .iter()
            .take(NEAR)
            .filter(|it| it.field() == Field::Right)
            .filter_map(|it| it.parent())
            .filter(|it| it.kind() == Kind::Assignment);
        let targets: Vec<Node<'t>> = bound.filter_map(|it| it.child(Field::Left)).collect();
        targets.into_iter().any(|target| self.keeps(target))
    }
}

/// What becomes of the value that `left` is bound to, among all places of the name.
fn stored<'t>(left: Node<'t>, assignment: Node<'t>, named: &[Node<'t>], is_param: bool) -> Usage {
    let once = !is_param && named.iter().filter(|it| is_target(**it)).count() == 1;
    if once && named.len() == 1 {
        return Usage::Dropped;
    }
    // Behind another binding the name may hold something else, and so it may outside of the block.
    let block = assignment.ancestors().find(|it| it.kind() == Kind::Block);
    let inside =
        |it: &Node<'t>| once || block.is_some_and(|block| block.span().contains(it.span()));
    let behind = named.iter().skip_while(|it| it.index() <= left.index());
    let until_next = behind.take_while(|it| !is_target(**it) && it.kind() == Kind::Identifier);
    let fates: Vec<Fate> = until_next
        .filter(|it| inside(it))
        .map(|it| fate(unwrapped(*it)))
        .collect();
    let is_handed_on = fates.iter().any(|fate| matches!(fate, Fate::Elsewhere));
    if fates.iter().any(|fate| matches!(fate, Fate::Awaited)) {
        return Usage::Elsewhere;
    }
    let read = fates.iter().find_map(|fate| match fate {
        Fate::Read(span) => Some(*span),
        _ => None,
    });
    let asked = fates.iter().find_map(|fate| match fate {
        Fate::Asked(span) => Some(*span),
        _ => None,
    });
    match (read, asked) {
        (Some(span), _) => Usage::Read(span),
        (None, Some(span)) if !is_handed_on => Usage::Read(span),
        (None, None) if !is_handed_on && !fates.is_empty() => Usage::Returned,
        _ => Usage::Elsewhere,
    }
}

/// What one mention of a value does with it.
enum Fate {
    /// Awaits it, or asks whether it is to be awaited.
    Awaited,
    /// Needs what the coroutine gives.
    Read(Span),
    /// Asks whether it is true or equal to something, which a coroutine answers as well, but always
    /// the same.
    Asked(Span),
    Returned,
    /// Hands it on.
    Elsewhere,
}

impl From<Fate> for Usage {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Awaited => Self::Awaited,
            Fate::Read(span) | Fate::Asked(span) => Self::Read(span),
            Fate::Returned => Self::Returned,
            Fate::Elsewhere => Self::Elsewhere,
        }
    }
}

fn fate(node: Node<'_>) -> Fate {
    let Some(parent) = node.parent() else {
        return Fate::Elsewhere;
    };
    match (parent.kind(), node.field()) {
        (Kind::Await, _) => Fate::Awaited,
        (Kind::Attribute, Field::Object) if !is_of_coroutines(parent) => Fate::Read(parent.span()),
        (Kind::Subscript, Field::Value)
        | (Kind::ListSplat | Kind::DictionarySplat | Kind::Interpolation, _)
        | (Kind::BinaryOperator | Kind::UnaryOperator, _)
        | (Kind::AugmentedAssignment, Field::Right) => Fate::Read(parent.span()),
        (Kind::ForStatement | Kind::ForInClause, Field::Right) if !is_async(parent) => {
            Fate::Read(node.span())
        }
        (Kind::ArgumentList, _) => argument(node, parent),
        (Kind::ComparisonOperator | Kind::NotOperator, _) => Fate::Asked(parent.span()),
        (Kind::BooleanOperator, _) => condition(node),
        _ if is_condition(node, parent) => Fate::Asked(node.span()),
        _ if is_returned(node) => Fate::Returned,
        _ => Fate::Elsewhere,
    }
}

/// An argument of a builtin that needs a value; of what asks for coroutines; of anything else.
fn argument(node: Node<'_>, list: Node<'_>) -> Fate {
    let call = list.parent().filter(|call| call.kind() == Kind::Call);
    let Some(function) = call.and_then(|call| call.child(Field::Function)) else {
        return Fate::Elsewhere;
    };
    let callee = chain(function);
    if COROUTINES.tests.contains(last(&callee)) {
        return Fate::Awaited;
    }
    let plain = function.kind() == Kind::Identifier;
    match plain && LIBRARY.passing.need_a_value.contains(callee.as_str()) {
        true => Fate::Read(node.span()),
        false => Fate::Elsewhere,
    }
}

/// A part of a test of several: it is only asked where the whole decides something.
fn condition(node: Node<'_>) -> Fate {
    let mut whole = node;
    while let Some(parent) = whole.parent().filter(|it| {
        matches!(
            it.kind(),
            Kind::BooleanOperator | Kind::ParenthesizedExpression
        )
    }) {
        whole = parent;
    }
    match whole.parent() {
        Some(parent) if parent.kind() == Kind::NotOperator || is_condition(whole, parent) => {
            Fate::Asked(node.span())
        }
        _ => Fate::Elsewhere,
    }
}

fn is_condition(node: Node<'_>, parent: Node<'_>) -> bool {
    match parent.kind() {
        Kind::IfStatement | Kind::ElifClause | Kind::WhileStatement => {
            node.field() == Field::Condition
        }
        Kind::ConditionalExpression => {
            parent.children().nth(1).map(Node::index) == Some(node.index())
        }
        _ => false,
    }
}

/// What coroutines have as well: `coroutine.close()`.
fn is_of_coroutines(attribute: Node<'_>) -> bool {
    let name = attribute.child(Field::Attribute).map_or("", Node::text);
    matches!(name, "close" | "send" | "throw") || name.starts_with("cr_") || name.starts_with("__")
}

/// Whether a value is returned as it is, or in a list or dictionary.
fn is_returned(node: Node<'_>) -> bool {
    let around = node.ancestors().find(|it| {
        !matches!(
            it.kind(),
            Kind::ParenthesizedExpression
                | Kind::List
                | Kind::Tuple
                | Kind::ExpressionList
                | Kind::Dictionary
                | Kind::Pair
        )
    });
    around.is_some_and(|it| it.kind() == Kind::ReturnStatement)
}

fn is_async(node: Node<'_>) -> bool {
    node.children().any(|child| child.kind() == Kind::Async)
}

/// An expression with the parentheses around it.
fn unwrapped(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    while let Some(parent) = node.parent()
        && parent.kind() == Kind::ParenthesizedExpression
    {
        node = parent;
    }
    node
}

fn occurrences<'t>(body: Node<'t>) -> Occurrences<'t> {
    let mut all = Occurrences::default();
    for node in body.descendants() {
        let named = match node.field() {
            Field::Attribute => false,
            Field::Name => node.parent().map(Node::kind) != Some(Kind::KeywordArgument),
            _ => true,
        };
        if node.kind() == Kind::Identifier && named {
            all.entry(node.text()).or_default().push(node);
        }
    }
    all
}
