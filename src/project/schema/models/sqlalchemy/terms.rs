//! Values of Python as SQLAlchemy understands them: names resolved through the project, constants
//! and helpers of the project followed, types of the project replaced by what they stand for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::classes::Classes;
use super::mapping::{Mapping, Member, Named};
use super::vocabulary;
use crate::discover::Unit;
use crate::facts::python::{Call as Written, Function, Value};
use crate::facts::sqlalchemy::term::{Call, Form, HOLE, Keyword, Term, Text};
use crate::project::python::{ClassId, FunctionId, Python, Scope, Target, last_name};
use crate::source::Span;

/// How many names may lead to names.
const FUEL: u32 = 12;

/// Reads values of the project.
pub(super) struct Terms<'a> {
    pub(super) python: &'a Python<'a>,
    pub(super) units: &'a [Unit],
    pub(super) classes: Classes<'a>,
    /// What classes are mapped to, as far as that was asked.
    pub(super) mappings: RefCell<BTreeMap<ClassId, Rc<Mapping>>>,
    /// The schemas of their tables.
    pub(super) schemas: RefCell<BTreeMap<ClassId, Option<String>>>,
}

/// Where a value is read, and what names mean there beside what the project says.
#[derive(Clone)]
pub(super) struct Context<'c> {
    pub(super) scope: Scope,
    /// Where everything counts as written, for what stands elsewhere.
    pub(super) here: Option<Span>,
    /// Parameters of a helper, attributes of the class.
    pub(super) bound: &'c BTreeMap<String, Term>,
    /// The class that a value is computed for.
    pub(super) class: Option<ClassId>,
    fuel: u32,
}

impl<'c> Context<'c> {
    /// The body of a class or a module.
    pub(super) fn new(scope: Scope, bound: &'c BTreeMap<String, Term>) -> Self {
        Self {
            scope,
            here: None,
            bound,
            class: None,
            fuel: FUEL,
        }
    }

    fn spent(&self) -> Option<Self> {
        let fuel = self.fuel.checked_sub(1)?;
        Some(Self {
            fuel,
            ..self.clone()
        })
    }
}

impl<'a> Terms<'a> {
    pub(super) fn new(python: &'a Python<'a>, units: &'a [Unit]) -> Self {
        Self {
            python,
            units,
            classes: Classes::new(python),
            mappings: RefCell::default(),
            schemas: RefCell::default(),
        }
    }

    /// What a value comes to; `at` is where it stands, as far as the value itself does not say.
    pub(super) fn term(&self, context: &Context, value: &Value, at: Span) -> Term {
        let place = |span: Span| context.here.unwrap_or(span);
        let Some(context) = &context.spent() else {
            return Term::unknown(place(at));
        };
        let all = |values: &[Value]| -> Vec<Term> {
            let mut terms = Vec::new();
            for value in values {
                match value {
                    Value::Spread(inner) => match self.term(context, inner, at).form {
                        Form::List(elements) => terms.extend(elements),
                        _ => terms.push(Term::unknown(place(at))),
                    },
                    _ => terms.push(self.term(context, value, at)),
                }
            }
            terms
        };
        let form = match value {
            Value::Str(text, span) => return Term::plain(place(*span), text.clone()),
            Value::Int(number) => Form::Number(number.to_string()),
            Value::Bool(known) => Form::Bool(*known),
            Value::None => Form::None,
            Value::Name(name, span) => return self.named(context, name, *span),
            Value::Call(call) => return self.called(context, call),
            Value::List(values) => Form::List(all(values)),
            Value::Dict(pairs) => {
                let pair = |(key, value): &(Value, Value)| {
                    (self.term(context, key, at), self.term(context, value, at))
                };
                Form::Dict(pairs.iter().map(pair).collect())
            }
            Value::Joined(parts) => joined(all(parts)),
            Value::Type(_)
            | Value::Operation(_)
            | Value::Spread(_)
            | Value::Ellipsis
            | Value::Other(_) => Form::Unknown,
        };
        Term {
            span: place(at),
            form,
        }
    }

