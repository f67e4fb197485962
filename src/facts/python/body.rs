//! What a function's own body holds apart from its paths: local names, wiring, tested types.

use rustc_hash::FxHashMap;

use super::flow::names::{is_class_like, last};
use super::value::{annotation, arguments, call, chain, value};
use super::{
    Call, Decorator, Function, Global, Value, answers, constructor, received, replies, retries,
    scans, sessions,
};
use crate::parse::python::{Field, Kind, Node};

/// Calls that wire an application together.
const WIRING: [&str; 25] = [
    "add_api_route",
    "add_delete",
    "add_exception_handler",
    "add_get",
    "add_head",
    "add_middleware",
    "add_namespace",
    "add_options",
    "add_patch",
    "add_post",
    "add_put",
    "add_resource",
    "add_route",
    "add_routes",
    "add_static",
    "add_subapp",
    "add_url_rule",
    "add_view",
    "exception_handler",
    "include_router",
    "init_app",
    "mount",
    "register",
    "register_blueprint",
    "register_error_handler",
];

/// More local names than this are not kept; generated code has them, factories do not.
const MAX_LOCALS: usize = 400;

/// Reads a body, nested functions and classes left out.
pub(super) fn describe(function: &mut Function, node: Node<'_>) {
    let Some(body) = node.child(Field::Body) else {
        return;
    };
    let mut bound: FxHashMap<&str, Bound<'_>> = FxHashMap::default();
    let mut order = Vec::new();
    let mut skip_to = 0;
    for node in body.descendants() {
        if node.index() < skip_to {
            continue;
        }
        answers::visit(function, node);
        match node.kind() {
            Kind::FunctionDefinition | Kind::ClassDefinition | Kind::Lambda => {
                skip_to = node.end_index();
            }
            Kind::Yield => function.is_generator = true,
            Kind::GlobalStatement | Kind::NonlocalStatement => {
                let names = node.children().map(|name| name.text().to_owned());
                function.globals.extend(names);
            }
            Kind::TryStatement | Kind::ReturnStatement => replies::visit(function, node),
            Kind::Call => of_call(function, node),
            Kind::Attribute => function.asks_method |= asks_method(node),
            Kind::ClassPattern => function.tested_types.extend(node.operand().map(dotted)),
            Kind::Identifier if is_target(node) => {
                let entry = bound.entry(node.text()).or_insert_with(|| {
                    order.push(node.text());
                    Bound::default()
                });
                entry.add(node);
            }
            _ => {}
        }
    }
    let once = order.into_iter().filter_map(|name| match bound.get(name) {
        Some(Bound {
            binder: Some(binder),
            times: 1,
        }) => local(name, *binder),
        _ => None,
    });
    let params = &function.params;
    let locals: Vec<Global> = once
        .filter(|local| params.iter().all(|param| param.name != local.name))
        .take(MAX_LOCALS)
        .collect();
    function.locals = locals;
    function.result = result(function, body);
    function.given = constructor::given(function, body);
    function.gives = gives(body);
    function.received = received::received(function, body);
    function.retries = retries::retries(body);
    function.path_reads = path_reads(body);
    function.scans = scans::scans(body);
    function.opened = sessions::opened(function, body);
    function.repeated = sessions::repeated(body);
}

/// Where a local name is bound.
#[derive(Default)]
struct Bound<'t> {
    /// How often; the same `with` twice counts once.
    times: usize,
    /// The assignment or `with … as` that did it last.
    binder: Option<Node<'t>>,
}

impl<'t> Bound<'t> {
    fn add(&mut self, name: Node<'t>) {
        let binder = name
            .ancestors()
            .find(|it| it.kind() != Kind::AsPatternTarget)
            .filter(|it| it.kind() == Kind::Assignment || managed(*it).is_some());
        let callee = |binder: Node<'t>| managed(binder).map(chain);
        let same = match (self.binder.and_then(callee), binder.and_then(callee)) {
            (Some(before), Some(now)) => before == now,
            _ => false,
        };
        self.times += usize::from(!same);
        self.binder = binder;
    }
}

