//! What the members of a mapped class are to its table: columns, or something else.

use std::collections::{BTreeMap, BTreeSet};

use super::annotations::Said;
use super::classes::Root;
use super::mapping::{Mapping, Member, is_column, module_scope};
use super::terms::{Context, Terms};
use crate::facts::python::{Field, Function, Value};
use crate::facts::sqlalchemy::term::{Call, Form, Keyword, Term};
use crate::project::python::{ClassId, last_name};
use crate::source::Span;

/// A column that a class declares.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    /// The class in whose body it stands.
    pub(super) holder: ClassId,
    /// The attribute.
    pub(super) attribute: String,
    /// Where that stands.
    pub(super) at: Span,
    /// `Column(name, type, …)`.
    pub(super) column: Term,
}

/// All columns that a class brings to its table.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) declared: Vec<Declared>,
    /// Some may be missing.
    pub(super) open: bool,
}

/// What a member is.
enum Found {
    Column(Term),
    /// No column.
    Other,
    /// Perhaps a column.
    Unknown,
}

/// What relates models to each other, and other attributes without a column.
const OTHERS: [&str; 12] = [
    "Relationship",
    "aliased",
    "association_proxy",
    "backref",
    "column_property",
    "dynamic_loader",
    "foreign",
    "hybrid_property",
    "query_expression",
    "relationship",
    "synonym",
    "validates",
];

impl<'a> Terms<'a> {
    /// The columns that a mapped class brings to its table, its mixins' among them.
    pub(super) fn columns(&self, class: ClassId) -> Columns {
        let lineage = self.classes.lineage(class);
        let is_sqlmodel = lineage.root == Some(Root::SqlModel);
        let mut found = Columns {
            open: lineage.open,
            ..Columns::default()
        };
        // What an ancestor with a table has is in that table.
        let parent = self.mapped_parent(&lineage);
        let taken = parent.map(|parent| self.classes.lineage(parent));
        let taken = taken.iter().flat_map(|lineage| &lineage.classes);
        let taken: BTreeSet<ClassId> = taken.copied().collect();
        let mut seen = BTreeSet::new();
        for &holder in lineage
            .classes
            .iter()
            .filter(|class| !taken.contains(class))
        {
            for member in self.members(holder) {
                let name = member.name();
                if name.starts_with("__") || !seen.insert(name.to_owned()) {
                    continue;
                }
                match self.member(class, holder, member, is_sqlmodel) {
                    Found::Column(column) => found.declared.push(Declared {
                        holder,
                        attribute: name.to_owned(),
                        at: member.name_span(),
                        column,
                    }),
                    Found::Other => {}
                    Found::Unknown => found.open = true,
                }
            }
        }
        found
    }

    /// The column that an attribute of a class stands for.
    pub(super) fn column_of(&self, class: ClassId, attribute: &str) -> String {
        let mut at = Some(class);
        while let Some(class) = at {
            let columns = self.columns(class);
            let mut declared = columns.declared.iter();
            if let Some(declared) = declared.find(|it| it.attribute == attribute) {
                return declared.name().to_owned();
            }
            at = self.mapped_parent(&self.classes.lineage(class));
        }
        attribute.to_owned()
    }

