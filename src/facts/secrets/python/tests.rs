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
