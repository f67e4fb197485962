//! Loops, `try` and `with`: where paths leave the order of the lines.

use super::state::{Known, Origins, Shape, State};
use super::test::{Mentioned, merge};
use super::{Field, Flow, Frame, Kind, MAX_REPEATS, Node};
use crate::facts::python::ExitKind;
use crate::facts::python::replies::{alias, caught_types, clauses};
use crate::facts::python::value::{arguments, chain};

/// The paths that left the body of a loop.
#[derive(Default)]
pub(super) struct Loop<'t> {
    breaks: Option<State<'t>>,
    continues: Option<State<'t>>,
}

/// Joins what is known on paths that no single test parted.
pub(super) fn meet<'t>(one: Option<State<'t>>, other: Option<State<'t>>) -> Option<State<'t>> {
    merge(one, other, &Mentioned::default())
}

impl<'t> Flow<'t, '_> {
    /// `for … in …: … else: …`
    pub(super) fn for_statement(&mut self, node: Node<'t>) {
        let element = self.iterated(node);
        let left = node.child(Field::Left);
        let mut head = self.state.take();
        self.repeat(|flow, done| {
            flow.state = head.clone();
            if let Some(left) = left {
                flow.bind(left, element.clone());
            }
            flow.body(node);
            let (again, new) = flow.turn(&head);
            head = again;
            !done && new
        });
        self.state = head;
        self.after_loop(node);
    }

    /// `while …: … else: …`
    pub(super) fn while_statement(&mut self, node: Node<'t>) {
        let Some(condition) = node.child(Field::Condition) else {
            return;
        };
        let mut head = self.state.take();
        let mut exit = None;
        self.repeat(|flow, done| {
            flow.state = head.clone();
            let test = flow.test(condition);
            flow.state = test.yes;
            flow.body(node);
            let (again, new) = flow.turn(&head);
            head = again;
            let last = done || !new;
            if last {
                flow.state = head.clone();
                exit = flow.test(condition).no;
            }
            !last
        });
        self.state = exit;
        self.after_loop(node);
    }

    /// Runs a pass over a loop, and one more where the first brought something new.
    fn repeat(&mut self, mut pass: impl FnMut(&mut Self, bool) -> bool) {
        self.loops.push(Loop::default());
        self.depth += 1;
        let tired = self.repeats >= MAX_REPEATS;
        if pass(self, tired) {
            self.repeats += 1;
            pass(self, true);
        }
        self.depth -= 1;
    }

    fn body(&mut self, node: Node<'t>) {
        if let Some(body) = node.child(Field::Body) {
            self.block(body);
        }
    }

    /// What is known when the loop turns round, and whether there are new doubts in it.
    fn turn(&mut self, head: &Option<State<'t>>) -> (Option<State<'t>>, bool) {
        let continues = self.loops.last_mut().and_then(|it| it.continues.take());
        let end = meet(self.state.take(), continues);
        let new = match (head, &end) {
            (Some(head), Some(end)) => end.has_news_for(head),
            _ => false,
        };
        (meet(head.clone(), end), new)
    }

    /// `else`, and the paths that broke out.
    fn after_loop(&mut self, node: Node<'t>) {
        let broken = self.loops.pop().and_then(|it| it.breaks);
        let otherwise = node.child(Field::Alternative);
        if let Some(block) = otherwise.and_then(|clause| clause.child(Field::Body)) {
            self.block(block);
        }
        self.state = meet(self.state.take(), broken);
    }

    /// `break`, `continue`
    pub(super) fn jump(&mut self, node: Node<'t>) {
        let state = self.state.take();
        if let Some(inner) = self.loops.last_mut() {
            let kept = match node.kind() {
                Kind::BreakStatement => &mut inner.breaks,
                _ => &mut inner.continues,
            };
            *kept = meet(kept.take(), state);
        }
    }

    /// `try: … except …: … else: … finally: …`
    pub(super) fn try_statement(&mut self, node: Node<'t>) {
        let answering = clauses(node).filter(|clause| answers(*clause));
        self.frames.push(Frame {
            catches: answering.flat_map(caught_types).collect(),
            ..Frame::default()
        });
        let mut between = self.state.clone();
        if let Some(body) = node.child(Field::Body) {
            for statement in body.children() {
                if self.state.is_some() {
                    self.statement(statement);
                    between = meet(between, self.state.clone());
                }
            }
        }
        let frame = self.frames.pop().unwrap_or_default();
        for part in node
            .children()
            .filter(|child| child.kind() == Kind::ElseClause)
        {
            self.body(part);
        }
        let mut after = self.state.take();
        let outer = std::mem::replace(&mut self.rescued, frame.caught);
        for clause in clauses(node) {
            self.state = between.clone();
            self.handler(clause);
            after = meet(after, self.state.take());
        }
        self.rescued = outer;
        self.state = after;
        let last = node
            .children()
            .find(|child| child.kind() == Kind::FinallyClause);
        if let Some(block) = last.and_then(Node::operand) {
            let ended = self.state.is_none();
            self.state = self.state.take().or(between);
            self.block(block);
            if ended {
                self.state = None;
            }
        }
    }

    fn handler(&mut self, clause: Node<'t>) {
        if answers(clause) {
            self.exit(ExitKind::Catch(caught_types(clause)), clause);
        }
        let alias = alias(clause);
        if let Some(alias) = alias {
            self.bind(alias, Known::from(Origins::UNKNOWN));
            self.caught_as.push(alias.text());
        }
        if let Some(block) = clause.children().find(|child| child.kind() == Kind::Block) {
            self.block(block);
        }
        if alias.is_some() {
            self.caught_as.pop();
        }
    }

    /// `with … as …: …`
    pub(super) fn with_statement(&mut self, node: Node<'t>) {
        let around = self.frames.len();
        let mut suppresses = false;
        let clause = node
            .children()
            .filter(|child| child.kind() == Kind::WithClause);
        for item in clause.flat_map(Node::children) {
            let Some(value) = item.child(Field::Value) else {
                continue;
            };
            let (manager, target) = match value.kind() {
                Kind::AsPattern => (value.operand().unwrap_or(value), value.child(Field::Alias)),
                _ => (value, None),
            };
            let known = self.eval(manager);
            let written = chain(manager);
            let callee = written.trim_end_matches("()");
            let suppress = super::names::last(callee) == "suppress";
            suppresses |= suppress;
            let types = || arguments(manager).map(chain).collect();
            self.frames.push(Frame {
                catches: if suppress { types() } else { Vec::new() },
                context: (!suppress).then(|| callee.to_owned()),
                caught: Vec::new(),
            });
            if let Some(target) = target {
                self.bind(target, entered(known, callee));
            }
        }
        let before = self.state.clone().filter(|_| suppresses);
        self.body(node);
        self.state = meet(self.state.take(), before);
        self.frames.truncate(around);
    }
}

