//! The fallible calls of a function: remembered when they are met, reported when a use is exposed.

use rustc_hash::FxHashMap;

use super::state::{Doubt, Known, Origins, StepId, Variable};
use super::{Field, Flow, Kind, MAX_REMEMBERED, Node};
use crate::facts::python::library::{Lookup, Missing};
use crate::facts::python::value::chain;
use crate::facts::python::{Failure, Passed, Protection, Step, UseKind};

/// What catches the errors that using None raises.
const CATCH_NONE: [&str; 4] = ["AttributeError", "TypeError", "Exception", "BaseException"];

/// A call that may fail, met on the way.
pub(super) struct Pending<'t> {
    pub(super) node: Node<'t>,
    pub(super) callee: String,
    pub(super) library: Option<&'static Lookup>,
    /// The parameter that stands for the call.
    pub(super) parameter: Option<Variable>,
    pub(super) entity: Option<String>,
    pub(super) origins: Origins,
    pub(super) key: Option<Node<'t>>,
    pub(super) variable: Option<&'t str>,
    in_loop: bool,
    reported: bool,
    /// Its step, where the None has been made a record without values.
    dumped: Option<usize>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Steps<'t> {
    pending: Vec<Pending<'t>>,
    by_node: FxHashMap<usize, StepId>,
    protections: Vec<Protection>,
    protection_of: FxHashMap<(usize, Variable), u32>,
}

impl<'t> Steps<'t> {
    pub(super) fn get(&self, step: StepId) -> &Pending<'t> {
        &self.pending[step as usize]
    }

    pub(super) fn at(&self, node: Node<'t>) -> Option<StepId> {
        self.by_node.get(&node.index()).copied()
    }

    /// Names the variable that holds the result of a call.
    pub(super) fn hold(&mut self, call: Node<'t>, name: &'t str) {
        if let Some(step) = self.at(call) {
            let pending = &mut self.pending[step as usize];
            pending.variable = pending.variable.or(Some(name));
        }
    }
}

