//! Calls that a row is handed to whole: what they make of None.

use super::call::{Argument, Called, error_status};
use super::lookup::is_session;
use super::names::{is_class_like, last};
use super::{Flow, Kind, LIBRARY};
use crate::facts::python::UseKind;

impl<'t> Flow<'t, '_> {
    /// `jsonify(v)`, `OrderSerializer(v)`, `session.delete(v)`: how the row is used, if it is.
    pub(super) fn hand_over(&mut self, called: &Called<'t>) -> Option<UseKind> {
        let (kind, handed) = taker(called)?;
        self.demand(&handed.known, called.node, kind);
        Some(kind)
    }
}

/// What the call makes of its argument, and which one that is.
fn taker<'c, 't>(called: &'c Called<'t>) -> Option<(UseKind, &'c Argument<'t>)> {
    let handed = called.positional().next()?;
    if handed.known.doubts.is_empty() {
        return None;
    }
    let names = &LIBRARY.passing;
    let method = called.method;
    let alone = called.args.len() == 1;
    let named = |name: &str| called.args.iter().any(|it| it.name == Some(name));
    let is_class = is_class_like(method);
    let dumps = |name: &str| {
        names
            .dumping
            .iter()
            .any(|ending| name.ends_with(ending.as_str()))
    };
    let own = || {
        called
            .callee
            .trim_end_matches(".dump")
            .trim_end_matches("()")
    };
    let kind = match called.object {
        Some(_) if method == "dump" && dumps(last(own())) => UseKind::Dumped,
        Some(_) if names.validating.contains(method) && called.class().is_some() => {
            UseKind::Validated
        }
        Some(_) if names.storing.contains(method) && alone && is_session(called) => UseKind::Stored,
        _ if names.answering.contains(method) && !refuses(called) => UseKind::Answered,
        _ if is_class && method.ends_with("Serializer") && !named("data") && !named("many") => {
            UseKind::Dumped
        }
        _ => return None,
    };
    (handed.node.kind() != Kind::ListSplat).then_some((kind, handed))
}

/// The answer has the status of a failure, or one that is decided then.
fn refuses(called: &Called<'_>) -> bool {
    let is_open = |argument: &Argument| {
        matches!(argument.name, Some("status" | "status_code"))
            && !matches!(argument.node.kind(), Kind::Integer | Kind::Attribute)
    };
    let mut others = called.args.iter().skip(1);
    others.any(|argument| error_status(argument.node).is_some() || is_open(argument))
}
