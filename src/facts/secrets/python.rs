//! Finds literals bound to sensitive names in Python. Knows the syntax of bindings, not what makes
//! a name sensitive or a value real.

mod guesses;
mod texts;

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::names::{self, Sensitivity};
use super::refusals::Refusals;
use super::values::{Bound, LOGIN, classify};
use super::{Binding, Host, Suspect, ValueClass, urls};
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// Calls that only wrap the literal they are given.
const WRAPPERS: [&str; 6] = [
    "SecretStr",
    "SecretBytes",
    "Secret",
    "Field",
    "str",
    "bytes",
];

/// Collects suspects while the nodes of a tree pass by in source order.
#[derive(Default)]
pub struct Suspects<'t> {
    found: Vec<Suspect>,
    groups: FxHashMap<Cow<'t, str>, u32>,
    refusals: Refusals<'t>,
    /// Strings that may say something themselves.
    texts: Vec<Node<'t>>,
}

/// What a literal is bound to.
struct Name<'t> {
    /// The part that says what the value is: `api_key`.
    word: &'t str,
    /// As written, for messages: `config["api_key"]`.
    text: &'t str,
    span: Span,
}

/// A string made of constants only.
struct Literal<'t> {
    text: Cow<'t, str>,
    value: Span,
    span: Span,
}

impl<'t> Suspects<'t> {
    /// Takes one node.
    pub fn visit(&mut self, node: Node<'t>) {
        self.refusals.visit(node);
        match node.kind() {
            _ if node.is_broken() => {}
            Kind::Assignment => self.assignment(node),
            Kind::NamedExpression => self.field(node, Field::Name, Binding::Assignment),
            Kind::KeywordArgument => self.keyword(node),
            Kind::Pair => self.field(node, Field::Key, Binding::DictValue),
            Kind::DefaultParameter | Kind::TypedDefaultParameter => {
                self.field(node, Field::Name, Binding::ParameterDefault);
            }
            Kind::ComparisonOperator => self.comparison(node),
            Kind::Call => {
                self.environment_default(node);
                self.encoded_login(node);
            }
            Kind::String => {
                self.urls(node);
                self.texts.extend(texts::may_say(node).then_some(node));
            }
            _ => {}
        }
    }

    /// What was found, in source order.
    pub fn finish(mut self) -> Vec<Suspect> {
        self.refusals.settle(&mut self.found, &self.groups);
        texts::read(&self.texts, &mut self.found, &mut self.groups);
        self.found
    }

    fn field(&mut self, node: Node<'t>, name: Field, binding: Binding) {
        if let (Some(name), Some(value)) = (node.child(name), node.child(Field::Value)) {
            self.bind(name, value, binding);
        }
    }

    fn assignment(&mut self, node: Node<'t>) {
        let (Some(target), Some(value)) = (node.child(Field::Left), node.child(Field::Right))
        else {
            return;
        };
        if matches!(target.kind(), Kind::PatternList | Kind::TuplePattern) {
            for (target, value) in target.children().zip(value.children()) {
                self.bind(target, value, Binding::Assignment);
            }
            return;
        }
        let binding = match enclosing_class(node) {
            Some(class) if has_base(class, &["Enum", "Choices", "Flag"]) => return,
            Some(class) if has_base(class, &["Settings"]) => Binding::SettingsField,
            _ => Binding::Assignment,
        };
        self.bind(target, value, binding);
    }

