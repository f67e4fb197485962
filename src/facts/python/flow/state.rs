//! What is known at one point of a function: of each variable where it comes from and whether it
//! may hold the None of a lookup. Knows no syntax beyond the node a fact came from.

use std::rc::Rc;

use super::steps::remember;
use crate::facts::python::library::RawKind;
use crate::facts::python::{Origin, Param, Ran};
use crate::parse::python::Node;

/// A variable, by number.
pub(super) type Variable = u32;
/// A fallible call, by number.
pub(super) type StepId = u32;

/// What is known on every path that reaches a point.
#[derive(Clone, Default)]
pub(super) struct State<'t> {
    variables: Vec<Option<Rc<Known<'t>>>>,
    /// Rows that are known to exist.
    pub(super) proofs: Vec<Rc<Subject<'t>>>,
    /// What of the request has been asked about.
    pub(super) checked: Vec<Checked<'t>>,
    /// The calls that have run.
    pub(super) ran: Ran,
}

/// What is known of a value.
#[derive(Clone, Default)]
pub(super) struct Known<'t> {
    /// The lookups whose None it may be.
    pub(super) doubts: Vec<Doubt>,
    /// Where it comes from.
    pub(super) origins: Origins,
    /// The expression that tells best what it depends on.
    pub(super) key: Option<Node<'t>>,
    /// What it is, where that matters.
    pub(super) shape: Shape<'t>,
    /// The call that it is the answer of: testing it may prove that a row exists.
    pub(super) answer: Option<Node<'t>>,
}

/// A value may be the None of a lookup.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) step: StepId,
    pub(super) standing: Standing,
    /// Calls that may have ended the missing path, by number.
    pub(super) protections: Vec<u32>,
    /// Variables whose value tells whether it is missing: written where it is, or decisive for
    /// whether it was looked up.
    pub(super) witnesses: Vec<Variable>,
}

/// How far a doubt is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing asked yet.
    Open,
    /// On this path the value is missing.
    Missing,
    /// A test asked in a way that we cannot read: not known on this path.
    Tested,
}

/// What a value is, where that matters.
#[derive(Clone, Default)]
pub(super) enum Shape<'t> {
    #[default]
    Other,
    /// The request object of a framework.
    Request,
    /// `self` or `cls`.
    Own,
    /// A database session.
    Session,
    /// A query, or the result of one that was sent.
    Query(Rc<Query<'t>>),
    /// An expression of SQL that gives one row for any number of rows.
    Aggregate,
    /// What the client sent, as it came.
    Raw(Rc<Raw>),
    /// A row, or an object that may be one.
    Row(Rc<Row>),
    /// `None`.
    Nothing,
    /// A local function or class.
    Definition,
}

/// What the client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Raw {
    /// What of the request it is, as written: `request.POST`, `body`.
    pub(super) source: String,
    pub(super) kind: RawKind,
}

/// Something of the request that the code has asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checked<'t> {
    /// What holds it, as written; empty = all of the request.
    pub(super) base: &'t str,
    /// The item; none = the whole of it.
    pub(super) key: Option<&'t str>,
    /// It is known to be there; otherwise it may be.
    pub(super) sure: bool,
}

/// A query that has been built so far.
#[derive(Clone)]
pub(super) struct Query<'t> {
    pub(super) library: QueryLibrary,
    /// What is looked up.
    pub(super) entity: Option<String>,
    pub(super) origins: Origins,
    pub(super) key: Option<Node<'t>>,
    /// It always gives a row: an aggregate, an insert, `select 1`.
    pub(super) always: bool,
    pub(super) verb: Verb,
    /// The columns that it compares for being equal.
    pub(super) conditions: Vec<Cell>,
    /// The columns that it writes.
    pub(super) values: Vec<Cell>,
    /// Its text, holes left empty.
    pub(super) text: Option<Rc<str>>,
    /// Nothing picks rows: it is about all of its table.
    pub(super) whole: bool,
    /// It writes what the own values of a row say.
    pub(super) converts: bool,
}

/// What a query does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Select,
    Insert,
    /// Inserts, unless the row is there.
    Upsert,
    Update,
    Delete,
}

/// A column and where its value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) column: String,
    pub(super) origins: Origins,
}

/// A row that was fetched, or made by calling a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The class as written.
    pub(super) class: String,
    /// It was made here, with these columns.
    pub(super) made: Option<Vec<Cell>>,
}

