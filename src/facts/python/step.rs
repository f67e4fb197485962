//! What can fail in a function, and the roots of the values it fails for.

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// A fallible step: a call whose documented failure reaches a use that assumes success.
///
/// A parameter that is used without a guard is a step as well, because a dependency may fill it
/// with None: `call` is then the parameter, `callee` is empty, `key` is the parameter itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// How it fails.
    pub failure: Failure,
    /// The call.
    pub call: Span,
    /// The callee as written.
    pub callee: String,
    /// Which fact of the library table says that it fails; `None` = a project function, to be
    /// resolved by `link` (then `failure` holds only if the callee's summary says so).
    pub library: Option<String>,
    /// What is looked up, as written: `Order`, `Order.objects`.
    pub entity: Option<String>,
    /// The variable that holds the result.
    pub variable: Option<String>,
    /// Where the lookup key comes from: every root of it.
    pub key: Vec<Origin>,
    /// The key as written, for messages: `order_id`.
    pub key_text: String,
    /// The first use that assumes success; for a raising step the call itself.
    pub used: Span,
    /// How that use reads: `order.total`.
    pub use_text: String,
    /// The use stands inside a returned value or a call that only passes the value on.
    pub use_kind: UseKind,
    /// Calls that stand between step and use on every path of the missing value: if one of them
    /// rejects None or never returns, the use is guarded.
    pub unless: Vec<Protection>,
    /// Exception types (as written) caught around the use, by `try`, `suppress` or bare `except`
    /// (written `BaseException`); re-raising handlers are left out.
    pub catches: Vec<String>,
    /// Context managers (callee as written) around the use.
    pub contexts: Vec<String>,
    /// Inside a loop.
    pub in_loop: bool,
}

/// A call that may keep a missing value from being used. Calls that certainly return and take no
/// part (logging, methods of local objects that do not take the value) are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// The callee as written.
    pub callee: String,
    /// How the value is passed to it; `None` = it is not, so that only never returning protects.
    pub passed: Option<Passed>,
    /// It stands where the value is known to be missing (`if row is None: fail()`): a callee that
    /// nobody knows makes the use unknown.
    pub when_missing: bool,
}

/// How a value is passed to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Passed {
    /// The object that the method is called on.
    Receiver,
    /// By position, from 0.
    Position(u32),
    /// By keyword.
    Keyword(String),
}

/// How a step fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// It gives None.
    None,
    /// It raises one of these (canonical dotted names); the first is what a missing row raises.
    Raises(Vec<String>),
    /// It raises one of these when the client sent something else than it takes: `int(x)`,
    /// `data["x"]`. None for a class that raises a ValueError where it is an enumeration. The
    /// entity of the step is what of the request is read, its key the missing or read part.
    Malformed(Vec<String>),
}

/// How the value of a step is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UseKind {
    /// `v.x`, `v.x = …`, `v.m()`.
    Attribute,
    /// `v[k]`.
    Subscript,
    /// `for … in v`, `*v`, `**v`, unpacking.
    Iteration,
    /// `len(v)`, `dict(v)`: a builtin that fails on None.
    Builtin,
    /// The raising call itself.
    Call,
    /// `jsonify(v)`: goes out as the answer, which is `null` then.
    Answered,
    /// `Serializer(v)`, `schema.dump(v)`: goes out as a record, which has no values then.
    Dumped,
    /// `Model.model_validate(v)`: a schema that takes no None.
    Validated,
    /// `session.delete(v)`: a session that takes no None.
    Stored,
    /// `return v`: what the declaration of the route makes of it.
    Returned,
    /// `raise X` where the code has found the row missing; `failure` holds the type as written.
    Raised,
}

/// A root of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// A parameter of the function, or something computed from it; `link` knows its role.
    Parameter(String),
    /// Something read out of a parameter: an attribute, an item, an element.
    Field(String),
    /// The framework's request object: `request.args`, `self.request.GET`, `self.kwargs`.
    Request,
    /// A fetched row or something reached through one.
    Row,
    /// A constant, setting or module-level name.
    Constant,
    /// Not known.
    Unknown,
}
