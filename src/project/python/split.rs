//! Writes that belong together and are kept one by one: when the second fails, the first stays.

use super::apps::Framework;
use super::effects::Happening;
use super::index::{FunctionId, Python, last_name};
use super::steps::StepPlace;
use super::summaries::call_at;
use super::writes::Writes;
use crate::facts::python::{CallSite, EffectKind, Ran, Value};
use crate::project::schema::TableKey;
use crate::source::Loc;

/// Two writes of one request that are kept apart.
#[derive(Clone, Debug)]
pub struct SplitWrite {
    /// The second write.
    pub at: Loc,
    /// Its table.
    pub table: TableKey,
    /// The first write.
    pub first: Loc,
    /// Its table.
    pub first_table: TableKey,
    /// The commit between them; none where every statement is kept by itself.
    pub commit: Option<Loc>,
    /// The first write is of the row that belongs to the other.
    pub child_first: bool,
    /// They stand in functions of their own, each of which may be meant to be a whole.
    pub apart: bool,
}

/// Words in the names of tables whose rows tell of something and may be lost.
const REPORTS: [&str; 12] = [
    "activit", "analytic", "audit", "cache", "event", "histor", "log", "metric", "notif",
    "session", "token", "usage",
];

impl Writes<'_, '_> {
    /// The writes of related tables that a request keeps one by one; the first pair of each second
    /// write.
    pub(super) fn split(&self) -> Vec<SplitWrite> {
        let django = matches!(self.route.framework, Framework::Django | Framework::Drf);
        if django && (self.is_atomic() || !self.keeps_each_statement()) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for second in 0..self.happenings.len() {
            let pair = (0..second).find_map(|first| match django {
                true => self.kept_apart(first, second),
                false => self.committed_between(first, second),
            });
            found.extend(pair);
        }
        found.sort_by_key(|pair: &SplitWrite| pair.at);
        found.dedup_by_key(|pair| pair.at);
        found
    }

    /// `W1 … commit … W2 … commit`, all on one path.
    fn committed_between(&self, first: usize, second: usize) -> Option<SplitWrite> {
        let (parent, _) = self.related(first, second)?;
        let on_path = |from: usize, to: usize| {
            precedes(self.python, &self.happenings[from], &self.happenings[to])
        };
        let commits = |range: std::ops::Range<usize>| {
            range.filter(|&it| self.happenings[it].effect.kind == EffectKind::Commit)
        };
        let between = commits(first + 1..second)
            .find(|&commit| on_path(first, commit) && on_path(commit, second))?;
        let mut after = commits(second + 1..self.happenings.len());
        let last = after.find(|&commit| on_path(second, commit))?;
        let answered = self.is_tried(second) || self.is_tried(last);
        if answered || self.is_found_again(first, second) {
            return None;
        }
        let commit = self.happenings[between].at(self.python);
        Some(SplitWrite {
            child_first: parent == second,
            ..self.pair(first, second, Some(commit))
        })
    }

    /// Django keeps each statement by itself, unless told otherwise.
    fn kept_apart(&self, first: usize, second: usize) -> Option<SplitWrite> {
        let (parent, child) = self.related(first, second)?;
        let inserts = |it: usize| self.happenings[it].effect.kind == EffectKind::Insert;
        let in_order = parent == first && child == second && inserts(first) && inserts(second);
        let on_path = precedes(
            self.python,
            &self.happenings[first],
            &self.happenings[second],
        );
        (in_order && on_path && !self.is_tried(second)).then(|| self.pair(first, second, None))
    }

    fn pair(&self, first: usize, second: usize, commit: Option<Loc>) -> SplitWrite {
        let key = |it: usize| {
            let table = self.happenings[it].table.as_ref();
            table.map(|table| table.key.clone()).unwrap_or_default()
        };
        SplitWrite {
            at: self.happenings[second].at(self.python),
            table: key(second),
            first: self.happenings[first].at(self.python),
            first_table: key(first),
            commit,
            child_first: false,
            apart: self.happenings[first].frame.function != self.happenings[second].frame.function,
        }
    }

    /// Something looks for the row before it makes one, and goes on to the second write where it is
    /// there: who asks again finds it.
    fn is_found_again(&self, first: usize, second: usize) -> bool {
        let table = &self.happenings[first].table;
        let common: Vec<FunctionId> = self.happenings[second]
            .frame
            .path()
            .map(|frame| frame.function)
            .collect();
        let below = self.happenings[first]
            .frame
            .path()
            .map(|frame| frame.function);
        let below: Vec<FunctionId> = below.take_while(|it| !common.contains(it)).collect();
        let skips = may_skip(
            self.python,
            &self.happenings[first],
            &self.happenings[second],
        );
        self.happenings[..first].iter().any(|earlier| {
            earlier.effect.kind == EffectKind::Read
                && earlier.table == *table
                && (skips
                    || earlier
                        .frame
                        .path()
                        .any(|frame| below.contains(&frame.function)))
        })
    }

