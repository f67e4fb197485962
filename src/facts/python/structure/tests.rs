use super::*;
use crate::facts::python::read;

fn module(text: &str) -> Module {
    let outcome = read(text, 0..text.len(), None);
    outcome.facts.python.expect("Python gives a module")
}

#[test]
fn imports_bind_local_names_to_paths() {
    let cases = [
        ("import os", "os", "os"),
        ("import a.b", "a", "a"),
        ("import a.b as c", "c", "a.b"),
        ("from a import b", "b", "a.b"),
        ("from a.b import c as d", "d", "a.b.c"),
        ("from . import crud", "crud", ".crud"),
        ("from ..db import get_db", "get_db", "..db.get_db"),
        (
            "try:\n    import ujson as json\nexcept ImportError:\n    pass",
            "json",
            "ujson",
        ),
        ("if TYPE_CHECKING:\n    from m import T", "T", "m.T"),
    ];
    for (text, name, path) in cases {
        let module = module(text);
        let import = module.imports.first().expect(text);
        assert_eq!(
            (import.name.as_str(), import.path.as_str()),
            (name, path),
            "{text}"
        );
    }
    assert_eq!(
        module("from app.models import *").star_imports,
        ["app.models"]
    );
    let local = module("def f():\n    import os\n    def g():\n        import re\n");
    assert!(local.imports.is_empty());
    assert_eq!(local.functions[0].imports[0].name, "os");
    assert_eq!(local.functions[1].imports[0].name, "re");
}

