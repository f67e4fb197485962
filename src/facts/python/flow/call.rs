//! Calls: their arguments, what they need, what they guard and what they give.

use std::rc::Rc;

use super::names::{self, class_name, is_class_like, last, root};
use super::state::{Doubt, Known, Origins, Shape, State, Subject};
use super::{Field, Flow, Kind, LIBRARY, Node};
use crate::facts::python::value::{arguments, chain};
use crate::facts::python::{CallSite, ExitKind, Passed, UseKind};

/// A call that is being evaluated.
pub(super) struct Called<'t> {
    pub(super) node: Node<'t>,
    /// The callee as written.
    pub(super) callee: String,
    /// The last name of the callee; empty for calls of anything but names and attributes.
    pub(super) method: &'t str,
    /// What the method hangs on.
    pub(super) object: Option<Node<'t>>,
    pub(super) receiver: Known<'t>,
    pub(super) args: Vec<Argument<'t>>,
}

/// An argument.
pub(super) struct Argument<'t> {
    pub(super) name: Option<&'t str>,
    pub(super) node: Node<'t>,
    pub(super) known: Known<'t>,
}

impl<'t> Called<'t> {
    /// The positional arguments.
    pub(super) fn positional(&self) -> impl Iterator<Item = &Argument<'t>> {
        self.args.iter().filter(|argument| argument.name.is_none())
    }

    /// The class that the method hangs on, by how it reads.
    pub(super) fn class(&self) -> Option<&'t str> {
        self.object.and_then(class_name)
    }
}

