//! The outline of a module: imports, classes, functions and what stands at module level.

use super::library::LIBRARY;
use super::value::{annotation, arguments, chain, value};
use super::{
    Annotation, Class, Decorator, Field as ClassField, Function, Global, Import, Module, Param,
    ParamKind, Value,
};
use crate::facts::schema::Dialect;
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// Collects the outline while the nodes of a tree pass by in source order.
#[derive(Default)]
pub(super) struct Structure<'t> {
    module: Module,
    open: Vec<Scope>,

    bodies: Vec<Node<'t>>,
    /// The dialects that imports and database URLs speak of.
    dialects: Vec<Dialect>,
}

/// A class or function that is being read.
struct Scope {
    name: String,
    span: Span,
    what: ScopeKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    Class(usize),
    Function(usize),
}

impl<'t> Structure<'t> {
    /// Takes one node.
    pub(super) fn visit(&mut self, node: Node<'t>) {
        match node.kind() {
            Kind::ImportStatement | Kind::ImportFromStatement => self.leave(node).import(node),
            Kind::FunctionDefinition => self.leave(node).function(node),
            Kind::ClassDefinition => self.leave(node).class(node),
            Kind::Assignment | Kind::AugmentedAssignment | Kind::TypeAliasStatement => {
                self.leave(node).assignment(node);
            }
            Kind::ExpressionStatement => self.leave(node).statement(node),
            Kind::IfStatement => {
                let asked = node.child(Field::Condition);
                self.module.is_program |= asked.is_some_and(|it| it.text().starts_with("__name__"));
            }

            Kind::StringContent => {
                self.dialects.extend(url_dialect(node.text()));
                self.module.heeds_outage |= heeds_outage(node.text());
            }
            Kind::Identifier => self.module.heeds_outage |= heeds_outage(node.text()),
            Kind::Error | Kind::Cut => self.leave(node).broken(node),

            _ => {}
        }
    }

    /// The outline, and the nodes of its functions, index for index.
    pub(super) fn finish(mut self) -> (Module, Vec<Node<'t>>) {
        let imports = self.module.imports.iter();
        let drivers = imports.filter_map(|import| dialect(import.path.split('.').next()?));
        self.dialects.extend(drivers);
        self.dialects.sort_unstable();
        self.dialects.dedup();
        if let [only] = self.dialects[..] {
            self.module.dialect = Some(only);
        }
        (self.module, self.bodies)
    }

    /// Closes the scopes that ended before the node.
    fn leave(&mut self, node: Node<'t>) -> &mut Self {
        while let Some(scope) = self.open.last()
            && !scope.span.contains(node.span())
        {
            self.open.pop();
        }
        self
    }

    fn scope(&self) -> Option<ScopeKind> {
        self.open.last().map(|scope| scope.what)
    }

    fn qualified(&self, name: &str) -> String {
        match self.open.last() {
            Some(scope) => format!("{}.{name}", scope.name),
            None => name.to_owned(),
        }
    }

    fn enter(&mut self, name: String, node: Node<'t>, what: ScopeKind) {
        let span = node.span();
        self.open.push(Scope { name, span, what });
    }

    /// Imports of a class body are taken for those of the module.
    fn import(&mut self, node: Node<'t>) {
        let function = self.open.iter().rev().find_map(|scope| match scope.what {
            ScopeKind::Function(index) => Some(index),
            ScopeKind::Class(_) => None,
        });
        let imports = match function {
            Some(index) => &mut self.module.functions[index].imports,
            None => &mut self.module.imports,
        };
        let source = node.child(Field::ModuleName).map(Node::text);
        for child in node.children() {
            match child.kind() {
                Kind::WildcardImport => {
                    let source = source.unwrap_or_default().to_owned();
                    self.module.star_imports.push(source);
                    return;
                }
                _ if child.field() == Field::Name => imports.push(imported(child, source)),
                _ => {}
            }
        }
    }

    fn function(&mut self, node: Node<'t>) {
        let Some(name) = node.child(Field::Name) else {
            return;
        };
        let whole = decorated(node);
        let class = self.open.iter().rev().find_map(|scope| match scope.what {
            ScopeKind::Class(index) => Some(self.module.classes[index].name.clone()),
            ScopeKind::Function(_) => None,
        });
        let nested = self
            .open
            .iter()
            .any(|scope| matches!(scope.what, ScopeKind::Function(_)));
        let params = node.child(Field::Parameters);
        let function = Function {
            name: self.qualified(name.text()),
            class,
            nested,
            span: whole.span(),
            header: header(node),
            name_span: name.span(),
            is_async: node.children().any(|child| child.kind() == Kind::Async),
            decorators: decorators(whole),
            params: params.map(parameters).unwrap_or_default(),
            returns: node.child(Field::ReturnType).map(annotation),
            broken: node.is_broken() || self.in_broken_region(node),
            ..Function::default()
        };
        let index = self.module.functions.len();
        self.enter(function.name.clone(), node, ScopeKind::Function(index));
        self.module.functions.push(function);
        self.bodies.push(node);
    }

