//! What names stand for while a revision is followed, and what expressions come to.

use rustc_hash::FxHashMap;

use super::condition::{Truth, truth};
use crate::facts::python::value::{arguments, chain, content, string_prefix};
use crate::facts::schema::Dialect;
use crate::facts::sqlalchemy::term::{Call, Form, HOLE, Keyword, Term, Text};
use crate::parse::python::{Field, Kind, Node};

/// Expressions followed in one revision; loops in loops end here.
const FUEL: u32 = 200_000;

/// Calls of the revision's own functions inside each other.
const DEPTH: usize = 8;

/// The names in reach.
pub(in crate::facts) struct Scope<'t> {
    pub(in crate::facts) dialect: Dialect,
    pub(in crate::facts) text: &'t str,
    /// From the module to the function at hand.
    frames: Vec<FxHashMap<String, Term>>,
    functions: FxHashMap<&'t str, Node<'t>>,
    imports: FxHashMap<String, String>,
    fuel: u32,
}

impl<'t> Scope<'t> {
    pub(in crate::facts) fn new(
        text: &'t str,
        dialect: Dialect,
        imports: impl Iterator<Item = (String, String)>,
    ) -> Self {
        Self {
            dialect,
            text,
            frames: vec![FxHashMap::default()],
            functions: FxHashMap::default(),
            imports: imports.collect(),
            fuel: FUEL,
        }
    }

    /// Takes a little from what may be spent on the revision.
    pub(in crate::facts) fn spend(&mut self) -> bool {
        self.fuel = self.fuel.saturating_sub(1);
        self.fuel > 0
    }

    pub(in crate::facts) fn define(&mut self, function: Node<'t>) {
        if let Some(name) = function.child(Field::Name) {
            self.functions.insert(name.text(), function);
        }
    }