/// Whose query it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryLibrary {
    Sqlalchemy,
    Django,
    /// SQL text.
    Text,
    /// A chain that filters as queries do.
    Alike,
    /// A comprehension with conditions; its entity is what it runs over.
    Elements,
}

/// Something whose existence a test or a lookup is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject<'t> {
    /// The kind of thing; `None` where a call of the project answers.
    pub(super) entity: Option<String>,
    /// What asks: the callee, or the variable that holds the answer, in lower case.
    pub(super) words: String,
    /// The keys as written.
    pub(super) keys: Vec<&'t str>,
}

/// The roots of a value, as a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Origins(u128);

impl Origins {
    pub(super) const REQUEST: Self = Self(1 << 124);
    pub(super) const ROW: Self = Self(1 << 125);
    pub(super) const CONSTANT: Self = Self(1 << 126);
    pub(super) const UNKNOWN: Self = Self(1 << 127);
    const PARAMETERS: usize = 60;

    /// The parameter at a place; nobody asks for more than sixty.
    pub(super) fn parameter(place: usize) -> Self {
        match place < Self::PARAMETERS {
            true => Self(1 << place),
            false => Self::UNKNOWN,
        }
    }

    /// What is read out of the value.
    pub(super) fn inside(self) -> Self {
        let own = self.0 & ((1 << Self::PARAMETERS) - 1);
        Self(self.0 & !own | own << Self::PARAMETERS)
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it depends on anything but constants.
    pub(super) fn varies(self) -> bool {
        self.0 & !Self::CONSTANT.0 != 0
    }

    /// Whether the caller or the client has a say in it.
    pub(super) fn is_outside(self) -> bool {
        self.0 & !(Self::CONSTANT.0 | Self::ROW.0 | Self::UNKNOWN.0) != 0
    }

    /// As facts; constants only where there is nothing else.
    pub(super) fn list(self, params: &[Param]) -> Vec<Origin> {
        let own = || params.iter().take(Self::PARAMETERS).enumerate();
        let mut list: Vec<Origin> = own()
            .filter(|(place, _)| self.has(Self::parameter(*place)))
            .map(|(_, param)| Origin::Parameter(param.name.clone()))
            .collect();
        let fields = own().filter(|(place, _)| self.has(Self::parameter(*place).inside()));
        list.extend(fields.map(|(_, param)| Origin::Field(param.name.clone())));
        for (bit, origin) in [
            (Self::REQUEST, Origin::Request),
            (Self::ROW, Origin::Row),
            (Self::UNKNOWN, Origin::Unknown),
        ] {
            if self.has(bit) {
                list.push(origin);
            }
        }
        if list.is_empty() {
            list.push(Origin::Constant);
        }
        list
    }
}

impl<'t> Known<'t> {
    /// A value of which only the roots are known.
    pub(super) fn from(origins: Origins) -> Self {
        Self {
            origins,
            ..Self::default()
        }
    }

    /// The value of an expression that depends on something.
    pub(super) fn keyed(origins: Origins, node: Node<'t>) -> Self {
        let key = origins.varies().then_some(node);
        Self {
            origins,
            key,
            ..Self::default()
        }
    }

    /// A value that is computed from both.
    pub(super) fn and(mut self, other: Self) -> Self {
        if other.origins.is_outside() && !self.origins.is_outside() || self.key.is_none() {
            self.key = other.key.or(self.key);
        }
        self.origins = self.origins.with(other.origins);
        self.answer = self.answer.or(other.answer);
        if matches!(other.shape, Shape::Aggregate) {
            self.shape = Shape::Aggregate;
        }
        // What is put behind a statement may pick rows.
        if let Shape::Query(query) = &mut self.shape
            && query.whole
        {
            Rc::make_mut(query).whole = false;
        }
        self
    }

    /// Only what it is computed from: whatever it is now, it is not that None.
    pub(super) fn derived(mut self) -> Self {
        self.doubts.clear();
        self
    }
}

impl Doubt {
    pub(super) fn new(step: StepId) -> Self {
        Self {
            step,
            standing: Standing::Open,
            protections: Vec::new(),
            witnesses: Vec::new(),
        }
    }

    /// The doubt where the code has asked, and the value is missing.
    pub(super) fn missing(step: StepId) -> Self {
        Self {
            standing: Standing::Missing,
            ..Self::new(step)
        }
    }

