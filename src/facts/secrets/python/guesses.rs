//! Lists of passwords that are tried on one account: guesses, which open nothing by themselves.

use crate::facts::python::value::text;
use crate::parse::python::{Field, Kind, Node};

/// What says whose account it is.
const ACCOUNT: [&str; 4] = ["username", "user", "email", "login"];

/// Longer lists are data.
const MOST: usize = 50;

/// Whether another entry of the same list gives the same account another password.
pub(super) fn is_guess(value: Node<'_>) -> bool {
    let guessed = || {
        let pair = value.parent().filter(|it| it.kind() == Kind::Pair)?;
        let key = pair.child(Field::Key).and_then(text)?;
        let entry = pair.parent()?;
        let list = entry.parent().filter(|it| it.kind() == Kind::List)?;
        let account = account(entry)?;
        let password = of(entry, &key)?;
        let others = list.children().take(MOST);
        let mut same = others.filter(|it| account == self::account(*it).unwrap_or_default());
        Some(same.any(|it| of(it, &key).is_some_and(|other| other != password)))
    };
    guessed().unwrap_or(false)
}

/// Who logs in by an entry.
fn account(entry: Node<'_>) -> Option<String> {
    ACCOUNT.iter().find_map(|name| of(entry, name))
}

/// The text that an entry has under a key.
fn of(entry: Node<'_>, key: &str) -> Option<String> {
    let mut pairs = entry.children().filter(|it| it.kind() == Kind::Pair);
    let pair = pairs.find(|pair| pair.child(Field::Key).and_then(text).as_deref() == Some(key))?;
    pair.child(Field::Value).and_then(text)
}