    /// The fields and methods of a class, in order; of several assignments the last counts.
    fn members(&self, holder: ClassId) -> Vec<Member<'a>> {
        let facts = self.python.class(holder);
        let fields = facts.fields.iter().map(Member::Field);
        let own = format!("{}.", facts.name);
        let functions = &self.python.modules[holder.module].facts.functions;
        let declares = |function: &&Function| {
            let local = function.name.strip_prefix(&own);
            let mut decorators = function.decorators.iter();
            local.is_some_and(|name| !name.contains('.'))
                && decorators.any(|it| it.call.callee.contains("declared_attr"))
        };
        let functions = functions.iter().filter(declares).map(Member::Function);
        let mut members: Vec<Member> = fields.chain(functions).collect();
        members.sort_by_key(|member| member.name_span().start);
        let mut last = BTreeMap::new();
        for (nth, member) in members.iter().enumerate() {
            last.insert(member.name().to_owned(), nth);
        }
        let kept: BTreeSet<usize> = last.into_values().collect();
        let members = members.into_iter().enumerate();
        members
            .filter(|(nth, _)| kept.contains(nth))
            .map(|(_, member)| member)
            .collect()
    }

    fn member(&self, class: ClassId, holder: ClassId, member: Member, is_sqlmodel: bool) -> Found {
        match member {
            Member::Field(field) if is_sqlmodel => self
                .model_field(class, holder, field)
                .map_or(Found::Other, Found::Column),
            Member::Field(field) => self.field(class, holder, field),
            Member::Function(function) => self.computed(class, holder, function),
        }
    }

    fn field(&self, class: ClassId, holder: ClassId, field: &Field) -> Found {
        let annotation = field.annotation.as_ref();
        let said = annotation.map(|it| self.annotation(class, holder, it));
        let Some(value) = &field.value else {
            return match said {
                Some(said) if said.mapped && !said.related => {
                    let call = Call::bare("sqlalchemy.Column");
                    Found::Column(self.column(field, call, &said, field.span))
                }
                _ => Found::Other,
            };
        };
        let term = self.value(holder, value, field.span);
        let is_mapped = said
            .as_ref()
            .is_some_and(|said| said.mapped && !said.related);
        match self.classify(term, value) {
            Found::Column(term) => {
                let said = said.unwrap_or_default();
                let call = term.call().cloned().unwrap_or_else(|| Call::bare(""));
                Found::Column(self.column(field, call, &said, field.span))
            }
            Found::Unknown if is_mapped => {
                let call = Call::bare("sqlalchemy.Column");
                let said = said.unwrap_or_default();
                Found::Column(self.column(field, call, &Said { ty: None, ..said }, field.span))
            }
            other => other,
        }
    }

    /// What `@declared_attr` gives.
    fn computed(&self, class: ClassId, holder: ClassId, function: &Function) -> Found {
        let Some(value) = function.result.as_deref() else {
            let returns = function.returns.as_ref();
            let said = returns.map(|it| self.annotation(class, holder, it));
            return match said {
                Some(said) if said.related => Found::Other,
                _ => Found::Unknown,
            };
        };
        let bound = BTreeMap::new();
        let mut context = Context::new(module_scope(holder), &bound);
        context.class = Some(class);
        let term = self.term(&context, value, function.name_span);
        let Found::Column(term) = self.classify(term, value) else {
            return Found::Other;
        };
        let said = function.returns.as_ref();
        let said = said.map(|it| self.annotation(class, holder, it));
        let call = term.call().cloned().unwrap_or_else(|| Call::bare(""));
        let field = Field {
            name: last_name(&function.name).to_owned(),
            name_span: function.name_span,
            annotation: None,
            value: None,
            span: function.span,
        };
        Found::Column(self.column(&field, call, &said.unwrap_or_default(), function.span))
    }

    /// Whether a value is a column.
    fn classify(&self, term: Term, value: &Value) -> Found {
        let Form::Call(call) = &term.form else {
            // A call of something that is not in sight may give a column.
            return match (&term.form, value) {
                (Form::Unknown, Value::Call(_)) => Found::Unknown,
                _ => Found::Other,
            };
        };
        let first = call
            .args
            .first()
            .filter(|first| first.call().is_some_and(|call| is_column(&call.callee)));
        match call.name() {
            name if is_column(name) => Found::Column(term),
            "deferred" | "column_property" if first.is_some() => {
                first.cloned().map_or(Found::Other, Found::Column)
            }
            "composite" => Found::Unknown,
            name if OTHERS.binary_search(&name).is_ok() => Found::Other,
            _ => Found::Other,
        }
    }

    /// `Column(name, type, …)` of a field, what the annotation says added.
    fn column(&self, field: &Field, mut call: Call, said: &Said, span: Span) -> Term {
        call.callee = "sqlalchemy.Column".to_owned();
        if call.arg(0, &[]).is_none_or(|first| first.text().is_none()) {
            let name = call.keyword("name").and_then(Term::text);
            let name = name.unwrap_or(&field.name).to_owned();
            call.args.insert(0, Term::plain(field.name_span, name));
        } else if let Some(first) = call.args.first_mut() {
            first.span = field.name_span;
        }
        for beside in said.metadata.iter().filter_map(Term::call) {
            if is_column(&beside.callee) {
                complete(&mut call, beside);
            }
        }
        let refers = call.args.iter().any(|it| is_named(it, "ForeignKey"));
        if let Some(ty) = &said.ty
            && !has_type(&call)
            && !refers
        {
            call.args.insert(1, ty.clone());
        }
        if said.mapped && call.keyword("nullable").is_none() && !call.says("primary_key") {
            let at = field.annotation.as_ref().map_or(span, |it| it.span);
            call.keywords
                .push(keyword("nullable", Form::Bool(said.optional), at));
        }
        Term {
            span,
            form: Form::Call(Box::new(call)),
        }
    }
}

impl Declared {
    /// The name of the column.
    pub(super) fn name(&self) -> &str {
        let call = self.column.call();
        let name = call.and_then(|call| call.args.first()?.text());
        name.unwrap_or(&self.attribute)
    }
}

/// Adds to a column what an alias of its type says and the column itself does not.
fn complete(call: &mut Call, alias: &Call) {
    let typed = has_type(call);
    for argument in &alias.args {
        if argument.text().is_some() || typed && is_type(argument) {
            continue;
        }
        call.args.push(argument.clone());
    }
    for keyword in &alias.keywords {
        if call.keyword(&keyword.name).is_none() {
            call.keywords.push(keyword.clone());
        }
    }
}

fn has_type(call: &Call) -> bool {
    call.keyword("type_").is_some() || call.args.iter().any(is_type)
}

/// Whether an argument of a column is its type.
fn is_type(argument: &Term) -> bool {
    match &argument.form {
        Form::Call(call) => !matches!(
            call.name(),
            "CheckConstraint"
                | "Computed"
                | "FetchedValue"
                | "ForeignKey"
                | "Identity"
                | "Sequence"
        ),
        Form::Name(_) | Form::Unknown => true,
        _ => false,
    }
}

fn is_named(term: &Term, name: &str) -> bool {
    term.call().is_some_and(|call| call.name() == name)
}

pub(super) fn keyword(name: &str, form: Form, span: Span) -> Keyword {
    Keyword {
        name: name.to_owned(),
        value: Term { span, form },
        span,
    }
}

/// Whether a class is mapped at all.
pub(super) fn is_mapped(mapping: &Mapping) -> bool {
    !matches!(mapping, Mapping::None)
}