/// What `with … as name` enters.
fn managed(pattern: Node<'_>) -> Option<Node<'_>> {
    let item = pattern.parent()?.kind() == Kind::WithItem;
    (item && pattern.kind() == Kind::AsPattern).then(|| pattern.operand())?
}

/// What every `return` with a value gives, where that is one name or one new object.
fn gives(body: Node<'_>) -> Option<Box<Value>> {
    let returns = replies::inside(body).filter(|it| it.kind() == Kind::ReturnStatement);
    let mut given = returns
        .filter_map(Node::operand)
        .filter(|it| it.kind() != Kind::None);
    let first = given.next()?;
    let is_object = match first.kind() {
        Kind::Identifier | Kind::Attribute => true,
        Kind::Call => is_class_like(last(&chain(first.child(Field::Function)?))),
        _ => false,
    };
    let alike = given.all(|other| other.text() == first.text());
    let value = || match value(first) {
        // An attribute of what a call gives.
        Value::Other(span) => Value::Name(chain(first), span),
        value => value,
    };
    (is_object && alike).then(|| Box::new(value()))
}

/// What a function gives that does nothing but return it. Methods compute; those that declare what
/// a class will have do not.
fn result(function: &Function, body: Node<'_>) -> Option<Box<Value>> {
    let declares = |decorator: &Decorator| decorator.call.callee.contains("declared_attr");
    if function.class.is_some() && !function.decorators.iter().any(declares) {
        return None;
    }
    let is_docstring = |statement: &Node<'_>| {
        statement.operand().map(Node::kind) == Some(Kind::String)
            && statement.kind() == Kind::ExpressionStatement
    };
    let mut statements = body.children().skip_while(is_docstring);
    let (only, None) = (statements.next()?, statements.next()) else {
        return None;
    };
    let result = match only.kind() {
        Kind::ReturnStatement => value(only.operand()?),
        _ => return None,
    };
    let is_made = matches!(
        result,
        Value::Str(..) | Value::Call(_) | Value::List(_) | Value::Dict(_) | Value::Joined(_)
    );
    is_made.then(|| Box::new(result))
}

/// Whether the name is bound where it stands.
pub(super) fn is_target(node: Node<'_>) -> bool {
    let bound = [Field::Left, Field::Alias];
    let mut at = node;
    while let Some(parent) = at.parent() {
        let pattern = matches!(
            parent.kind(),
            Kind::PatternList
                | Kind::TuplePattern
                | Kind::ListPattern
                | Kind::ListSplatPattern
                | Kind::AsPatternTarget
        );
        if !pattern {
            let named = parent.kind() == Kind::NamedExpression && at.field() == Field::Name;
            let assigns = matches!(
                parent.kind(),
                Kind::Assignment | Kind::AugmentedAssignment | Kind::ForStatement | Kind::AsPattern
            );
            return named || assigns && bound.contains(&at.field());
        }
        at = parent;
    }
    false
}

/// A name bound to a call or a name. Only what is built from a class keeps its arguments.
fn local(name: &str, assignment: Node<'_>) -> Option<Global> {
    if let Some(manager) = managed(assignment) {
        return Some(entered(name, manager, assignment));
    }
    let mut bound = value(assignment.child(Field::Right)?);
    match &mut bound {
        Value::Call(call) if !is_class_like(last(&call.callee)) => {
            call.args.clear();
            call.keywords.clear();
            call.receiver = None;
        }
        Value::Call(_) | Value::Name(..) => {}
        _ => return None,
    }
    Some(Global {
        name: name.to_owned(),
        annotation: assignment.child(Field::Type).map(annotation),
        value: bound,
        span: assignment.span(),
    })
}

/// A name bound by `with manager as name`: what the manager gives on entering. Of a manager that is
/// built for it the arguments are kept.
fn entered(name: &str, manager: Node<'_>, pattern: Node<'_>) -> Global {
    let built = match value(manager) {
        Value::Call(call) if is_class_like(last(&call.callee)) => Some(call),
        _ => None,
    };
    Global {
        name: name.to_owned(),
        annotation: None,
        value: Value::Call(Box::new(Call {
            callee: format!("{}.__enter__", chain(manager)),
            args: Vec::new(),
            keywords: Vec::new(),
            receiver: built,
            span: manager.span(),
        })),
        span: pattern.span(),
    }
}