impl<'t> Flow<'t, '_> {
    /// The step of a call, known from an earlier pass or new.
    pub(super) fn step(
        &mut self,
        node: Node<'t>,
        callee: &str,
        library: Option<&'static Lookup>,
        about: (Option<String>, Origins, Option<Node<'t>>),
    ) -> StepId {
        if let Some(step) = self.steps.at(node) {
            return step;
        }
        let (entity, origins, key) = about;
        let step = self.steps.pending.len() as StepId;
        self.steps.by_node.insert(node.index(), step);
        self.steps.pending.push(Pending {
            node,
            callee: callee.to_owned(),
            library,
            parameter: None,
            entity,
            origins,
            key,
            variable: None,
            in_loop: self.depth > 0,
            reported: false,
            dumped: None,
        });
        step
    }

    /// The step that stands for what the caller passes.
    pub(super) fn parameter_step(
        &mut self,
        node: Node<'t>,
        name: &'t str,
        variable: Variable,
    ) -> StepId {
        let origins = Origins::parameter(variable as usize);
        let step = self.step(node, "", None, (None, origins, None));
        let pending = &mut self.steps.pending[step as usize];
        pending.parameter = Some(variable);
        pending.variable = Some(name);
        step
    }

    /// The value is needed here: whatever open doubt there is becomes a step, and is settled.
    pub(super) fn demand(&mut self, known: &Known<'t>, used: Node<'t>, kind: UseKind) {
        if known.doubts.is_empty() || self.state.is_none() {
            return;
        }
        for doubt in &known.doubts {
            self.report(doubt, used, kind);
        }
        // It takes None as well as a row: what comes after it may not.
        if kind == UseKind::Dumped {
            return;
        }
        let steps: Vec<StepId> = known.doubts.iter().map(|doubt| doubt.step).collect();
        self.clear(&steps);
    }

    /// The values are there: no variable holds a None of these steps any more.
    pub(super) fn clear(&mut self, steps: &[StepId]) {
        if let Some(state) = &mut self.state {
            clear(state, steps);
        }
    }

    fn report(&mut self, doubt: &Doubt, used: Node<'t>, kind: UseKind) {
        let parameter = self.steps.get(doubt.step).parameter;
        self.met.extend(parameter);
        let raises = !matches!(kind, UseKind::Answered | UseKind::Dumped);
        let caught = raises
            && self
                .catches()
                .iter()
                .any(|name| CATCH_NONE.contains(&name.as_str()));
        let asked = doubt.standing == super::state::Standing::Tested;
        let foreign = parameter.is_some_and(|variable| !self.may_be_filled(variable));
        if caught || asked || foreign || self.steps.get(doubt.step).reported {
            return;
        }
        let unless = self.protections(doubt);
        self.write_step(doubt.step, Failure::None, used, kind, unless);
    }

    /// A raising lookup, unless something around it catches what it raises.
    pub(super) fn report_raising(&mut self, step: StepId, lookup: &'static Lookup) {
        let Missing::Raises(raises) = &lookup.missing else {
            return;
        };
        let catches = |name: &String| {
            let own = super::names::last(name);
            matches!(own, "Exception" | "BaseException")
                || lookup.caught_by.iter().any(|it| it == own)
        };
        let frames = self.frames.iter_mut().rev();
        let catching = frames
            .into_iter()
            .find(|frame| frame.catches.iter().any(catches));
        if let Some(frame) = catching {
            if !frame.caught.contains(&step) {
                frame.caught.push(step);
            }
        } else if !self.steps.get(step).reported {
            let node = self.steps.get(step).node;
            self.write_step(
                step,
                Failure::Raises(raises.clone()),
                node,
                UseKind::Call,
                Vec::new(),
            );
        }
    }

    /// The calls that may have ended the missing path.
    pub(super) fn protections(&self, doubt: &Doubt) -> Vec<Protection> {
        let numbers = doubt.protections.iter();
        numbers
            .map(|id| self.steps.protections[*id as usize].clone())
            .collect()
    }

    pub(super) fn write_step(
        &mut self,
        step: StepId,
        failure: Failure,
        used: Node<'t>,
        use_kind: UseKind,
        unless: Vec<Protection>,
    ) {
        let catches = self.catches();
        let contexts = self.contexts();
        let pending = &mut self.steps.pending[step as usize];
        let dumped = pending.dumped;
        match use_kind {
            UseKind::Dumped if dumped.is_some() => return,
            UseKind::Dumped => pending.dumped = Some(self.function.steps.len()),
            // That one path refuses says nothing of the others.
            UseKind::Raised => {}
            _ => pending.reported = true,
        }
        let is_parameter = pending.parameter.is_some();
        let name = pending.variable.filter(|_| is_parameter);
        let key_text = match pending.key {
            Some(key) => key_text(key),
            None => name.unwrap_or_default().to_owned(),
        };
        let use_text = match (&failure, used.kind()) {
            (Failure::Raises(_), Kind::Call) => call_text(used, LONGEST_CODE),
            _ => use_text(used),
        };
        let written = Step {
            failure,
            call: pending.node.span(),
            callee: pending.callee.clone(),
            library: pending.library.map(|lookup| lookup.id.clone()),
            entity: pending.entity.clone(),
            variable: pending.variable.map(str::to_owned),
            key: pending.origins.list(&self.function.params),
            key_text,
            used: used.span(),
            use_text,
            use_kind,
            unless,
            catches,
            contexts,
            in_loop: pending.in_loop,
        };
        match dumped.filter(|_| use_kind != UseKind::Raised) {
            Some(place) => self.function.steps[place] = written,
            None => self.function.steps.push(written),
        }
    }

    /// A step that raises, or a reading, is written before its result has a name.
    pub(super) fn name_raising(&mut self, call: Node<'t>, name: &str) {
        let last = self.function.steps.last_mut();
        if let Some(step) = last.filter(|step| step.call == call.span()) {
            step.variable.get_or_insert_with(|| name.to_owned());
        }
    }

    /// The exception types caught around this point.
    pub(super) fn catches(&self) -> Vec<String> {
        self.frames
            .iter()
            .flat_map(|frame| frame.catches.iter().cloned())
            .collect()
    }

    /// The context managers around this point.
    pub(super) fn contexts(&self) -> Vec<String> {
        self.frames
            .iter()
            .filter_map(|frame| frame.context.clone())
            .collect()
    }

    /// Notes that a call may keep the None of a variable from going on.
    pub(super) fn protect(
        &mut self,
        call: Node<'t>,
        callee: &str,
        variable: Variable,
        passed: Option<Passed>,
    ) {
        let open = |doubt: &Doubt| doubt.standing == super::state::Standing::Open;
        let Some(state) = &mut self.state else { return };
        let Some(known) = state.get(variable) else {
            return;
        };
        let when_missing = !known.doubts.iter().all(open);
        let steps = &mut self.steps;
        let id = *steps
            .protection_of
            .entry((call.index(), variable))
            .or_insert_with(|| {
                steps.protections.push(Protection {
                    callee: callee.to_owned(),
                    passed,
                    when_missing,
                });
                steps.protections.len() as u32 - 1
            });
        state.settle(variable, |doubts| {
            for doubt in doubts {
                remember(&mut doubt.protections, id);
            }
        });
    }
}

