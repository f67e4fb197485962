//! Queries as they are built: what is looked up, by which key, and whether a row is certain.

use std::rc::Rc;

use super::call::Called;
use super::expression::query;
use super::names::{class_name, last, root};
use super::state::{Cell, Known, Origins, Query, QueryLibrary, Shape, Verb};
use super::{Field, Flow, Kind, LIBRARY, MAX_REMEMBERED, Node, whole};

impl<'t> Flow<'t, '_> {
    /// What a call gives that begins, builds or sends a query.
    pub(super) fn query_call(&mut self, called: &Called<'t>) -> Option<Known<'t>> {
        if let Some(known) = aggregate(called) {
            return Some(known);
        }

        if LIBRARY.query.executes.contains(called.method) && !called.args.is_empty() {
            return self.sent(called);
        }
        match called.receiver.shape.clone() {
            Shape::Query(query) => {
                let values = match query.verb {
                    Verb::Select => Vec::new(),
                    _ => self.values(called),
                };
                return Some(narrow(&query, called, values));
            }
            Shape::Aggregate => {
                let shape = Shape::Aggregate;
                return Some(Known {
                    shape,
                    ..Known::from(Origins::ROW)
                });
            }
            _ => {}
        }

        self.begun(called)
            .or_else(|| self.of_all_rows(called))
            .or_else(|| chained(called))
    }

    /// `select(X)`, `db.query(X)`, `self.get_queryset()`
    fn begun(&self, called: &Called<'t>) -> Option<Known<'t>> {
        let names = &LIBRARY.query;
        let on_module = called.object.is_none_or(|object| {
            self.names
                .imported(self.function, root(object.text()))
                .is_some()
        });
        let by_function = on_module && names.functions.contains(called.method);
        let by_method = called.object.is_some() && names.methods.contains(called.method);
        if names.django_methods.contains(called.method) {
            return Some(query(QueryLibrary::Django, None));
        }
        if !by_function && !by_method {
            return None;
        }
        let mut begun = query(QueryLibrary::Sqlalchemy, None);
        let first = called.positional().next()?;
        let entity = called
            .positional()
            .find_map(|argument| class_of(argument.node));
        let one_row = called
            .positional()
            .any(|argument| is_aggregate(&argument.known));
        let constant = first.node.kind() == Kind::Integer;
        let selects = matches!(called.method, "select" | "query");
        let verb = match called.method {
            "insert" => Verb::Insert,
            "update" => Verb::Update,
            "delete" => Verb::Delete,
            _ => Verb::Select,
        };
        if entity.is_none() && !one_row && !constant && !selects {
            return self.of_table(called, verb);
        }
        if let Shape::Query(query) = &mut begun.shape {
            let query = Rc::make_mut(query);
            query.entity = entity;
            query.verb = verb;
            query.always = one_row || constant || query.verb == Verb::Insert;
            let writes = matches!(query.verb, Verb::Update | Verb::Delete);
            query.whole = (writes || by_method) && called.args.len() == 1;
        }
        Some(begun)
    }

    /// `session.execute(query, parameters)`; a cursor keeps what it has executed.
    fn sent(&mut self, called: &Called<'t>) -> Option<Known<'t>> {
        let statement = statement(called);
        let is_text = |query: &Rc<Query>| query.library == QueryLibrary::Text;
        if let Some(name) = called.object.filter(|object| is_place(*object))
            && statement.as_ref().is_none_or(is_text)
        {
            self.places |= name.kind() == Kind::Attribute;
            let shape = statement.clone().map_or(Shape::Other, Shape::Query);
            self.reshape(name, shape);
        }
        let statement = statement?;
        if matches!(statement.verb, Verb::Insert | Verb::Upsert) {
            self.prove_inserted(&statement, called.node);
        }
        Some(Known {
            shape: Shape::Query(statement),
            ..Known::from(Origins::ROW)
        })
    }

    /// Changes what a cursor holds; sessions stay what they are.
    pub(super) fn reshape(&mut self, name: Node<'t>, shape: Shape<'t>) {
        if matches!(self.shape_of(name.text()), Some(Shape::Session)) {
            return;
        }
        let Some(variable) = self.variable(name.text()) else {
            return;
        };
        let Some(state) = &mut self.state else { return };
        let mut known = match state.get(variable) {
            Some(known) => Known::clone(known),
            None => Known::from(Origins::UNKNOWN),
        };
        known.shape = shape;
        state.set(variable, Some(Rc::new(known)));
    }
}

/// The statement that is the first argument, narrowed by the parameters passed with it.
pub(super) fn statement<'t>(called: &Called<'t>) -> Option<Rc<Query<'t>>> {
    let named = ["query", "statement", "sql", "stmt"];
    let is_statement = |name: &Option<&str>| name.is_none_or(|name| named.contains(&name));
    let place = called
        .args
        .iter()
        .position(|argument| is_statement(&argument.name))?;
    let Shape::Query(query) = &called.args[place].known.shape else {
        return None;
    };
    let mut query = Query::clone(query);
    for argument in &called.args[place + 1..] {
        query = query.narrowed(&argument.known);
    }
    Some(Rc::new(query))
}

/// `func.count(X.id)`, `exists(…)`, `Count("x")` inside `aggregate`.
fn aggregate<'t>(called: &Called<'t>) -> Option<Known<'t>> {
    let names = &LIBRARY.query.aggregate_functions;
    let on_func = called
        .object
        .is_some_and(|object| last(object.text()) == "func");
    let own = on_func && names.contains(called.method)
        || called.object.is_none() && called.method == "exists" && called.args.is_empty();
    let around = (on_func || called.object.is_none())
        && called
            .positional()
            .any(|argument| is_aggregate(&argument.known));
    let is_query = LIBRARY.query.functions.contains(called.method);
    (own || around && !is_query).then(|| Known {
        shape: Shape::Aggregate,
        ..Known::from(Origins::ROW)
    })
}

