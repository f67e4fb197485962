//! Finds literals bound to sensitive names in Python. Knows the syntax of bindings, not what makes
//! a name sensitive or a value real.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::names::{self, Sensitivity};
use super::refusals::Refusals;
use super::values::{Bound, classify};
use super::{Binding, Suspect, ValueClass, urls};
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// Calls that only wrap the literal they are given.
const WRAPPERS: [&str; 6] = [
    "SecretStr",
    "SecretBytes",
    "Secret",
    "Field",
    "str",
    "bytes",
];

/// Collects suspects while the nodes of a tree pass by in source order.
#[derive(Default)]
pub struct Suspects<'t> {
    found: Vec<Suspect>,
    groups: FxHashMap<Cow<'t, str>, u32>,
    refusals: Refusals<'t>,
}

/// What a literal is bound to.
struct Name<'t> {
    /// The part that says what the value is: `api_key`.
    word: &'t str,
    /// As written, for messages: `config["api_key"]`.
    text: &'t str,
    span: Span,
}

/// A string made of constants only.
struct Literal<'t> {
    text: Cow<'t, str>,
    value: Span,
    span: Span,
}

impl<'t> Suspects<'t> {
    /// Takes one node.
    pub fn visit(&mut self, node: Node<'t>) {
        self.refusals.visit(node);
        match node.kind() {
            _ if node.is_broken() => {}
            Kind::Assignment => self.assignment(node),
            Kind::NamedExpression => self.field(node, Field::Name, Binding::Assignment),
            Kind::KeywordArgument => self.keyword(node),
            Kind::Pair => self.field(node, Field::Key, Binding::DictValue),
            Kind::DefaultParameter | Kind::TypedDefaultParameter => {
                self.field(node, Field::Name, Binding::ParameterDefault);
            }
            Kind::ComparisonOperator => self.comparison(node),
            Kind::Call => self.environment_default(node),
            Kind::String => self.urls(node),
            _ => {}
        }
    }

    /// What was found, in source order.
    pub fn finish(mut self) -> Vec<Suspect> {
        self.refusals.settle(&mut self.found, &self.groups);
        self.found
    }

    fn field(&mut self, node: Node<'t>, name: Field, binding: Binding) {
        if let (Some(name), Some(value)) = (node.child(name), node.child(Field::Value)) {
            self.bind(name, value, binding);
        }
    }

    fn assignment(&mut self, node: Node<'t>) {
        let (Some(target), Some(value)) = (node.child(Field::Left), node.child(Field::Right))
        else {
            return;
        };
        if matches!(target.kind(), Kind::PatternList | Kind::TuplePattern) {
            for (target, value) in target.children().zip(value.children()) {
                self.bind(target, value, Binding::Assignment);
            }
            return;
        }
        let binding = match enclosing_class(node) {
            Some(class) if has_base(class, &["Enum", "Choices", "Flag"]) => return,
            Some(class) if has_base(class, &["Settings"]) => Binding::SettingsField,
            _ => Binding::Assignment,
        };
        self.bind(target, value, binding);
    }

