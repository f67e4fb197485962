//! Fields of SQLModel as columns.

use super::annotations::Said;
use super::columns::keyword;
use super::terms::Terms;
use crate::facts::python::{Field, Value};
use crate::facts::sqlalchemy::term::{Call, Form, Term};
use crate::project::python::{ClassId, last_name};
use crate::source::Span;

impl Terms<'_> {
    /// The column of a field; `None` for what has none.
    pub(super) fn model_field(
        &self,
        class: ClassId,
        holder: ClassId,
        field: &Field,
    ) -> Option<Term> {
        let annotation = field.annotation.as_ref()?;
        let value = field.value.as_ref();
        if field.name == "model_config" || field.name.starts_with('_') {
            return None;
        }
        let said = self.annotation(class, holder, annotation);
        let term = value.map(|value| self.value(holder, value, field.span));
        let given = term.as_ref().and_then(Term::call).cloned();
        let given = given.or_else(|| said.metadata.iter().find_map(Term::call).cloned());
        let given = match given {
            Some(call) if call.name() == "Relationship" => return None,
            Some(call) if call.name() == "Field" => call,
            _ => Call::bare("Field"),
        };
        let is_relationship = matches!(value, Some(Value::Call(call))
            if last_name(&call.callee) == "Relationship");
        let is_written = ["sa_column", "sa_type"]
            .iter()
            .any(|it| given.given(it).is_some());
        if is_relationship || said.related && !is_written {
            return None;
        }
        let mut call = match given.given("sa_column") {
            Some(column) => column.call()?.clone(),
            None => column(&given, &said, annotation.span),
        };
        call.callee = "sqlalchemy.Column".to_owned();
        let has_name = call
            .args
            .first()
            .is_some_and(|first| first.text().is_some());
        if !has_name {
            let name = call.keyword("name").and_then(Term::text);
            let name = name.unwrap_or(&field.name).to_owned();
            call.args.insert(0, Term::plain(field.name_span, name));
        }
        Some(Term {
            span: field.span,
            form: Form::Call(Box::new(call)),
        })
    }
}

/// The column that the arguments of `Field(…)` describe.
fn column(given: &Call, said: &Said, annotation: Span) -> Call {
    let mut call = Call::bare("");
    let ty = given.given("sa_type").cloned();
    call.args
        .extend(ty.or_else(|| sized(said.ty.clone()?, given)));
    if let Some(target) = given.entry("foreign_key")
        && target.value.text().is_some()
    {
        let mut key = Call::bare("sqlalchemy.ForeignKey");
        key.args.push(target.value.clone());
        key.keywords.extend(given.entry("ondelete").cloned());
        call.args.push(Term {
            span: target.span,
            form: Form::Call(Box::new(key)),
        });
    }
    let more = given.given("sa_column_args").and_then(Term::elements);
    call.args.extend(more.unwrap_or_default().iter().cloned());
    for name in ["primary_key", "index", "unique", "nullable"] {
        call.keywords.extend(given.entry(name).cloned());
    }
    if let Some(Form::Dict(pairs)) = given.given("sa_column_kwargs").map(|it| &it.form) {
        for (key, value) in pairs {
            if let Some(name) = key.text() {
                call.keywords.retain(|it| it.name != name);
                call.keywords
                    .push(keyword(name, value.form.clone(), value.span));
            }
        }
    }
    if call.keyword("nullable").is_none() && !call.says("primary_key") {
        call.keywords
            .push(keyword("nullable", Form::Bool(said.optional), annotation));
    }
    call
}

/// `max_length` and the digits of a decimal belong to the type.
fn sized(ty: Term, given: &Call) -> Option<Term> {
    let Form::Name(name) = &ty.form else {
        return Some(ty);
    };
    let arguments: &[(&str, &str)] = match last_name(name) {
        "String" => &[("max_length", "length")],
        "Numeric" => &[("max_digits", "precision"), ("decimal_places", "scale")],
        _ => &[],
    };
    let mut call = Call::bare(name);
    for (from, to) in arguments {
        if let Some(value) = given.given(from) {
            call.keywords
                .push(keyword(to, value.form.clone(), value.span));
        }
    }
    let form = match call.keywords.is_empty() {
        true => ty.form,
        false => Form::Call(Box::new(call)),
    };
    Some(Term { form, ..ty })
}