    fn named(&self, context: &Context, name: &str, span: Span) -> Term {
        let span = context.here.unwrap_or(span);
        if let Some(term) = context.bound.get(name) {
            return Term {
                span,
                form: term.form.clone(),
            };
        }
        if let (Some(class), "cls.__name__" | "self.__name__") = (context.class, name) {
            let name = last_name(&self.python.class(class).name);
            return Term::plain(span, name.to_owned());
        }
        if let (Some(class), "cls.__tablename__" | "self.__tablename__") = (context.class, name)
            && let Some(table) = self.table_of(class)
        {
            return Term::plain(span, table.name);
        }
        if let Some(column) = self.column_named(context, name) {
            return Term::plain(span, column);
        }
        match self.python.resolve(context.scope, name) {
            Target::External(path) => Term {
                span,
                form: Form::Name(vocabulary::canonical(&path)),
            },
            Target::Object(object) => {
                let bound = BTreeMap::new();
                let context = Context {
                    scope: object.scope,
                    here: Some(span),
                    bound: &bound,
                    class: None,
                    fuel: context.fuel,
                };
                self.term(&context, &self.python.object(object).value, span)
            }
            Target::Class(class) => self.of_class(context, class, None, span),
            _ => Term {
                span,
                form: vocabulary::by_name(name).map_or(Form::Unknown, Form::Name),
            },
        }
    }

    fn called(&self, context: &Context, call: &Written) -> Term {
        let span = context.here.unwrap_or(call.span);
        let name = match self.python.resolve(context.scope, &call.callee) {
            Target::External(path) => Some(vocabulary::canonical(&path)),
            Target::Function(function) => return self.returned(context, function, call),
            Target::Class(class) => return self.of_class(context, class, Some(call), span),
            _ => vocabulary::by_name(&call.callee),
        };
        let Some(callee) = name.or_else(|| self.of_attribute(context, call)) else {
            return self
                .text_of(context, call, span)
                .unwrap_or_else(|| Term::unknown(span));
        };
        let mut read = self.arguments(context, call);
        read.callee = callee;
        if let Some(receiver) = &call.receiver {
            read.receiver = Some(self.called(context, receiver));
        } else if let Some((object, _)) = call.callee.rsplit_once('.') {
            read.receiver = Some(self.named(context, object, call.span));
        }
        if let Some(term) = folded(&read, span) {
            return term;
        }
        match read.name() {
            "Enum" => self.name_enumeration(context, call, &mut read),
            "ForeignKey" => self.point(context, call, &mut read),
            "ForeignKeyConstraint" => self.point_all(context, call, &mut read),
            _ => {}
        }
        Term {
            span,
            form: Form::Call(Box::new(read)),
        }
    }

    /// `created_at.desc`, `String(50).with_variant`: a method of something that is known.
    fn of_attribute(&self, context: &Context, call: &Written) -> Option<String> {
        let (object, method) = call.callee.rsplit_once('.')?;
        let is_known = context.bound.contains_key(object)
            || call.receiver.is_some()
            || matches!(
                self.named(context, object, call.span).form,
                Form::Name(_) | Form::Call(_)
            );
        is_known.then(|| format!("_.{method}"))
    }

    /// `cls.__name__.lower()` and what the project's own helpers make of a name.
    fn text_of(&self, context: &Context, call: &Written, span: Span) -> Option<Term> {
        let (object, method) = call.callee.rsplit_once('.')?;
        let text = match &call.receiver {
            Some(receiver) => self.called(context, receiver),
            None => self.named(context, object, span),
        };
        let text = vocabulary::cased(text.text()?, method)?;
        Some(Term::plain(span, text))
    }

    fn arguments(&self, context: &Context, call: &Written) -> Call {
        let mut read = Call::bare("");
        for argument in &call.args {
            match argument {
                Value::Spread(inner) => match self.term(context, inner, call.span).form {
                    Form::List(elements) => read.args.extend(elements),
                    _ => read.more = true,
                },
                _ => read.args.push(self.term(context, argument, call.span)),
            }
        }
        for keyword in &call.keywords {
            if keyword.name == "**" {
                read.more = true;
                continue;
            }
            let span = context.here.unwrap_or(keyword.span);
            let mut value = self.term(context, &keyword.value, keyword.span);
            if keyword.name.ends_with("_where") && value.sql().is_none() {
                value = self.condition(context, keyword.span, span);
            }
            read.keywords.push(Keyword {
                name: keyword.name.clone(),
                value,
                span,
            });
        }
        read
    }

    /// What the source says at a span; nothing for what stands elsewhere.
    pub(super) fn source(&self, context: &Context, span: Span) -> &'a str {
        let unit = self.python.modules[context.scope.module].unit;
        let text: &str = &self.units[unit].text;
        text.get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// `postgresql_where=(Order.deleted_at.is_(None))` as SQL.
    fn condition(&self, context: &Context, keyword: Span, span: Span) -> Term {
        let source = self.source(context, keyword);
        let written = source.split_once('=').map_or("", |(_, value)| value);
        let mut text = Call::bare("sqlalchemy.text");
        text.args
            .push(Term::plain(span, vocabulary::condition(written)));
        Term {
            span,
            form: Form::Call(Box::new(text)),
        }
    }

