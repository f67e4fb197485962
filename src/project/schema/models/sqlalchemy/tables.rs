//! Tables as models declare them, before any dialect: of classes, of `Table(…)` calls, and what
//! stands beside them in their modules.

use std::collections::BTreeMap;

use super::classes::{Lineage, Root, argument};
use super::columns::is_mapped;
use super::mapping::{Mapping, Member, module_scope};
use super::naming::Convention;
use super::terms::{Context, Terms};
use crate::facts::python::{Call as Written, Value};
use crate::facts::sqlalchemy::term::{Call, Form, Term};
use crate::project::python::{ClassId, ObjectId, Scope, Target};
use crate::source::Span;

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The module that declares it.
    pub(super) module: usize,
    pub(super) owner: Owner,
    pub(super) name: Term,
    pub(super) schema: Option<String>,
    /// The statement that declares it.
    pub(super) span: Span,
    pub(super) elements: Vec<Element>,
    /// It may have more columns.
    pub(super) open: bool,
    /// It may have more keys and indexes.
    pub(super) opaque: bool,
    /// How constraints without a name are called.
    pub(super) convention: Convention,
    /// Where a foreign key leads that names no schema.
    pub(super) default_schema: Option<String>,
}

/// Something in a table, with the module in which it stands.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) module: usize,
    pub(super) term: Term,
    /// The attribute that stands for a column.
    pub(super) attribute: Option<String>,
}

/// Whose metadata a table belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Root(Root),
    /// `metadata = MetaData()`.
    Metadata(ObjectId),
    /// What is not in sight; tables of modules that know of each other belong together.
    Module(usize),
}

impl<'a> Terms<'a> {
    /// All tables of the modules that pass, in order of place.
    pub(super) fn tables(&self, passes: impl Fn(usize) -> bool) -> Vec<Table> {
        let mut tables = Vec::new();
        let mut of_class: BTreeMap<ClassId, usize> = BTreeMap::new();
        let modules = self.python.modules.iter().enumerate();
        let modules: Vec<_> = modules.filter(|(module, _)| passes(*module)).collect();
        for (module, info) in &modules {
            for index in 0..info.facts.classes.len() {
                let class = ClassId {
                    module: *module,
                    index,
                };
                if let Some(table) = self.table(class) {
                    of_class.insert(class, tables.len());
                    tables.push(table);
                }
            }
            tables.extend(self.written_tables(*module));
        }
        for (module, info) in &modules {
            for index in 0..info.facts.classes.len() {
                let class = ClassId {
                    module: *module,
                    index,
                };
                let Mapping::Of(_) = &*self.mapping(class) else {
                    continue;
                };
                if let Some(&nth) = self.holder(class).and_then(|it| of_class.get(&it)) {
                    let columns = self.columns(class);
                    tables[nth].open |= columns.open;
                    self.add_columns(&mut tables[nth], class);
                }
            }
            self.add_indexes(*module, &mut tables);
        }
        tables.sort_by_key(|table| (table.module, table.span.start));
        tables
    }

    /// The class that holds the table of a class.
    fn holder(&self, class: ClassId) -> Option<ClassId> {
        let mut at = class;
        for _ in 0..32 {
            match &*self.mapping(at) {
                Mapping::Of(parent) => at = *parent,
                Mapping::Own(_) | Mapping::Written(_) => return Some(at),
                Mapping::None => return None,
            }
        }
        None
    }

    fn table(&self, class: ClassId) -> Option<Table> {
        let lineage = self.classes.lineage(class);
        let owner = self.owner(class.module, lineage.root?);
        match &*self.mapping(class) {
            Mapping::None | Mapping::Of(_) => None,
            Mapping::Written(table) => {
                let mut table = self.written(class.module, table.call()?, table.span)?;
                table.owner = owner;
                self.follow_convention(&mut table, class, &lineage);
                Some(table)
            }
            Mapping::Own(name) => {
                let mut table = Table {
                    module: class.module,
                    owner,
                    name: name.clone(),
                    schema: self.schema_of(class),
                    span: self.python.class(class).name_span,
                    elements: Vec::new(),
                    open: self.columns(class).open,
                    opaque: false,
                    convention: Convention::default(),
                    default_schema: None,
                };
                self.follow_convention(&mut table, class, &lineage);
                self.add_columns(&mut table, class);
                self.add_arguments(&mut table, class);
                Some(table)
            }
        }
    }

    fn owner(&self, module: usize, root: Root) -> Owner {
        match root {
            Root::SqlModel | Root::Unknown { .. } => Owner::Module(module),
            root => Owner::Root(root),
        }
    }

    fn add_columns(&self, table: &mut Table, class: ClassId) {
        for declared in self.columns(class).declared {
            table.elements.push(Element {
                module: declared.holder.module,
                attribute: Some(declared.attribute),
                term: declared.column,
            });
        }
    }

