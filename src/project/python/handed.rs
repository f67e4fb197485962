//! Applications that functions are handed to set them up: `setup_routes(app)`.

use std::collections::BTreeMap;

use super::apps::Framework;
use super::index::{FunctionId, ObjectId, Python, Scope};
use super::mappings::applications;
use super::names::Target;
use crate::facts::python::{Call, Value};

/// Calls that hand something on, by the function that is called.
#[derive(Debug, Default)]
pub(super) struct Handed<'a> {
    calls: BTreeMap<FunctionId, Vec<(Scope, &'a Call)>>,
    /// The application of a project that has one.
    only: Option<ObjectId>,
    /// The same, of each framework.
    by_framework: BTreeMap<Framework, Option<ObjectId>>,
}

/// How many functions may hand an application on to the next.
const LEVELS: usize = 4;

impl<'a> Python<'a> {
    /// Finds the calls that hand an application on.
    pub(super) fn handed(&self) -> Handed<'a> {
        let mut handed = Handed::default();
        for (scope, call) in self.wiring() {
            if let Target::Function(id) = self.resolve(scope, &call.callee) {
                handed.calls.entry(id).or_default().push((scope, call));
            }
        }
        let mut all: Vec<(ObjectId, Framework)> = applications(self)
            .into_iter()
            .filter(|(object, ..)| self.modules[object.scope.module].production)
            .map(|(object, _, framework)| (self.built(object), framework))
            .collect();
        all.sort_unstable();
        all.dedup();
        handed.only = match all.as_slice() {
            [(only, _)] => Some(*only),
            _ => None,
        };
        for (object, framework) in all {
            let only = handed.by_framework.entry(framework);
            only.and_modify(|it| *it = None).or_insert(Some(object));
        }
        handed
    }

    /// The application that a name means where it is read: its own object, what the function is
    /// handed under this name, or the only one there is.
    pub(super) fn application(
        &self,
        handed: &Handed<'a>,
        scope: Scope,
        name: &str,
        framework: Option<Framework>,
    ) -> Option<ObjectId> {
        self.app_object(scope, name).or_else(|| {
            self.parameter_place(scope, name)?;
            let only = framework.map_or(handed.only, |framework| {
                *handed.by_framework.get(&framework)?
            });
            self.handed_as(handed, scope, name, LEVELS).or(only)
        })
    }

    fn parameter_place(&self, scope: Scope, name: &str) -> Option<usize> {
        let function = &self.modules[scope.module].facts.functions[scope.function?];
        function.params.iter().position(|param| param.name == name)
    }

    /// What all calls of a function hand it as one of its parameters.
    fn handed_as(
        &self,
        handed: &Handed<'a>,
        scope: Scope,
        name: &str,
        levels: usize,
    ) -> Option<ObjectId> {
        let id = FunctionId {
            module: scope.module,
            index: scope.function?,
        };
        let levels = levels.checked_sub(1)?;
        let function = self.function(id);
        let bound = function.class.is_some() && !self.is_static(id);
        let place = self.parameter_place(scope, name)?;
        let place = place.checked_sub(usize::from(bound))?;
        let calls = handed.calls.get(&id)?.iter();
        let mut objects = calls.map(|(scope, call)| {
            let given = call.args.get(place).or_else(|| {
                let mut keywords = call.keywords.iter();
                Some(&keywords.find(|keyword| keyword.name == name)?.value)
            })?;
            let Value::Name(given, _) = given else {
                return None;
            };
            let own = self.app_object(*scope, given);
            own.or_else(|| self.handed_as(handed, *scope, given, levels))
        });
        let first = objects.next()??;
        objects.all(|it| it == Some(first)).then_some(first)
    }
}
