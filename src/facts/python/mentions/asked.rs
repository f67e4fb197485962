//! What the expressions of one scope ask of classes, their rows and queries on them.

use rustc_hash::FxHashSet;

use super::made::is_set;
use super::meaning::{Binding, Bindings, Meaning, What, class_like};
use super::words::WORDS;
use super::{MadeName, Making, Mention, MentionKind, Scope};
use crate::facts::python::flow::names::is_class_like;
use crate::facts::python::value::{arguments, name, text};
use crate::parse::python::{Field, Kind, Node};

/// The expressions of one scope.
pub(super) struct Asked<'t, 'f> {
    bindings: Bindings<'t>,
    scope: &'f Scope<'f>,
    found: Vec<Mention>,
    /// Names that the scope asks for before it uses them: `hasattr(order, "note")`.
    tested: FxHashSet<String>,
    /// Names of attributes that it sets.
    set: FxHashSet<String>,
    /// Variables that get attributes whose names nobody sees: `setattr(order, key, value)`.
    filled: FxHashSet<&'t str>,
}

impl<'t, 'f> Asked<'t, 'f> {
    pub(super) fn new(mut bindings: Bindings<'t>, scope: &'f Scope<'f>) -> Self {
        // A parameter that is bound anew may still be what was passed.
        for param in scope.params() {
            if let Some(bound) = bindings.of.get_mut(param.name.as_str()) {
                bound.push(Binding::Other);
            }
        }
        Self {
            bindings,
            scope,
            found: Vec::new(),
            tested: FxHashSet::default(),
            set: FxHashSet::default(),
            filled: FxHashSet::default(),
        }
    }

    /// Takes an attribute or a call, with the names that it makes; hands these on.
    pub(super) fn visit(&mut self, node: Node<'t>, names: Vec<MadeName>, made: &mut Vec<MadeName>) {
        let writes = match node.kind() {
            Kind::Attribute => {
                self.attribute(node);
                false
            }
            _ => self.call(node),
        };
        let settings = names.iter().filter(|it| it.by == Making::Setting);
        self.set.extend(settings.map(|it| it.name.clone()));
        if !writes {
            made.extend(names);
        }
    }

    pub(super) fn finish(self) -> Vec<Mention> {
        let Self {
            mut found,
            tested,
            set,
            ..
        } = self;
        let is_set = |it: &Mention| it.kind == MentionKind::OfRow && set.contains(&it.name);
        found.retain(|it| !tested.contains(&it.name) && !is_set(it));
        found
    }

    fn add(&mut self, of: String, name: &str, at: Node<'t>, kind: MentionKind) {
        if is_rescued(at) {
            return;
        }
        self.found.push(Mention {
            of,
            function: self.scope.function.map(|(index, _)| index as u32),
            name: name.to_owned(),
            span: at.span(),
            kind,
        });
    }

    /// `Order.note`, `order.note`; a method that is called is no column.
    fn attribute(&mut self, node: Node<'t>) {
        let (Some(object), Some(name)) = (node.child(Field::Object), node.child(Field::Attribute))
        else {
            return;
        };
        let is_column = name.text().chars().any(char::is_lowercase)
            && !is_class_like(name.text())
            && !name.text().starts_with("__")
            && !matches!(name.text(), "id" | "pk" | "objects" | "query");
        if !is_column || node.field() == Field::Function || is_set(node) {
            return;
        }
        if let Some(class) = class_like(object) {
            self.add(class, name.text(), name, MentionKind::OfClass);
        } else if let Some((of, is_row)) = self.row(object) {
            let kind = match is_row {
                true => MentionKind::OfRow,
                false => MentionKind::OfVariable,
            };
            self.add(of, name.text(), name, kind);
        }
    }