    /// The same doubt, come together from two paths.
    fn join(&self, other: &Self) -> Self {
        let (standing, protections) = match (self.standing, other.standing) {
            (a, b) if a == b => (a, common(&self.protections, &other.protections)),
            // Where one path does not know, only the other tells.
            (Standing::Tested, b) => (b.opened(), other.protections.clone()),
            (a, Standing::Tested) => (a.opened(), self.protections.clone()),
            _ => (
                Standing::Open,
                common(&self.protections, &other.protections),
            ),
        };
        Self {
            step: self.step,
            standing,
            protections,
            witnesses: common(&self.witnesses, &other.witnesses),
        }
    }
}

impl Standing {
    fn opened(self) -> Self {
        match self {
            Self::Missing => Self::Open,
            other => other,
        }
    }
}

fn common(a: &[u32], b: &[u32]) -> Vec<u32> {
    a.iter().copied().filter(|item| b.contains(item)).collect()
}

impl<'t> State<'t> {
    pub(super) fn get(&self, variable: Variable) -> Option<&Rc<Known<'t>>> {
        self.variables.get(variable as usize)?.as_ref()
    }

    pub(super) fn set(&mut self, variable: Variable, known: Option<Rc<Known<'t>>>) {
        let place = variable as usize;
        if self.variables.len() <= place {
            self.variables.resize(place + 1, None);
        }
        self.variables[place] = known;
    }

    /// Changes the doubts of a variable.
    pub(super) fn settle(&mut self, variable: Variable, change: impl FnOnce(&mut Vec<Doubt>)) {
        if let Some(Some(known)) = self.variables.get_mut(variable as usize)
            && !known.doubts.is_empty()
        {
            change(&mut Rc::make_mut(known).doubts);
        }
    }

    /// The variables that may hold a None of a lookup.
    pub(super) fn doubtful(&self) -> Vec<Variable> {
        let doubtful =
            |known: &Option<Rc<Known>>| known.as_ref().is_some_and(|it| !it.doubts.is_empty());
        let all = self.variables.iter().enumerate();
        all.filter(|(_, known)| doubtful(known))
            .map(|(place, _)| place as u32)
            .collect()
    }

    /// The variables about which a test has been asked on this path, with their None still on it.
    pub(super) fn asked(&self) -> Vec<Variable> {
        let asked = |doubt: &Doubt| doubt.standing != Standing::Open;
        let mut found = self.doubtful();
        found.retain(|it| {
            self.get(*it)
                .is_some_and(|known| known.doubts.iter().any(asked))
        });
        found
    }

    /// What is known whichever of two paths was taken. `witnesses` decided which one.
    pub(super) fn join(mut self, mut other: Self, witnesses: &[Variable]) -> Self {
        let count = self.variables.len().max(other.variables.len());
        self.variables.resize(count, None);
        for (place, slot) in self.variables.iter_mut().enumerate() {
            let theirs = other.variables.get_mut(place).and_then(Option::take);
            let own_witness = |witness: &Variable| *witness as usize != place;
            let witnesses = witnesses.iter().copied().filter(own_witness);
            match (slot.take(), theirs) {
                (Some(a), Some(b)) if Rc::ptr_eq(&a, &b) => *slot = Some(a),
                (Some(a), Some(b)) => *slot = Some(Rc::new(join_known(&a, &b, witnesses))),
                (a, b) => *slot = a.or(b).map(|known| join_alone(known, witnesses)),
            }
        }
        self.proofs.retain(|proof| other.proofs.contains(proof));
        self.join_checked(other.checked);
        self.ran = self.ran.join(other.ran);
        self
    }
}

fn join_known<'t>(
    a: &Known<'t>,
    b: &Known<'t>,
    witnesses: impl Iterator<Item = Variable> + Clone,
) -> Known<'t> {
    let mut doubts = Vec::new();
    for doubt in &a.doubts {
        match b.doubts.iter().find(|other| other.step == doubt.step) {
            Some(other) => doubts.push(doubt.join(other)),
            None => doubts.push(one_sided(doubt, witnesses.clone())),
        }
    }
    for doubt in &b.doubts {
        if a.doubts.iter().all(|other| other.step != doubt.step) {
            doubts.push(one_sided(doubt, witnesses.clone()));
        }
    }
    let shape = match (&a.shape, &b.shape) {
        (Shape::Query(one), Shape::Query(two)) if Rc::ptr_eq(one, two) => a.shape.clone(),
        (Shape::Query(one), Shape::Query(two)) => Shape::Query(Rc::new(either(one, two))),
        (Shape::Nothing, other) | (other, Shape::Nothing) => other.clone(),
        (Shape::Row(one), Shape::Row(two)) => {
            Row::either(one, two).map_or(Shape::Other, Shape::Row)
        }
        (one, two) if std::mem::discriminant(one) == std::mem::discriminant(two) => one.clone(),
        _ => Shape::Other,
    };
    Known {
        doubts,
        origins: a.origins.with(b.origins),
        key: a.key.or(b.key),
        shape,
        answer: a.answer.or(b.answer),
    }
}