    /// A class of the project that stands for a type: `TypeDecorator`, a subclass of a type, an enum.
    fn of_class(
        &self,
        context: &Context,
        class: ClassId,
        call: Option<&Written>,
        span: Span,
    ) -> Term {
        let scope = Scope {
            module: class.module,
            function: None,
        };
        let bound = BTreeMap::new();
        let inside = Context {
            scope,
            here: Some(span),
            bound: &bound,
            class: None,
            fuel: context.fuel,
        };
        let lineage = self.classes.lineage(class);
        let decides = |name: &str| {
            let mut classes = lineage.classes.iter();
            classes.any(|&class| self.python.own_method(class, name).is_some())
        };
        let Some(base) = lineage
            .external
            .iter()
            .find(|path| vocabulary::is_type(path))
        else {
            return Term::unknown(span);
        };
        if decides("load_dialect_impl") {
            return Term::unknown(span);
        }
        let stands_for = match last_name(base) {
            "TypeDecorator" => self
                .inherited(class, "impl")
                .and_then(|(_, member)| match member {
                    Member::Field(field) => Some(self.term(&inside, field.value.as_ref()?, span)),
                    Member::Function(_) => None,
                }),
            "UserDefinedType" => None,
            _ => Some(Term {
                span,
                form: Form::Name(vocabulary::canonical(base)),
            }),
        };
        let form = stands_for.map_or(Form::Unknown, |term| term.form);
        let form = match (form, call) {
            (Form::Name(callee), Some(call)) if !decides("__init__") => {
                let mut read = self.arguments(context, call);
                read.callee = callee;
                Form::Call(Box::new(read))
            }
            (form, _) => form,
        };
        Term { span, form }
    }

    /// What a helper of the project gives that does nothing but return it.
    fn returned(&self, context: &Context, id: FunctionId, call: &Written) -> Term {
        let span = context.here.unwrap_or(call.span);
        let function = self.python.function(id);
        let arguments = self.arguments(context, call);
        if let Some(text) = self.renamed(id, function, &arguments) {
            return Term::plain(span, text);
        }
        let Some(result) = function.result.as_deref() else {
            return Term::unknown(span);
        };
        let mut bound = BTreeMap::new();
        for (place, param) in function.params.iter().enumerate() {
            let given = arguments.arg(place, &[&param.name]).cloned();
            let default = param.default.as_ref();
            let outer = Context {
                scope: id.outer(self.python),
                here: Some(span),
                bound: &BTreeMap::new(),
                class: None,
                fuel: context.fuel,
            };
            let term = given.or_else(|| default.map(|value| self.term(&outer, value, span)));
            bound.insert(
                param.name.clone(),
                term.unwrap_or_else(|| Term::unknown(span)),
            );
        }
        let inside = Context {
            scope: id.scope(),
            here: Some(span),
            bound: &bound,
            class: context.class,
            fuel: context.fuel,
        };
        self.term(&inside, result, span)
    }

    /// A name that a helper writes in another case, by the ways in which that is commonly done.
    fn renamed(&self, id: FunctionId, function: &Function, arguments: &Call) -> Option<String> {
        let name = arguments.args.first()?.text()?;
        let scope = id.scope();
        let bound = BTreeMap::new();
        let source = self.source(&Context::new(scope, &bound), function.span);
        vocabulary::recased(name, source)
    }

    /// An enumeration is called like its class.
    fn name_enumeration(&self, context: &Context, call: &Written, read: &mut Call) {
        let Some(Value::Name(name, span)) = call.args.first() else {
            return;
        };
        let span = context.here.unwrap_or(*span);
        let class = match self.python.resolve(context.scope, name) {
            Target::Class(class) => {
                if read.given("values_callable").is_none() {
                    read.args = self.members_of(class, span);
                }
                last_name(&self.python.class(class).name)
            }
            _ => last_name(name),
        };
        if read.given("name").is_none() {
            read.keywords.push(Keyword {
                name: "name".to_owned(),
                value: Term::plain(span, class.to_lowercase()),
                span,
            });
        }
    }

    /// The names of an enumeration's members, which are its labels.
    pub(super) fn members_of(&self, class: ClassId, span: Span) -> Vec<Term> {
        let fields = self.python.class(class).fields.iter();
        let members = fields.filter(|it| it.value.is_some() && !it.name.starts_with('_'));
        members
            .map(|it| Term::plain(span, it.name.clone()))
            .collect()
    }

