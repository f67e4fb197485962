//! What one Python module says: imports, classes, functions and what can fail inside them.
//!
//! Dotted names are kept as written (`db.session.get`, chains as `db.query().filter().first`);
//! `link` resolves them through the imports. Path analysis happens in `map`, per function: a
//! [`Step`] is only kept when its use is not guarded inside the function, with the conditions
//! (calls, catches, key origins) that only `link` can judge. No control-flow graph is stored.

mod answers;
mod body;
mod constructor;
mod coroutines;
mod directives;
mod effect;
mod flow;
mod library;
mod mentions;
mod order;
mod postgrest;
mod read;
mod received;
mod replies;
mod retries;
mod scans;
mod sessions;
mod step;
mod structure;
pub mod value;

use serde::{Deserialize, Serialize};

use super::schema::Dialect;
use crate::source::Span;
pub use answers::{AnswerKind, Answered};
pub use coroutines::{Awaitable, Usage, awaitable, keeps_coroutines};
pub use effect::{Cell, Clause, Effect, EffectKind, Whole};
pub use library::is_limit;
pub use mentions::{MadeName, Making, Mention, MentionKind};
pub use order::Ran;
pub use read::read;
pub use received::Received;
pub use replies::{Entered, Except, Reply, ReplyKind, Try};
pub use retries::Retry;
pub use scans::Scan;
pub use sessions::{Closing, OpenedSession, RepeatedCommit};
pub use step::{Failure, Origin, Passed, Protection, Step, UseKind};

/// A Python module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Names bound by imports at module level (inside `try`/`if` too).
    pub imports: Vec<Import>,
    /// `from x import *`: names may come from there.
    pub star_imports: Vec<String>,
    /// All functions, methods and nested functions, in source order.
    pub functions: Vec<Function>,
    /// All classes, in source order.
    pub classes: Vec<Class>,
    /// Module-level assignments to a name: `app = FastAPI()`, `urlpatterns = [...]`, aliases.
    pub globals: Vec<Global>,
    /// Calls that stand as statements at module level: `app.include_router(...)`.
    pub calls: Vec<Call>,
    /// The names that it asks of classes, of their rows and of queries on them.
    pub mentions: Vec<Mention>,
    /// The names that it gives to what it reads.
    pub made_names: Vec<MadeName>,
    /// Regions that did not parse.
    pub broken: Vec<Span>,
    /// The dialect a database URL or driver import in this module proves.
    pub dialect: Option<Dialect>,
    /// It says how a connection is checked or how long one waits for it: `pool_pre_ping=True`,
    /// `connect_timeout`.
    pub heeds_outage: bool,
    /// It can be run by itself: `if __name__ == "__main__":`.
    pub is_program: bool,
}

/// A name bound by an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The local name; for `import a.b` it is `a`.
    pub name: String,
    /// The dotted path it stands for; relative imports keep their leading dots.
    pub path: String,
    /// Where.
    pub span: Span,
}

/// A class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Its name, qualified by enclosing classes with dots.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The whole class, decorators included.
    pub span: Span,
    /// Base classes as written, subscripts dropped (`Generic`).
    pub bases: Vec<String>,
    /// Keyword arguments of the class: `table=True`, `metaclass=…`.
    pub keywords: Vec<(String, Value)>,
    /// Decorators.
    pub decorators: Vec<Decorator>,
    /// Assignments and annotated fields of the body.
    pub fields: Vec<Field>,
    /// `self.x = …` in `__init__`; the value of a parameter is its name.
    pub attributes: Vec<Field>,
}

/// A field of a class body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The annotation.
    pub annotation: Option<Annotation>,
    /// The value.
    pub value: Option<Value>,
    /// The statement.
    pub span: Span,
}

/// A module-level assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Global {
    /// The name; `+=` onto a list appears as a second global of the name.
    pub name: String,
    /// The annotation.
    pub annotation: Option<Annotation>,
    /// The value.
    pub value: Value,
    /// The statement.
    pub span: Span,
}

/// An annotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// As written, white space folded, quotes of a string annotation removed.
    pub text: String,
    /// `Annotated[T, Depends(f)]`: the metadata after the type.
    pub metadata: Vec<Value>,
    /// Where.
    pub span: Span,
}

