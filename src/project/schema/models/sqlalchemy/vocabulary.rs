//! What SQLAlchemy, its relatives and the helpers people write around them call things.

use crate::facts::sqlalchemy::types;
use crate::project::python::last_name;

/// Names that mean SQLAlchemy's wherever they come from.
const NAMES: [&str; 22] = [
    "CheckConstraint",
    "Column",
    "Computed",
    "Field",
    "ForeignKey",
    "ForeignKeyConstraint",
    "Identity",
    "Index",
    "MetaData",
    "PrimaryKeyConstraint",
    "Relationship",
    "Table",
    "UniqueConstraint",
    "association_proxy",
    "backref",
    "column_property",
    "declarative_base",
    "deferred",
    "mapped_column",
    "relationship",
    "synonym",
    "text",
];

/// A path of a library; what Flask-SQLAlchemy passes on is SQLAlchemy's.
pub(super) fn canonical(path: &str) -> String {
    let passed = path.split_once("SQLAlchemy().");
    let passed = passed.or_else(|| path.split_once("flask_sqlalchemy.SQLAlchemy."));
    // A draft does not show the `db` that it imports.
    let imported = || {
        let is_own = |(_, name): &(&str, &str)| !name.contains('.') || name.starts_with("func.");
        path.split_once(".db.").filter(is_own)
    };
    match passed.or_else(imported) {
        Some((_, name)) => format!("sqlalchemy.{name}"),
        None => path.to_owned(),
    }
}

/// The library that a path begins with; empty for a bare name.
pub(super) fn library_of(path: &str) -> &str {
    path.split_once('.').map_or("", |(library, _)| library)
}

/// What a name means that nothing in sight defines: `Column`, `db.Column`, `func.now`.
pub(super) fn by_name(name: &str) -> Option<String> {
    let name = name.split(['(', '[']).next().unwrap_or(name);
    let (head, last) = name.rsplit_once('.').unwrap_or(("", name));
    if head == "func" || head.ends_with(".func") {
        return Some(format!("sqlalchemy.func.{last}"));
    }
    let is_plain = head.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_known = NAMES.binary_search(&last).is_ok() || types::is_known(last);
    (is_plain && is_known).then(|| format!("sqlalchemy.{last}"))
}

/// Whether a class of a library is a type of columns.
pub(super) fn is_type(path: &str) -> bool {
    let name = last_name(path);
    let is_base = matches!(name, "TypeDecorator" | "UserDefinedType");
    path.starts_with("sqlalchemy.") && (is_base || types::is_known(name))
}

/// A text after a method of `str`.
pub(super) fn cased(text: &str, method: &str) -> Option<String> {
    match method {
        "lower" => Some(text.to_lowercase()),
        "upper" => Some(text.to_uppercase()),
        _ => None,
    }
}

/// How words are told apart in `CamelCase`.
#[derive(Clone, Copy)]
enum Words {
    /// Every capital begins one.
    Capitals,
    /// A run of capitals is one.
    Runs,
}

/// The expressions by which people tell words apart, each with the other strings that go with it.
const IDIOMS: [(&str, Words, &[&str]); 6] = [
    ("(?<!^)(?=[A-Z])", Words::Capitals, &["_"]),
    ("(?!^)([A-Z])", Words::Capitals, &["_\\1"]),
    ("(?=[A-Z])", Words::Capitals, &["_"]),
    (
        "((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))",
        Words::Runs,
        &["_\\1"],
    ),
    (
        "(.)([A-Z][a-z]+)",
        Words::Runs,
        &["\\1_\\2", "([a-z0-9])([A-Z])"],
    ),
    (
        "([a-z0-9])([A-Z])",
        Words::Runs,
        &["\\1_\\2", "(.)([A-Z][a-z]+)"],
    ),
];

/// What a helper makes of a name, where its source holds one of the idioms and nothing beside.
pub(super) fn recased(name: &str, source: &str) -> Option<String> {
    let strings = strings(source);
    let has = |text: &str| strings.iter().any(|string| string == text);
    let (.., words, _) = IDIOMS.iter().find(|(expression, _, others)| {
        let is_known = |string: &String| string == expression || others.contains(&string.as_str());
        has(expression) && strings.iter().all(is_known)
    })?;
    let is_lower = source.contains(".lower()");
    is_lower.then(|| snake(name, *words))
}