    /// `ForeignKey(User.id)` as `ForeignKey("users.id")`.
    fn point(&self, context: &Context, call: &Written, read: &mut Call) {
        let Some(Value::Name(name, span)) = call.args.first() else {
            return;
        };
        let span = context.here.unwrap_or(*span);
        if let (Some(target), Some(first)) = (self.target(context, name), read.args.first_mut()) {
            *first = Term::plain(span, target);
        }
    }

    fn point_all(&self, context: &Context, call: &Written, read: &mut Call) {
        let Some(Value::List(targets)) = call.args.get(1) else {
            return;
        };
        let Some(Form::List(read)) = read.args.get_mut(1).map(|term| &mut term.form) else {
            return;
        };
        for (target, term) in targets.iter().zip(read) {
            if let Value::Name(name, span) = target
                && let Some(target) = self.target(context, name)
            {
                *term = Term::plain(context.here.unwrap_or(*span), target);
            }
        }
    }

    /// The column that an attribute of a model or of a table stands for, as keys name it.
    fn target(&self, context: &Context, name: &str) -> Option<String> {
        let (table, column) = self.attribute(context, name)?;
        Some(match table.schema {
            Some(schema) => format!("{schema}.{}.{column}", table.name),
            None => format!("{}.{column}", table.name),
        })
    }

    fn column_named(&self, context: &Context, name: &str) -> Option<String> {
        let (_, column) = self.attribute(context, name)?;
        Some(column)
    }

    /// The table and the column that `Order.user_id` or `orders.c.user_id` mean.
    fn attribute(&self, context: &Context, name: &str) -> Option<(Named, String)> {
        let (object, column) = name.rsplit_once('.')?;
        let written = object
            .strip_suffix(".c")
            .or_else(|| object.strip_suffix(".columns"));
        if let Some(table) = written {
            let table = self.named(&context.spent()?, table, Span::default());
            let call = table.call().filter(|call| call.name() == "Table")?;
            let table = Named {
                schema: call.given("schema").and_then(Term::text).map(str::to_owned),
                name: call.arg(0, &["name"])?.text()?.to_owned(),
            };
            return Some((table, column.to_owned()));
        }
        let Target::Class(class) = self.python.resolve(context.scope, object) else {
            return None;
        };
        let table = self.table_of(class)?;
        Some((table, self.column_of(class, column)))
    }

    /// The table that an index beside the models is about.
    pub(super) fn indexed(&self, scope: Scope, call: &Written) -> Option<Named> {
        let bound = BTreeMap::new();
        let context = Context::new(scope, &bound);
        call.args.iter().skip(1).find_map(|argument| {
            let name = match argument {
                Value::Name(name, _) => name.as_str(),
                Value::Call(call) => call.callee.rsplit_once('.')?.0,
                _ => return None,
            };
            Some(self.attribute(&context, name)?.0)
        })
    }
}

/// Calls that only pass on or recase what they are given.
fn folded(call: &Call, span: Span) -> Option<Term> {
    let text = |place: usize| call.args.get(place).and_then(Term::text);
    let receiver = call.receiver.as_ref().and_then(Term::text);
    let text = match (call.callee.as_str(), call.name(), receiver) {
        ("re.sub", ..) => vocabulary::substituted(text(0)?, text(1)?, text(2)?)?,
        (_, method, Some(receiver)) => vocabulary::cased(receiver, method)?,
        (_, "as_mutable" | "conv" | "f" | "quoted_name", _) => return call.args.first().cloned(),
        _ => return None,
    };
    Some(Term::plain(span, text))
}

/// Strings or lists put together.
fn joined(parts: Vec<Term>) -> Form {
    if parts.iter().any(|part| matches!(part.form, Form::List(_))) {
        let mut whole = Vec::new();
        for part in parts {
            match part.form {
                Form::List(elements) => whole.extend(elements),
                _ => whole.push(Term::unknown(part.span)),
            }
        }
        return Form::List(whole);
    }
    let mut text = Text {
        text: String::new(),
        at: None,
        holes: false,
    };
    for part in parts {
        match part.form {
            Form::Text(more) => {
                text.text.push_str(&more.text);
                text.holes |= more.holes;
            }
            Form::Number(number) => text.text.push_str(&number),
            _ => {
                text.text.push_str(HOLE);
                text.holes = true;
            }
        }
    }
    Form::Text(text)
}