fn of_call(function: &mut Function, node: Node<'_>) {
    let Some(callee) = node.child(Field::Function) else {
        return;
    };
    let name = callee.child(Field::Attribute).unwrap_or(callee).text();
    if name == "isinstance" {
        let types = arguments(node).nth(1);
        let types = types.into_iter().flat_map(|types| match types.kind() {
            Kind::Tuple => types.children().map(chain).collect(),
            _ => vec![chain(types)],
        });
        function.tested_types.extend(types);
    } else if name == "print" && callee.kind() == Kind::Identifier {
        if node
            .child(Field::Arguments)
            .is_none_or(|it| !sends_elsewhere(it))
        {
            function.prints.push(node.span());
        }
    } else if callee.kind() == Kind::Attribute && wires(callee, name) || hands_app_on(node) {
        function.wiring.push(call(node));
    }
}

/// `app.include_router(…)`, `app.middlewares.append(…)`
fn wires(callee: Node<'_>, name: &str) -> bool {
    let on = callee.child(Field::Object).map_or("", Node::text);
    let adds = matches!(name, "append" | "extend" | "insert");
    WIRING.binary_search(&name).is_ok()
        || adds && (on.ends_with(".middlewares") || on.ends_with(".routes"))
}

/// `setup_routes(app)`
fn hands_app_on(call: Node<'_>) -> bool {
    let ends = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.ends_with("app") || name.ends_with("application")
    };
    let stands = call
        .ancestors()
        .find(|it| it.kind() != Kind::Await)
        .is_some_and(|it| it.kind() == Kind::ExpressionStatement);
    let mut given = arguments(call);
    stands && given.any(|it| it.kind() == Kind::Identifier && ends(it.text()))
}

/// The parameters of the path that are read by name, unless some are read in another way.
fn path_reads(body: Node<'_>) -> Vec<String> {
    let of_path = |it: &Node<'_>| {
        let name = it.child(Field::Attribute).map(Node::text);
        it.kind() == Kind::Attribute && name == Some("match_info")
    };
    let reads: Option<Vec<String>> = replies::inside(body)
        .filter(of_path)
        .map(path_read)
        .collect();
    let mut reads = reads.unwrap_or_default();
    let of_view = replies::inside(body).filter(|it| {
        let name = it.child(Field::Attribute).map(Node::text);
        it.kind() == Kind::Attribute && name == Some("view_args")
    });
    reads.extend(of_view.filter_map(view_arg));
    reads
}

/// The key of `request.view_args["id"]` and `request.view_args.get("id")`.
fn view_arg(attribute: Node<'_>) -> Option<String> {
    let outer = attribute.parent()?;
    let key = match outer.kind() {
        Kind::Subscript => outer.child(Field::Subscript)?,
        Kind::Attribute if outer.text().ends_with(".get") => {
            let call = outer.parent().filter(|it| it.kind() == Kind::Call)?;
            arguments(call).next()?
        }
        _ => return None,
    };
    match value(key) {
        Value::Str(name, _) => Some(name),
        _ => None,
    }
}

/// The key of `request.match_info["id"]`, outside of any `try`.
fn path_read(attribute: Node<'_>) -> Option<String> {
    let item = attribute
        .parent()
        .filter(|it| it.kind() == Kind::Subscript)?;
    let key = item.child(Field::Subscript)?;
    let tried = item.ancestors().any(|it| it.kind() == Kind::TryStatement);
    match value(key) {
        Value::Str(name, _) if !tried => Some(name),
        _ => None,
    }
}

/// `request.method`, `request.POST`
fn asks_method(attribute: Node<'_>) -> bool {
    let name = attribute.child(Field::Attribute).map_or("", Node::text);
    matches!(name, "method" | "POST" | "FILES" | "body")
}

/// `print(…, file=…)`
fn sends_elsewhere(arguments: Node<'_>) -> bool {
    let named = arguments.children().filter_map(|it| it.child(Field::Name));
    named.into_iter().any(|name| name.text() == "file")
}

fn dotted(node: Node<'_>) -> String {
    node.text().split_whitespace().collect()
}