/// `re.sub(expression, replacement, name)`.
pub(super) fn substituted(expression: &str, replacement: &str, name: &str) -> Option<String> {
    let fits = |idiom: &&(&str, Words, &[&str])| {
        idiom.0 == expression && idiom.2.first() == Some(&replacement)
    };
    let (.., words, others) = IDIOMS.iter().find(fits)?;
    // One half of two steps.
    (others.len() == 1).then(|| divided(name, *words))
}

/// The name that Flask-SQLAlchemy gives to a table.
pub(super) fn snake_case(name: &str) -> String {
    snake(name, Words::Runs).trim_start_matches('_').to_owned()
}

fn snake(name: &str, words: Words) -> String {
    divided(name, words).to_lowercase()
}

fn divided(name: &str, words: Words) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut divided = String::new();
    for (nth, letter) in letters.iter().enumerate() {
        let begins = nth > 0
            && letter.is_ascii_uppercase()
            && match words {
                Words::Capitals => true,
                Words::Runs => {
                    let before = letters[nth - 1];
                    let next = letters.get(nth + 1);
                    before.is_ascii_lowercase()
                        || before.is_ascii_digit()
                        || next.is_some_and(char::is_ascii_lowercase)
                }
            };
        if begins {
            divided.push('_');
        }
        divided.push(*letter);
    }
    divided
}

/// The strings of a piece of source, the docstring left out.
fn strings(source: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '\'', '#']) {
        let (mark, tail) = rest[at..].split_at(1);
        let triple = mark.repeat(3);
        if mark == "#" {
            rest = tail.split_once('\n').map_or("", |(_, rest)| rest);
        } else if rest[at..].starts_with(&triple) {
            let tail = &rest[at + 3..];
            rest = tail
                .split_once(triple.as_str())
                .map_or("", |(_, rest)| rest);
        } else {
            let Some((string, tail)) = tail.split_once(mark) else {
                break;
            };
            strings.push(string.to_owned());
            rest = tail;
        }
    }
    strings
}

/// A condition written in Python as SQL; what is not understood stays as it is.
pub(super) fn condition(written: &str) -> String {
    let mut text = written.trim();
    while let Some(inner) = unwrapped(text) {
        text = inner.trim();
    }
    let forms = [
        (".is_(None)", "IS NULL"),
        (" == None", "IS NULL"),
        (" is None", "IS NULL"),
        (".is_not(None)", "IS NOT NULL"),
        (".isnot(None)", "IS NOT NULL"),
        (" != None", "IS NOT NULL"),
        (".is_(True)", "IS true"),
        (" == True", "= true"),
        (".is_(False)", "IS false"),
        (" == False", "= false"),
    ];
    let read = forms.iter().find_map(|(python, sql)| {
        let column = text.strip_suffix(python)?;
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        column
            .chars()
            .all(is_name)
            .then(|| format!("{} {sql}", last_name(column)))
    });
    read.unwrap_or_else(|| text.to_owned())
}

/// What stands in the parentheses around a whole text.
fn unwrapped(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0i32;
    let closes = inner.chars().any(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth < 0
    });
    (!closes).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cased_as_the_helpers_of_people_do() {
        let runs = ["HTTPServer", "OAuth2Token", "UserID"].map(snake_case);
        assert_eq!(runs, ["http_server", "o_auth2_token", "user_id"]);
        let split = "\"\"\"Doc's.\"\"\"\nnames = re.split(\"(?=[A-Z])\", name)\nreturn \"_\".join([x.lower() for x in names if x])";
        assert_eq!(
            recased("DispatchUser", split).as_deref(),
            Some("dispatch_user")
        );
        let plural = "return re.sub(r'(?<!^)(?=[A-Z])', '_', name).lower() + 's'";
        assert_eq!(recased("User", plural), None);
        assert_eq!(
            substituted("(?<!^)(?=[A-Z])", "_", "UserID").as_deref(),
            Some("User_I_D")
        );
    }

    #[test]
    fn conditions_of_python_become_sql() {
        assert_eq!(
            condition(" (Order.deleted_at.is_(None))"),
            "deleted_at IS NULL"
        );
        assert_eq!(condition("fk != None"), "fk IS NOT NULL");
        assert_eq!(condition("a > b"), "a > b");
    }
}
