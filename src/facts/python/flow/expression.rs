//! Expressions: what is known of their value, and which values they need.

use super::names::{class_name, is_class_like, last};
use super::state::{Known, Origins, Query, QueryLibrary, Shape};
use super::test::merge;
use super::{Field, Flow, Kind, LIBRARY, Node, value};
use crate::facts::python::UseKind;
use std::rc::Rc;

impl<'t> Flow<'t, '_> {
    /// Evaluates an expression.
    pub(super) fn eval(&mut self, node: Node<'t>) -> Known<'t> {
        if self.state.is_none() {
            return Known::default();
        }
        match node.kind() {
            Kind::Identifier => self.name(node),
            Kind::Attribute => self.attribute(node),
            Kind::Subscript => self.subscript(node),
            Kind::Call => self.call(node, false),
            Kind::Await | Kind::ParenthesizedExpression | Kind::AsPattern | Kind::Type => node
                .operand()
                .map_or_else(Known::default, |inner| self.eval(inner)),
            Kind::NamedExpression => self.named(node),
            Kind::Assignment => self.assignment(node),
            Kind::BooleanOperator | Kind::NotOperator => {
                let test = self.test(node);
                self.state = merge(test.yes, test.no, &test.mentioned);
                test.known
            }
            Kind::ComparisonOperator => self.comparison(node),
            Kind::ConditionalExpression => self.conditional(node),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression => self.comprehension(node),
            Kind::String | Kind::ConcatenatedString => self.string(node),
            Kind::None => Known {
                shape: Shape::Nothing,
                ..Known::from(Origins::CONSTANT)
            },
            Kind::Integer | Kind::Float | Kind::True | Kind::False | Kind::Ellipsis => {
                Known::from(Origins::CONSTANT)
            }
            Kind::Tuple | Kind::List | Kind::Set | Kind::ExpressionList | Kind::Dictionary => {
                let parts = self.parts(node);
                Known {
                    shape: Shape::Other,
                    answer: None,
                    ..parts
                }
            }
            Kind::ListSplat | Kind::DictionarySplat => self.splat(node),
            Kind::Yield => self.yielded(node),
            Kind::Lambda | Kind::TypeConversion | Kind::FormatSpecifier => {
                Known::from(Origins::UNKNOWN)
            }
            Kind::Token => Known::default(),
            _ => self.parts(node),
        }
    }

    /// A value computed from everything inside.
    fn parts(&mut self, node: Node<'t>) -> Known<'t> {
        let mut all: Option<Known> = None;
        for part in node.children().filter(|part| part.kind() != Kind::Token) {
            let known = self.eval(part).derived();
            all = Some(match all {
                Some(all) => all.and(known),
                None => known,
            });
        }
        all.unwrap_or_else(|| Known::from(Origins::CONSTANT))
    }

    fn name(&mut self, node: Node<'t>) -> Known<'t> {
        let name = node.text();
        let variable = self.variables.get(name).copied();
        let held = variable
            .zip(self.state.as_ref())
            .map(|(it, state)| state.get(it));
        match held {
            Some(Some(held)) => Known {
                key: held.origins.varies().then_some(node),
                ..Known::clone(held)
            },
            Some(None) => Known::from(Origins::UNKNOWN),
            None => self.outer_name(node, name),
        }
    }

    /// A name that the function does not bind.
    fn outer_name(&self, node: Node<'t>, name: &str) -> Known<'t> {
        let imported = self.names.imported(self.function, name);
        if name == "request" && imported.is_none_or(|path| last(path) == "request") {
            return Known {
                shape: Shape::Request,
                ..Known::default()
            };
        }
        let ours = imported.is_some() || self.names.defines(name) || is_class_like(name);
        if self.function.nested && !ours {
            return Known::keyed(Origins::UNKNOWN, node);
        }
        let shape = match self.names.text(name).and_then(text_query) {
            Some(query) => query,
            None if is_session_name(name) => Shape::Session,
            None => Shape::Other,
        };
        Known {
            shape,
            ..Known::from(Origins::CONSTANT)
        }
    }

    fn attribute(&mut self, node: Node<'t>) -> Known<'t> {
        let (Some(object), Some(name)) = (node.child(Field::Object), node.child(Field::Attribute))
        else {
            return Known::default();
        };
        if self.places
            && let Some(variable) = self.variables.get(node.text()).copied()
            && let Some(held) = self.state.as_ref().and_then(|state| state.get(variable))
        {
            let key = held.origins.varies().then_some(node);
            return Known {
                key,
                ..Known::clone(held)
            };
        }
        if let ("cls", Some(class), Some(library)) =
            (object.text(), &self.function.class, manager(name.text()))
        {
            return rows_of(library, last(class));
        }
        let holder = self.eval(object);
        self.demand(&holder, node, UseKind::Attribute);
        let known = attribute_of(object, &holder, name.text(), node);
        let request = matches!(holder.shape, Shape::Request);
        match request.then(|| self.sent_as(object, name.text(), node)) {
            Some(Some(raw)) => Known {
                shape: Shape::Raw(Rc::new(raw)),
                ..known
            },
            _ => known,
        }
    }

    fn subscript(&mut self, node: Node<'t>) -> Known<'t> {
        let Some(value) = node.child(Field::Value) else {
            return Known::default();
        };
        let holder = self.eval(value);
        self.demand(&holder, node, UseKind::Subscript);
        for index in node
            .children()
            .filter(|child| child.field() == Field::Subscript)
        {
            self.eval(index);
        }
        let raw = self.raw_item(&holder, node).map(Rc::new);
        Known {
            shape: raw.map_or(Shape::Other, Shape::Raw),
            ..Known::keyed(holder.origins.inside(), node)
        }
    }

    fn named(&mut self, node: Node<'t>) -> Known<'t> {
        let (Some(name), Some(value)) = (node.child(Field::Name), node.child(Field::Value)) else {
            return Known::default();
        };
        let known = self.eval(value);
        self.bind(name, known.clone());
        known
    }

    fn comparison(&mut self, node: Node<'t>) -> Known<'t> {
        let mut all = Known::default();
        let mut contains = false;
        for part in node.children() {
            if part.field() == Field::Operators {
                contains = part.text().ends_with("in");
                continue;
            }
            let known = self.eval(part);
            if contains {
                self.demand(&known, part, UseKind::Iteration);
            }
            all = all.and(Known {
                shape: Shape::Other,
                ..known.derived()
            });
        }
        all
    }

    fn conditional(&mut self, node: Node<'t>) -> Known<'t> {
        let mut parts = node.children();
        let (Some(value), Some(condition), Some(other)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Known::default();
        };
        let test = self.test(condition);
        self.state = test.yes;
        let value = self.eval(value);
        let after = self.state.take();
        self.state = test.no;
        let other = self.eval(other);
        self.state = merge(after, self.state.take(), &test.mentioned);
        let mut doubts = value.doubts.clone();
        doubts.extend(other.doubts.iter().cloned());
        Known {
            doubts,
            ..value.and(other)
        }
    }

    fn comprehension(&mut self, node: Node<'t>) -> Known<'t> {
        let mut before = None;
        let mut conditions: Option<Known> = None;
        let mut over = None;
        let mut targets: Vec<(Node<'t>, Known<'t>)> = Vec::new();
        self.depth += 1;
        for clause in node.children() {
            if clause.kind() == Kind::ForInClause {
                let element = self.iterated(clause);
                over = over.or(clause.child(Field::Right));
                before = before.or_else(|| self.state.clone());
                if let Some(left) = clause.child(Field::Left) {
                    self.bind(left, element.clone());
                    targets.push((left, element));
                }
            } else if clause.kind() == Kind::IfClause
                && let Some(condition) = clause.operand()
            {
                let known = self.kept_by(condition, &targets);
                conditions = Some(match conditions {
                    Some(before) => before.and(known),
                    None => known,
                });
            }
        }
        let body = node.child(Field::Body);
        let value = body.map_or_else(Known::default, |body| self.eval(body));
        self.depth -= 1;
        self.state = before;
        let shape = match conditions {
            Some(known) => Shape::Query(Rc::new(Query {
                origins: known.origins,
                key: known.key,
                ..Query::begun(QueryLibrary::Elements, over.and_then(value::name))
            })),
            None => Shape::Other,
        };
        Known {
            shape,
            ..Known::keyed(value.origins, node)
        }
    }

    /// A condition of a comprehension. What picks an element is what it is compared with, so the
    /// elements themselves count as nothing here.
    fn kept_by(&mut self, condition: Node<'t>, targets: &[(Node<'t>, Known<'t>)]) -> Known<'t> {
        for (target, _) in targets {
            self.bind(*target, Known::default());
        }
        let test = self.test(condition);
        self.state = test.yes;
        for (target, element) in targets {
            self.bind(*target, element.clone());
        }
        test.known
    }

    /// The elements of what a `for` runs over.
    pub(super) fn iterated(&mut self, clause: Node<'t>) -> Known<'t> {
        let mut all: Option<Known> = None;
        for right in clause
            .children()
            .filter(|child| child.field() == Field::Right)
        {
            let known = self.eval(right);
            self.demand(&known, right, UseKind::Iteration);
            let element = known.element();
            all = Some(match all {
                Some(all) => all.and(element),
                None => element,
            });
        }
        all.unwrap_or_default()
    }

    fn splat(&mut self, node: Node<'t>) -> Known<'t> {
        let Some(inner) = node.operand() else {
            return Known::default();
        };
        let known = self.eval(inner);
        self.demand(&known, node, UseKind::Iteration);
        known.derived()
    }

    /// Literals, one or several side by side; SQL text is a query, whose holes are its keys.
    fn string(&mut self, node: Node<'t>) -> Known<'t> {
        let mut all = Known::from(Origins::CONSTANT);
        let literals = || {
            let several = node.kind() == Kind::ConcatenatedString;
            let one = (!several).then_some(node);
            one.into_iter()
                .chain(several.then(|| node.children()).into_iter().flatten())
        };
        let parts = || literals().flat_map(|literal| literal.children());
        let mut sql = parts()
            .find(|part| !matches!(part.kind(), Kind::StringStart | Kind::StringEnd))
            .filter(|first| first.kind() == Kind::StringContent && super::sql::begins(first.text()))
            .map(|_| String::new());
        for part in parts() {
            if part.kind() == Kind::StringContent {
                sql.iter_mut().for_each(|text| text.push_str(part.text()));
            } else if part.kind() == Kind::Interpolation {
                sql.iter_mut().for_each(|text| text.push_str("{}"));
                if let Some(inner) = part.child(Field::Expression) {
                    let known = self.eval(inner);
                    all = all.and(Known {
                        shape: Shape::Other,
                        ..known.derived()
                    });
                }
            }
        }
        if let Some(Shape::Query(query)) = sql.as_deref().and_then(text_query) {
            all.shape = Shape::Query(Rc::new(query.narrowed(&all)));
        }
        all
    }
}

/// The query that a text is.
fn text_query<'t>(text: &str) -> Option<Shape<'t>> {
    let sql = super::sql::read(text)?;
    Some(Shape::Query(Rc::new(Query {
        always: sql.always,
        verb: sql.verb,
        text: Some(text.into()),
        whole: super::whole::is_sweep(text),
        ..Query::begun(QueryLibrary::Text, sql.table)
    })))
}

/// What an attribute of a value is.
fn attribute_of<'t>(object: Node<'t>, holder: &Known<'t>, name: &str, node: Node<'t>) -> Known<'t> {
    if LIBRARY.request.validated.contains(name) {
        return Known::keyed(Origins::REQUEST, node);
    }
    match &holder.shape {
        // `request.rel_url.query` is `request.query`.
        Shape::Request if name == "rel_url" => {
            return Known {
                shape: Shape::Request,
                ..Known::keyed(Origins::REQUEST, node)
            };
        }
        Shape::Request if LIBRARY.request.data.contains(name) => {
            return Known::keyed(Origins::REQUEST, node);
        }
        Shape::Request => return Known::keyed(Origins::UNKNOWN, node),
        Shape::Own => return own_attribute(name, node),
        Shape::Query(_) => return Known::keyed(Origins::ROW, node),
        _ => {}
    }

    if let (Some(class), Some(library)) = (class_name(object), manager(name)) {
        return rows_of(library, class);
    }
    let shape = if is_session_name(name) {
        Shape::Session
    } else {
        Shape::Other
    };
    Known {
        shape,
        ..Known::keyed(holder.origins.inside(), node)
    }
}

/// Whose queries an attribute of a class begins.
fn manager(name: &str) -> Option<QueryLibrary> {
    if LIBRARY.query.django_managers.contains(name) {
        return Some(QueryLibrary::Django);
    }
    let sqlalchemy = LIBRARY.query.sqlalchemy_managers.contains(name);
    sqlalchemy.then_some(QueryLibrary::Sqlalchemy)
}

/// `self.x`
fn own_attribute<'t>(name: &str, node: Node<'t>) -> Known<'t> {
    let shape = match name {
        "request" => Shape::Request,
        _ if is_session_name(name) => Shape::Session,
        _ => Shape::Other,
    };
    let origins = match name {
        "kwargs" | "args" => Origins::REQUEST,
        _ => Origins::UNKNOWN,
    };
    Known {
        shape,
        ..Known::keyed(origins, node)
    }
}

/// A query about all rows of a class.
pub(super) fn rows_of<'t>(library: QueryLibrary, class: &str) -> Known<'t> {
    let query = Query::begun(library, Some(class.to_owned())).of_all();
    Known {
        shape: Shape::Query(Rc::new(query)),
        ..Known::from(Origins::ROW)
    }
}

/// A query that has just begun.
pub(super) fn query<'t>(library: QueryLibrary, entity: Option<String>) -> Known<'t> {
    let query = Query::begun(library, entity);
    Known {
        shape: Shape::Query(Rc::new(query)),
        ..Known::from(Origins::ROW)
    }
}

/// `db`, `session`, `async_session`
pub(in crate::facts::python) fn is_session_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    LIBRARY.query.sessions.contains(&name) || name.ends_with("session")
}