    /// `__table_args__`.
    fn add_arguments(&self, table: &mut Table, class: ClassId) {
        let Some((module, arguments)) = self.arguments_of(class) else {
            return;
        };
        let elements = match arguments.form {
            Form::List(elements) => elements,
            Form::Dict(_) | Form::None => Vec::new(),
            _ => {
                table.opaque = true;
                return;
            }
        };
        for term in elements {
            if !matches!(term.form, Form::Dict(_) | Form::None) {
                table.elements.push(Element {
                    module,
                    term,
                    attribute: None,
                });
            }
        }
    }

    /// What a class says beside its columns, and the module that says it.
    fn arguments_of(&self, class: ClassId) -> Option<(usize, Term)> {
        let (holder, member) = self.inherited(class, "__table_args__")?;
        if holder != class && is_mapped(&self.mapping(holder)) {
            return None;
        }
        let columns = self.columns(class).declared.into_iter();
        let named = columns.map(|declared| {
            let column = Term::plain(declared.at, declared.name().to_owned());
            (declared.attribute, column)
        });
        let bound: BTreeMap<String, Term> = named.collect();
        let mut context = Context::new(module_scope(holder), &bound);
        context.class = Some(class);
        let term = match member {
            Member::Field(field) => self.term(&context, field.value.as_ref()?, field.span),
            Member::Function(function) => match function.result.as_deref() {
                Some(value) => self.term(&context, value, function.name_span),
                None => Term::unknown(function.name_span),
            },
        };
        Some((holder.module, term))
    }

    /// The schema of a class's table; `None` for the default one.
    pub(super) fn schema_of(&self, class: ClassId) -> Option<String> {
        if let Some(known) = self.schemas.borrow().get(&class) {
            return known.clone();
        }
        self.schemas.borrow_mut().insert(class, None);
        let written = self.arguments_of(class).and_then(|(_, arguments)| {
            let options = match &arguments.form {
                Form::List(elements) => elements
                    .iter()
                    .find(|it| matches!(it.form, Form::Dict(_)))?,
                _ => &arguments,
            };
            let Form::Dict(pairs) = &options.form else {
                return None;
            };
            let mut pairs = pairs.iter();
            let (_, schema) = pairs.find(|(key, _)| key.text() == Some("schema"))?;
            schema.text().map(str::to_owned)
        });
        let schema = written.or_else(|| {
            let metadata = self.metadata(class, &self.classes.lineage(class))?;
            metadata
                .given("schema")
                .and_then(Term::text)
                .map(str::to_owned)
        });
        self.schemas.borrow_mut().insert(class, schema.clone());
        schema
    }

    /// The `MetaData(…)` of a class.
    fn metadata(&self, class: ClassId, lineage: &Lineage) -> Option<Call> {
        let own = self
            .inherited(class, "metadata")
            .and_then(|(holder, member)| match member {
                Member::Field(field) => Some(self.value(holder, field.value.as_ref()?, field.span)),
                Member::Function(_) => None,
            });
        let given = || match lineage.root? {
            Root::Object(object) | Root::Flask(object) => self.metadata_of(object),
            _ => None,
        };
        let term = own.or_else(given)?;
        term.call()
            .filter(|call| call.name() == "MetaData")
            .cloned()
    }

    /// The argument `metadata` of what makes a base.
    fn metadata_of(&self, object: ObjectId) -> Option<Term> {
        let Value::Call(call) = &self.python.object(object).value else {
            return None;
        };
        let bound = BTreeMap::new();
        let context = Context::new(object.scope, &bound);
        Some(self.term(&context, argument(call, "metadata")?, call.span))
    }

    fn follow_convention(&self, table: &mut Table, class: ClassId, lineage: &Lineage) {
        if let Some(metadata) = self.metadata(class, lineage) {
            table.convention = Convention::of(&metadata);
            let schema = metadata.given("schema").and_then(Term::text);
            table.default_schema = schema.map(str::to_owned);
        }
    }

    /// The tables that a module writes out: `users = Table("users", metadata, …)`.
    fn written_tables(&self, module: usize) -> Vec<Table> {
        let facts = self.python.modules[module].facts;
        let fields = facts.classes.iter().flat_map(|class| &class.fields);
        let related = fields.filter(|field| field.name != "__table__");
        let related = related.filter_map(|field| field.value.as_ref()?.call());
        let globals = facts.globals.iter();
        let globals = globals.filter_map(|global| global.value.call());
        let mut calls = Vec::new();
        for call in globals.chain(&facts.calls).chain(related) {
            inner_tables(call, &mut calls);
        }
        let tables = calls.into_iter().filter_map(|call| {
            let scope = Scope {
                module,
                function: None,
            };
            let bound = BTreeMap::new();
            let value = Value::Call(Box::new(call.clone()));
            let term = self.term(&Context::new(scope, &bound), &value, call.span);
            let read = term
                .call()
                .filter(|read| read.callee.starts_with("sqlalchemy."))?;
            let mut table = self.written(module, read, term.span)?;
            self.belong(&mut table, scope, call);
            Some(table)
        });
        tables.collect()
    }

