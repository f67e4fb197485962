//! New rows that a call takes: a repository, a helper or a method of the model may add them to the
//! database for the caller.

use super::Flow;
use super::call::Called;
use super::effects::About;
use super::lookup::is_session;
use super::names::is_class_like;
use super::state::{Known, Shape};
use crate::facts::python::{Effect, EffectKind, Passed};

impl<'t> Flow<'t, '_> {
    /// The rows made here that a call of the project's own may keep, and how it takes them.
    pub(super) fn rows_made(&self, called: &Called<'t>) -> Vec<(Passed, Effect)> {
        if is_session(called) || is_class_like(called.method) {
            return Vec::new();
        }
        let receiver = (Passed::Receiver, &called.receiver);
        let args = called
            .args
            .iter()
            .enumerate()
            .filter_map(|(place, argument)| {
                let passed = match argument.name {
                    Some("*" | "**") => return None,
                    Some(name) => Passed::Keyword(name.to_owned()),
                    None => Passed::Position(place as u32),
                };
                Some((passed, &argument.known))
            });
        let given = std::iter::once(receiver).chain(args);
        given
            .filter_map(|(passed, known)| Some((passed, self.row_made(called, known)?)))
            .collect()
    }

    fn row_made(&self, called: &Called<'t>, known: &Known<'t>) -> Option<Effect> {
        let Shape::Row(row) = &known.shape else {
            return None;
        };
        let mut about = About::new(EffectKind::Insert, Some(row.class.clone()));
        about.if_model = true;
        about.values = row.made.clone()?;
        Some(self.effect(called.node, about))
    }
}