    /// `auth=("user", "password")` is how HTTP clients take basic credentials.
    fn keyword(&mut self, node: Node<'t>) {
        let (Some(name), Some(value)) = (node.child(Field::Name), node.child(Field::Value)) else {
            return;
        };
        let pair: Vec<Node<'t>> = match value.kind() {
            Kind::Tuple if name.text() == "auth" => value.children().collect(),
            _ => Vec::new(),
        };
        match pair.as_slice() {
            [_, password] => {
                let binding = Binding::KeywordArgument;
                self.judge(name, *password, binding, |_| Some(Sensitivity::Password));
            }
            _ => self.bind(name, value, Binding::KeywordArgument),
        }
    }

    fn comparison(&mut self, node: Node<'t>) {
        let mut operators = node
            .children()
            .filter(|child| child.field() == Field::Operators);
        let compares = operators
            .next()
            .is_some_and(|only| ["==", "!="].contains(&only.text()));
        let operands: Vec<Node<'t>> = node
            .children()
            .filter(|child| child.field() == Field::None)
            .collect();
        if let ([left, right], true, None) = (operands.as_slice(), compares, operators.next()) {
            self.bind(*left, *right, Binding::Comparison);
            self.bind(*right, *left, Binding::Comparison);
        }
    }

    /// `os.getenv("NAME", "…")`, `config("NAME", default="…")`: the variable is the name.
    fn environment_default(&mut self, node: Node<'t>) {
        if !is_environment_lookup(node) {
            return;
        }
        let mut positional = Vec::new();
        let mut default = None;
        for argument in arguments(node) {
            match argument.kind() {
                Kind::KeywordArgument => {
                    let is_default = argument.child(Field::Name).map(Node::text) == Some("default");
                    default = default.or(argument.child(Field::Value).filter(|_| is_default));
                }
                _ => positional.push(argument),
            }
        }
        let second = positional.get(1).copied();
        if let (Some(name), Some(value)) = (positional.first(), default.or(second)) {
            self.bind(*name, value, Binding::EnvironmentDefault);
        }
    }

    /// Passwords in URLs, also between the holes of a formatted string.
    fn urls(&mut self, node: Node<'t>) {
        let is_statement = node.parent().map(Node::kind) == Some(Kind::ExpressionStatement);
        let may_be = |mark| memchr::memmem::find(node.text().as_bytes(), mark).is_some();
        if is_statement || !may_be(b"://") && !may_be(b"=") || is_example(node) {
            return;
        }
        for found in urls::passwords(node.text()) {
            let start = node.span().start as usize;
            let text = &node.text()[found.password.clone()];
            let value = Literal {
                text: text.into(),
                value: Span::new(start + found.password.start, start + found.password.end),
                span: node.span(),
            };
            let name = bound_name(node).unwrap_or(Name {
                word: found.scheme,
                text: found.scheme,
                span: node.span(),
            });
            self.refusals.known_as(name.word, node);
            let binding = Binding::Url {
                host: found.host,
                holder: None,
            };
            self.push(name, value, found.class, (binding, Sensitivity::Password));
        }
    }

    fn bind(&mut self, name: Node<'t>, value: Node<'t>, binding: Binding) {
        if may_hold_a_literal(value) {
            self.judge(name, value, binding, names::sensitivity);
        }
    }

    fn judge(
        &mut self,
        target: Node<'t>,
        value: Node<'t>,
        binding: Binding,
        sensitivity: fn(&str) -> Option<Sensitivity>,
    ) {
        let Some(name) = name_of(target) else { return };
        let Some(sensitivity) = sensitivity(name.word) else {
            return;
        };
        let Some((literal, falls_back)) = literal_of(value) else {
            return;
        };
        let bound = Bound {
            name: name.word,
            sensitivity,
            binding: if falls_back {
                Binding::EnvironmentDefault
            } else {
                binding
            },
            is_beside_login: &|| is_beside_login(target),
        };
        if let Some(class) = classify(&literal.text, &bound)
            && !is_example(value)
        {
            self.refusals.known_as(name.word, target);
            self.push(name, literal, class, (bound.binding, sensitivity));
        }
    }

    fn push(
        &mut self,
        name: Name<'t>,
        value: Literal<'t>,
        class: ValueClass,
        (binding, sensitivity): (Binding, Sensitivity),
    ) {
        let next = self.groups.len() as u32;
        let group = *self.groups.entry(value.text).or_insert(next);
        self.found.push(Suspect {
            value: value.value,
            literal: value.span,
            name: name.text.to_owned(),
            name_span: name.span,
            class,
            binding,
            group,
            purpose: names::purpose(name.word, sensitivity),
            refused: false,
        });
    }
}