    /// `auth=("user", "password")` is how HTTP clients take basic credentials.
    fn keyword(&mut self, node: Node<'t>) {
        let (Some(name), Some(value)) = (node.child(Field::Name), node.child(Field::Value)) else {
            return;
        };
        let pair: Vec<Node<'t>> = match value.kind() {
            Kind::Tuple if name.text() == "auth" => value.children().collect(),
            _ => Vec::new(),
        };
        match pair.as_slice() {
            [_, password] => {
                let binding = Binding::KeywordArgument;
                self.judge(name, *password, binding, |_| Some(Sensitivity::Password));
            }
            _ => self.bind(name, value, Binding::KeywordArgument),
        }
    }

    fn comparison(&mut self, node: Node<'t>) {
        let mut operators = node
            .children()
            .filter(|child| child.field() == Field::Operators);
        let compares = operators
            .next()
            .is_some_and(|only| ["==", "!="].contains(&only.text()));
        let operands: Vec<Node<'t>> = node
            .children()
            .filter(|child| child.field() == Field::None)
            .collect();
        if asks_for_a_weakness(node) {
            return;
        }
        if let ([left, right], true, None) = (operands.as_slice(), compares, operators.next()) {
            self.bind(*left, *right, Binding::Comparison);
            self.bind(*right, *left, Binding::Comparison);
        }
    }

    /// `os.getenv("NAME", "…")`, `config("NAME", default="…")`: the variable is the name.
    fn environment_default(&mut self, node: Node<'t>) {
        if !is_environment_lookup(node) {
            return;
        }
        let mut positional = Vec::new();
        let mut default = None;
        for argument in arguments(node) {
            match argument.kind() {
                Kind::KeywordArgument => {
                    let is_default = argument.child(Field::Name).map(Node::text) == Some("default");
                    default = default.or(argument.child(Field::Value).filter(|_| is_default));
                }
                _ => positional.push(argument),
            }
        }
        let second = positional.get(1).copied();
        if let (Some(name), Some(value)) = (positional.first(), default.or(second)) {
            self.bind(*name, value, Binding::EnvironmentDefault);
        }
    }

    /// Passwords in URLs, also between the holes of a formatted string.
    fn urls(&mut self, node: Node<'t>) {
        let is_statement = node.parent().map(Node::kind) == Some(Kind::ExpressionStatement);
        let may_be = |mark| memchr::memmem::find(node.text().as_bytes(), mark).is_some();
        if is_statement || !may_be(b"://") && !may_be(b"=") || is_example(node) {
            return;
        }
        for found in urls::passwords(node.text()) {
            let name = Name {
                word: found.scheme,
                text: found.scheme,
                span: node.span(),
            };
            let bound = (found.host, found.class, Sensitivity::Password);
            self.in_url(
                node,
                bound_name(node).unwrap_or(name),
                found.password,
                bound,
            );
        }
        for (host, name, value) in urls::parameters(node.text()) {
            let word = &node.text()[name];
            let Some(sensitivity) = names::sensitivity(word) else {
                continue;
            };
            let bound = Bound {
                name: word,
                sensitivity,
                binding: Binding::Url { host, holder: None },
                is_beside: &|_| false,
            };
            if let Some(class) = classify(&node.text()[value.clone()], &bound)
                && class != ValueClass::Placeholder
            {
                let name = Name {
                    word,
                    text: word,
                    span: node.span(),
                };
                self.in_url(node, name, value, (host, class, sensitivity));
            }
        }
    }

    fn in_url(
        &mut self,
        node: Node<'t>,
        name: Name<'t>,
        value: std::ops::Range<usize>,
        (host, class, sensitivity): (Host, ValueClass, Sensitivity),
    ) {
        let start = node.span().start as usize;
        let literal = Literal {
            text: node.text()[value.clone()].into(),
            value: Span::new(start + value.start, start + value.end),
            span: node.span(),
        };
        self.refusals.known_as(name.word, node);
        let binding = Binding::Url { host, holder: None };
        self.push(name, literal, class, (binding, sensitivity));
    }

    /// `auth = b64encode(b"user:password")`: basic credentials.
    fn encoded_login(&mut self, call: Node<'t>) {
        const HOLDERS: [&str; 8] = [
            "auth",
            "authorization",
            "basic",
            "credential",
            "credentials",
            "header",
            "headers",
            "login",
        ];
        let Some(function) = call.child(Field::Function) else {
            return;
        };
        if !function.text().ends_with("b64encode") {
            return;
        }
        let name = bound_name(call).filter(|name| {
            let words = names::words(name.word);
            words.iter().any(|word| HOLDERS.contains(&word.as_str()))
        });
        let literal = arguments(call).next().and_then(literal_of);
        let (Some(name), Some((literal, false))) = (name, literal) else {
            return;
        };
        let Some((user, password)) = literal.text.split_once(':') else {
            return;
        };
        let bound = Bound {
            name: "password",
            sensitivity: Sensitivity::Password,
            binding: Binding::Assignment,
            is_beside: &|_| true,
        };
        let is_login = !user.is_empty() && !user.contains(char::is_whitespace);
        if let Some(class) = classify(password, &bound).filter(|_| is_login) {
            self.refusals.known_as(name.word, call);
            self.push(name, literal, class, (bound.binding, bound.sensitivity));
        }
    }

    fn bind(&mut self, name: Node<'t>, value: Node<'t>, binding: Binding) {
        if may_hold_a_literal(value) {
            self.judge(name, value, binding, names::sensitivity);
        }
    }

    fn judge(
        &mut self,
        target: Node<'t>,
        value: Node<'t>,
        binding: Binding,
        sensitivity: fn(&str) -> Option<Sensitivity>,
    ) {
        let Some(name) = name_of(target) else { return };
        let Some(mut sensitivity) = sensitivity(name.word) else {
            return;
        };
        if sensitivity == Sensitivity::Bare
            && names::is_pass(name.word)
            && is_beside(target, &LOGIN)
        {
            sensitivity = Sensitivity::Password;
        }
        let Some((literal, falls_back)) = literal_of(value) else {
            return;
        };
        let bound = Bound {
            name: name.word,
            sensitivity,
            binding: if falls_back {
                Binding::EnvironmentDefault
            } else {
                binding
            },
            is_beside: &|words| {
                // What belongs to an object stands beside all that it is.
                let is_member = matches!(target.kind(), Kind::Attribute | Kind::Subscript);
                is_beside(target, words) || words.contains(&"account") && is_member
            },
        };
        if let Some(class) = classify(&literal.text, &bound)
            && !is_example(value)
            && !guesses::is_guess(value)
        {
            self.refusals.known_as(name.word, target);
            self.push(name, literal, class, (bound.binding, sensitivity));
        }
    }

    fn push(
        &mut self,
        name: Name<'t>,
        value: Literal<'t>,
        class: ValueClass,
        (binding, sensitivity): (Binding, Sensitivity),
    ) {
        let next = self.groups.len() as u32;
        let group = *self.groups.entry(value.text).or_insert(next);
        self.found.push(Suspect {
            value: value.value,
            literal: value.span,
            name: name.text.to_owned(),
            name_span: name.span,
            class,
            binding,
            group,
            purpose: names::purpose(name.word, sensitivity),
            refused: false,
        });
    }
}