    fn class(&mut self, node: Node<'t>) {
        let Some(name) = node.child(Field::Name) else {
            return;
        };
        let whole = decorated(node);
        let mut class = Class {
            name: self.qualified(name.text()),
            name_span: name.span(),
            span: whole.span(),
            bases: Vec::new(),
            keywords: Vec::new(),
            decorators: decorators(whole),
            fields: Vec::new(),
            attributes: Vec::new(),
        };
        for argument in arguments(node) {
            match argument.kind() {
                Kind::KeywordArgument => {
                    let name = argument.child(Field::Name).map_or("", Node::text);
                    let bound = argument
                        .child(Field::Value)
                        .map_or(Value::Other(argument.span()), value);
                    class.keywords.push((name.to_owned(), bound));
                }
                Kind::Subscript => class.bases.extend(argument.child(Field::Value).map(chain)),
                _ => class.bases.push(chain(argument)),
            }
        }
        let index = self.module.classes.len();
        self.enter(class.name.clone(), node, ScopeKind::Class(index));
        self.module.classes.push(class);
    }

    fn assignment(&mut self, node: Node<'t>) {
        let Some(left) = node.child(Field::Left) else {
            return;
        };
        let scope = self.scope();
        let is_alias = node.kind() == Kind::TypeAliasStatement;
        let bound = node.child(Field::Right);
        match (scope, left.kind()) {
            (None, Kind::Identifier | Kind::Type) => self.module.globals.push(Global {
                name: left.text().to_owned(),
                annotation: node.child(Field::Type).map(annotation),
                value: match bound {
                    Some(bound) if is_alias => alias(bound),
                    Some(bound) => assigned(bound),
                    None => Value::Other(node.span()),
                },
                span: node.span(),
            }),
            (Some(ScopeKind::Class(index)), Kind::Identifier) => {
                let field = field(left, left.text(), node);
                self.module.classes[index].fields.push(field);
            }
            (Some(ScopeKind::Function(_)), Kind::Attribute) => self.attribute(left, node),
            _ => {}
        }
    }

    /// `self.x = …` in `__init__`.
    fn attribute(&mut self, left: Node<'t>, node: Node<'t>) {
        let [.., class, method] = self.open.as_slice() else {
            return;
        };
        let ScopeKind::Class(index) = class.what else {
            return;
        };
        let own = left
            .child(Field::Object)
            .is_some_and(|object| object.text() == "self");
        let name = left.child(Field::Attribute);
        if let (true, true, Some(name)) = (own, method.name.ends_with(".__init__"), name) {
            let field = field(name, name.text(), node);
            self.module.classes[index].attributes.push(field);
        }
    }

    /// Calls that stand as statements at module level.
    fn statement(&mut self, node: Node<'t>) {
        if self.open.is_empty()
            && let Some(Value::Call(call)) = node.operand().map(value)
        {
            self.module.calls.push(*call);
        }
    }

    /// Keeps the outermost broken regions. A function just before one may have lost its end to it.
    fn broken(&mut self, node: Node<'t>) {
        if self.in_broken_region(node) {
            return;
        }
        self.module.broken.push(node.span());
        if let (None, Some(before)) = (self.scope(), self.module.functions.last_mut()) {
            before.broken = true;
        }
    }

    fn in_broken_region(&self, node: Node<'t>) -> bool {
        let last = self.module.broken.last();
        last.is_some_and(|last| last.contains(node.span()))
    }
}

/// `postgresql+asyncpg://…`
fn url_dialect(text: &str) -> Option<Dialect> {
    let (scheme, _) = text
        .split_once("://")
        .filter(|(scheme, _)| scheme.len() < 30)?;
    dialect(scheme.split('+').next()?)
}

fn heeds_outage(word: &str) -> bool {
    LIBRARY.outage.words.contains(word)
}

fn dialect(name: &str) -> Option<Dialect> {
    LIBRARY.dialects.get(name).copied()
}