/// The part of an expression that rules and linking care about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A string made of constants only (concatenation folded), with its place.
    Str(String, Span),
    /// An integer.
    Int(i64),
    /// `True`, `False`.
    Bool(bool),
    /// `None`.
    None,
    /// `...`
    Ellipsis,
    /// A name or attribute chain as written.
    Name(String, Span),
    /// A call.
    Call(Box<Call>),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// A dictionary; keys that are no constants or names are [`Value::Other`].
    Dict(Vec<(Value, Value)>),
    /// A type with metadata that is bound to a name: `Annotated[Session, Depends(get_db)]`.
    Type(Annotation),
    /// Expressions joined by `&`, `|` or `^`, or turned round by `~`, which libraries give a meaning.
    Operation(Box<Operation>),
    /// What `+` or an f-string puts together, where not all parts are constant strings.
    Joined(Vec<Value>),
    /// `*x` in a list or a call, which stands for its elements.
    Spread(Box<Value>),
    /// Anything else.
    Other(Span),
}

impl Value {
    /// The call, if it is one.
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Call(call) => Some(call),
            _ => None,
        }
    }
}

/// A call expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The callee as written; calls inside a chain as `()`, subscripts as `[]`.
    pub callee: String,
    /// Positional arguments; `*x` is [`Value::Spread`].
    pub args: Vec<Value>,
    /// Keyword arguments; `**x` has the name `**` and the value `x`.
    pub keywords: Vec<Keyword>,
    /// The call that a method is called on: `String(50)` of `String(50).with_variant(…)`.
    pub receiver: Option<Box<Call>>,
    /// The call.
    pub span: Span,
}

/// A keyword argument of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyword {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// The whole argument.
    pub span: Span,
}

/// Operands of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// The operator.
    pub operator: String,
    /// Two of them, or one behind `~`.
    pub operands: Vec<Value>,
    /// The whole expression.
    pub span: Span,
}

/// A decorator: `@name` or `@name(...)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decorator {
    /// The call; without parentheses it has no arguments.
    pub call: Call,
    /// Whether it was written with parentheses.
    pub called: bool,
}

/// A function or method, as a summary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its name, qualified by enclosing classes and functions with dots.
    pub name: String,
    /// The innermost enclosing class (its qualified name).
    pub class: Option<String>,
    /// Nested inside another function.
    pub nested: bool,
    /// First decorator (or `def`) to the end of the body.
    pub span: Span,
    /// `def name(…):` without decorators and body.
    pub header: Span,
    /// Where the name stands.
    pub name_span: Span,
    /// `async def`.
    pub is_async: bool,
    /// Holds a `yield`.
    pub is_generator: bool,
    /// Decorators, outermost first.
    pub decorators: Vec<Decorator>,
    /// Parameters, in order.
    pub params: Vec<Param>,
    /// The return annotation.
    pub returns: Option<Annotation>,
    /// Imports inside the function.
    pub imports: Vec<Import>,
    /// Local names bound exactly once, to a call or a name: `service = OrderService(db)`. Calls of
    /// anything but a class are kept without their arguments.
    pub locals: Vec<Global>,
    /// Calls of the body that wire an application together, with their arguments:
    /// `include_router`, `mount`, `register_error_handler` and the others that `body` names.
    pub wiring: Vec<Call>,
    /// Types (as written) that `isinstance` tests or `match` names in the body.
    pub tested_types: Vec<String>,
    /// It asks for the method of a request, or reads what only some methods send: `request.method`,
    /// `request.POST`.
    pub asks_method: bool,
    /// Parameters of the path that it takes out of the request by name: `request.match_info["id"]`,
    /// where it reads them in no other way, and `request.view_args["id"]`.
    pub path_reads: Vec<String>,
    /// Calls of `print` onto the standard output.
    pub prints: Vec<Span>,
    /// Steps whose failure nothing inside the function handles.
    pub steps: Vec<Step>,
    /// Exits for the case that something fails.
    pub exits: Vec<FailureExit>,
    /// The calls in the body (nested functions excluded), in order; those of builtins and loggers
    /// are left out.
    pub calls: Vec<CallSite>,
    /// What it does to databases, in order.
    pub effects: Vec<Effect>,
    /// What it returns, a generator: what it yields. Empty for a stub (`...`, only a docstring),
    /// whose value is not known, and for a function that never returns.
    pub returned: Vec<Return>,
    /// The value of a function that does nothing but return it, where it is a constant, a call or
    /// put together from them.
    pub result: Option<Box<Value>>,
    /// What a constructor that takes any keyword hands on to the one behind it.
    pub given: Vec<Given>,
    /// Parameters for which the function raises or aborts when they are None or falsy:
    /// calling it guards the argument.
    pub rejects_none: Vec<String>,
    /// Its `try` statements, nested functions excluded, in source order.
    pub tries: Vec<Try>,
    /// The responses and bodies it returns that could tell of an error, with their status.
    pub replies: Vec<Reply>,
    /// What it takes out of the values of calls without asking how they went.
    pub received: Vec<Received>,
    /// Names that it binds outside of itself: `global`, `nonlocal`.
    pub globals: Vec<String>,
    /// Loops that try again until it works, however long that takes.
    pub retries: Vec<Retry>,
    /// Sessions and connections that it opens and that stay in it.
    pub opened: Vec<OpenedSession>,
    /// Lists that a loop looks through for each of its elements.
    pub scans: Vec<Scan>,
    /// Commits that a loop repeats.
    pub repeated: Vec<RepeatedCommit>,
    /// What every `return` with a value gives, where that is one name or one new object.
    pub gives: Option<Box<Value>>,
    /// Its returns, raises and aborts, with the statuses that they say.
    pub answers: Vec<Answered>,
    /// No path reaches the end or a return: it always raises, aborts or exits.
    pub never_returns: bool,
    /// A syntax error inside: nothing about it is known.
    pub broken: bool,
}