impl<'t> Flow<'t, '_> {
    /// Evaluates a call; `alone` when its value is dropped.
    pub(super) fn call(&mut self, node: Node<'t>, alone: bool) -> Known<'t> {
        let Some(function) = node.child(Field::Function) else {
            return Known::default();
        };
        let mut object = None;
        let mut receiver = Known::default();
        let method = match function.kind() {
            Kind::Identifier => function.text(),
            Kind::Attribute => {
                object = function.child(Field::Object);
                receiver = object.map_or_else(Known::default, |object| self.eval(object));
                self.demand(&receiver, function, UseKind::Attribute);
                function.child(Field::Attribute).map_or("", Node::text)
            }
            _ => {
                self.eval(function);
                ""
            }
        };
        let called = Called {
            node,
            callee: chain(function),
            method,
            object,
            receiver,
            args: self.arguments(node),
        };
        self.need_arguments(&called);
        let used = self.hand_over(&called);
        self.write_call(&called);
        self.affect(&called, alone);
        // What makes a record of None asks for nothing.
        if used != Some(UseKind::Dumped) {
            self.guard(&called, alone);
        }
        let parsed = self.convert(&called);
        self.hand_raw(&called);
        let raw = self.raw_call(&called).or(parsed);
        let mut known = self.result(called);
        if let Some(raw) = raw {
            known.shape = Shape::Raw(Rc::new(raw));
        }
        known
    }

    fn arguments(&mut self, node: Node<'t>) -> Vec<Argument<'t>> {
        let whole = node.child(Field::Arguments);
        if let Some(generator) = whole.filter(|it| it.kind() == Kind::GeneratorExpression) {
            let known = self.eval(generator);
            return vec![Argument {
                name: None,
                node: generator,
                known,
            }];
        }
        arguments(node)
            .map(|argument| {
                let (name, value) = match argument.kind() {
                    Kind::KeywordArgument => {
                        let name = argument.child(Field::Name).map_or("", Node::text);
                        (Some(name), argument.child(Field::Value).unwrap_or(argument))
                    }
                    Kind::DictionarySplat => (Some("**"), argument),
                    _ => (None, argument),
                };
                let known = self.eval(value);
                Argument {
                    name,
                    node: value,
                    known,
                }
            })
            .collect()
    }

    /// `len(v)`, `dict(v)`, `getattr(v, "x")`: builtins that fail on None.
    fn need_arguments(&mut self, called: &Called<'t>) {
        if called.object.is_some() {
            return;
        }
        let needs = match called.method {
            "getattr" => called.args.len() == 2,
            "next" => called.args.len() == 1,
            name => LIBRARY.passing.need_a_value.contains(name),
        };
        if let (true, Some(first)) = (needs, called.args.first().filter(|it| it.name.is_none())) {
            self.demand(&first.known, called.node, UseKind::Builtin);
        }
    }

    /// Writes the call down, once; those that no function of the project can be are left out.
    fn write_call(&mut self, called: &Called<'t>) {
        let ours =
            !is_logging(called) && (!is_builtin(called) || self.names.defines(called.method));
        let next = self.function.calls.len();
        let Some(state) = self.state.as_mut().filter(|_| ours) else {
            return;
        };
        let after = state.ran;
        let node = called.node.index();
        let place = *self.sites.entry(node).or_insert(next);
        state.ran.run(place);
        if !self.seen.insert(node) {
            return;
        }
        let usage = self.usage(called.node, &called.callee);
        let params = &self.function.params;
        let roots = |argument: &Argument| match argument.known.origins.varies() {
            true => argument.known.origins.list(params),
            false => Vec::new(),
        };
        // Constants have no roots, and most arguments are constants: only the others are kept.
        let keywords = called.args.iter().filter_map(|argument| {
            let name = argument.name?;
            let roots = roots(argument);
            (!roots.is_empty()).then(|| (name.to_owned(), roots))
        });
        let mut args: Vec<_> = called.positional().map(roots).collect();
        let kept = args.iter().rposition(|roots| !roots.is_empty());
        args.truncate(kept.map_or(0, |last| last + 1));
        args.shrink_to_fit();
        let made = self.rows_made(called);
        let site = CallSite {
            callee: called.callee.clone(),
            span: called.node.span(),
            args,
            keywords: keywords.collect(),
            made,
            catches: self.catches(),
            contexts: self.contexts(),
            after,
            bounded: is_bounded(called.node),
            limits: limits(called.node),
            endless: is_endless(called.node),
            usage,
            kept: self.is_kept(called.node),
        };
        self.function.calls.push(site);
    }

    /// What the call may do for the values that are missing here.
    fn guard(&mut self, called: &Called<'t>, alone: bool) {
        if self.state.is_none() || is_logging(called) {
            return;
        }
        for (place, argument) in called.args.iter().enumerate() {
            let Some(variable) = self.variables.get(argument.node.text()).copied() else {
                continue;
            };
            let passed = match argument.name {
                Some(name) => Passed::Keyword(name.to_owned()),
                None => Passed::Position(place as u32),
            };
            if !argument.known.doubts.is_empty() && !is_builtin(called) {
                self.protect(called.node, &called.callee, variable, Some(passed));
            }
        }
        if !alone {
            return;
        }
        if let Some(object) = called.object {
            self.touch(object);
        }
        let local = self.variables.get(root(&called.callee)).copied();
        let on_local =
            local.is_some_and(|variable| variable as usize >= self.function.params.len());
        if called.object.is_some() && on_local {
            return;
        }
        let asked = self.state.as_ref().map(State::asked).unwrap_or_default();
        for variable in asked {
            self.protect(called.node, &called.callee, variable, None);
        }
    }

    /// What the call gives.
    fn result(&mut self, called: Called<'t>) -> Known<'t> {
        if self.state.is_none() {
            return Known::default();
        }
        if self.never_returns(&called) {
            self.exit(ExitKind::Abort(called.callee), called.node);
            self.state = None;
            return Known::default();
        }

        let own = matches!(called.receiver.shape, Shape::Own);
        let mapped = &LIBRARY.mapped;
        if mapped.names.contains(called.method) || own && mapped.own.contains(called.method) {
            return self.mapped(called);
        }

        self.create(&called);
        if let Some(known) = self.lookup(&called) {
            return known;
        }
        if let Some(known) = self.query_call(&called) {
            return known;
        }

        let mut known = self.passed_on(&called).unwrap_or_else(|| Known {
            answer: Some(called.node),
            ..Known::keyed(Origins::UNKNOWN, called.node)
        });
        if let Some(shape) = self.made(&called) {
            known.shape = shape;
        }

        if self.is_of_the_project(&called) {
            let about = (None, Origins::UNKNOWN, None);
            let step = self.step(called.node, &called.callee, None, about);
            known.doubts.push(Doubt::new(step));
            known.answer = Some(called.node);
        }
        known
    }

    fn never_returns(&self, called: &Called<'t>) -> bool {
        let name = called.method;
        let Some(terminal) = LIBRARY.terminal.iter().find(|it| it.name == name) else {
            return false;
        };
        let status = called
            .args
            .first()
            .and_then(|first| error_status(first.node));
        if name == "abort" && status.is_some() {
            return true;
        }
        let root = root(&called.callee);
        let by = |package: &str| terminal.from.iter().any(|from| from == package);
        match self.names.imported(self.function, root) {
            Some(path) => by(names::root(path)),
            None if self.is_own(root) => false,
            None => called.object.is_none() || by(root),
        }
    }

    /// Whether the function or the module binds the name.
    fn is_own(&self, name: &str) -> bool {
        self.variables.contains_key(name) || self.names.defines(name)
    }

    /// `get_object_or_404(Order, pk=pk)`
    fn mapped(&mut self, called: Called<'t>) -> Known<'t> {
        self.prove_related(&called);
        let keys = called.args.iter().filter_map(|argument| argument.known.key);
        let keys = keys.map(Node::text).collect();
        let first = called.positional().find_map(|it| class_name(it.node));
        let entity = first.map(str::to_owned);
        self.prove(Subject {
            entity,
            words: String::new(),
            keys,
        });
        self.exit(ExitKind::MappedLookup(called.callee), called.node);
        Known {
            shape: Shape::fetched(first),
            ..Known::keyed(Origins::ROW, called.node)
        }
    }

    /// Casts and methods that give their argument or receiver in another form.
    fn passed_on(&self, called: &Called<'t>) -> Option<Known<'t>> {
        let names = &LIBRARY.passing;
        let request = matches!(called.receiver.shape, Shape::Request);
        if request && LIBRARY.request.data.contains(called.method) {
            return Some(Known::keyed(Origins::REQUEST, called.node));
        }
        let root = root(&called.callee);
        let foreign = called.object.is_none_or(|object| {
            object.kind() == Kind::Identifier && !self.variables.contains_key(root)
        });
        let from_arguments = foreign && names.functions.contains(called.method);
        let from_receiver =
            called.object.is_some() && !foreign && names.methods.contains(called.method);
        if !from_receiver && !from_arguments || request {
            return None;
        }
        let mut all = match from_arguments {
            true => Known::from(Origins::CONSTANT),
            false => Known {
                shape: Shape::Other,
                ..called.receiver.clone().derived()
            },
        };
        let takes_arguments = from_arguments || matches!(called.method, "join" | "format");
        for argument in called.args.iter().filter(|_| takes_arguments) {
            all = all.and(Known {
                shape: Shape::Other,
                ..argument.known.clone().derived()
            });
        }
        match (&called.receiver.shape, called.method) {
            (Shape::Query(query), "format") => {
                all.shape = Shape::Query(Rc::new(query.narrowed(&all)));
            }
            (_, "text" | "literal" | "cast") => {
                all.shape = called.args.first()?.known.shape.clone();
            }
            _ => {}
        }

        if !from_arguments {
            all.key = all.origins.varies().then_some(called.node);
            all.answer = None;
        }
        Some(all)
    }

    /// Whether the callee is a function or method of the project, as far as the module tells:
    /// a plain name, an imported one, a method of `self`, of a typed parameter or an own object.
    fn is_of_the_project(&self, called: &Called<'t>) -> bool {
        if is_class_like(called.method) || has_links(&called.callee) || is_builtin(called) {
            return false;
        }
        let root = root(&called.callee);
        let Some(variable) = self.variables.get(root).copied() else {
            return called.object.is_none()
                || self.names.defines(root)
                || self.names.imported(self.function, root).is_some();
        };
        let param = self.function.params.get(variable as usize);
        match (called.object, param) {
            (None, _) => matches!(self.shape_of(root), Some(Shape::Definition)),
            (Some(_), Some(param)) => match called.receiver.shape {
                Shape::Own => true,
                Shape::Other | Shape::Row(_) => {
                    let annotation = param.annotation.as_ref();
                    matches!(self.shape_of(root), Some(Shape::Own))
                        || annotation.is_some_and(|it| names_a_class(&it.text))
                }
                _ => false,
            },
            (Some(_), None) => self.function.locals.iter().any(|local| local.name == root),
        }
    }
}

/// Whether an annotation names a class that may have methods of its own.
fn names_a_class(annotation: &str) -> bool {
    const TYPING: [&str; 10] = [
        "Any", "Callable", "Dict", "Iterable", "List", "Literal", "Mapping", "Sequence", "Set",
        "Tuple",
    ];
    let name = annotation.split('[').next().unwrap_or(annotation);
    is_class_like(last(name)) && !TYPING.contains(&last(name))
}

/// A chain through calls, subscripts or literals.
fn has_links(callee: &str) -> bool {
    callee.contains("()") || callee.contains("[]") || callee.starts_with("_.")
}

pub(super) fn is_builtin(called: &Called<'_>) -> bool {
    called.object.is_none() && BUILTINS.binary_search(&called.method).is_ok()
}

/// The builtin functions, sorted: they guard nothing.
const BUILTINS: [&str; 52] = [
    "abs",
    "all",
    "any",
    "ascii",
    "bin",
    "bool",
    "bytes",
    "callable",
    "chr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "str",
    "sum",
    "super",
    "zip",
];

/// `logger.info(…)`, `print(…)`: tells somebody and goes on.
pub(super) fn is_logging(called: &Called<'_>) -> bool {
    names::is_logging(&called.callee)
}

/// Whether a call says how long it may take, or may say so.
fn is_bounded(call: Node<'_>) -> bool {
    let by_place = arguments(call).filter(|it| it.kind() != Kind::KeywordArgument);
    by_place.count() > 2
        || arguments(call).any(|argument| match argument.kind() {
            Kind::DictionarySplat => true,
            Kind::KeywordArgument => {
                let name = argument.child(Field::Name).map_or("", Node::text);
                let value = argument.child(Field::Value);
                name == "timeout" && value.is_some_and(|value| value.kind() != Kind::None)
            }
            _ => false,
        })
}

/// The keyword arguments of a call that limit it.
fn limits(call: Node<'_>) -> Vec<String> {
    let limits = arguments(call).filter_map(|argument| match argument.kind() {
        Kind::DictionarySplat => Some("**"),
        Kind::KeywordArgument if argument.child(Field::Value)?.kind() != Kind::None => {
            let name = argument.child(Field::Name)?.text();
            LIBRARY.limits.keywords.contains(name).then_some(name)
        }
        _ => None,
    });
    limits.map(str::to_owned).collect()
}

/// Whether a call waives its limit: `timeout=None`.
fn is_endless(call: Node<'_>) -> bool {
    arguments(call).any(|argument| {
        argument.kind() == Kind::KeywordArgument
            && argument.child(Field::Name).map(Node::text) == Some("timeout")
            && argument.child(Field::Value).map(Node::kind) == Some(Kind::None)
    })
}

/// A number or name that stands for a status of 400 or more.
pub(super) fn error_status(node: Node<'_>) -> Option<u16> {
    let status = match node.kind() {
        Kind::Integer => node.text().parse().ok()?,
        Kind::Attribute | Kind::Identifier => {
            let name = last(node.text());
            let number = name.strip_prefix("HTTP_").and_then(|rest| rest.get(..3));
            match number.and_then(|number| number.parse().ok()) {
                Some(number) => number,
                None => *LIBRARY.statuses.get(name)?,
            }
        }
        _ => return None,
    };
    (400..600).contains(&status).then_some(status)
}