fn is_aggregate(known: &Known<'_>) -> bool {
    match &known.shape {
        Shape::Aggregate => true,
        Shape::Query(query) => query.always,
        _ => false,
    }
}

/// The next link of a chain of calls on a query.
fn narrow<'t>(query: &Rc<Query<'t>>, called: &Called<'t>, values: Vec<Cell>) -> Known<'t> {
    let names = &LIBRARY.query;
    if names.aggregates.contains(called.method) {
        let shape = match called.method {
            "exists" if query.library == QueryLibrary::Sqlalchemy => Shape::Aggregate,
            _ => Shape::Other,
        };
        return Known {
            shape,
            answer: Some(called.node),
            ..Known::from(Origins::ROW)
        };
    }
    let mut narrowed = Query::clone(query);
    if names.filters.contains(called.method) {
        for argument in &called.args {
            narrowed = narrowed.narrowed_by(argument.name, &argument.known);
        }
        let full = narrowed.conditions.len() > MAX_REMEMBERED;
        if !full && !matches!(called.method, "values" | "exclude") {
            narrowed.conditions.extend(conditions(called));
        }
    }
    narrowed.whole &= names.keeping.contains(called.method);
    if matches!(called.method, "values" | "bindparams") {
        narrowed.converts |= whole::converts(called);
        narrowed.values.extend(values);
    }
    match called.method {
        name if LIBRARY.effects.conflicts.contains(name) => narrowed.verb = Verb::Upsert,
        _ => {}
    }
    match called.method {
        "with_only_columns" | "with_entities" => {
            narrowed.always |= called
                .args
                .iter()
                .any(|argument| is_aggregate(&argument.known));
        }
        "on_conflict_do_nothing" => narrowed.always = false,
        _ => {}
    }
    Known {
        shape: Shape::Query(Rc::new(narrowed)),
        ..Known::from(Origins::ROW)
    }
}

/// `Order.filter(id=key)`, `x.filter(Order.id == key)`: a chain that filters as queries do.
fn chained<'t>(called: &Called<'t>) -> Option<Known<'t>> {
    let builds = ["filter", "filter_by", "where", "select", "find"];
    if !builds.contains(&called.method) || called.object.is_none() {
        return None;
    }
    let of_class = called.class().map(str::to_owned);
    let by_class = || {
        called
            .positional()
            .find_map(|argument| class_of(argument.node))
    };
    let entity = of_class.or_else(by_class)?;
    let Shape::Query(begun) = query(QueryLibrary::Alike, Some(entity)).shape else {
        return None;
    };
    Some(narrow(&begun, called, Vec::new()))
}

/// The columns that arguments compare for being equal: `id=key`, `Order.id == key`.
pub(super) fn conditions(called: &Called<'_>) -> Vec<Cell> {
    let cells = called
        .args
        .iter()
        .take(MAX_REMEMBERED)
        .filter_map(|argument| {
            let column = match argument.name {
                Some("**") => return None,
                Some(name) => equal_field(name)?.to_owned(),
                None => equal_column(argument.node)?,
            };
            Some(Cell {
                column,
                origins: argument.known.origins,
            })
        });
    cells.collect()
}

/// `email` of `email`, `email__iexact`; fields of related rows are none.
fn equal_field(name: &str) -> Option<&str> {
    match name.split_once("__") {
        None => Some(name),
        Some((field, "exact" | "iexact")) => Some(field),
        Some((field, "id" | "pk")) => Some(field),
        Some(_) => None,
    }
}

/// The column of `Order.id == key`.
fn equal_column(node: Node<'_>) -> Option<String> {
    if node.kind() == Kind::ParenthesizedExpression {
        return equal_column(node.operand()?);
    }
    let mut operators = node
        .children()
        .filter(|child| child.field() == Field::Operators);
    let equal = node.kind() == Kind::ComparisonOperator && operators.next()?.text() == "==";
    let mut sides = node
        .children()
        .filter(|child| child.field() != Field::Operators);
    let column = sides.find(|side| side.kind() == Kind::Attribute && class_of(*side).is_some())?;
    equal.then(|| last(column.text()).to_owned())
}

/// The class that an expression of a query is about: `Order`, `Order.id == key`, `~Order.paid`;
/// of a column of a table object, `orders.c.id`, the table.
pub(super) fn class_of(node: Node<'_>) -> Option<String> {
    match node.kind() {
        Kind::Identifier => class_name(node).map(str::to_owned),
        Kind::Attribute => {
            let object = node.child(Field::Object)?;
            let columns = node.child(Field::Attribute)?.text() == "c";
            class_of(object)
                .or_else(|| class_name(node).map(str::to_owned))
                .or_else(|| columns.then(|| object.text().to_owned()))
        }
        Kind::Call => class_of(node.child(Field::Function)?),
        Kind::UnaryOperator => class_of(node.child(Field::Argument)?),
        Kind::ComparisonOperator | Kind::ParenthesizedExpression => class_of(node.operand()?),
        Kind::BinaryOperator => class_of(node.child(Field::Left)?),
        _ => None,
    }
}

/// `cur`, `self.cur`
fn is_place(node: Node<'_>) -> bool {
    let mut node = node;
    while node.kind() == Kind::Attribute
        && let Some(object) = node.child(Field::Object)
    {
        node = object;
    }
    node.kind() == Kind::Identifier
}
