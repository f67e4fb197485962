//! Which table each class is mapped to: its own, that of an ancestor, or none.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::classes::{Lineage, Root};
use super::terms::{Context, Terms};
use super::vocabulary;
use crate::facts::python::{Class, Field, Function, Value};
use crate::facts::sqlalchemy::term::{Form, Term};
use crate::project::python::{ClassId, Scope, last_name};
use crate::source::Span;

/// What a class is mapped to.
#[derive(Clone, Debug)]
pub(super) enum Mapping {
    /// Nothing: a mixin, an abstract base, a class of something else.
    None,
    /// A table of its own, by its name.
    Own(Term),
    /// The table of an ancestor.
    Of(ClassId),
    /// A table that is written out: `__table__ = Table(…)`.
    Written(Term),
}

/// A table as foreign keys name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

/// What a class holds under a name.
#[derive(Clone, Copy)]
pub(super) enum Member<'a> {
    Field(&'a Field),
    Function(&'a Function),
}

impl Member<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Field(field) => &field.name,
            Self::Function(function) => last_name(&function.name),
        }
    }

    pub(super) fn name_span(&self) -> Span {
        match self {
            Self::Field(field) => field.name_span,
            Self::Function(function) => function.name_span,
        }
    }
}

impl<'a> Terms<'a> {
    /// What a class is mapped to.
    pub(super) fn mapping(&self, class: ClassId) -> Rc<Mapping> {
        if let Some(known) = self.mappings.borrow().get(&class) {
            return Rc::clone(known);
        }
        self.mappings
            .borrow_mut()
            .insert(class, Rc::new(Mapping::None));
        let lineage = self.classes.lineage(class);
        let mapping = Rc::new(self.map(class, &lineage).unwrap_or(Mapping::None));
        self.mappings
            .borrow_mut()
            .insert(class, Rc::clone(&mapping));
        mapping
    }

    fn map(&self, class: ClassId, lineage: &Lineage) -> Option<Mapping> {
        let facts = self.python.class(class);
        let root = lineage.root?;
        if root == Root::Class(class) || self.is_local(class) || is_abstract(facts) {
            return None;
        }
        let parent = self.mapped_parent(lineage);
        if root == Root::SqlModel {
            let is_table =
                |(name, value): &(String, Value)| name == "table" && *value == Value::Bool(true);
            if !facts.keywords.iter().any(is_table) || parent.is_some() {
                return None;
            }
        }
        if let Some(Member::Field(field)) = self.own(class, "__table__") {
            let table = self.value(class, field.value.as_ref()?, field.span);
            let is_table = table.call().is_some_and(|call| call.name() == "Table");
            return is_table.then_some(Mapping::Written(table));
        }
        for &holder in &lineage.classes {
            let Some(member) = self.own(holder, "__tablename__") else {
                continue;
            };
            if holder != class && !matches!(*self.mapping(holder), Mapping::None) {
                return Some(Mapping::Of(holder));
            }
            let name = self.table_name(class, holder, member);
            if matches!(name.form, Form::None) {
                return parent.map(Mapping::Of);
            }
            return name.text().is_some().then_some(Mapping::Own(name));
        }
        self.unnamed(class, root, parent)
    }

    /// The table of a class that does not say its name.
    fn unnamed(&self, class: ClassId, root: Root, parent: Option<ClassId>) -> Option<Mapping> {
        let facts = self.python.class(class);
        let name = last_name(&facts.name);
        let named = |text: String| Some(Mapping::Own(Term::plain(facts.name_span, text)));
        if root == Root::SqlModel {
            return named(name.to_lowercase());
        }
        if !root.names_tables() {
            return parent.map(Mapping::Of);
        }
        let has_columns = facts.fields.iter().any(|field| {
            let call = field.value.as_ref().and_then(Value::call);
            let column = call.is_some_and(|call| is_column(&call.callee));
            column
                || field
                    .annotation
                    .as_ref()
                    .is_some_and(|it| it.text.contains("Mapped["))
        });
        match parent {
            Some(parent) if !self.has_own_key(facts) => Some(Mapping::Of(parent)),
            // What only looks like Flask-SQLAlchemy must have columns to be a table.
            None if matches!(root, Root::Unknown { .. }) && !has_columns => None,
            _ => named(vocabulary::snake_case(name)),
        }
    }

    fn has_own_key(&self, facts: &Class) -> bool {
        let values = facts.fields.iter().filter_map(|field| field.value.as_ref());
        let mut keywords = values
            .filter_map(Value::call)
            .flat_map(|call| &call.keywords);
        keywords.any(|it| it.name == "primary_key" && it.value == Value::Bool(true))
    }

