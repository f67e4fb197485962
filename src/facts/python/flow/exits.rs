//! How a function ends: what it returns, and its exits for the case that something failed.

use super::call::error_status;
use super::names::last;
use super::state::{Doubt, Known, Shape, Standing, StepId};
use super::steps::key_text;
use super::{Field, Flow, Kind, LIBRARY, Node};
use crate::facts::python::value::{arguments, chain};
use crate::facts::python::{ExitKind, Failure, FailureExit, Return, Returned, UseKind};
use crate::source::Span;

impl<'t> Flow<'t, '_> {
    /// `return …`
    pub(super) fn return_statement(&mut self, node: Node<'t>) {
        let value = node.operand();
        let known = value.map(|value| self.eval(value));
        if self.state.is_none() {
            return;
        }
        if let Some(status) = value.and_then(response_status) {
            self.exit(ExitKind::ErrorResponse(status), node);
        } else if self.guards > 0 {
            self.exit(ExitKind::GuardedReturn, node);
        }
        self.give(node, node.span(), known.as_ref());
        self.end_normally();
        self.state = None;
    }

    /// `yield …`
    pub(super) fn yielded(&mut self, node: Node<'t>) -> Known<'t> {
        let value = node.operand();
        let known = value.map(|value| self.eval(value));
        if self.state.is_some() {
            self.give(node, node.span(), known.as_ref());
        }
        Known::default()
    }

    /// `raise …`
    pub(super) fn raise_statement(&mut self, node: Node<'t>) {
        if let Some(raised) = node.operand() {
            self.eval(raised);
            let type_of = match raised.kind() {
                Kind::Call => raised.child(Field::Function).unwrap_or(raised),
                _ => raised,
            };
            if !self.caught_as.contains(&raised.text()) && self.state.is_some() {
                if !self.exits.contains(&node.index()) {
                    self.refuse(chain(type_of), raised);
                }
                self.exit(ExitKind::Raise(chain(type_of)), node);
            }
        }
        self.state = None;
    }

    /// What a lookup that found nothing ends in, where the code raises for it. Whether that reaches
    /// the client as it should, only the project knows.
    fn refuse(&mut self, exception: String, raised: Node<'t>) {
        let says_missing = LIBRARY
            .query
            .absences
            .iter()
            .any(|it| exception.contains(it));
        let asks = |step: &StepId| {
            let pending = self.steps.get(*step);
            // What a call of the project gave may be missing for any reason: the name tells.
            pending.library.is_some() || pending.parameter.is_none() && says_missing
        };
        let Some(step) = self.missing_here().into_iter().find(asks) else {
            return;
        };
        let failure = Failure::Raises(vec![exception]);
        self.write_step(step, failure, raised, UseKind::Raised, Vec::new());
    }

    /// `response.status_code = 404`
    pub(super) fn set_status(&mut self, target: Node<'t>, value: Node<'t>) {
        let name = target.child(Field::Attribute).map_or("", Node::text);
        if matches!(name, "status_code" | "status")
            && let Some(status) = error_status(value)
        {
            self.exit(ExitKind::ErrorResponse(status), target);
        }
    }

    /// Writes down an exit, once.
    pub(super) fn exit(&mut self, kind: ExitKind, node: Node<'t>) {
        if self.state.is_some() && self.exits.insert(node.index()) {
            let span = node.span();
            self.function.exits.push(FailureExit { kind, span });
        }
    }

    /// Writes down what is given back, once.
    pub(super) fn give(&mut self, node: Node<'t>, span: Span, known: Option<&Known<'t>>) {
        if !self.seen.insert(node.index()) {
            return;
        }
        let nothing = known.is_none_or(|known| matches!(known.shape, Shape::Nothing));
        let doubts = known.map_or(&[][..], |known| &known.doubts);
        let mut given: Vec<Return> = match doubts.is_empty() && nothing {
            true => {
                let missing = self.missing_here().into_iter().map(Doubt::missing);
                missing.filter_map(|it| self.given(&it, span)).collect()
            }
            false => {
                // Where the code has asked in a way that we cannot read, nothing is known.
                let known = doubts.iter().filter(|it| it.standing != Standing::Tested);
                known.filter_map(|it| self.given(it, span)).collect()
            }
        };
        if given.is_empty() {
            let value = match nothing {
                true => Returned::None,
                false => Returned::Other,
            };
            given.push(Return {
                value,
                span,
                variable: None,
                asked: false,
                unless: Vec::new(),
            });
        }
        self.function.returned.extend(given);
    }

    /// The lookups that have found nothing on this path.
    pub(super) fn missing_here(&self) -> Vec<StepId> {
        let Some(state) = &self.state else {
            return Vec::new();
        };
        let doubtful = state.doubtful().into_iter().filter_map(|it| state.get(it));
        let mut steps: Vec<StepId> = doubtful
            .flat_map(|known| &known.doubts)
            .filter(|doubt| doubt.standing == Standing::Missing)
            .map(|doubt| doubt.step)
            .collect();
        steps.sort_unstable();
        steps.dedup();
        steps
    }

    fn given(&self, doubt: &Doubt, span: Span) -> Option<Return> {
        let pending = self.steps.get(doubt.step);
        let call = pending.node.span();
        let value = match pending.library {
            _ if pending.parameter.is_some() => return None,
            None => Returned::Call(pending.callee.clone(), call),
            Some(lookup) => Returned::Lookup {
                library: lookup.id.clone(),
                call,
                entity: pending.entity.clone(),
                key: pending.origins.list(&self.function.params),
                key_text: pending.key.map(key_text).unwrap_or_default(),
            },
        };
        Some(Return {
            value,
            span,
            variable: pending.variable.map(str::to_owned),
            asked: doubt.standing == Standing::Missing,
            unless: self.protections(doubt),
        })
    }

    /// A path ends without an exception: what it still holds of None, it has not rejected.
    pub(super) fn end_normally(&mut self) {
        self.returns = true;
        let Some(state) = &self.state else { return };
        for variable in 0..self.function.params.len() as u32 {
            let doubts = state.get(variable).map_or(&[][..], |known| &known.doubts);
            let open = |step| self.steps.get(step).parameter == Some(variable);
            let unasked = doubts
                .iter()
                .any(|doubt| doubt.standing != Standing::Tested && open(doubt.step));
            if unasked {
                self.met.insert(variable);
            }
        }
    }
}

/// The status of a response that tells of a failure.
fn response_status(value: Node<'_>) -> Option<u16> {
    match value.kind() {
        Kind::ExpressionList | Kind::Tuple => value.children().skip(1).find_map(error_status),
        Kind::ParenthesizedExpression | Kind::Await => response_status(value.operand()?),
        Kind::Call => {
            let callee = value.child(Field::Function).map(chain).unwrap_or_default();
            let by_name = LIBRARY.responses.get(last(&callee)).copied();
            let by_keyword = || {
                arguments(value).find_map(|argument| {
                    let name = argument.child(Field::Name)?.text();
                    let named = matches!(name, "status" | "status_code");
                    named.then(|| error_status(argument.child(Field::Value)?))?
                })
            };
            let makes = callee.ends_with("esponse");
            let by_place = || {
                arguments(value)
                    .nth(1)
                    .filter(|_| makes)
                    .and_then(error_status)
            };
            by_name.or_else(by_keyword).or_else(by_place)
        }
        _ => None,
    }
}