    /// The class of the row that an expression gives, or else the variable that `link` asks about.
    fn row(&mut self, object: Node<'t>) -> Option<(String, bool)> {
        if object.kind() == Kind::Identifier && self.is_variable(object) {
            return Some((object.text().to_owned(), false));
        }
        let held = self.bindings.meaning(object)?;
        let is_row = held.what == What::Row && !self.filled.contains(object.text());
        is_row.then_some((held.class, true))
    }

    /// Whether only `link` can tell what a variable holds: the object of a method, a parameter with
    /// a type, or what a call of the project gives.
    fn is_variable(&mut self, object: Node<'t>) -> bool {
        let name = object.text();
        if self.filled.contains(name) {
            return false;
        }
        let own = self.scope.own;
        let Some(bound) = self.bindings.of.get(name) else {
            return self.scope.params().iter().any(|param| {
                let written = param.annotation.as_ref().map_or("", |it| &it.text);
                let is_typed = written.contains(char::is_uppercase);
                param.name == name && (is_typed || own && name == "self")
            });
        };
        let by_call = match bound[..] {
            [Binding::Value(value)] => {
                let inner = value.operand().filter(|_| value.kind() == Kind::Await);
                inner.unwrap_or(value).kind() == Kind::Call
            }
            _ => false,
        };
        by_call && self.bindings.meaning(object).is_none()
    }

    /// Takes a call; tells whether its keywords are columns that it writes.
    fn call(&mut self, node: Node<'t>) -> bool {
        let Some(function) = node.child(Field::Function) else {
            return false;
        };
        let method = function.child(Field::Attribute).unwrap_or(function).text();
        if matches!(method, "hasattr" | "getattr" | "setattr") {
            self.test(node, method);
        } else if is_class_like(method) {
            let named = name(function).filter(|_| !WORDS.django.conditions.contains(method));
            if let Some(class) = named {
                self.keywords(node, &class, MentionKind::Written);
            }
        } else if WORDS.django.shortcuts.contains(method) {
            let first = arguments(node).next();
            if let Some(class) = first.and_then(|it| class_like(it).or_else(|| self.set_of(it))) {
                self.keywords(node, &class, MentionKind::Lookup);
                self.inside(node, &class);
            }
        } else if WORDS.django.saves.contains(method) {
            if let Some((of, is_row)) = function.child(Field::Object).and_then(|it| self.row(it)) {
                self.saved(node, &of, is_row);
            }
        } else if let Some(object) = function.child(Field::Object)
            && names_something(method)
            && let Some(held) = self.bindings.meaning(object)
        {
            return self.query(node, method, &held);
        }
        false
    }

    /// Takes a method of a query.
    fn query(&mut self, node: Node<'t>, method: &str, held: &Meaning) -> bool {
        let (sqlalchemy, django) = (&WORDS.sqlalchemy, &WORDS.django);
        let class = &held.class;
        match held.what {
            What::Set => {
                if django.keywords.contains(method) {
                    self.keywords(node, class, MentionKind::Lookup);
                }
                if matches!(method, "create" | "acreate") {
                    self.keywords(node, class, MentionKind::Written);
                }
                if django.names.contains(method) {
                    self.strings(node, class);
                }
                self.inside(node, class);
            }
            What::Query if sqlalchemy.keywords.contains(method) => {
                self.keywords(node, class, MentionKind::Keyword);
            }
            What::Statement if sqlalchemy.values.contains(method) => {
                self.keywords(node, class, MentionKind::Keyword);
                return true;
            }
            _ => {}
        }
        false
    }

    /// The class of a query of Django.
    fn set_of(&mut self, node: Node<'t>) -> Option<String> {
        let held = self.bindings.meaning(node)?;
        (held.what == What::Set).then_some(held.class)
    }

    /// `hasattr(order, "note")`, `setattr(order, key, value)`
    fn test(&mut self, node: Node<'t>, method: &str) {
        let mut given = arguments(node);
        let (Some(object), Some(named)) = (given.next(), given.next()) else {
            return;
        };
        match text(named) {
            Some(name) => {
                self.tested.insert(name);
            }
            None if method == "setattr" => {
                self.filled.insert(object.text());
            }
            None => {}
        }
    }