    /// A `Table(…)` call; `None` for one that is read from the database.
    fn written(&self, module: usize, call: &Call, span: Span) -> Option<Table> {
        let name = call.arg(0, &["name"])?;
        name.text()?;
        let is_reflected = ["autoload", "autoload_with"];
        if is_reflected.iter().any(|it| call.given(it).is_some()) {
            return None;
        }
        let is_part = |term: &&Term| {
            let is_metadata = term.call().is_some_and(|call| call.name() == "MetaData");
            !is_metadata && !matches!(&term.form, Form::Name(name) if name.ends_with("metadata"))
        };
        let elements = call.args.iter().skip(1).filter(is_part);
        // What is neither understood nor a call in its place is the metadata.
        let elements = elements
            .enumerate()
            .filter(|(nth, term)| *nth > 0 || !matches!(term.form, Form::Unknown | Form::Name(_)));
        let elements: Vec<Element> = elements
            .map(|(_, term)| Element {
                module,
                term: term.clone(),
                attribute: None,
            })
            .collect();
        let has_columns = elements.iter().any(|it| it.term.call().is_some());
        has_columns.then(|| Table {
            module,
            owner: Owner::Module(module),
            name: name.clone(),
            schema: call.given("schema").and_then(Term::text).map(str::to_owned),
            span,
            elements,
            open: call.more,
            opaque: call.more,
            convention: Convention::default(),
            default_schema: None,
        })
    }

    /// Finds whose metadata a written table names.
    fn belong(&self, table: &mut Table, scope: Scope, call: &Written) {
        let metadata = call.args.get(1).or_else(|| argument(call, "metadata"));
        let named = match metadata {
            Some(Value::Name(name, _)) => Some(name.as_str()),
            _ => call.callee.strip_suffix(".Table"),
        };
        let Some(named) = named else {
            return;
        };
        let holder = named.strip_suffix(".metadata").unwrap_or(named);
        match self.python.resolve(scope, holder) {
            Target::Class(class) => {
                let lineage = self.classes.lineage(class);
                if let Some(root) = lineage.root {
                    table.owner = self.owner(table.module, root);
                }
                self.follow_convention(table, class, &lineage);
                self.take_schema(table);
            }
            Target::Object(object) => {
                let Value::Call(call) = &self.python.object(object).value else {
                    return;
                };
                let last = call.callee.rsplit('.').next().unwrap_or_default();
                let metadata = match last {
                    "MetaData" => {
                        let bound = BTreeMap::new();
                        let context = Context::new(object.scope, &bound);
                        let value = Value::Call(call.clone());
                        Some(self.term(&context, &value, call.span))
                    }
                    _ => self.metadata_of(object),
                };
                table.owner = match last {
                    "MetaData" => Owner::Metadata(object),
                    "SQLAlchemy" => Owner::Root(Root::Flask(object)),
                    _ => Owner::Root(Root::Object(object)),
                };
                if let Some(metadata) = metadata.as_ref().and_then(Term::call) {
                    table.convention = Convention::of(metadata);
                    let schema = metadata.given("schema").and_then(Term::text);
                    table.default_schema = schema.map(str::to_owned);
                    self.take_schema(table);
                }
            }
            _ => {}
        }
    }

    fn take_schema(&self, table: &mut Table) {
        if table.schema.is_none() {
            table.schema.clone_from(&table.default_schema);
        }
    }

    /// `Index("name", Order.user_id)` beside the models of a module.
    fn add_indexes(&self, module: usize, tables: &mut [Table]) {
        let facts = self.python.modules[module].facts;
        let calls = facts
            .globals
            .iter()
            .filter_map(|global| global.value.call());
        let is_index = |call: &&Written| call.callee.rsplit('.').next() == Some("Index");
        for call in calls.chain(&facts.calls).filter(is_index) {
            let scope = Scope {
                module,
                function: None,
            };
            let Some(named) = self.indexed(scope, call) else {
                continue;
            };
            let bound = BTreeMap::new();
            let value = Value::Call(Box::new(call.clone()));
            let term = self.term(&Context::new(scope, &bound), &value, call.span);
            let is_it = |table: &&mut Table| {
                table.name.text() == Some(named.name.as_str()) && table.schema == named.schema
            };
            if let Some(table) = tables.iter_mut().find(is_it) {
                table.elements.push(Element {
                    module,
                    term,
                    attribute: None,
                });
            }
        }
    }
}

/// `Table(…)`, also as an argument of another call.
fn inner_tables<'c>(call: &'c Written, found: &mut Vec<&'c Written>) {
    if call.callee.rsplit('.').next() == Some("Table") {
        found.push(call);
        return;
    }
    let keywords = call.keywords.iter().map(|keyword| &keyword.value);
    for inner in call.args.iter().chain(keywords).filter_map(Value::call) {
        inner_tables(inner, found);
    }
}