    pub(in crate::facts) fn function(&self, name: &str) -> Option<Node<'t>> {
        self.functions.get(name).copied()
    }

    pub(in crate::facts) fn bind(&mut self, name: &str, term: Term) {
        if let Some(frame) = self.frames.last_mut() {
            frame.insert(name.to_owned(), term);
        }
    }

    pub(in crate::facts) fn bound(&self, name: &str) -> Option<&Term> {
        let inner = self.frames.last().and_then(|frame| frame.get(name));
        inner.or_else(|| self.frames.first()?.get(name))
    }

    /// Binds a target; `a, b = …` takes a list apart.
    pub(in crate::facts) fn assign(&mut self, target: Node<'t>, term: Term) {
        match target.kind() {
            Kind::Identifier => self.bind(target.text(), term),
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern | Kind::Tuple => {
                let parts = match term.form {
                    Form::List(parts) => parts,
                    _ => Vec::new(),
                };
                let mut parts = parts.into_iter();
                for target in target.children() {
                    let part = parts.next().unwrap_or_else(|| Term::unknown(term.span));
                    self.assign(target, part);
                }
            }
            _ => {}
        }
    }

    /// Enters a function of the revision with its parameters bound; `false` if it lies too deep.
    pub(in crate::facts) fn enter(&mut self, function: Node<'t>, call: Node<'t>) -> bool {
        if self.frames.len() > DEPTH || !self.spend() {
            return false;
        }
        let values = self.arguments(call);
        let mut frame = FxHashMap::default();
        let parameters = function.child(Field::Parameters);
        let parameters = parameters.into_iter().flat_map(Node::children);
        for (position, parameter) in parameters.enumerate() {
            let name = match parameter.kind() {
                Kind::Identifier => Some(parameter),
                _ => parameter.child(Field::Name).or_else(|| parameter.operand()),
            };
            let Some(name) = name else { continue };
            let default = parameter.child(Field::Value);
            let given = values.arg(position, &[name.text()]).cloned();
            let value = given.or_else(|| default.map(|default| self.eval(default)));
            let value = value.unwrap_or_else(|| Term::unknown(parameter.span()));
            frame.insert(name.text().to_owned(), value);
        }
        self.frames.push(frame);
        true
    }

    /// Enters a function without parameters.
    pub(in crate::facts) fn frame(&mut self) {
        self.frames.push(FxHashMap::default());
    }

    pub(in crate::facts) fn leave(&mut self) {
        self.frames.pop();
    }

    /// A dotted name with its import resolved.
    pub(in crate::facts) fn resolve(&self, name: &str) -> String {
        let (first, rest) = name.split_at(name.find(['.', '(']).unwrap_or(name.len()));
        match self.imports.get(first) {
            Some(path) if !self.is_local(first) => format!("{path}{rest}"),
            _ => name.to_owned(),
        }
    }

    fn is_local(&self, name: &str) -> bool {
        self.bound(name).is_some()
    }

    /// What an expression comes to.
    pub(in crate::facts) fn eval(&mut self, node: Node<'t>) -> Term {
        let span = node.span();
        if !self.spend() {
            return Term::unknown(span);
        }
        let form = match node.kind() {
            Kind::String | Kind::ConcatenatedString | Kind::BinaryOperator => {
                self.string(node).map_or(Form::Unknown, Form::Text)
            }
            Kind::Integer | Kind::Float | Kind::UnaryOperator => {
                Form::Number(node.text().to_owned())
            }
            Kind::True => Form::Bool(true),
            Kind::False => Form::Bool(false),
            Kind::None => Form::None,
            Kind::Identifier => match self.bound(node.text()) {
                Some(term) => return term.clone(),
                None => Form::Name(self.resolve(node.text())),
            },
            Kind::Attribute => Form::Name(self.resolve(&chain(node))),
            Kind::List | Kind::Tuple | Kind::Set | Kind::ExpressionList => {
                Form::List(self.elements(node))
            }
            Kind::Dictionary => self.dictionary(node),
            Kind::ParenthesizedExpression | Kind::Await => {
                return match node.operand() {
                    Some(inner) => self.eval(inner),
                    None => Term::unknown(span),
                };
            }
            Kind::ConditionalExpression => return self.choice(node),
            Kind::Subscript => return self.item(node),
            Kind::Call => return self.call(node),
            _ => Form::Unknown,
        };
        Term { span, form }
    }

    fn elements(&mut self, node: Node<'t>) -> Vec<Term> {
        let mut elements = Vec::new();
        for child in node.children() {
            match (child.kind(), child.operand()) {
                (Kind::ListSplat, Some(inner)) => match self.eval(inner) {
                    Term {
                        form: Form::List(inner),
                        ..
                    } => elements.extend(inner),
                    _ => elements.push(Term::unknown(child.span())),
                },
                _ => elements.push(self.eval(child)),
            }
        }
        elements
    }

    fn dictionary(&mut self, node: Node<'t>) -> Form {
        let mut pairs = Vec::new();
        for pair in node.children() {
            let (Some(key), Some(value)) = (pair.child(Field::Key), pair.child(Field::Value))
            else {
                return Form::Unknown;
            };
            pairs.push((self.eval(key), self.eval(value)));
        }
        Form::Dict(pairs)
    }

    /// `a if condition else b`.
    fn choice(&mut self, node: Node<'t>) -> Term {
        let parts: Vec<Node<'t>> = node.children().collect();
        let [yes, condition, no] = parts[..] else {
            return Term::unknown(node.span());
        };
        match truth(self, condition) {
            Truth::Yes => self.eval(yes),
            Truth::No => self.eval(no),
            Truth::Guard | Truth::Unknown => Term::unknown(node.span()),
        }
    }

    /// `names[0]`, `columns["orders"]`.
    fn item(&mut self, node: Node<'t>) -> Term {
        let unknown = Term::unknown(node.span());
        let (Some(object), Some(key)) = (node.child(Field::Value), node.child(Field::Subscript))
        else {
            return unknown;
        };
        let (object, key) = (self.eval(object), self.eval(key));
        let found = match (object.form, &key.form) {
            (Form::List(mut elements), Form::Number(number)) => number
                .parse()
                .ok()
                .filter(|at: &usize| *at < elements.len())
                .map(|at| elements.swap_remove(at)),
            (Form::Dict(pairs), Form::Text(_)) => pairs
                .into_iter()
                .find(|(name, _)| name.text().is_some() && name.text() == key.text())
                .map(|(_, value)| value),
            _ => None,
        };
        found.unwrap_or(unknown)
    }

    fn call(&mut self, node: Node<'t>) -> Term {
        let span = node.span();
        let Some(function) = node.child(Field::Function) else {
            return Term::unknown(span);
        };
        if function.kind() == Kind::Identifier
            && let Some(own) = self.function(function.text())
        {
            return self.returned(own, node);
        }
        let mut call = self.arguments(node);
        call.callee = self.resolve(&chain(function));
        if let Some(object) = function.child(Field::Object) {
            call.receiver = Some(self.eval(object));
        }
        fold(call, span)
    }

    /// What a function of the revision gives that does nothing but return it.
    fn returned(&mut self, function: Node<'t>, call: Node<'t>) -> Term {
        let unknown = Term::unknown(call.span());
        let body = function.child(Field::Body);
        let statements = body.into_iter().flat_map(Node::children);
        let mut statements = statements.filter(|statement| {
            let inner = statement.operand().map(Node::kind);
            statement.kind() != Kind::ExpressionStatement || inner != Some(Kind::String)
        });
        let (Some(only), None) = (statements.next(), statements.next()) else {
            return unknown;
        };
        match (only.kind(), only.operand()) {
            (Kind::ReturnStatement, Some(value)) if self.enter(function, call) => {
                let term = self.eval(value);
                self.leave();
                term
            }
            _ => unknown,
        }
    }

    fn arguments(&mut self, node: Node<'t>) -> Call {
        let mut call = Call::bare("");
        for argument in arguments(node) {
            match argument.kind() {
                Kind::KeywordArgument => {
                    let name = argument.child(Field::Name).map_or("", |name| name.text());
                    let value = argument.child(Field::Value).map(|value| self.eval(value));
                    call.keywords.push(Keyword {
                        name: name.to_owned(),
                        value: value.unwrap_or_else(|| Term::unknown(argument.span())),
                        span: argument.span(),
                    });
                }
                Kind::DictionarySplat => call.more = true,
                Kind::ListSplat => match argument.operand().map(|inner| self.eval(inner)) {
                    Some(Term {
                        form: Form::List(inner),
                        ..
                    }) => call.args.extend(inner),
                    _ => call.more = true,
                },
                _ => {
                    let value = self.eval(argument);
                    call.args.push(value);
                }
            }
        }
        call
    }

    /// A string, with what is not known left open.
    fn string(&mut self, node: Node<'t>) -> Option<Text> {
        match node.kind() {
            Kind::String => self.literal(node),
            Kind::ConcatenatedString => {
                let mut whole = Text::empty();
                for part in node.children() {
                    whole.append(&self.literal(part)?);
                }
                Some(whole)
            }
            _ => {
                let operator = node.child(Field::Operator)?.text();
                let left = self.eval(node.child(Field::Left)?);
                let right = self.eval(node.child(Field::Right)?);
                match (operator, left.form, right.form) {
                    ("+", Form::Text(mut left), Form::Text(right)) => {
                        left.append(&right);
                        Some(left)
                    }
                    ("+", Form::Text(mut left), _) => {
                        left.append(&Text::hole());
                        Some(left)
                    }
                    ("+", _, Form::Text(right)) => {
                        let mut left = Text::hole();
                        left.append(&right);
                        Some(left)
                    }
                    ("%", Form::Text(mut left), _) => {
                        left.append(&Text::hole());
                        Some(left)
                    }
                    _ => None,
                }
            }
        }
    }

    fn literal(&mut self, node: Node<'t>) -> Option<Text> {
        let prefix = string_prefix(node).to_ascii_lowercase();
        if prefix.contains('b') {
            return None;
        }
        let mut whole = Text::empty();
        let parts = node.children();
        let parts =
            parts.filter(|part| matches!(part.kind(), Kind::StringContent | Kind::Interpolation));
        for (nth, part) in parts.enumerate() {
            if part.kind() == Kind::StringContent {
                let mut text = String::new();
                content(part, prefix.contains('r'), &mut text);
                let in_place = nth == 0 && text == part.text();
                whole.append(&Text {
                    text,
                    at: None,
                    holes: false,
                });
                whole.at = in_place.then_some(part.span().start);
            } else {
                whole.append(&self.interpolated(part));
            }
        }
        Some(whole)
    }

    fn interpolated(&mut self, part: Node<'t>) -> Text {
        let formatted = part.children().any(|child| {
            matches!(
                child.field(),
                Field::FormatSpecifier | Field::TypeConversion
            )
        });
        let value = part.child(Field::Expression).or_else(|| part.operand());
        match value.map(|value| self.eval(value).form) {
            Some(Form::Text(text)) if !formatted => Text { at: None, ..text },
            Some(Form::Number(text)) if !formatted => Text {
                text,
                at: None,
                holes: false,
            },
            _ => Text::hole(),
        }
    }
}

