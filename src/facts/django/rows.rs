//! What the functions of a migration of Django do to rows: statements about all of a table, and the
//! models that they fill. What stands under a condition or in a loop is left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::python::Value;
use crate::facts::python::value::{arguments, call, chain};
use crate::facts::sweep::{Sweep, is_explained};
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// What an operation does to rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Its statements of SQL about every row of a table.
    pub sweeps: Vec<Sweep>,
    /// The same by queries of models.
    pub models: Vec<ModelSweep>,
    /// Models that get rows, as `app.Model`.
    pub filled: Vec<String>,
}

/// A query that changes or removes every row of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSweep {
    /// The model, as `app.Model`.
    pub model: String,
    /// The fields that are written; none where rows are removed.
    pub fields: Vec<String>,
    /// The call.
    pub span: Span,
    /// A comment beside it, or what the function says of itself, says why.
    pub explained: bool,
}

/// Managers of a class.
const MANAGERS: [&str; 3] = ["objects", "_base_manager", "_default_manager"];

/// Methods that leave a query with every row it had.
const KEEPING: [&str; 5] = ["all", "iterator", "order_by", "select_related", "using"];

/// Methods that make rows.
const MAKING: [&str; 4] = ["bulk_create", "create", "get_or_create", "update_or_create"];

/// Expressions that give each row what its own values say.
const EXPRESSIONS: [&str; 9] = [
    "Case", "Cast", "Coalesce", "Concat", "F", "Lower", "OuterRef", "Subquery", "Upper",
];

impl Rows {
    /// Adds what a function does.
    pub(super) fn see(&mut self, function: Node<'_>) {
        let models = models(function);
        let said = says_something(function);
        for node in function.descendants().filter(|it| it.kind() == Kind::Call) {
            let Some((model, method, links)) = query(node, &models) else {
                continue;
            };
            if MAKING.contains(&method) {
                self.filled.push(model);
            } else if let Some(fields) = swept(node, method, links)
                && always(node, function)
            {
                let named = is_named(function, fields.is_empty());
                let beside = is_explained(node.source(), node.span(), "#");
                let explained = said || named || beside;
                self.models.push(ModelSweep {
                    model,
                    fields,
                    span: node.span(),
                    explained,
                });
            }
        }
    }
}

/// The models that names of a function stand for: `Order = apps.get_model("shop", "Order")`.
fn models<'t>(function: Node<'t>) -> BTreeMap<&'t str, String> {
    let assignments = function
        .descendants()
        .filter(|it| it.kind() == Kind::Assignment);
    let bound = assignments.filter_map(|node| {
        let name = node.child(Field::Left)?;
        let model = asked_for(node.child(Field::Right)?)?;
        (name.kind() == Kind::Identifier).then_some((name.text(), model))
    });
    bound.collect()
}

/// `apps.get_model("shop", "Order")`
fn asked_for(node: Node<'_>) -> Option<String> {
    let function = node
        .child(Field::Function)
        .filter(|_| node.kind() == Kind::Call)?;
    if !chain(function).ends_with(".get_model") {
        return None;
    }
    let written = call(node);
    let keywords = written.keywords.iter().map(|keyword| &keyword.value);
    let named = written
        .args
        .iter()
        .chain(keywords)
        .map(|value| match value {
            Value::Str(text, _) => Some(text.as_str()),
            _ => None,
        });
    Some(named.collect::<Option<Vec<&str>>>()?.join("."))
}

/// The model, the method and the number of calls before it, of a query about all rows of a model.
fn query<'t>(node: Node<'t>, models: &BTreeMap<&str, String>) -> Option<(String, &'t str, usize)> {
    let function = node.child(Field::Function)?;
    let method = function.child(Field::Attribute)?.text();
    let mut object = function.child(Field::Object)?;
    let mut links = 0;
    while object.kind() == Kind::Call {
        let inner = object.child(Field::Function)?;
        if !KEEPING.contains(&inner.child(Field::Attribute)?.text()) {
            return None;
        }
        object = inner.child(Field::Object)?;
        links += 1;
    }
    let manager = object.child(Field::Attribute)?.text();
    let class = object
        .child(Field::Object)
        .filter(|_| MANAGERS.contains(&manager))?;
    let model = match class.kind() {
        Kind::Identifier => models.get(class.text())?.clone(),
        _ => asked_for(class)?,
    };
    Some((model, method, links))
}

/// The fields that a query about all rows gives the same values; none where it removes the rows.
fn swept(node: Node<'_>, method: &str, links: usize) -> Option<Vec<String>> {
    match method {
        // A manager has no `delete`.
        "delete" if links > 0 => Some(Vec::new()),
        "update" => {
            let own = |it: Node| {
                let name = it.child(Field::Function).map(chain).unwrap_or_default();
                EXPRESSIONS.contains(&name.rsplit('.').next().unwrap_or_default())
            };
            let converts = node
                .descendants()
                .any(|it| it.kind() == Kind::Call && own(it));
            let fields = arguments(node).map(|argument| {
                let named = argument.kind() == Kind::KeywordArgument;
                let name = argument.child(Field::Name).filter(|_| named)?;
                Some(name.text().to_owned())
            });
            let fields = fields.collect::<Option<Vec<String>>>()?;
            (!converts && !fields.is_empty()).then_some(fields)
        }
        _ => None,
    }
}

/// Whether a call runs whenever its function does.
pub(super) fn always(node: Node<'_>, function: Node<'_>) -> bool {
    let mut around = node
        .ancestors()
        .take_while(|it| it.index() != function.index());
    around.all(|it| {
        matches!(
            it.kind(),
            Kind::Block
                | Kind::ExpressionStatement
                | Kind::Assignment
                | Kind::WithStatement
                | Kind::TryStatement
                | Kind::ReturnStatement
        )
    })
}

/// Whether a function says in words what it does.
fn says_something(function: Node<'_>) -> bool {
    let body = function.child(Field::Body);
    let first = body.and_then(|body| body.children().next());
    let text = first.and_then(Node::operand);
    text.is_some_and(|text| matches!(text.kind(), Kind::String | Kind::ConcatenatedString))
}

/// Whether the name of a function says that it removes what there is: `remove_old_tokens`, or that it
/// is about all rows: `reset_counters`.
fn is_named(function: Node<'_>, removes: bool) -> bool {
    const REMOVES: [&str; 9] = [
        "clean", "delete", "destroy", "drop", "empty", "purge", "remove", "truncate", "wipe",
    ];
    const ALL: [&str; 5] = ["all", "clear", "every", "everything", "reset"];
    let name = function.child(Field::Name).map_or("", Node::text);
    let mut words = name.split('_');
    words.any(|word| ALL.contains(&word) || removes && REMOVES.contains(&word))
}
