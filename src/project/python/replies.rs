//! What handlers answer in words of their own: refusals that their own `except` swallows, texts of
//! exceptions that reach the client, errors that say success. Judges only what is written out.

use super::apps::Framework;
use super::exceptions::is_bare;
use super::index::{FunctionId, Python, Scope, last_name};
use super::names::Target;
use super::statuses::library::{answers, raised};
use crate::facts::python::{
    Call, Except, ExitKind, Function, Keyword, Reply, ReplyKind, Try, Value,
};
use crate::source::{Loc, Span};

/// What is wrong with the answers of a handler.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    /// Refusals that are raised and caught by the same function.
    pub swallowed: Vec<SwallowedRefusal>,
    /// Texts of exceptions in answers.
    pub leaked: Vec<LeakedText>,
    /// Bodies that tell of an error under a status of success.
    pub successes: Vec<Loc>,
    /// Exceptions that are returned, by name.
    pub returned: Vec<(Loc, String)>,
    /// It sends the browser to another page.
    pub redirects: bool,
}

/// An `except` that turns the refusals raised above it into something else.
#[derive(Clone, Debug)]
pub struct SwallowedRefusal {
    /// The header of the `except` clause.
    pub clause: Loc,
    /// What it catches, as written; empty for a bare one.
    pub catches: String,
    /// The refusals: where, by which exception or call, and with which status.
    pub refusals: Vec<(Loc, String, Option<u16>)>,
    /// The status that is sent instead, where it is constant.
    pub status: Option<u16>,
    /// The answer that is sent instead.
    pub reply: Loc,
}

/// The text of an exception on its way to the client.
#[derive(Clone, Debug)]
pub struct LeakedText {
    /// The answer that holds it.
    pub reply: Loc,
    /// The header of the `except` clause.
    pub clause: Loc,
    /// The name of the caught exception.
    pub name: String,
    /// The library's exceptions that the clause catches, as written; none where it catches all.
    pub library: Option<String>,
    /// What the module calls its log.
    pub log: Option<&'static str>,
}

/// Judges the answers of a handler.
pub(super) fn judge(python: &Python, framework: Framework, id: FunctionId) -> Replies {
    let judge = Judge {
        python,
        framework,
        id,
        function: python.function(id),
        scope: id.scope(),
    };
    Replies {
        swallowed: judge.swallowed(),
        leaked: judge.leaked(),
        successes: judge.successes(),
        returned: judge.returned(),
        redirects: judge.redirects(),
    }
}

struct Judge<'a, 'p> {
    python: &'p Python<'a>,
    framework: Framework,
    id: FunctionId,
    function: &'a Function,
    scope: Scope,
}

impl Judge<'_, '_> {
    fn loc(&self, span: Span) -> Loc {
        self.python.loc(self.id.module, span)
    }

    /// The exception of a framework that a call makes: its name, and the status that it always has.
    fn refusal(&self, callee: &str) -> Option<(String, Option<u16>)> {
        let Target::External(path) = self.python.resolve(self.scope, callee) else {
            return None;
        };
        let path = path.trim_end_matches("()");
        // Those that stand for a 500 are the bases of others, whose status is told.
        let status = Some(raised(path)?).filter(|it| !matches!(it, 0 | 500));
        Some((last_name(path).to_owned(), status))
    }

    /// The refusals in a text of code: where, by which exception or call, and with which status.
    fn refusals(&self, tried: &Try) -> Vec<(Span, String, Option<u16>)> {
        let raised = tried.raised.iter().filter_map(|reply| {
            let (callee, status) = match &reply.value {
                Value::Call(call) => (call.callee.as_str(), status(call)),
                Value::Name(name, _) => (name.as_str(), None),
                _ => return None,
            };
            let (name, always) = self.refusal(callee)?;
            Some((reply.span, name, status.or(always)))
        });
        let exits = self.function.exits.iter();
        let exits = exits.filter(|exit| tried.body.contains(exit.span));
        let called = exits.filter_map(|exit| match &exit.kind {
            ExitKind::Abort(callee) if last_name(callee) == "abort" => {
                Some((exit.span, "abort".to_owned(), None))
            }
            ExitKind::MappedLookup(callee) => {
                Some((exit.span, last_name(callee).to_owned(), Some(404)))
            }
            _ => None,
        });
        raised.chain(called).collect()
    }

    fn swallowed(&self) -> Vec<SwallowedRefusal> {
        let mut found: Vec<SwallowedRefusal> = Vec::new();
        for tried in &self.function.tries {
            for (span, name, status) in self.refusals(tried) {
                let innermost = self.function.tries.iter().all(|other| {
                    other.body == tried.body
                        || !(other.body.contains(span) && tried.body.contains(other.body))
                });
                if !innermost {
                    continue;
                }
                let Some((clause, reply)) = self.catcher(tried) else {
                    continue;
                };
                let sent = status_of(&reply.value);
                if status.is_some_and(|status| status >= 500 || Some(status) == sent) {
                    continue;
                }
                let at = self.loc(clause.header);
                let refusal = (self.loc(span), name, status);
                match found.iter_mut().find(|it| it.clause == at) {
                    Some(known) => known.refusals.push(refusal),
                    None => found.push(SwallowedRefusal {
                        clause: at,
                        catches: clause.types.join(", "),
                        refusals: vec![refusal],
                        status: status_of(&reply.value),
                        reply: self.loc(reply.span),
                    }),
                }
            }
        }
        found
    }