#[test]
fn functions_know_their_place_and_parameters() {
    let text = "\
@app.get('/x', status_code=201)
@login
async def f(a, /, b: int = 1, *rest, c: \"Session\", **more) -> dict[str, int]:
    def inner(): ...
class C:
    class D:
        def m(self, *, k): ...
";
    let module = module(text);
    let names: Vec<_> = module
        .functions
        .iter()
        .map(|function| {
            (
                function.name.as_str(),
                function.class.as_deref(),
                function.nested,
            )
        })
        .collect();
    let expected = [
        ("f", None, false),
        ("f.inner", None, true),
        ("C.D.m", Some("C.D"), false),
    ];
    assert_eq!(names, expected);
    let f = &module.functions[0];
    assert!(f.is_async);
    assert!(f.span.of(text).starts_with("@app.get"));
    assert!(f.header.of(text).starts_with("async def f(") && f.header.of(text).ends_with("int]:"));
    let callees: Vec<_> = f
        .decorators
        .iter()
        .map(|d| (d.call.callee.as_str(), d.called))
        .collect();
    assert_eq!(callees, [("app.get", true), ("login", false)]);
    let params: Vec<_> = f
        .params
        .iter()
        .map(|param| (param.name.as_str(), param.kind))
        .collect();
    let expected = [
        ("a", ParamKind::Normal),
        ("b", ParamKind::Normal),
        ("rest", ParamKind::Args),
        ("c", ParamKind::KeywordOnly),
        ("more", ParamKind::KeywordArgs),
    ];
    assert_eq!(params, expected);
    assert_eq!(f.params[1].default, Some(Value::Int(1)));
    assert_eq!(
        f.params[3].annotation.as_ref().map(|a| a.text.as_str()),
        Some("Session")
    );
    assert_eq!(
        f.returns.as_ref().map(|a| a.text.as_str()),
        Some("dict[str, int]")
    );
}

#[test]
fn annotated_keeps_its_metadata() {
    let text = "\
SessionDep = Annotated[Session, Depends(get_db)]
type UserDep = Annotated[User, Depends(get_user)]
def f(id: typing.Annotated[int, Path(gt=0)]): ...
";
    let module = module(text);
    let metadata = |annotation: &Annotation| match &annotation.metadata[..] {
        [Value::Call(call)] => call.callee.clone(),
        other => panic!("{other:?}"),
    };
    for (global, callee) in module.globals.iter().zip(["Depends", "Depends"]) {
        match &global.value {
            Value::Type(annotation) => assert_eq!(metadata(annotation), callee),
            other => panic!("{other:?}"),
        }
    }
    let names: Vec<_> = module
        .globals
        .iter()
        .map(|global| global.name.as_str())
        .collect();
    assert_eq!(names, ["SessionDep", "UserDep"]);
    let annotation = module.functions[0].params[0].annotation.as_ref();
    assert_eq!(annotation.map(metadata).as_deref(), Some("Path"));
}

#[test]
fn classes_have_bases_keywords_fields_and_attributes() {
    let text = "\
@dataclass
class Hero(SQLModel, Generic[T], orm.Base, table=True):
    __tablename__ = 'heroes'
    id: int | None = Field(default=None)
    name: str
    def __init__(self, db):
        self.db = db
        other.x = 1
    def late(self):
        self.y = 1
";
    let class = &module(text).classes[0];
    assert_eq!(class.bases, ["SQLModel", "Generic", "orm.Base"]);
    assert_eq!(class.keywords, [("table".to_owned(), Value::Bool(true))]);
    assert_eq!(class.decorators[0].call.callee, "dataclass");
    let fields: Vec<_> = class
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(fields, ["__tablename__", "id", "name"]);
    assert!(class.fields[2].value.is_none());
    assert_eq!(class.attributes.len(), 1);
    let attribute = &class.attributes[0].value;
    assert!(matches!(attribute, Some(Value::Name(name, _)) if name == "db"));
}

#[test]
fn module_level_code_is_kept() {
    let text = "\
app = main = FastAPI(exception_handlers={404: gone, NotFound: missing})
urlpatterns = [path('x/<int:pk>', views.show, name='x')]
urlpatterns += [path('y', views.y)]
app.include_router(api.router, prefix='/v' + '1')
QUERY = 'select ' \"1\\n\"
";
    let module = module(text);
    let names: Vec<_> = module
        .globals
        .iter()
        .map(|global| global.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["app", "main", "urlpatterns", "urlpatterns", "QUERY"]
    );
    let Value::Call(app) = &module.globals[0].value else {
        panic!("{:?}", module.globals[0].value);
    };
    assert_eq!(app.callee, "FastAPI");
    assert_eq!(module.globals[0].value, module.globals[1].value);
    assert_eq!(module.calls[0].callee, "app.include_router");
    let prefix = &module.calls[0].keywords[0].value;
    assert!(
        matches!(prefix, Value::Str(text, _) if text == "/v1"),
        "{prefix:?}"
    );
    let query = &module.globals[4].value;
    assert!(
        matches!(query, Value::Str(text, _) if text == "select 1\n"),
        "{query:?}"
    );
}

#[test]
fn names_are_chains_as_written() {
    let cases = [
        ("a.b(c).d", "a.b().d"),
        (
            "(await s.execute(q)).scalar_one()",
            "s.execute().scalar_one()",
        ),
        ("d['k'].x", "d[].x"),
        ("'a'.join(x)", "_.join()"),
        ("a.\\\n  b", "a.b"),
    ];
    for (text, expected) in cases {
        let (tree, _) = crate::parse::python::parse(text, 0..text.len());
        let expression = tree.root().and_then(Node::operand).and_then(Node::operand);
        assert_eq!(expression.map(chain).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn broken_code_is_marked_and_the_rest_is_read() {
    let cases = [
        (
            "def f():\n    x = = 1\n\ndef g():\n    return 1\n",
            vec![true, false],
        ),
        (
            "def f():\n    return 1\n)\n\ndef g():\n    return 1\n",
            vec![true, false],
        ),
        ("def f(:\n    pass\n\nclass C:\n    y = 1\n", vec![true]),
    ];
    for (text, expected) in cases {
        let module = module(text);
        let broken: Vec<_> = module
            .functions
            .iter()
            .map(|function| function.broken)
            .collect();
        assert_eq!(broken, expected, "{text}");
        assert_eq!(module.broken.len(), 1, "{text}");
    }
}

#[test]
fn drivers_and_urls_prove_a_dialect() {
    let cases = [
        ("import asyncpg", Some(Dialect::Postgres)),
        ("from mysql.connector import connect", Some(Dialect::Mysql)),
        ("URL = 'sqlite+aiosqlite:///./x.db'", Some(Dialect::Sqlite)),
        (
            "def f():\n    return create_engine(f'postgresql://{u}@h/d')",
            Some(Dialect::Postgres),
        ),
        ("import psycopg2\nURL = 'sqlite://'", None),
        ("URL = 'https://example.org'", None),
    ];
    for (text, expected) in cases {
        assert_eq!(module(text).dialect, expected, "{text}");
    }
}

#[test]
fn what_is_put_together_keeps_its_parts() {
    let text = "\
A = f'{prefix}_a' 'b'
B = cls.__name__.lower() + 's'
C = (X, *rest) + Base.args
D = f'{x!r}' + y
E = 1 + 2
F = String(50).with_variant(Text(), 'mysql')
G = Q(a=1) & ~Q(b=-2)
";
    let globals = module(text).globals;
    let read: Vec<String> = globals.iter().map(|it| words(&it.value)).collect();
    let expected = [
        "prefix+'_a'+'b'",
        "cls.__name__.lower()+'s'",
        "[X, *rest]+Base.args",
        "?",
        "?",
        "String(…).String().with_variant(…)",
        "&[Q(), ~[Q()]]",
    ];
    assert_eq!(read, expected);
}

#[test]
fn functions_that_only_return_keep_what_they_return() {
    let text = "\
def key():
    '''Makes one.'''
    return Column(Integer)
def value(x):
    return x
def steps():
    x = 1
    return Column(x)
class Base:
    @declared_attr.directive
    def __tablename__(cls):
        return cls.__name__.lower()
    def plain(self):
        return f()
";
    let functions = module(text).functions;
    let read: Vec<Option<String>> = functions
        .iter()
        .map(|it| it.result.as_deref().map(words))
        .collect();
    let expected = [
        Some("Column()"),
        None,
        None,
        Some("cls.__name__.lower()"),
        None,
    ];
    assert_eq!(read, expected.map(|it| it.map(str::to_owned)));
}

#[test]
fn constructors_tell_what_they_hand_on() {
    let text = "\
class CodeField(CharField):
    def __init__(self, *args, short=False, **kwargs):
        kwargs.setdefault('max_length', 12)
        kwargs['null'] = kwargs['editable'] = True
        if short:
            kwargs['unique'] = True
        super().__init__(*args, blank=True, **kwargs)
    def clean(self, **kwargs):
        kwargs['x'] = 1
class Fixed:
    def __init__(self, name):
        self.options['name'] = name
";
    let functions = module(text).functions;
    let given = functions.iter().flat_map(|function| &function.given);
    let read: Vec<String> = given
        .map(|given| {
            let sign = if given.default { "?" } else { "" };
            format!("{sign}{}={}", given.name, words(&given.value))
        })
        .collect();
    assert_eq!(
        read,
        [
            "?max_length=12",
            "null=true",
            "editable=true",
            "unique=?",
            "blank=true"
        ]
    );
}

fn words(value: &Value) -> String {
    let list =
        |values: &[Value], between| values.iter().map(words).collect::<Vec<_>>().join(between);
    match value {
        Value::Str(text, _) => format!("'{text}'"),
        Value::Name(name, _) => name.clone(),
        Value::List(values) => format!("[{}]", list(values, ", ")),
        Value::Int(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Joined(values) => list(values, "+"),
        Value::Spread(value) => format!("*{}", words(value)),
        Value::Operation(it) => format!("{}[{}]", it.operator, list(&it.operands, ", ")),
        Value::Call(call) => match &call.receiver {
            Some(receiver) => format!("{}(…).{}(…)", receiver.callee, call.callee),
            None => format!("{}()", call.callee),
        },
        _ => "?".to_owned(),
    }
}
