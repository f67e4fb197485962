//! Assignments: what a target holds afterwards.

use std::rc::Rc;

use super::state::{Doubt, Known, Shape, Standing, Variable};
use super::steps::remember;
use super::{Field, Flow, Kind, MAX_REMEMBERED, MAX_VARIABLES, Node};
use crate::facts::python::UseKind;
use crate::facts::python::library::RawKind;

impl<'t> Flow<'t, '_> {
    /// The variable of a name; `None` when there are too many.
    pub(super) fn variable(&mut self, name: &'t str) -> Option<Variable> {
        match self.variables.get(name) {
            Some(known) => Some(*known),
            None if self.variables.len() < MAX_VARIABLES => {
                let next = self.next_variable;
                self.next_variable += 1;
                self.variables.insert(name, next);
                Some(next)
            }
            None => None,
        }
    }

    /// `target = value`, also annotated and chained; gives the value.
    pub(super) fn assignment(&mut self, node: Node<'t>) -> Known<'t> {
        let (Some(left), Some(right)) = (node.child(Field::Left), node.child(Field::Right)) else {
            return Known::default();
        };
        if right.kind() == Kind::Assignment {
            let known = self.assignment(right);
            self.bind(left, known.clone());
            return known;
        }
        if let Some(parts) = paired(left, right) {
            let values: Vec<_> = parts.iter().map(|(_, value)| self.eval(*value)).collect();
            for ((target, _), value) in parts.iter().zip(values) {
                self.bind(*target, value);
            }
            return Known::default();
        }
        let known = self.eval(right);
        self.set_status(left, right);
        if left.kind() == Kind::Identifier {
            self.name_raising(right, left.text());
        }
        self.bind(left, known.clone());
        self.tell(left, right);
        known
    }

    /// `target += value`.
    pub(super) fn augmented(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (node.child(Field::Left), node.child(Field::Right)) else {
            return;
        };
        let before = self.eval(left);
        let added = self.eval(right);
        self.bind(left, before.and(added).derived());
    }

    /// An attribute of a parameter is set: it holds no longer what was passed.
    fn overwrite(&mut self, object: &str, target: Node<'t>) {
        let mut params = self.function.params.iter_mut();
        let param = params.find(|param| param.name == object);
        if let (Some(param), Some(name)) = (param, target.child(Field::Attribute))
            && param.overwritten.len() < MAX_REMEMBERED
        {
            param.overwritten.push(name.text().to_owned());
        }
    }

    /// Binds a target to what is known of the value.
    pub(super) fn bind(&mut self, target: Node<'t>, mut known: Known<'t>) {
        match target.kind() {
            Kind::Identifier => {
                if let Some(call) = known.answer {
                    self.steps.hold(call, target.text());
                    self.name_raising(call, target.text());
                }
                self.rescue(target.text(), &mut known);
                self.set(target.text(), known);
            }
            Kind::Attribute => {
                if let Some(object) = target.child(Field::Object) {
                    let holder = self.eval(object);
                    self.demand(&holder, target, UseKind::Attribute);
                    self.set_column(target, known.origins);
                    self.overwrite(object.text(), target);
                    self.touch(object);
                }
                self.places = true;
                self.set(target.text(), known.derived());
            }
            Kind::Subscript => {
                if let Some(value) = target.child(Field::Value) {
                    let holder = self.eval(value);
                    self.demand(&holder, target, UseKind::Subscript);
                    self.touch(value);
                }
            }
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern => {
                self.demand(&known, target, UseKind::Iteration);
                for part in target.children() {
                    self.bind(part, known.element());
                }
            }
            Kind::ListSplatPattern | Kind::ParenthesizedExpression | Kind::AsPatternTarget => {
                if let Some(inner) = target.operand() {
                    self.bind(inner, known);
                }
            }
            Kind::Tuple | Kind::List => {
                for part in target.children() {
                    self.bind(part, known.element());
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, name: &'t str, known: Known<'t>) {
        let Some(variable) = self.variable(name) else {
            return;
        };
        if (variable as usize) < self.function.params.len() {
            self.met.insert(variable);
        }
        self.touch_variable(variable);
        if let Some(state) = &mut self.state {
            state.set(variable, Some(Rc::new(known)));
        }
    }

    /// `row = None` where a lookup's exception is caught: its None from here on.
    fn rescue(&self, name: &str, known: &mut Known<'t>) {
        if !matches!(known.shape, Shape::Nothing) {
            return;
        }
        let of_this = |step: &&u32| self.steps.get(**step).variable == Some(name);
        known.doubts = self
            .rescued
            .iter()
            .filter(of_this)
            .map(|step| Doubt::new(*step))
            .collect();
    }

    /// Something is written where values are missing: later it may tell that they are.
    pub(super) fn touch(&mut self, expression: Node<'t>) {
        let mut root = expression;
        while let Some(inner) = root
            .child(Field::Object)
            .or_else(|| root.child(Field::Value))
        {
            root = inner;
        }
        if let Some(variable) = self.variables.get(root.text()) {
            self.touch_variable(*variable);
        }
    }

    fn touch_variable(&mut self, written: Variable) {
        let asked = |doubt: &Doubt| doubt.standing != Standing::Open;
        self.witness(written, asked);
    }

    /// The target is computed from doubtful values and may later tell whether they are missing.
    fn tell(&mut self, target: Node<'t>, from: Node<'t>) {
        let Some(target) = self.variables.get(target.text()).copied() else {
            return;
        };
        let steps = self.doubts_inside(from);
        self.witness(target, |doubt| {
            steps.iter().any(|(_, step)| *step == doubt.step)
        });
    }

    fn witness(&mut self, witness: Variable, whose: impl Fn(&Doubt) -> bool) {
        let Some(state) = &mut self.state else { return };
        for variable in state.doubtful() {
            if variable == witness {
                continue;
            }
            state.settle(variable, |doubts| {
                for doubt in doubts.iter_mut().filter(|doubt| whose(doubt)) {
                    remember(&mut doubt.witnesses, witness);
                }
            });
        }
    }
}

impl<'t> Known<'t> {
    /// What iterating or unpacking the value gives.
    pub(super) fn element(&self) -> Self {
        let shape = match &self.shape {
            Shape::Raw(raw) if raw.kind == RawKind::Json => self.shape.clone(),
            _ => Shape::Other,
        };
        Self {
            key: self.key,
            shape,
            ..Self::from(self.origins.inside())
        }
    }
}

/// Targets and values side by side: `a, b = f(), g()` and `a, b = await gather(f(), g())`.
fn paired<'t>(left: Node<'t>, right: Node<'t>) -> Option<Vec<(Node<'t>, Node<'t>)>> {
    if !matches!(
        left.kind(),
        Kind::PatternList | Kind::TuplePattern | Kind::ListPattern
    ) {
        return None;
    }
    let values: Vec<Node<'t>> = match right.kind() {
        Kind::ExpressionList | Kind::Tuple | Kind::List => right.children().collect(),
        Kind::Await => {
            let call = right.operand()?;
            let callee = call.child(Field::Function)?.text();
            let gathers = super::names::last(callee) == "gather";
            gathers
                .then(|| call.child(Field::Arguments))??
                .children()
                .collect()
        }
        _ => return None,
    };
    let plain = |node: &Node<'t>| {
        !matches!(
            node.kind(),
            Kind::ListSplat | Kind::ListSplatPattern | Kind::KeywordArgument
        )
    };
    let targets: Vec<Node<'t>> = left.children().collect();
    let same = targets.len() == values.len();
    let simple = targets.iter().chain(&values).all(plain);
    (same && simple).then(|| targets.into_iter().zip(values).collect())
}