/// A variable that only one path has bound; on the other its use would be another fault.
fn join_alone<'t>(
    known: Rc<Known<'t>>,
    witnesses: impl Iterator<Item = Variable> + Clone,
) -> Rc<Known<'t>> {
    if known.doubts.is_empty() {
        return known;
    }
    let mut known = Rc::unwrap_or_clone(known);
    known.doubts = known
        .doubts
        .iter()
        .map(|doubt| one_sided(doubt, witnesses.clone()))
        .collect();
    Rc::new(known)
}

/// A doubt that only one path brings.
fn one_sided(doubt: &Doubt, witnesses: impl Iterator<Item = Variable>) -> Doubt {
    let mut doubt = doubt.clone();
    doubt.standing = doubt.standing.opened();
    for witness in witnesses {
        remember(&mut doubt.witnesses, witness);
    }
    doubt
}

fn either<'t>(one: &Query<'t>, two: &Query<'t>) -> Query<'t> {
    Query {
        library: one.library,
        entity: one.entity.clone(),
        origins: one.origins.with(two.origins),
        key: one.key.or(two.key),
        always: one.always || two.always,
        whole: one.whole && two.whole,
        ..one.clone()
    }
}

impl Shape<'_> {
    /// A row that was looked up.
    pub(super) fn fetched(class: Option<&str>) -> Self {
        class.map_or(Self::Other, |class| {
            Self::Row(Rc::new(Row {
                class: class.to_owned(),
                made: None,
            }))
        })
    }
}

impl Row {
    /// What is known of a row that is one of two.
    fn either(one: &Rc<Self>, two: &Rc<Self>) -> Option<Rc<Self>> {
        if one == two {
            return Some(one.clone());
        }
        let made = match (&one.made, &two.made) {
            (Some(one), Some(two)) => Some([one.as_slice(), two].concat()),
            _ => None,
        };
        (one.class == two.class).then(|| {
            Rc::new(Self {
                class: one.class.clone(),
                made,
            })
        })
    }
}

impl<'t> Query<'t> {
    /// A query that says nothing yet.
    pub(super) fn begun(library: QueryLibrary, entity: Option<String>) -> Self {
        Self {
            library,
            entity,
            origins: Origins::default(),
            key: None,
            always: false,
            verb: Verb::Select,
            conditions: Vec::new(),
            values: Vec::new(),
            text: None,
            whole: false,
            converts: false,
        }
    }

    /// The query about all rows of its table, unless something picks some later.
    pub(super) fn of_all(mut self) -> Self {
        self.whole = true;
        self
    }

    /// The query narrowed by a condition.
    pub(super) fn narrowed(&self, by: &Known<'t>) -> Self {
        let prefer = by.origins.is_outside() && !self.origins.is_outside();
        Self {
            origins: self.origins.with(by.origins),
            key: if prefer { by.key } else { self.key.or(by.key) },
            ..self.clone()
        }
    }

    /// The query narrowed by an argument; of several keys the row's own one is told.
    pub(super) fn narrowed_by(&self, name: Option<&str>, by: &Known<'t>) -> Self {
        let own = matches!(name, Some("pk" | "id")) && by.origins.is_outside();
        let narrowed = self.narrowed(by);
        match by.key {
            Some(key) if own => Self {
                key: Some(key),
                ..narrowed
            },
            _ => narrowed,
        }
    }
}

impl Subject<'_> {
    /// Whether this, known to exist, proves that what `lookup` asks for exists too.
    pub(super) fn proves(&self, lookup: &Subject<'_>) -> bool {
        let covers = |own: &&str, key: &&str| {
            let rest = key.strip_prefix(own);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let has = |key: &&str| self.keys.iter().any(|own| covers(own, key));
        let same_key = lookup.keys.iter().any(has);
        let same_thing = match (&self.entity, &lookup.entity) {
            (Some(own), Some(other)) => own == other,
            (None, Some(other)) => {
                let about = [&*other.to_lowercase(), "exist"];
                self.words.is_empty() || about.iter().any(|word| self.words.contains(word))
            }
            (_, None) => true,
        };
        same_key && same_thing
    }
}