/// The name that a target, a key or a looked up entry stands for.
fn name_of(node: Node<'_>) -> Option<Name<'_>> {
    let word = match node.kind() {
        Kind::Identifier => node.text(),
        Kind::Attribute => node.child(Field::Attribute)?.text(),
        Kind::String => content(node)?.1,
        Kind::Subscript => content(node.child(Field::Subscript)?)?.1,
        Kind::Call => return looked_up(node),
        _ => return None,
    };
    // What else stands in the target (arguments, other keys) may itself be secret.
    let is_plain = match node.kind() {
        Kind::Attribute => is_dotted(node),
        Kind::Subscript => node.child(Field::Value).is_some_and(is_dotted),
        _ => false,
    };
    Some(Name {
        word,
        text: if is_plain { node.text() } else { word },
        span: node.span(),
    })
}

/// What a literal is bound to, by the nearest thing around it that binds.
fn bound_name(node: Node<'_>) -> Option<Name<'_>> {
    node.ancestors().find_map(|around| match around.kind() {
        Kind::Assignment => name_of(around.child(Field::Left)?),
        Kind::KeywordArgument | Kind::DefaultParameter | Kind::TypedDefaultParameter => {
            name_of(around.child(Field::Name)?)
        }
        Kind::Pair => name_of(around.child(Field::Key)?),
        Kind::Call if is_environment_lookup(around) => name_of(arguments(around).next()?),
        _ => None,
    })
}

/// `request.form.get("password")`.
fn looked_up(call: Node<'_>) -> Option<Name<'_>> {
    let function = call.child(Field::Function)?;
    let method = function.child(Field::Attribute)?.text();
    let key = arguments(call).next().filter(|_| method == "get")?;
    Some(Name {
        span: call.span(),
        ..name_of(key).filter(|_| key.kind() == Kind::String)?
    })
}

fn is_dotted(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Identifier => true,
        Kind::Attribute => node.child(Field::Object).is_some_and(is_dotted),
        _ => false,
    }
}

/// `{"user": "shop", "password": "…"}`: what stands beside a literal user or host is a login.
fn is_beside_login(target: Node<'_>) -> bool {
    const LOGIN: [&str; 9] = [
        "database", "db", "dbname", "email", "host", "hostname", "login", "user", "username",
    ];
    // Longer collections are data.
    const MAX_SIBLINGS: usize = 50;
    let entry = target
        .parent()
        .filter(|entry| matches!(entry.kind(), Kind::Pair | Kind::KeywordArgument));
    let siblings = entry
        .and_then(Node::parent)
        .into_iter()
        .flat_map(Node::children);
    siblings.take(MAX_SIBLINGS).any(|sibling| {
        let name = sibling.children().next().and_then(name_of);
        let value = sibling.child(Field::Value).and_then(content);
        name.zip(value).is_some_and(|(name, (_, value))| {
            let words = names::words(name.word);
            let own_name = value.to_lowercase().contains(&name.word.to_lowercase());
            words
                .last()
                .is_some_and(|last| LOGIN.contains(&last.as_str()))
                && !own_name
        })
    })
}

/// A cheap refusal, before anything is said about the name.
fn may_hold_a_literal(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        Kind::String
            | Kind::ConcatenatedString
            | Kind::ParenthesizedExpression
            | Kind::BooleanOperator
            | Kind::Call
    )
}

/// The literal that an expression comes down to, and whether it only stands in for a missing
/// environment variable.
fn literal_of(node: Node<'_>) -> Option<(Literal<'_>, bool)> {
    match node.kind() {
        Kind::String => {
            let (value, text) = content(node)?;
            let (text, span) = (Cow::Borrowed(text), node.span());
            Some((Literal { text, value, span }, false))
        }
        Kind::ConcatenatedString => concatenated(node).map(|literal| (literal, false)),
        Kind::ParenthesizedExpression => literal_of(node.operand()?),
        Kind::BooleanOperator => {
            let (literal, _) = literal_of(node.child(Field::Right)?)?;
            let left = node.child(Field::Left)?;
            let or = node.child(Field::Operator)?.text() == "or";
            or.then_some((literal, is_environment_lookup(left)))
        }
        Kind::Call => wrapped(node),
        _ => None,
    }
}

/// `SecretStr("…")`, `Field(default="…")`, `"…".encode()`.
fn wrapped(call: Node<'_>) -> Option<(Literal<'_>, bool)> {
    let function = call.child(Field::Function)?;
    if function.kind() == Kind::Attribute && function.child(Field::Attribute)?.text() == "encode" {
        return literal_of(function.child(Field::Object)?);
    }
    let callee = function.text().rsplit('.').next()?;
    let wrapped = arguments(call).find_map(|argument| match argument.kind() {
        Kind::KeywordArgument if argument.child(Field::Name)?.text() == "default" => {
            argument.child(Field::Value)
        }
        Kind::KeywordArgument => None,
        _ => Some(argument),
    });
    literal_of(wrapped.filter(|_| WRAPPERS.contains(&callee))?)
}

fn concatenated(node: Node<'_>) -> Option<Literal<'_>> {
    let parts: Vec<(Span, &str)> = node.children().map(content).collect::<Option<_>>()?;
    Some(Literal {
        text: parts.iter().map(|(_, text)| *text).collect(),
        value: parts.first()?.0.to(parts.last()?.0),
        span: node.span(),
    })
}

/// What stands between the quotes of a string without holes.
fn content(node: Node<'_>) -> Option<(Span, &str)> {
    let end_of = |kind| node.children().find(|part| part.kind() == kind);
    let has_hole = node
        .children()
        .any(|part| part.kind() == Kind::Interpolation);
    let quotes = end_of(Kind::StringStart).zip(end_of(Kind::StringEnd));
    let (open, close) = quotes.filter(|_| !has_hole && node.kind() == Kind::String)?;
    let span = Span {
        start: open.span().end,
        end: close.span().start,
    };
    let before = open.text().len();
    Some((
        span,
        &node.text()[before..node.text().len() - close.text().len()],
    ))
}

/// `os.getenv(…)`, `os.environ.get(…)`, and the `config(…)` and `env(…)` of settings libraries.
fn is_environment_lookup(node: Node<'_>) -> bool {
    let Some(function) = node
        .child(Field::Function)
        .filter(|_| node.kind() == Kind::Call)
    else {
        return false;
    };
    let callee = function.text();
    matches!(callee, "config" | "env" | "env.str" | "environ.get")
        || ["getenv", "os.environ.get", "os.environ.setdefault"]
            .iter()
            .any(|lookup| callee.ends_with(lookup))
}

fn arguments(call: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    call.child(Field::Arguments)
        .filter(|list| list.kind() == Kind::ArgumentList)
        .into_iter()
        .flat_map(Node::children)
}

/// The class whose body a statement stands in.
fn enclosing_class(statement: Node<'_>) -> Option<Node<'_>> {
    statement
        .ancestors()
        .find(|node| !matches!(node.kind(), Kind::ExpressionStatement | Kind::Block))
        .filter(|node| node.kind() == Kind::ClassDefinition)
}

fn has_base(class: Node<'_>, endings: &[&str]) -> bool {
    class
        .child(Field::Superclasses)
        .into_iter()
        .flat_map(Node::children)
        .any(|base| endings.iter().any(|ending| base.text().ends_with(ending)))
}

/// Inside documentation: `examples=[{"password": "…"}]`, `json_schema_extra={"example": …}`.
fn is_example(node: Node<'_>) -> bool {
    const SHOWN: [&str; 4] = ["example", "examples", "placeholder", "placeholders"];
    node.ancestors().any(|around| {
        let name = match around.kind() {
            Kind::KeywordArgument => around.child(Field::Name),
            Kind::Pair => around.child(Field::Key),
            Kind::Assignment => around.child(Field::Left),
            _ => None,
        };
        name.is_some_and(|name| {
            names::words(name.text())
                .iter()
                .any(|word| SHOWN.contains(&word.as_str()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::Binding::*;
    use super::*;
    use crate::parse::python::parse;

    /// Name, text of the value and binding of each suspect.
    fn suspects(text: &str) -> Vec<(String, &str, Binding)> {
        let found = read(text).into_iter();
        found
            .map(|suspect| (suspect.name, suspect.value.of(text), suspect.binding))
            .collect()
    }

    fn read(text: &str) -> Vec<Suspect> {
        let (tree, _) = parse(text, 0..text.len());
        let mut suspects = Suspects::default();
        tree.nodes().for_each(|node| suspects.visit(node));
        suspects.finish()
    }

    fn assert_one(text: &str, name: &str, value: &str, binding: Binding) {
        let expected = [(name.to_owned(), value, binding)];
        assert_eq!(suspects(text), expected, "{text}");
    }

    #[test]
    fn every_way_to_bind_is_seen() {
        for (text, name, binding) in [
            ("pwd = 'hunt3r'", "pwd", Assignment),
            ("pwd: str = 'hunt3r'", "pwd", Assignment),
            ("self.pwd = 'hunt3r'", "self.pwd", Assignment),
            ("c['pwd'] = 'hunt3r'", "c['pwd']", Assignment),
            ("f('x')['pwd'] = 'hunt3r'", "pwd", Assignment),
            ("user, pwd = 'ada', 'hunt3r'", "pwd", Assignment),
            ("f(pwd := 'hunt3r')", "pwd", Assignment),
            ("pwd = pwd or 'hunt3r'", "pwd", Assignment),
            ("pwd = SecretStr('hunt3r')", "pwd", Assignment),
            (
                "pwd: str = Field(default='hunt3r', max_length=9)",
                "pwd",
                Assignment,
            ),
            ("pwd = b'hunt3r'", "pwd", Assignment),
            ("pwd = 'hunt3r'.encode()", "pwd", Assignment),
            ("f(pwd=('hunt3r'))", "pwd", KeywordArgument),
            ("f(auth=('ada', 'hunt3r'))", "auth", KeywordArgument),
            ("x = {'pwd': 'hunt3r'}", "pwd", DictValue),
            ("def f(pwd='hunt3r'): pass", "pwd", ParameterDefault),
            ("def f(pwd: str = 'hunt3r'): pass", "pwd", ParameterDefault),
            ("ok = form.pwd == 'hunt3r'", "form.pwd", Comparison),
            ("ok = 'hunt3r' != form.get('pwd')", "pwd", Comparison),
            ("x = os.getenv('PWD', 'hunt3r')", "PWD", EnvironmentDefault),
            (
                "pwd = os.environ.get('P') or 'hunt3r'",
                "pwd",
                EnvironmentDefault,
            ),
            (
                "x = config('PWD', default='hunt3r')",
                "PWD",
                EnvironmentDefault,
            ),
            (
                "class S(BaseSettings):\n    pwd: str = 'hunt3r'",
                "pwd",
                SettingsField,
            ),
        ] {
            assert_one(text, name, "hunt3r", binding);
        }
    }

    #[test]
    fn the_value_spans_all_parts_of_a_literal() {
        assert_one("pwd = ('hun'\n 't3r')", "pwd", "hun'\n 't3r", Assignment);
        assert_one("pwd = f'hunt3r'", "pwd", "hunt3r", Assignment);
        assert_one("pwd = '''hunt3r'''", "pwd", "hunt3r", Assignment);
    }

    #[test]
    fn holes_errors_and_other_shapes_are_left_alone() {
        for text in [
            "pwd = f'{a}hunt3r'",
            "pwd = 'hunt' + a",
            "pwd = ''",
            "pwd: str",
            "pwd = ['hunt3r']",
            "pwd = get('hunt3r')",
            "pwd < 'hunt3r'",
            "a == pwd == 'hunt3r'",
            "pwd = = 'hunt3r'",
            "EXAMPLES = [{'pwd': 'hunt3r'}]",
        ] {
            assert_eq!(suspects(text), [], "{text}");
        }
    }

    #[test]
    fn beside_a_login_a_password_may_repeat_its_name() {
        let text = "connect(host='localhost', user='root', pwd='pwd1', password='password')";
        assert_eq!(suspects(text).len(), 2, "{text}");
        for text in [
            "rename(user='user_name', password='password')",
            "connect(host=HOST, password='password')",
        ] {
            assert_eq!(suspects(text), [], "{text}");
        }
    }

    #[test]
    fn equal_values_share_a_group() {
        let found = read("a_pwd = 'hunt3r'\nb_pwd = 'hunt3s'\nc_pwd = 'hunt' '3r'\n");
        let groups: Vec<u32> = found.iter().map(|suspect| suspect.group).collect();
        assert_eq!(groups, [0, 1, 0]);
    }
}
