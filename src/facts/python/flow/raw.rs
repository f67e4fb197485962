//! What a client sent and nothing has checked: where it is read, what becomes of it, which of it has
//! been asked about. Knows what the framework answers by itself, no rule.

use std::rc::Rc;

use super::call::{Argument, Called, is_builtin};
use super::names::{is_class_like, last};
use super::question::awaited;
use super::state::{Checked, Known, Origins, Raw, Shape, State};
use super::{Field, Flow, Kind, LIBRARY, MAX_REMEMBERED, Node};
use crate::facts::python::library::{Conversion, RawKind};
use crate::facts::python::{Failure, Step, UseKind};

/// The library fact of a class that may be an enumeration.
const ENUM: &str = "python.enum";

/// What is written down of a reading that may fail.
struct Written<'w> {
    id: &'w str,
    raises: &'w [String],
    /// What it is read from.
    source: String,
    key_text: String,
    origins: Origins,
}

impl<'t> Flow<'t, '_> {
    /// `request.POST`: an attribute of the request that holds what the client sent.
    pub(super) fn sent_as(&self, object: Node<'t>, name: &str, node: Node<'t>) -> Option<Raw> {
        let kind = *LIBRARY.request.raw.get(name)?;
        self.raw_of(object, node, kind)
    }

    /// Flask's own `request` answers 400 for a field that is not there, but not for a header; all
    /// others raise.
    fn raw_of(&self, object: Node<'t>, node: Node<'t>, kind: RawKind) -> Option<Raw> {
        let by_flask = object.text() == "request" && !self.variables.contains_key("request");
        let kind = match kind {
            RawKind::Answered if !by_flask => return None,
            RawKind::Fields if by_flask && !node.text().ends_with(".headers") => RawKind::Answered,
            // REST framework parses what Flask leaves as bytes; only Flask parses an attribute.
            RawKind::Data if by_flask => RawKind::Body,
            RawKind::Data => RawKind::Json,
            RawKind::Json if !by_flask => return None,
            other => other,
        };
        let source = node.text().split_whitespace().collect();
        Some(Raw { source, kind })
    }

    /// `request.get_json()`, `await request.json()`, `data.get("x")`, `dict(request.POST)`: what a
    /// call gives of what the client sent.
    pub(super) fn raw_call(&mut self, called: &Called<'t>) -> Option<Raw> {
        if let (Shape::Request, Some(object)) = (&called.receiver.shape, called.object) {
            let kind = *LIBRARY.request.raw_calls.get(called.method)?;
            let by_flask = object.text() == "request" && !self.variables.contains_key("request");
            let source: String = called.node.text().split_whitespace().collect();
            return match (kind, called.method, by_flask) {
                (RawKind::Json, "json", false) => {
                    let awaited = called.node.parent()?.kind() == Kind::Await;
                    if !awaited {
                        return None;
                    }
                    let written = Written {
                        id: "json.loads",
                        raises: &["json.JSONDecodeError".to_owned()],
                        source: source.clone(),
                        key_text: String::new(),
                        origins: Origins::REQUEST,
                    };
                    self.write_raw(called.node, written);
                    Some(Raw { source, kind })
                }
                (RawKind::Json, "get_json", true) | (RawKind::Body, ..) => {
                    Some(Raw { source, kind })
                }
                (RawKind::Fields, _, false) => Some(Raw { source, kind }),
                _ => None,
            };
        }
        self.raw_inside(called)
    }

    fn raw_inside(&self, called: &Called<'t>) -> Option<Raw> {
        let typed = called.args.iter().any(|it| it.name == Some("type"));
        match &called.receiver.shape {
            Shape::Raw(raw) => {
                let kind = match (raw.kind, called.method) {
                    (RawKind::Fields | RawKind::Answered, "get") if !typed => RawKind::Text,
                    (RawKind::Path, "get") => {
                        let source = called.node.text().split_whitespace().collect();
                        let kind = RawKind::Text;
                        return Some(Raw { source, kind });
                    }
                    (RawKind::Fields | RawKind::Answered, "dict" | "to_dict") => RawKind::Json,
                    (RawKind::Json, "get") => RawKind::Json,
                    (kind, "copy") => kind,
                    (RawKind::Text | RawKind::Json, "strip" | "lower" | "upper") => RawKind::Text,
                    (RawKind::Body, "decode") => RawKind::Body,
                    _ => return None,
                };
                let source = raw.source.clone();
                Some(Raw { source, kind })
            }
            _ if called.object.is_none() && called.method == "dict" => {
                let Shape::Raw(raw) = &called.positional().next()?.known.shape else {
                    return None;
                };
                let source = raw.source.clone();
                let fields = matches!(raw.kind, RawKind::Fields | RawKind::Answered);
                let kind = if fields { RawKind::Json } else { raw.kind };
                Some(Raw { source, kind })
            }
            _ => None,
        }
    }

    /// `data["x"]`: raises when it is not there, unless the code has asked.
    pub(super) fn raw_item(&mut self, holder: &Known<'t>, node: Node<'t>) -> Option<Raw> {
        let Shape::Raw(raw) = &holder.shape else {
            return None;
        };
        let (value, key) = (node.child(Field::Value)?, node.child(Field::Subscript)?);
        if key.kind() == Kind::Slice {
            return None;
        }
        let kind = match raw.kind {
            RawKind::Json => RawKind::Json,
            RawKind::Fields | RawKind::Answered => RawKind::Text,
            RawKind::Path => RawKind::Text,
            RawKind::Text | RawKind::Body | RawKind::Data => return None,
        };
        // Which parameter of the path it is, says what it may be.
        let source = match raw.kind {
            RawKind::Path => node.text().split_whitespace().collect(),
            _ => raw.source.clone(),
        };
        let item = Raw { source, kind };
        let named = matches!(key.kind(), Kind::String | Kind::ConcatenatedString);
        let given =
            raw.source.ends_with(".headers") && key.text().to_ascii_lowercase().contains("host");
        let raises = matches!(raw.kind, RawKind::Json | RawKind::Fields) && !given;
        if raises && named && !self.is_checked(value, Some(key)) {
            let written = Written {
                id: "request.item",
                raises: &["KeyError".to_owned()],
                source: item.source.clone(),
                key_text: key.text().to_owned(),
                origins: holder.origins,
            };
            self.write_raw(node, written);
            self.check(value, Some(key), true);
        }
        Some(item)
    }

    /// `int(x)`, `UUID(x)`, `json.loads(body)`: raises when the client sent something else.
    pub(super) fn convert(&mut self, called: &Called<'t>) -> Option<Raw> {
        let argument = called.positional().next()?;
        let raw = self.raw_argument(argument)?;
        let names = |it: &&Conversion| it.names.contains(&called.callee);
        let conversion = LIBRARY.conversions.iter().find(names);
        let of_class = called.args.len() == 1 && is_class_like(called.method);
        let (id, raises) = match conversion {
            Some(it) => (it.id.as_str(), it.raises.as_slice()),
            None if of_class => (ENUM, [].as_slice()),
            None => return None,
        };
        let parses = id == "json.loads";
        if raw.kind == RawKind::Body && !parses || self.is_checked(argument.node, None) {
            return None;
        }
        let read = argument.node.text().split_whitespace().collect::<Vec<_>>();
        let written = Written {
            id,
            raises,
            source: raw.source.clone(),
            key_text: read.join(" "),
            origins: argument.known.origins,
        };
        self.write_raw(called.node, written);
        self.check(argument.node, None, true);
        let kind = RawKind::Json;
        parses.then_some(Raw { kind, ..raw })
    }

    /// What an argument holds of what the client sent; a parameter of a handler may hold text.
    fn raw_argument(&self, argument: &Argument<'t>) -> Option<Raw> {
        if let Shape::Raw(raw) = &argument.known.shape {
            return Some(Raw::clone(raw));
        }
        let name = argument.node.text();
        let place = *self.variables.get(name)? as usize;
        let param = self.function.params.get(place)?;
        let text = match &param.annotation {
            Some(annotation) => matches!(
                annotation.text.as_str(),
                "str" | "Optional[str]" | "str | None"
            ),
            None => param.default.is_none(),
        };
        let own = argument.known.origins == Origins::parameter(place);
        let source = name.to_owned();
        let kind = RawKind::Text;
        (text && own && self.is_called_by_framework()).then_some(Raw { source, kind })
    }

    /// As far as the function itself tells: it has a decorator, or takes the request first.
    pub(super) fn is_called_by_framework(&self) -> bool {
        let first = self.function.params.first();
        !self.function.decorators.is_empty()
            || self.function.class.is_some()
            || first.is_some_and(|param| param.name == "request")
    }

    fn write_raw(&mut self, node: Node<'t>, written: Written<'_>) {
        if self.state.is_none() || !self.parsed.insert(node.index()) {
            return;
        }
        let callee = node.child(Field::Function).map_or("", Node::text);
        let step = Step {
            failure: Failure::Malformed(written.raises.to_vec()),
            call: node.span(),
            callee: if callee.is_empty() {
                written.id
            } else {
                callee
            }
            .to_owned(),
            library: Some(written.id.to_owned()),
            entity: Some(written.source),
            variable: None,
            key: written.origins.list(&self.function.params),
            key_text: written.key_text,
            used: node.span(),
            use_text: super::steps::reading_text(node),
            use_kind: UseKind::Call,
            unless: Vec::new(),
            catches: self.catches(),
            contexts: self.contexts(),
            in_loop: self.depth > 0,
        };
        self.function.steps.push(step);
    }

    /// A call that takes what the client sent may check all of it.
    pub(super) fn hand_raw(&mut self, called: &Called<'t>) {
        let name = called.method;
        let checks = LIBRARY
            .request
            .checks
            .iter()
            .any(|part| name.to_ascii_lowercase().contains(part.as_str()));
        if checks
            && called
                .args
                .iter()
                .any(|it| matches!(it.known.shape, Shape::Request))
        {
            self.check_all();
        }
        if called.object.is_some() && LIBRARY.request.validates.contains(name) {
            self.check_all();
        }
        if LIBRARY.request.harmless.contains(name) || is_builtin(called) {
            return;
        }
        for argument in &called.args {
            let node = match argument.node.kind() {
                Kind::DictionarySplat | Kind::ListSplat => argument.node.operand(),
                _ => Some(argument.node),
            };
            let known = match argument.node.kind() {
                Kind::DictionarySplat | Kind::ListSplat => node.and_then(|it| self.held(it)),
                _ => Some(argument.known.shape.clone()),
            };
            let (Some(node), Some(Shape::Raw(raw))) = (node, known) else {
                continue;
            };
            if raw.kind == RawKind::Body && name != "loads" {
                self.check_all();
            } else if name != "loads" {
                self.check(node, None, false);
            }
        }
    }

    fn held(&self, node: Node<'t>) -> Option<Shape<'t>> {
        match node.kind() {
            Kind::Identifier => self.shape_of(node.text()).cloned(),
            Kind::Attribute => {
                let raw = self.sent_as(node.child(Field::Object)?, last(node.text()), node)?;
                Some(Shape::Raw(Rc::new(raw)))
            }
            _ => None,
        }
    }

    fn is_checked(&self, base: Node<'t>, key: Option<Node<'t>>) -> bool {
        let checked = self.state.as_ref().map_or(&[][..], |state| &state.checked);
        let (base, key) = (awaited(base).text(), key.map(key_name));
        checked.iter().any(|it| {
            let all = it.base.is_empty() || it.key.is_none() && covers(it.base, base);
            all || it.base == base && it.key == key
        })
    }

    /// From here on this is there, or may be.
    fn check(&mut self, base: Node<'t>, key: Option<Node<'t>>, sure: bool) {
        let (base, key) = (awaited(base).text(), key.map(key_name));
        if let Some(state) = &mut self.state {
            state.check(Checked { base, key, sure });
        }
    }

    fn check_all(&mut self) {
        if let Some(state) = &mut self.state {
            state.check(Checked::ALL);
        }
    }

    /// What a condition says of what the client sent where it holds, and where it does not.
    pub(super) fn checks(&self, test: Node<'t>) -> (Vec<Checked<'t>>, Vec<Checked<'t>>) {
        if let Some((base, key, negated)) = contained(test) {
            let there = vec![Checked::item(base, key, true)];
            return match negated {
                true => (Vec::new(), there),
                false => (there, Vec::new()),
            };
        }
        if is_shared_secret(test) {
            let all = vec![Checked::ALL];
            return (all.clone(), all);
        }
        let places = match test.kind() {
            Kind::Identifier => self.kept_item(test).into_iter().collect(),
            _ if is_presence(test) => Vec::new(),
            _ => self.mentions(test),
        };
        (places.clone(), places)
    }

    /// The item that a variable was read from: `name = data.get("name")`.
    fn kept_item(&self, name: Node<'t>) -> Option<Checked<'t>> {
        let variable = self.variables.get(name.text())?;
        let (base, key) = got(self.state.as_ref()?.get(*variable)?.key?)?;
        Some(Checked::item(base, key, false))
    }

    /// The places of what the client sent that an expression names.
    fn mentions(&self, test: Node<'t>) -> Vec<Checked<'t>> {
        let mut found = Vec::new();
        for node in std::iter::once(test).chain(test.descendants()) {
            if let Some((base, key)) = got(node) {
                found.push(Checked::item(base, key, false));
                found.push(Checked::whole(node));
                continue;
            }
            let is_place = matches!(node.kind(), Kind::Identifier | Kind::Attribute);
            if !is_place || node.field() == Field::Attribute || is_read_from(node) {
                continue;
            }
            if self.is_raw(node) {
                found.push(Checked::whole(node));
                found.extend(self.kept_item(node));
            }
        }
        found.truncate(MAX_REMEMBERED);
        found
    }

    /// Whether an expression is what the client sent, or may be: a parameter without a type.
    fn is_raw(&self, node: Node<'t>) -> bool {
        let variable = self.variables.get(node.text()).copied();
        let is_param = variable.is_some_and(|it| (it as usize) < self.function.params.len());
        match self.held(node) {
            Some(Shape::Raw(_)) => true,
            Some(Shape::Other) => is_param,
            _ => false,
        }
    }
}

impl<'t> Checked<'t> {
    /// All of the request.
    const ALL: Self = Self {
        base: "",
        key: None,
        sure: false,
    };

    fn item(base: Node<'t>, key: Node<'t>, sure: bool) -> Self {
        let base = awaited(base).text();
        let key = Some(key_name(key));
        Self { base, key, sure }
    }

    fn whole(node: Node<'t>) -> Self {
        let base = node.text();
        let (key, sure) = (None, false);
        Self { base, key, sure }
    }
}

impl<'t> State<'t> {
    /// Adds what has been asked about.
    pub(super) fn check(&mut self, checked: Checked<'t>) {
        if self.checked.len() < MAX_REMEMBERED && !self.checked.contains(&checked) {
            self.checked.push(checked);
        }
    }

    /// What has been asked about whichever of two paths was taken: what is known to be there must be
    /// so on both, what nobody knows need not.
    pub(super) fn join_checked(&mut self, other: Vec<Checked<'t>>) {
        self.checked.retain(|it| !it.sure || other.contains(it));
        for it in other.into_iter().filter(|it| !it.sure) {
            self.check(it);
        }
    }
}

/// `data` of `data["x"]` and of `data.get("x")`: not the whole of it is asked about.
fn is_read_from(node: Node<'_>) -> bool {
    let parent = node.parent();
    let whole = match node.field() {
        Field::Object => parent.and_then(Node::parent),
        Field::Value => parent,
        _ => None,
    };
    whole
        .and_then(got)
        .is_some_and(|(base, _)| base.index() == node.index())
}

/// `request.GET["state"] != state`: who knows what only the server and its peer know is no stranger.
fn is_shared_secret(test: Node<'_>) -> bool {
    if test.kind() != Kind::ComparisonOperator {
        return false;
    }
    let operands = || test.children().filter(|it| it.field() != Field::Operators);
    let names_secret = |(_, key): (Node<'_>, Node<'_>)| {
        let key = key.text().to_ascii_lowercase();
        let mut words = LIBRARY.request.secrets.iter();
        words.any(|word| key.contains(word.as_str()))
    };
    let literal = |it: Node<'_>| matches!(it.kind(), Kind::String | Kind::None | Kind::Integer);
    let known = operands().any(|it| got(it).is_some_and(names_secret));
    known && !operands().any(literal)
}

/// `x` of `"x"` and of `'x'`.
fn key_name(key: Node<'_>) -> &str {
    key.text().trim_matches(['"', '\''])
}

/// `data` covers `data["x"]`.
fn covers(base: &str, place: &str) -> bool {
    let rest = place.strip_prefix(base);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// `data.get("x")`, `data["x"]` as what is asked for and where.
fn got(node: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    match node.kind() {
        Kind::Subscript => Some((node.child(Field::Value)?, node.child(Field::Subscript)?)),
        Kind::Call => {
            let function = node.child(Field::Function)?;
            let gets = function.child(Field::Attribute)?.text() == "get";
            let key = node.child(Field::Arguments)?.children().next()?;
            gets.then_some((function.child(Field::Object)?, key))
        }
        _ => None,
    }
}

/// `"x" in data`, and whether it is turned round.
fn contained(test: Node<'_>) -> Option<(Node<'_>, Node<'_>, bool)> {
    let operator = test.child(Field::Operators)?.text();
    let mut operands = test.children().filter(|it| it.field() != Field::Operators);
    let (key, base) = (operands.next()?, operands.next()?);
    let literal = key.kind() == Kind::String;
    match operator {
        "in" if literal => Some((base, key, false)),
        "not in" if literal => Some((base, key, true)),
        _ => None,
    }
}

/// `x is None`, `isinstance(x, dict)`: asks whether there is anything.
fn is_presence(test: Node<'_>) -> bool {
    match test.kind() {
        Kind::ComparisonOperator => {
            let by_none = test.children().any(|it| it.kind() == Kind::None);
            let plain = |it: Node<'_>| it.kind() == Kind::Identifier;
            by_none && test.children().any(plain)
        }
        Kind::Call => {
            let callee = test.child(Field::Function).map_or("", Node::text);
            let dict = test.text().ends_with("dict)");
            matches!(callee, "bool" | "len") || callee == "isinstance" && dict
        }
        _ => false,
    }
}