/// No variable of the state holds a None of these steps.
pub(super) fn clear(state: &mut super::State<'_>, steps: &[StepId]) {
    if steps.is_empty() {
        return;
    }
    for variable in state.doubtful() {
        state.settle(variable, |doubts| {
            doubts.retain(|doubt| !steps.contains(&doubt.step))
        });
    }
}

/// Adds to a short list what it does not hold yet.
pub(super) fn remember(list: &mut Vec<u32>, item: u32) {
    if list.len() < MAX_REMEMBERED && !list.contains(&item) {
        list.push(item);
    }
}

/// Longer calls are told without their arguments.
const LONGEST_TEXT: usize = 80;

/// How a key reads: a name, a place in the request; longer expressions as a chain.
pub(super) fn key_text(node: Node<'_>) -> String {
    let text = node.text();
    match text.len() <= LONGEST_TEXT && !text.contains('\n') {
        true => text.to_owned(),
        false => chain(node),
    }
}

/// Calls to be pasted may be longer.
const LONGEST_CODE: usize = 160;

/// How a use reads, on one line. Texts inside a call may be secrets: only names of attributes show.
pub(super) fn use_text(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Call => call_text(node, LONGEST_TEXT),
        Kind::Attribute => chain(node),
        Kind::Subscript => {
            let value = node.child(Field::Value).map(chain).unwrap_or_default();
            let index = node.child(Field::Subscript).map_or("", Node::text);
            match index.contains('\n') {
                true => format!("{value}[]"),
                false => format!("{value}[{index}]"),
            }
        }
        _ => on_one_line(node),
    }
}

/// How a call reads that is told with its arguments, unless they are too long or may hold secrets.
fn call_text(node: Node<'_>, longest: usize) -> String {
    let texts = node.descendants().filter(|it| it.kind() == Kind::String);
    let callee = node.child(Field::Function).map_or("", Node::text);
    let names = usize::from(matches!(callee, "getattr" | "setattr" | "delattr"));
    let text = on_one_line(node);
    match text.len() <= longest && texts.count() <= names {
        true => text,
        false => chain(node),
    }
}

/// How a reading of what the client sent reads: the texts in it name fields and forms.
pub(super) fn reading_text(node: Node<'_>) -> String {
    let text = on_one_line(node);
    match node.kind() {
        Kind::Call if text.len() <= LONGEST_CODE => text,
        _ => use_text(node),
    }
}

fn on_one_line(node: Node<'_>) -> String {
    let text = node.text().split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("( ", "(")
        .replace(", )", ")")
        .replace(" )", ")")
}
