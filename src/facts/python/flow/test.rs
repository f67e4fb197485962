//! Conditions: what is known where they hold, and where they do not.

use std::rc::Rc;

use super::question::{Says, awaited, question};
use super::state::{Known, Standing, State, StepId, Subject, Variable};
use super::{Field, Flow, Kind, MAX_REMEMBERED, Node};

/// A condition that was followed both ways.
pub(super) struct Test<'t> {
    pub(super) yes: Option<State<'t>>,
    pub(super) no: Option<State<'t>>,
    /// The value of the condition.
    pub(super) known: Known<'t>,
    pub(super) mentioned: Mentioned<'t>,
}

/// What a condition asks about.
#[derive(Clone, Default)]
pub(super) struct Mentioned<'t> {
    /// The variables in it.
    variables: Vec<Variable>,
    /// The doubts that it asks about in a way we cannot read.
    tested: Vec<(Variable, StepId)>,
    /// What one of its sides proves to exist, unknown which.
    proofs: Vec<Rc<Subject<'t>>>,
    /// It asks whether something is missing.
    pub(super) guards: bool,
}

impl<'t> Flow<'t, '_> {
    /// Follows a condition. What is known afterwards stands in the result; join it or take a side.
    pub(super) fn test(&mut self, node: Node<'t>) -> Test<'t> {
        match node.kind() {
            Kind::ParenthesizedExpression => match node.operand() {
                Some(inner) => self.test(inner),
                None => self.leaf(node),
            },
            Kind::NotOperator => match node.child(Field::Argument) {
                Some(inner) => {
                    let test = self.test(inner);
                    Test {
                        yes: test.no,
                        no: test.yes,
                        known: test.known.derived(),
                        mentioned: test.mentioned,
                    }
                }
                None => self.leaf(node),
            },
            Kind::BooleanOperator => self.both_or_either(node),
            Kind::True => Test {
                no: None,
                ..self.leaf(node)
            },
            Kind::False => Test {
                yes: None,
                ..self.leaf(node)
            },
            _ => self.leaf(node),
        }
    }

    fn both_or_either(&mut self, node: Node<'t>) -> Test<'t> {
        let side = |field| node.child(field);
        let (Some(left), Some(right)) = (side(Field::Left), side(Field::Right)) else {
            return self.leaf(node);
        };
        let is_and = side(Field::Operator).is_some_and(|operator| operator.text() == "and");
        let first = self.test(left);
        let (go_on, done) = match is_and {
            true => (first.yes, first.no),
            false => (first.no, first.yes),
        };
        self.state = go_on;
        let second = self.test(right);
        let mut mentioned = first.mentioned.clone();
        mentioned.add(second.mentioned);
        // The value of `or` is that of its left side only where that is no None.
        let mut doubts = second.known.doubts.clone();
        if is_and {
            doubts.extend(first.known.doubts.iter().cloned());
        }
        let known = Known {
            doubts,
            ..first.known.and(second.known)
        };
        let (yes, no) = match is_and {
            true => (second.yes, merge(second.no, done, &first.mentioned)),
            false => (merge(second.yes, done, &first.mentioned), second.no),
        };
        Test {
            yes,
            no,
            known,
            mentioned,
        }
    }

    /// A condition without `and`, `or` and `not`.
    fn leaf(&mut self, node: Node<'t>) -> Test<'t> {
        let known = self.eval(node);
        let question = question(node);
        let asked = question.asked;
        let steps = asked.map_or_else(Vec::new, |asked| self.doubts_of(asked, &known, node));
        let mut mentioned = self.mentioned(node, &steps);
        let proof = self.proof(node, &known).map(Rc::new);
        let (there, otherwise) = self.checks(node);
        let Some(mut state) = self.state.take() else {
            let (yes, no) = (None, None);
            return Test {
                yes,
                no,
                known,
                mentioned,
            };
        };
        set_standing(&mut state, &mentioned.tested, Standing::Tested);
        let (mut yes, mut no) = (state.clone(), state);
        let keyed = asked.map_or_else(Vec::new, |asked| self.keyed_by(asked, &no));
        for (side, says) in [(&mut yes, question.yes), (&mut no, question.no)] {
            match says {
                Says::Present => super::steps::clear(side, &steps),
                Says::Missing => {
                    set_missing(side, &steps);
                    set_standing(side, &keyed, Standing::Tested);
                }
                Says::Nothing => {}
            }
            if says != Says::Missing {
                side.proofs
                    .extend(proof.clone().filter(|_| side.proofs.len() < MAX_REMEMBERED));
            }
        }
        there.into_iter().for_each(|it| yes.check(it));
        otherwise.into_iter().for_each(|it| no.check(it));
        if question.yes != Says::Missing && question.no != Says::Missing {
            mentioned.proofs.extend(proof);
        }
        let (yes, no) = (Some(yes), Some(no));
        Test {
            yes,
            no,
            known,
            mentioned,
        }
    }

    /// What a condition mentions besides the steps it asks about.
    fn mentioned(&self, node: Node<'t>, steps: &[StepId]) -> Mentioned<'t> {
        let variables = self.variables_inside(node);
        let mut tested = self.doubts_inside(node);
        tested.retain(|(_, step)| !steps.contains(step));
        let mut asks = steps.iter().chain(tested.iter().map(|(_, step)| step));
        let guards = asks.any(|step| self.steps.get(*step).parameter.is_none());
        tested.extend(self.witnessed(&variables, steps));
        Mentioned {
            variables,
            tested,
            guards,
            proofs: Vec::new(),
        }
    }

    /// The steps whose None the asked expression may be.
    fn doubts_of(&self, asked: Node<'t>, known: &Known<'t>, whole: Node<'t>) -> Vec<StepId> {
        let steps = |known: &Known| known.doubts.iter().map(|doubt| doubt.step).collect();
        if asked.index() == whole.index() {
            return steps(known);
        }
        let named = match asked.kind() {
            Kind::NamedExpression => asked.child(Field::Name),
            _ => Some(asked),
        };
        let variable = named.and_then(|name| self.variables.get(name.text()));
        let held = variable
            .zip(self.state.as_ref())
            .and_then(|(it, state)| state.get(*it));
        match held {
            Some(held) => steps(held),
            // `db.get(X, k) is None`: the call has been met just now.
            None => self.steps.at(awaited(asked)).into_iter().collect(),
        }
    }

    /// The doubts about rows that were looked up by this key. Who asks `if key and not row` has thought
    /// of the request without one.
    fn keyed_by(&self, asked: Node<'t>, state: &State<'t>) -> Vec<(Variable, StepId)> {
        let is_by_it = |step: StepId| {
            let key = self.steps.get(step).key;
            key.is_some_and(|key| key.text() == asked.text())
        };
        let of = |variable: Variable| {
            let doubts = state.get(variable).map_or(&[][..], |known| &known.doubts);
            let steps = doubts.iter().map(|doubt| doubt.step);
            steps.map(move |step| (variable, step))
        };
        let doubts = state.doubtful().into_iter().flat_map(of);
        doubts.filter(|(_, step)| is_by_it(*step)).collect()
    }

    /// The doubtful variables named inside an expression, and their steps.
    pub(super) fn doubts_inside(&self, node: Node<'t>) -> Vec<(Variable, StepId)> {
        let Some(state) = &self.state else {
            return Vec::new();
        };
        if state.doubtful().is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for variable in self.variables_inside(node) {
            let doubts = state.get(variable).map_or(&[][..], |known| &known.doubts);
            found.extend(doubts.iter().map(|doubt| (variable, doubt.step)));
        }
        found
    }

    /// The doubts about which one of these variables tells.
    fn witnessed(&self, variables: &[Variable], besides: &[StepId]) -> Vec<(Variable, StepId)> {
        let Some(state) = &self.state else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for variable in state.doubtful() {
            let doubts = state.get(variable).map_or(&[][..], |known| &known.doubts);
            for doubt in doubts {
                let tells = doubt
                    .witnesses
                    .iter()
                    .any(|witness| variables.contains(witness));
                if tells && !besides.contains(&doubt.step) {
                    found.push((variable, doubt.step));
                }
            }
        }
        found
    }

    fn variables_inside(&self, node: Node<'t>) -> Vec<Variable> {
        let own = std::iter::once(node).chain(node.descendants());
        let names =
            own.filter(|it| it.kind() == Kind::Identifier && it.field() != Field::Attribute);
        let mut found: Vec<Variable> = names
            .filter_map(|name| self.variables.get(name.text()).copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Mentioned<'_> {
    fn add(&mut self, other: Self) {
        self.variables.extend(other.variables);
        self.tested.extend(other.tested);
        self.proofs.extend(other.proofs);
        self.guards |= other.guards;
    }
}

/// Two ways of a test that meet again. A None that the test asked about went one of the two ways,
/// and both lead on: what was not known on either is open again.
pub(super) fn merge<'t>(
    yes: Option<State<'t>>,
    no: Option<State<'t>>,
    mentioned: &Mentioned<'t>,
) -> Option<State<'t>> {
    let (yes, no) = match (yes, no) {
        (Some(yes), Some(no)) => (yes, no),
        (one, other) => return one.or(other),
    };
    let mut again = Vec::new();
    for (variable, step) in &mentioned.tested {
        let on = |state: &State| {
            let known = state.get(*variable)?;
            let doubt = known.doubts.iter().find(|doubt| doubt.step == *step)?;
            (doubt.standing == Standing::Tested).then(|| doubt.protections.clone())
        };
        if let (Some(mut protections), Some(others)) = (on(&yes), on(&no)) {
            protections.extend(others);
            protections.sort_unstable();
            protections.dedup();

            again.push((*variable, *step, protections));
        }
    }
    let mut joined = yes.join(no, &mentioned.variables);
    for (variable, step, protections) in again {
        joined.settle(variable, |doubts| {
            for doubt in doubts.iter_mut().filter(|doubt| doubt.step == step) {
                doubt.standing = Standing::Open;
                doubt.protections.clone_from(&protections);
            }
        });
    }
    joined
        .proofs
        .retain(|proof| !mentioned.proofs.contains(proof));
    Some(joined)
}

/// The values are missing here.
fn set_missing(state: &mut State<'_>, steps: &[StepId]) {
    for variable in state.doubtful() {
        state.settle(variable, |doubts| {
            for doubt in doubts
                .iter_mut()
                .filter(|doubt| steps.contains(&doubt.step))
            {
                doubt.standing = Standing::Missing;
            }
        });
    }
}

fn set_standing(state: &mut State<'_>, doubts: &[(Variable, StepId)], standing: Standing) {
    for (variable, step) in doubts {
        state.settle(*variable, |doubts| {
            for doubt in doubts.iter_mut().filter(|doubt| doubt.step == *step) {
                doubt.standing = standing;
            }
        });
    }
}