    fn keywords(&mut self, call: Node<'t>, class: &str, kind: MentionKind) {
        let options = &WORDS.django.options;
        for argument in arguments(call).filter(|it| it.kind() == Kind::KeywordArgument) {
            let Some(name) = argument.child(Field::Name) else {
                continue;
            };
            let is_option = kind == MentionKind::Lookup && options.contains(name.text());
            if !is_option {
                self.add(class.to_owned(), name.text(), name, kind);
            }
        }
    }

    /// `save(update_fields=["note"])`
    fn saved(&mut self, call: Node<'t>, of: &str, is_row: bool) {
        let kind = match is_row {
            true => MentionKind::SavedRow,
            false => MentionKind::SavedVariable,
        };
        let is_list = |it: &Node<'_>| {
            let name = it.child(Field::Name).map(Node::text);
            matches!(name, Some("update_fields" | "fields"))
        };
        let lists = arguments(call).filter(is_list);
        let lists = lists.filter_map(|it| it.child(Field::Value));
        for name in lists
            .flat_map(Node::children)
            .filter(|it| it.kind() == Kind::String)
        {
            if let Some(written) = text(name) {
                self.add(of.to_owned(), &written, name, kind);
            }
        }
    }

    /// `order_by("-note")`, `values("note")`
    fn strings(&mut self, call: Node<'t>, class: &str) {
        for argument in arguments(call).filter(|it| it.kind() == Kind::String) {
            if let Some(written) = text(argument) {
                let name = written.trim_start_matches(['-', '+']);
                self.add(class.to_owned(), name, argument, MentionKind::Lookup);
            }
        }
    }

    /// `Q(note=…)` and `F("note")` inside of the arguments of a query.
    fn inside(&mut self, call: Node<'t>, class: &str) {
        let list = call.child(Field::Arguments);
        let mut skip_to = 0;
        for node in list.into_iter().flat_map(Node::descendants) {
            if node.index() < skip_to || node.kind() != Kind::Call {
                continue;
            }
            let Some(function) = node.child(Field::Function) else {
                continue;
            };
            let name = function.child(Field::Attribute).unwrap_or(function).text();
            if WORDS.django.conditions.contains(name) {
                self.keywords(node, class, MentionKind::Lookup);
            } else if WORDS.django.expressions.contains(name) {
                let first = arguments(node).next();
                let first = first.filter(|it| it.kind() == Kind::String);
                if let Some((first, written)) = first.and_then(|it| Some((it, text(it)?))) {
                    self.add(class.to_owned(), &written, first, MentionKind::Lookup);
                }
            } else if !is_class_like(name) {
                // A query of its own stands here.
                skip_to = node.end_index();
            }
        }
    }
}

/// Whether a method of some query takes names.
fn names_something(method: &str) -> bool {
    let (sqlalchemy, django) = (&WORDS.sqlalchemy, &WORDS.django);
    let all = [
        &django.keywords,
        &django.names,
        &django.keeps,
        &django.row,
        &sqlalchemy.keywords,
        &sqlalchemy.values,
    ];
    all.into_iter().any(|names| names.contains(method))
}

/// Whether an `except` expects the name to be missing.
fn is_rescued(node: Node<'_>) -> bool {
    let tries = node
        .ancestors()
        .take_while(|it| it.kind() != Kind::FunctionDefinition)
        .filter(|it| it.kind() == Kind::TryStatement);
    let mut clauses = tries
        .flat_map(Node::children)
        .filter(|it| it.kind() == Kind::ExceptClause);
    clauses.any(|clause| {
        let types = clause.children().filter(|it| it.kind() != Kind::Block);
        let expects =
            |it: Node<'_>| it.text().contains("AttributeError") || it.text().contains("FieldError");
        types.into_iter().any(expects)
    })
}