impl Text {
    fn empty() -> Self {
        Self {
            text: String::new(),
            at: None,
            holes: false,
        }
    }

    fn hole() -> Self {
        Self {
            text: HOLE.to_owned(),
            at: None,
            holes: true,
        }
    }

    fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.holes |= other.holes;
        self.at = None;
    }
}

/// Calls that only wrap a value.
fn fold(mut call: Call, span: crate::source::Span) -> Term {
    let method = call.name();
    let wraps = matches!(
        method,
        "f" | "dedent" | "cleandoc" | "quoted_name" | "list" | "tuple"
    ) && !call.args.is_empty();
    if wraps {
        return call.args.swap_remove(0);
    }
    let receiver = call.receiver.as_ref().map(|receiver| &receiver.form);
    let form = match (method, receiver) {
        ("strip" | "copy", Some(form @ (Form::Text(_) | Form::List(_)))) => form.clone(),
        ("format", Some(Form::Text(text))) => Form::Text(Text {
            holes: true,
            at: None,
            ..text.clone()
        }),
        ("items", Some(Form::Dict(pairs))) => {
            let pair = |(key, value): &(Term, Term)| Term {
                span: key.span.to(value.span),
                form: Form::List(vec![key.clone(), value.clone()]),
            };
            Form::List(pairs.iter().map(pair).collect())
        }
        ("keys", Some(Form::Dict(pairs))) => {
            Form::List(pairs.iter().map(|(key, _)| key.clone()).collect())
        }
        _ => Form::Call(Box::new(call)),
    };
    Term { span, form }
}