    /// The nearest ancestor that is mapped.
    pub(super) fn mapped_parent(&self, lineage: &Lineage) -> Option<ClassId> {
        let mut above = lineage.classes.iter().skip(1);
        above
            .find(|&&class| !matches!(*self.mapping(class), Mapping::None))
            .copied()
    }

    /// A class inside a function exists only while that runs.
    fn is_local(&self, class: ClassId) -> bool {
        let name = &self.python.class(class).name;
        let outer = name.rsplit_once('.').map(|(outer, _)| outer);
        let functions = &self.python.modules[class.module].functions;
        outer.is_some_and(|outer| functions.contains_key(outer))
    }

    fn table_name(&self, class: ClassId, holder: ClassId, member: Member) -> Term {
        let scope = module_scope(holder);
        let bound = BTreeMap::new();
        let mut context = Context::new(scope, &bound);
        context.class = Some(class);
        let facts = self.python.class(class);
        // Findings about the table stand where the class is, unless it says the name itself.
        context.here = (holder != class).then_some(facts.name_span);
        match member {
            Member::Field(field) => match &field.value {
                Some(value) => self.term(&context, value, field.span),
                None => Term::unknown(field.span),
            },
            Member::Function(function) => {
                context.here = Some(facts.name_span);
                let told = function.result.as_deref();
                let term = told.map(|value| self.term(&context, value, function.name_span));
                let known = term.filter(|term| term.text().is_some());
                known.unwrap_or_else(|| self.recased_name(class, holder, function))
            }
        }
    }

    fn recased_name(&self, class: ClassId, holder: ClassId, function: &Function) -> Term {
        let span = self.python.class(class).name_span;
        let bound = BTreeMap::new();
        let source = self.source(&Context::new(module_scope(holder), &bound), function.span);
        let name = last_name(&self.python.class(class).name);
        let recased = source
            .contains(".__name__")
            .then(|| vocabulary::recased(name, source));
        match recased.flatten() {
            Some(text) => Term::plain(span, text),
            None => Term::unknown(span),
        }
    }

    /// The table of a class, its ancestor's if it shares that.
    pub(super) fn table_of(&self, class: ClassId) -> Option<Named> {
        match &*self.mapping(class) {
            Mapping::None => None,
            Mapping::Of(parent) => self.table_of(*parent),
            Mapping::Own(name) => Some(Named {
                schema: self.schema_of(class),
                name: name.text()?.to_owned(),
            }),
            Mapping::Written(table) => {
                let call = table.call()?;
                let schema = call.given("schema").and_then(Term::text);
                Some(Named {
                    schema: schema.map(str::to_owned),
                    name: call.arg(0, &["name"])?.text()?.to_owned(),
                })
            }
        }
    }

    /// What a class itself says under a name; the last assignment counts.
    pub(super) fn own(&self, class: ClassId, name: &str) -> Option<Member<'a>> {
        let facts = self.python.class(class);
        let mut fields = facts.fields.iter().rev();
        let field = fields.find(|field| field.name == name).map(Member::Field);
        field.or_else(|| {
            let id = self.python.own_method(class, name)?;
            Some(Member::Function(self.python.function(id)))
        })
    }

    /// What a class or its nearest ancestor says under a name, with the class that says it.
    pub(super) fn inherited(&self, class: ClassId, name: &str) -> Option<(ClassId, Member<'a>)> {
        let lineage = self.classes.lineage(class);
        let mut classes = lineage.classes.iter();
        classes.find_map(|&holder| Some((holder, self.own(holder, name)?)))
    }

    /// A value in the body of a class.
    pub(super) fn value(&self, class: ClassId, value: &Value, at: Span) -> Term {
        let bound = BTreeMap::new();
        self.term(&Context::new(module_scope(class), &bound), value, at)
    }
}

/// The scope in which the body of a class is read.
pub(super) fn module_scope(class: ClassId) -> Scope {
    Scope {
        module: class.module,
        function: None,
    }
}

fn is_abstract(facts: &Class) -> bool {
    let mut fields = facts.fields.iter();
    fields
        .any(|field| field.name == "__abstract__" && matches!(field.value, Some(Value::Bool(true))))
}

/// Whether a callee makes a column.
pub(super) fn is_column(callee: &str) -> bool {
    matches!(
        last_name(callee),
        "Column" | "mapped_column" | "MappedColumn"
    )
}