fn imported(node: Node<'_>, source: Option<&str>) -> Import {
    let (name, alias) = match node.kind() {
        Kind::AliasedImport => (node.child(Field::Name), node.child(Field::Alias)),
        _ => (Some(node), None),
    };
    let written = name.map_or("", Node::text);
    let compact: String = written.split_whitespace().collect();
    let local = match (alias, source) {
        (Some(alias), _) => alias.text(),
        (None, Some(_)) => written,
        (None, None) => written.split('.').next().unwrap_or_default().trim(),
    };
    let path = match (source, alias) {
        (Some(source), _) if source.ends_with('.') => format!("{source}{compact}"),
        (Some(source), _) => format!("{source}.{compact}"),
        (None, Some(_)) => compact,
        (None, None) => local.to_owned(),
    };
    Import {
        name: local.to_owned(),
        path,
        span: node.span(),
    }
}

/// The definition with its decorators.
fn decorated(node: Node<'_>) -> Node<'_> {
    node.parent()
        .filter(|parent| parent.kind() == Kind::DecoratedDefinition)
        .unwrap_or(node)
}

fn decorators(whole: Node<'_>) -> Vec<Decorator> {
    let written = whole
        .children()
        .filter(|child| child.kind() == Kind::Decorator);
    written
        .filter_map(Node::operand)
        .map(|expression| match value(expression) {
            Value::Call(call) => Decorator {
                call: *call,
                called: true,
            },
            _ => Decorator {
                call: super::Call {
                    callee: chain(expression),
                    args: Vec::new(),
                    keywords: Vec::new(),
                    receiver: None,
                    span: expression.span(),
                },
                called: false,
            },
        })
        .collect()
}

/// From `def` or `async` to the colon.
fn header(node: Node<'_>) -> Span {
    let body = node.child(Field::Body);
    let last = node
        .children()
        .take_while(|child| Some(child.index()) != body.map(Node::index));
    let end = last.last().map_or(node.span().end, |last| last.span().end);
    let colon = node.text().get((end - node.span().start) as usize..);
    let colon = colon
        .and_then(|rest| rest.find(':'))
        .map_or(0, |at| at as u32 + 1);
    Span {
        start: node.span().start,
        end: end + colon,
    }
}

fn parameters(list: Node<'_>) -> Vec<Param> {
    let mut kind = ParamKind::Normal;
    let mut params = Vec::new();
    for child in list.children() {
        match child.kind() {
            Kind::KeywordSeparator => kind = ParamKind::KeywordOnly,
            Kind::PositionalSeparator => {}
            _ => {
                let param = parameter(child, kind);
                if param.kind == ParamKind::Args {
                    kind = ParamKind::KeywordOnly;
                }
                params.push(param);
            }
        }
    }
    params
}

fn parameter(node: Node<'_>, kind: ParamKind) -> Param {
    let named = match node.kind() {
        Kind::TypedParameter => node.operand(),
        Kind::DefaultParameter | Kind::TypedDefaultParameter => node.child(Field::Name),
        _ => Some(node),
    };
    let kind = match named.map(Node::kind) {
        Some(Kind::ListSplatPattern) => ParamKind::Args,
        Some(Kind::DictionarySplatPattern) => ParamKind::KeywordArgs,
        _ => kind,
    };
    let name = named.map_or("", Node::text);
    Param {
        name: name.trim_start_matches('*').trim().to_owned(),
        kind,
        annotation: node.child(Field::Type).map(annotation),
        default: node.child(Field::Value).map(value),
        span: node.span(),
        overwritten: Vec::new(),
    }
}

fn field(named: Node<'_>, name: &str, statement: Node<'_>) -> ClassField {
    ClassField {
        name: name.to_owned(),
        name_span: named.span(),
        annotation: statement.child(Field::Type).map(annotation),
        value: statement.child(Field::Right).map(assigned),
        span: statement.span(),
    }
}

/// What an assignment binds; of `a = b = c` it is `c`.
fn assigned(bound: Node<'_>) -> Value {
    let mut bound = bound;
    while let (Kind::Assignment, Some(next)) = (bound.kind(), bound.child(Field::Right)) {
        bound = next;
    }
    value(bound)
}

/// The right side of `type X = …`.
fn alias(bound: Node<'_>) -> Value {
    let annotation: Annotation = annotation(bound);
    match annotation.metadata.is_empty() {
        true => value(bound.operand().unwrap_or(bound)),
        false => Value::Type(annotation),
    }
}

#[cfg(test)]
mod tests;