/// An argument that a constructor hands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Its value; [`Value::Other`] where a condition decides.
    pub value: Value,
    /// Only where the caller gives none.
    pub default: bool,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// Its name, without stars.
    pub name: String,
    /// How it is passed.
    pub kind: ParamKind,
    /// The annotation.
    pub annotation: Option<Annotation>,
    /// The default.
    pub default: Option<Value>,
    /// The whole parameter.
    pub span: Span,
    /// Attributes of it that the function sets.
    pub overwritten: Vec<String>,
}

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParamKind {
    /// By position or keyword.
    Normal,
    /// Behind a bare `*`.
    KeywordOnly,
    /// `*args`.
    Args,
    /// `**kwargs`.
    KeywordArgs,
}

/// An exit for the case that something failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureExit {
    /// What kind.
    pub kind: ExitKind,
    /// Where.
    pub span: Span,
}

/// The kinds of failure exits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitKind {
    /// `raise X` (as written; re-raising what was caught does not count).
    Raise(String),
    /// `abort(404)` and other calls of the library table that never return.
    Abort(String),
    /// A response with a status of 400 or more.
    ErrorResponse(u16),
    /// An early return under a test of a fallible step's value.
    GuardedReturn,
    /// An `except` that answers instead of re-raising (types as written).
    Catch(Vec<String>),
    /// `get_object_or_404` and other calls of the library table that raise a mapped error.
    MappedLookup(String),
}

/// A call inside a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSite {
    /// The callee as written.
    pub callee: String,
    /// The call.
    pub span: Span,
    /// The roots of each positional argument; none where it is made of constants. Constants behind
    /// the last argument with roots are left out.
    pub args: Vec<Vec<Origin>>,
    /// The roots of each keyword argument that has some.
    pub keywords: Vec<(String, Vec<Origin>)>,
    /// The new rows that it takes, each as if it were added to the database here.
    pub made: Vec<(Passed, Effect)>,
    /// Exception types caught around it (as [`Step::catches`]).
    pub catches: Vec<String>,
    /// Context managers around it.
    pub contexts: Vec<String>,
    /// The calls that ran before it.
    pub after: Ran,
    /// It has a `timeout` that is not None, keywords that nobody can see (`**`), or so many arguments
    /// that one may be a timeout.
    pub bounded: bool,
    /// The keyword arguments that limit it, as far as the library table knows their names; `**` for
    /// those that nobody can see. A limit of None is none.
    pub limits: Vec<String>,
    /// It says `timeout=None`.
    pub endless: bool,
    /// What becomes of its value, should that be a coroutine.
    pub usage: Usage,
    /// Its value is kept for later calls: in a global, an attribute or an item. What a constructor
    /// puts into its own object is not.
    pub kept: bool,
}

/// A `return`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// What is returned.
    pub value: Returned,
    /// The statement.
    pub span: Span,
    /// The variable that holds the lookup's result.
    pub variable: Option<String>,
    /// The code has asked and found it missing: `if row is None: return None`.
    pub asked: bool,
    /// Calls that stand between the lookup and the return, as [`Step::unless`].
    pub unless: Vec<Protection>,
}

/// What a `return` gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Returned {
    /// None, by `return`, `return None` or by falling off the end.
    None,
    /// The unguarded value of a library lookup that may be None, or the None that is returned
    /// because such a lookup gave none.
    Lookup {
        /// The fact of the library table.
        library: String,
        /// The lookup.
        call: Span,
        /// What is looked up, as written.
        entity: Option<String>,
        /// Where the key comes from.
        key: Vec<Origin>,
        /// The key as written.
        key_text: String,
    },
    /// The unguarded result of a call to be resolved by `link`; the callee as written.
    Call(String, Span),
    /// Anything else; not None.
    Other,
}
