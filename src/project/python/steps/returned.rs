//! The lookups whose None a handler returns, as steps.

use super::{Frame, Judge, UnhandledStep};
use crate::facts::python::{ExitKind, Failure, FailureExit, Return, Returned, Step, UseKind};
use crate::project::python::absent::Absent;
use crate::project::python::routes::Role;

impl Judge<'_, '_> {
    /// The lookups whose None the handler returns.
    pub(super) fn answer(&mut self, frame: &Frame) {
        let function = self.python.function(frame.function);
        let refuses = |exit: &FailureExit| matches!(exit.kind, ExitKind::ErrorResponse(_));
        let status = function.exits.iter().any(refuses);
        for returned in &function.returned {
            let meant = returned.asked && (status || !matches!(self.absent, Absent::Raises(..)));
            let step = returned_step(returned).filter(|_| !meant);
            let Some(found) = step.and_then(|step| self.returns(frame, &step)) else {
                continue;
            };
            // The test that keeps a row from one use keeps it from all.
            if self.found.iter().all(|it| it.lookup != found.lookup) {
                self.found.push(found);
            }
        }
    }

    /// The returned None, if the route does not admit it.
    fn returns(&self, frame: &Frame, step: &Step) -> Option<UnhandledStep> {
        let (use_kind, exception, hops) = match self.absent {
            Absent::Admitted => return None,
            Absent::Null => (UseKind::Answered, "", 0),
            Absent::Empty => (UseKind::Dumped, "", 0),
            Absent::Raises(exception, hops) => (UseKind::Returned, exception, hops),
        };
        // Without a word about the answer, only what the path names has to be there.
        let (cause, _) = self.cause(frame, step)?;
        if cause.hops > 0 {
            return None;
        }
        let mut roots = cause.key.roots.iter();
        if self.absent == Absent::Null && !roots.any(|root| self.role(root) == Some(Role::Path)) {
            return None;
        }
        let found = self.holds(frame, step)?;
        Some(UnhandledStep {
            use_kind,
            exception: exception.to_owned(),
            hops: found.hops + hops,
            ..found
        })
    }
}

/// A returned lookup, as the step that it is.
fn returned_step(returned: &Return) -> Option<Step> {
    let (library, call, callee, entity, key, key_text) = match &returned.value {
        Returned::Lookup {
            library,
            call,
            entity,
            key,
            key_text,
        } => {
            let of_library = Some(library.clone());
            (
                of_library,
                *call,
                "",
                entity.clone(),
                key.clone(),
                key_text.clone(),
            )
        }
        Returned::Call(callee, call) => (None, *call, callee.as_str(), None, vec![], String::new()),
        Returned::None | Returned::Other => return None,
    };
    Some(Step {
        failure: Failure::None,
        call,
        callee: match library {
            Some(_) => "return".to_owned(),
            None => callee.to_owned(),
        },
        library,
        entity,
        variable: returned.variable.clone(),
        key,
        key_text,
        used: returned.span,
        use_text: "return".to_owned(),
        use_kind: UseKind::Returned,
        unless: returned.unless.clone(),
        catches: Vec::new(),
        contexts: Vec::new(),
        in_loop: false,
    })
}