impl State<'_> {
    /// Whether some variable holds a doubt here that it does not hold there.
    fn has_news_for(&self, there: &Self) -> bool {
        self.doubtful().into_iter().any(|variable| {
            let of = |state: &Self| -> Vec<u32> {
                let doubts = state.get(variable).map_or(&[][..], |known| &known.doubts);
                doubts.iter().map(|doubt| doubt.step).collect()
            };
            let known = of(there);
            of(self).iter().any(|step| !known.contains(step))
        })
    }
}

/// What a context manager binds.
fn entered<'t>(known: Known<'t>, callee: &str) -> Known<'t> {
    let name = super::names::last(callee).trim_end_matches("Local");
    let is_session = super::expression::is_session_name(name) || name.ends_with("sessionmaker");
    match is_session {
        true => Known {
            shape: Shape::Session,
            ..known.derived()
        },
        false => known.derived(),
    }
}

/// Whether a clause answers: it does more than clean up and raise what it caught again.
fn answers(clause: Node<'_>) -> bool {
    let Some(block) = clause.children().find(|child| child.kind() == Kind::Block) else {
        return true;
    };
    let name = alias(clause).map(Node::text);
    let raises_again = |statement: Node<'_>| {
        statement.kind() == Kind::RaiseStatement
            && statement
                .operand()
                .is_none_or(|raised| Some(raised.text()) == name)
    };
    let leaves = |node: Node<'_>| match node.kind() {
        Kind::ReturnStatement | Kind::ContinueStatement | Kind::BreakStatement => true,
        Kind::RaiseStatement => !raises_again(node),
        _ => false,
    };
    !block.children().any(raises_again) || block.descendants().any(leaves)
}