/// The name that a target, a key or a looked up entry stands for.
fn name_of(node: Node<'_>) -> Option<Name<'_>> {
    let word = match node.kind() {
        Kind::Identifier => node.text(),
        Kind::Attribute => node.child(Field::Attribute)?.text(),
        Kind::String => content(node)?.1,
        Kind::Subscript => content(node.child(Field::Subscript)?)?.1,
        Kind::Call => return looked_up(node),
        _ => return None,
    };
    // What else stands in the target (arguments, other keys) may itself be secret.
    let is_plain = match node.kind() {
        Kind::Attribute => is_dotted(node),
        Kind::Subscript => node.child(Field::Value).is_some_and(is_dotted),
        _ => false,
    };
    Some(Name {
        word,
        text: if is_plain { node.text() } else { word },
        span: node.span(),
    })
}

/// What a literal is bound to, by the nearest thing around it that binds.
fn bound_name(node: Node<'_>) -> Option<Name<'_>> {
    node.ancestors().find_map(|around| match around.kind() {
        Kind::Assignment => name_of(around.child(Field::Left)?),
        Kind::KeywordArgument | Kind::DefaultParameter | Kind::TypedDefaultParameter => {
            name_of(around.child(Field::Name)?)
        }
        Kind::Pair => name_of(around.child(Field::Key)?),
        Kind::Call if is_environment_lookup(around) => name_of(arguments(around).next()?),
        _ => None,
    })
}

/// `{"key_is_default": key == "…"}`: whoever asks so knows, and says what he found.
fn asks_for_a_weakness(comparison: Node<'_>) -> bool {
    const WORDS: [&str; 6] = [
        "default",
        "weak",
        "insecure",
        "unsafe",
        "placeholder",
        "unset",
    ];
    let name = bound_name(comparison);
    let words = name.map(|name| names::words(name.word)).unwrap_or_default();
    words.iter().any(|word| WORDS.contains(&word.as_str()))
}

/// `request.form.get("password")`.
fn looked_up(call: Node<'_>) -> Option<Name<'_>> {
    let function = call.child(Field::Function)?;
    let method = function.child(Field::Attribute)?.text();
    let key = arguments(call).next().filter(|_| method == "get")?;
    Some(Name {
        span: call.span(),
        ..name_of(key).filter(|_| key.kind() == Kind::String)?
    })
}

fn is_dotted(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Identifier => true,
        Kind::Attribute => node.child(Field::Object).is_some_and(is_dotted),
        _ => false,
    }
}

/// `{"user": "shop", "password": "…"}`: what stands beside a literal user or host is a login.
fn is_beside(target: Node<'_>, known: &[&str]) -> bool {
    // Longer collections are data.
    const MAX_SIBLINGS: usize = 50;
    let entry = target
        .parent()
        .filter(|entry| matches!(entry.kind(), Kind::Pair | Kind::KeywordArgument));
    let siblings = entry
        .and_then(Node::parent)
        .into_iter()
        .flat_map(Node::children);
    siblings.take(MAX_SIBLINGS).any(|sibling| {
        let name = sibling.children().next().and_then(name_of);
        let value = sibling.child(Field::Value).and_then(content);
        name.zip(value).is_some_and(|(name, (_, value))| {
            let words = names::words(name.word);
            let own_name = value.to_lowercase().contains(&name.word.to_lowercase());
            words
                .last()
                .is_some_and(|last| known.contains(&last.as_str()))
                && !own_name
        })
    })
}

/// A cheap refusal, before anything is said about the name.
fn may_hold_a_literal(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        Kind::String
            | Kind::ConcatenatedString
            | Kind::ParenthesizedExpression
            | Kind::BooleanOperator
            | Kind::Call
    )
}

/// The literal that an expression comes down to, and whether it only stands in for a missing
/// environment variable.
fn literal_of(node: Node<'_>) -> Option<(Literal<'_>, bool)> {
    match node.kind() {
        Kind::String => {
            let (value, text) = content(node)?;
            let (text, span) = (Cow::Borrowed(text), node.span());
            Some((Literal { text, value, span }, false))
        }
        Kind::ConcatenatedString => concatenated(node).map(|literal| (literal, false)),
        Kind::ParenthesizedExpression => literal_of(node.operand()?),
        Kind::BooleanOperator => {
            let (literal, _) = literal_of(node.child(Field::Right)?)?;
            let left = node.child(Field::Left)?;
            let or = node.child(Field::Operator)?.text() == "or";
            or.then_some((literal, is_environment_lookup(left)))
        }
        Kind::Call => wrapped(node),
        _ => None,
    }
}

/// `SecretStr("…")`, `Field(default="…")`, `"…".encode()`.
fn wrapped(call: Node<'_>) -> Option<(Literal<'_>, bool)> {
    let function = call.child(Field::Function)?;
    if function.kind() == Kind::Attribute
        && matches!(
            function.child(Field::Attribute)?.text(),
            "encode" | "decode"
        )
    {
        return literal_of(function.child(Field::Object)?);
    }
    let callee = function.text().rsplit('.').next()?;
    let wrapped = arguments(call).find_map(|argument| match argument.kind() {
        Kind::KeywordArgument if argument.child(Field::Name)?.text() == "default" => {
            argument.child(Field::Value)
        }
        Kind::KeywordArgument => None,
        _ => Some(argument),
    });
    literal_of(wrapped.filter(|_| WRAPPERS.contains(&callee))?)
}

fn concatenated(node: Node<'_>) -> Option<Literal<'_>> {
    let parts: Vec<(Span, &str)> = node.children().map(content).collect::<Option<_>>()?;
    Some(Literal {
        text: parts.iter().map(|(_, text)| *text).collect(),
        value: parts.first()?.0.to(parts.last()?.0),
        span: node.span(),
    })
}

/// What stands between the quotes of a string without holes.
fn content(node: Node<'_>) -> Option<(Span, &str)> {
    let end_of = |kind| node.children().find(|part| part.kind() == kind);
    let has_hole = node
        .children()
        .any(|part| part.kind() == Kind::Interpolation);
    let quotes = end_of(Kind::StringStart).zip(end_of(Kind::StringEnd));
    let (open, close) = quotes.filter(|_| !has_hole && node.kind() == Kind::String)?;
    let span = Span {
        start: open.span().end,
        end: close.span().start,
    };
    let before = open.text().len();
    Some((
        span,
        &node.text()[before..node.text().len() - close.text().len()],
    ))
}

/// `os.getenv(…)`, `os.environ.get(…)`, and the `config(…)` and `env(…)` of settings libraries.
fn is_environment_lookup(node: Node<'_>) -> bool {
    let Some(function) = node
        .child(Field::Function)
        .filter(|_| node.kind() == Kind::Call)
    else {
        return false;
    };
    let callee = function.text();
    matches!(callee, "config" | "env" | "env.str" | "environ.get")
        || ["getenv", "os.environ.get", "os.environ.setdefault"]
            .iter()
            .any(|lookup| callee.ends_with(lookup))
}

fn arguments(call: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    call.child(Field::Arguments)
        .filter(|list| list.kind() == Kind::ArgumentList)
        .into_iter()
        .flat_map(Node::children)
}

/// The class whose body a statement stands in.
fn enclosing_class(statement: Node<'_>) -> Option<Node<'_>> {
    statement
        .ancestors()
        .find(|node| !matches!(node.kind(), Kind::ExpressionStatement | Kind::Block))
        .filter(|node| node.kind() == Kind::ClassDefinition)
}

fn has_base(class: Node<'_>, endings: &[&str]) -> bool {
    class
        .child(Field::Superclasses)
        .into_iter()
        .flat_map(Node::children)
        .any(|base| endings.iter().any(|ending| base.text().ends_with(ending)))
}

/// Inside documentation: `examples=[{"password": "…"}]`, `json_schema_extra={"example": …}`.
fn is_example(node: Node<'_>) -> bool {
    const SHOWN: [&str; 4] = ["example", "examples", "placeholder", "placeholders"];
    node.ancestors().any(|around| {
        let name = match around.kind() {
            Kind::KeywordArgument => around.child(Field::Name),
            Kind::Pair => around.child(Field::Key),
            Kind::Assignment => around.child(Field::Left),
            _ => None,
        };
        name.is_some_and(|name| {
            names::words(name.text())
                .iter()
                .any(|word| SHOWN.contains(&word.as_str()))
        })
    })
}

#[cfg(test)]
mod tests;