    /// Which of two writes is of the parent and which of the child, where a foreign key relates
    /// their tables.
    fn related(&self, first: usize, second: usize) -> Option<(usize, usize)> {
        let write = |it: usize| {
            let happening = &self.happenings[it];
            let own = !matches!(happening.frame.place, StepPlace::Dependency(_));
            let table = happening.table.as_ref()?;
            (own && happening.effect.kind.writes()).then_some(table)
        };
        let (one, two) = (write(first)?, write(second)?);
        // Who removes rows step by step can go on where it stopped, or puts something right.
        if self.happenings[second].effect.kind == EffectKind::Delete {
            return None;
        }
        let reports = |key: &TableKey| {
            let name = key.name.to_lowercase();
            REPORTS.iter().any(|word| name.contains(word))
        };
        if one.database != two.database || one == two || reports(&one.key) || reports(&two.key) {
            return None;
        }
        let tables = &self.databases[one.database].tables;
        let refers = |from: &TableKey, to: &TableKey| {
            let mut keys = tables.get(from).into_iter().flat_map(|it| &it.foreign_keys);
            keys.any(|key| key.parent == *to)
        };
        if refers(&two.key, &one.key) {
            Some((first, second))
        } else if refers(&one.key, &two.key) {
            Some((second, first))
        } else {
            None
        }
    }

    /// Something around a write answers its failing, and may put the first one right.
    fn is_tried(&self, place: usize) -> bool {
        let happening = &self.happenings[place];
        let own = call_at(self.python, happening.frame.function, happening.effect.span);
        let above = happening
            .frame
            .path()
            .filter_map(|frame| frame.caller.as_ref());
        let above = above.map(|(_, call)| *call);
        own.into_iter()
            .chain(above)
            .any(|call| !call.catches.is_empty())
    }

    /// The settings are in sight and say nothing of a transaction around each request.
    fn keeps_each_statement(&self) -> bool {
        let modules = self.python.modules.iter();
        let globals = modules.flat_map(|module| &module.facts.globals);
        let mut settings = globals
            .filter(|global| global.name == "DATABASES")
            .peekable();
        settings.peek().is_some()
            && settings.all(|global| match &global.value {
                Value::Dict(databases) => databases.iter().all(|(_, value)| match value {
                    Value::Dict(options) => !options.iter().any(
                        |(key, _)| matches!(key, Value::Str(key, _) if key == "ATOMIC_REQUESTS"),
                    ),
                    _ => false,
                }),
                _ => false,
            })
    }

    /// Some function or block on the way is a transaction.
    fn is_atomic(&self) -> bool {
        let python = self.python;
        let decorated = |id: FunctionId| {
            let of_class = python
                .class_of(id)
                .map(|class| &python.class(class).decorators);
            let all = python.function(id).decorators.iter();
            all.chain(of_class.into_iter().flatten()).any(|decorator| {
                let named = |value: &Value| match value {
                    Value::Name(name, _) => last_name(name) == "atomic",
                    Value::Call(call) => last_name(&call.callee) == "atomic",
                    _ => false,
                };
                last_name(&decorator.call.callee) == "atomic"
                    || decorator.call.args.iter().any(named)
            })
        };
        self.happenings.iter().any(|happening| {
            happening.effect.kind == EffectKind::Begin
                || happening
                    .frame
                    .path()
                    .any(|frame| decorated(frame.function))
        })
    }
}

/// A function on the way to a happening, and how far it has come.
struct Stage<'a> {
    function: FunctionId,
    /// The call that leads on, or is the happening; an assignment is none.
    call: Option<&'a CallSite>,
    ran: Ran,
}

impl Stage<'_> {
    /// The number of its call among the calls of its function.
    fn place(&self, python: &Python) -> Option<usize> {
        let call = self.call?;
        let mut calls = python.function(self.function).calls.iter();
        calls.position(|it| it.span == call.span)
    }
}

/// The stages that lead to a happening, the outermost first, its own at the end.
fn way<'a>(python: &Python<'a>, happening: &Happening<'a>) -> Vec<Stage<'a>> {
    let function = happening.frame.function;
    let call = call_at(python, function, happening.effect.span);
    let mut way = vec![Stage {
        function,
        call,
        ran: call.map_or(happening.effect.after, |call| call.after),
    }];
    let above = happening
        .frame
        .path()
        .filter_map(|frame| frame.caller.as_ref());
    way.extend(above.map(|(frame, call)| Stage {
        function: frame.function,
        call: Some(*call),
        ran: call.after,
    }));
    way.reverse();
    way
}

/// Where the ways to two happenings part, in one function.
fn parting<'a>(
    python: &Python<'a>,
    first: &Happening<'a>,
    second: &Happening<'a>,
) -> Option<(Stage<'a>, Stage<'a>)> {
    let span = |stage: &Stage| stage.call.map(|call| call.span);
    way(python, first)
        .into_iter()
        .zip(way(python, second))
        .find(|(one, two)| one.function != two.function || span(one) != span(two))
        .filter(|(one, two)| one.function == two.function)
}

/// Whether one happening may come before another in one request.
pub(super) fn precedes(python: &Python, first: &Happening, second: &Happening) -> bool {
    parting(python, first, second).is_some_and(|(one, two)| {
        let ran = match one.place(python) {
            Some(place) => two.ran.may_have(place),
            None => one.call.is_none(),
        };
        ran && one.ran.may_precede(two.ran)
    })
}

/// Whether a request may do the second without the first.
fn may_skip(python: &Python, first: &Happening, second: &Happening) -> bool {
    parting(python, first, second).is_some_and(|(one, two)| {
        let place = one.place(python);
        place.is_some_and(|place| two.ran.may_lack(place))
    })
}