    /// The clause that catches a refusal along with everything else and answers something new.
    fn catcher<'t>(&self, tried: &'t Try) -> Option<(&'t Except, &'t Reply)> {
        let is_about = |types: &[String]| {
            types
                .iter()
                .any(|written| is_bare(written) || self.may_be_refusal(written))
        };
        let first = tried.clauses.iter().find(|it| is_about(&it.types))?;
        let broad = first.types.iter().all(|written| is_bare(written));
        // Those before the last are for special cases.
        let reply = first.replies.last()?;
        let name = first.name.as_deref().unwrap_or_default();
        let fails = |reply: &Reply| {
            let status = status_of(&reply.value).is_some_and(|status| status >= 400);
            (status || self.says_error(&reply.value)) && !asks(&reply.value, name)
        };
        let certain = broad && !first.reraises && !first.asks && first.replies.iter().all(fails);
        certain.then_some((first, reply))
    }

    /// Whether a type of an `except` is, or for all that is known may be, that of a refusal.
    fn may_be_refusal(&self, written: &str) -> bool {
        match self.python.resolve(self.scope, written) {
            Target::External(path) => answers(path.split('.').next().unwrap_or_default()),
            _ => true,
        }
    }

    fn leaked(&self) -> Vec<LeakedText> {
        let clauses = self.function.tries.iter().flat_map(|tried| &tried.clauses);
        let mut found = Vec::new();
        for clause in clauses {
            let Some(name) = clause.name.as_deref() else {
                continue;
            };
            if !clause.types.iter().any(|written| self.is_foreign(written)) || clause.asks {
                continue;
            }
            for reply in &clause.replies {
                let answers = match (&reply.value, reply.kind) {
                    (Value::Call(call), ReplyKind::Raise) => self.refusal(&call.callee).is_some(),
                    (_, ReplyKind::Raise) => false,
                    (_, ReplyKind::Return) => true,
                };
                if answers && !reply.in_debug && self.tells(&reply.value, name) {
                    found.push(LeakedText {
                        reply: self.loc(reply.span),
                        clause: self.loc(clause.header),
                        name: name.to_owned(),
                        library: match clause.types.iter().any(|it| is_bare(it)) {
                            true => None,
                            false => Some(clause.types.join(", ")),
                        },
                        log: self.python.modules[self.scope.module].log(),
                    });
                }
            }
        }
        found
    }

    /// Exceptions that code of others writes the text of: all of them, or those of a library.
    fn is_foreign(&self, written: &str) -> bool {
        if is_bare(written) {
            return true;
        }
        match self.python.resolve(self.scope, written) {
            Target::External(path) => {
                let library = path.split('.').next().unwrap_or_default();
                !matches!(library, "builtins" | "pydantic" | "marshmallow")
                    && !answers(library)
                    && last_name(&path) != "ValidationError"
            }
            _ => false,
        }
    }

    /// Whether the text of the exception `name` is part of a value. What the project's own functions
    /// make of it is not known; its models hold what they are given.
    fn tells(&self, value: &Value, name: &str) -> bool {
        match value {
            Value::Name(written, _) => written == name,
            Value::Call(call) => {
                let (known, model) = match self.python.resolve(self.scope, &call.callee) {
                    Target::External(_) => (true, false),
                    Target::Class(class) => (self.python.is_model(class), true),
                    _ => (false, false),
                };
                // A model leaves out what is private to it.
                let sent = |keyword: &&Keyword| !(model && keyword.name.starts_with('_'));
                let inner = call.keywords.iter().filter(sent);
                let inner = inner.map(|keyword| &keyword.value);
                let mut inner = call.args.iter().chain(inner);
                known
                    && (last_name(&call.callee) == "format_exc"
                        || inner.any(|value| self.tells(value, name)))
            }
            Value::Joined(parts) | Value::List(parts) => {
                parts.iter().any(|part| self.tells(part, name))
            }
            Value::Dict(entries) => entries.iter().any(|(_, value)| self.tells(value, name)),
            _ => false,
        }
    }

    /// Bodies that speak of an error and go out with a status of success.
    fn successes(&self) -> Vec<Loc> {
        let exits = self.function.exits.iter();
        let mut set = exits.filter(|exit| matches!(exit.kind, ExitKind::ErrorResponse(_)));
        let replies = &self.function.replies;
        // `response.status_code = 400` stands apart from what is returned.
        if set.any(|exit| replies.iter().all(|reply| !reply.span.contains(exit.span))) {
            return Vec::new();
        }
        let telling = replies.iter().filter(|reply| {
            let is_answer = self.body(&reply.value).is_some_and(is_flag) && !self.is_caught(reply);
            self.says_error(&reply.value) && !is_answer
        });
        telling.map(|reply| self.loc(reply.span)).collect()
    }

    /// Whether a reply stands in an `except` clause.
    fn is_caught(&self, reply: &Reply) -> bool {
        let clauses = self.function.tries.iter().flat_map(|tried| &tried.clauses);
        let mut replies = clauses.flat_map(|clause| &clause.replies);
        replies.any(|it| it.span == reply.span)
    }

    fn says_error(&self, value: &Value) -> bool {
        self.body(value).is_some_and(speaks_of_error)
    }

    /// The body of an answer that says no status.
    fn body<'v>(&self, value: &'v Value) -> Option<&'v [(Value, Value)]> {
        match value {
            Value::Dict(entries) if self.framework != Framework::Django => Some(entries),
            Value::Call(call) => {
                let name = last_name(&call.callee);
                let sends = matches!(
                    name,
                    "jsonify" | "json_response" | "Response" | "JSONResponse" | "JsonResponse"
                );
                let body = call.args.first().or_else(|| {
                    let mut keywords = call.keywords.iter();
                    let content =
                        keywords.find(|it| matches!(it.name.as_str(), "content" | "data"))?;
                    Some(&content.value)
                });
                let plain = call.args.len() <= 1 && !call.keywords.iter().any(sets_status);
                match body {
                    Some(Value::Dict(entries)) if sends && plain => Some(entries),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn redirects(&self) -> bool {
        let mut calls = self.function.calls.iter();
        calls.any(|call| last_name(&call.callee) == "redirect")
    }

    /// Exceptions of a framework that takes them for a body.
    fn returned(&self) -> Vec<(Loc, String)> {
        // Those of werkzeug and aiohttp are responses.
        if matches!(self.framework, Framework::Flask | Framework::Aiohttp) {
            return Vec::new();
        }
        let replies = self.function.replies.iter();
        let named = replies.filter_map(|reply| match &reply.value {
            Value::Call(call) => Some((self.loc(reply.span), self.refusal(&call.callee)?.0)),
            _ => None,
        });
        named.collect()
    }
}

fn sets_status(keyword: &Keyword) -> bool {
    matches!(keyword.name.as_str(), "status" | "status_code" | "**")
}

/// `{"ok": False}`: without a word of what failed it may answer a question.
fn is_flag(entries: &[(Value, Value)]) -> bool {
    matches!(entries, [(_, Value::Bool(_))])
}

/// `{"error": "…"}`, `{"success": False, …}`, `{"status": "error", …}`: nothing but a failure.
fn speaks_of_error(entries: &[(Value, Value)]) -> bool {
    const BESIDE: [&str; 9] = [
        "code", "detail", "details", "error", "message", "msg", "ok", "status", "success",
    ];
    let mut failing = false;
    for (key, value) in entries {
        let Value::Str(key, _) = key else {
            return false;
        };
        if !BESIDE.contains(&key.as_str()) {
            return false;
        }
        failing |= match (key.as_str(), value) {
            ("error", Value::Str(text, _)) => !text.is_empty(),
            ("error", Value::Joined(_) | Value::Call(_) | Value::Bool(true)) => true,
            ("success" | "ok", Value::Bool(false)) => true,
            ("status", Value::Str(text, _)) => {
                matches!(text.as_str(), "error" | "fail" | "failed" | "failure")
            }
            _ => false,
        };
    }
    failing
}

/// Whether an answer is made of what the exception says of itself: `error.status_code`.
fn asks(value: &Value, name: &str) -> bool {
    let of_it = |written: &str| {
        let rest = written.strip_prefix(name).filter(|_| !name.is_empty());
        rest.is_some_and(|rest| rest.starts_with('.') && !rest.contains('('))
    };
    match value {
        Value::Name(written, _) => of_it(written),
        Value::Call(call) => {
            let inner = call.keywords.iter().map(|keyword| &keyword.value);
            call.args.iter().chain(inner).any(|value| asks(value, name))
        }
        Value::Joined(parts) | Value::List(parts) => parts.iter().any(|part| asks(part, name)),
        Value::Dict(entries) => entries.iter().any(|(_, value)| asks(value, name)),
        _ => false,
    }
}

/// The constant status of an exception or response.
pub(super) fn status(call: &Call) -> Option<u16> {
    let by_keyword = call.keywords.iter().find(|it| sets_status(it));
    let first = call.args.iter().find(|value| number(value).is_some());
    by_keyword.map(|it| &it.value).or(first).and_then(number)
}

fn status_of(value: &Value) -> Option<u16> {
    match value {
        Value::Call(call) => status(call),
        Value::List(items) => items.iter().skip(1).find_map(number),
        _ => None,
    }
}

/// `404`, `status.HTTP_404_NOT_FOUND`.
pub(super) fn number(value: &Value) -> Option<u16> {
    let number = match value {
        Value::Int(number) => u16::try_from(*number).ok()?,
        Value::Name(name, _) => last_name(name)
            .strip_prefix("HTTP_")?
            .get(..3)?
            .parse()
            .ok()?,
        _ => return None,
    };
    (100..600).contains(&number).then_some(number)
}
