//! Lists of passwords that are tried on one account: guesses, which open nothing by themselves.

use crate::facts::python::value::text;
use crate::parse::python::{Field, Kind, Node};

/// What says whose account it is.
const ACCOUNT: [&str; 4] = ["username", "user", "email", "login"];

/// Longer lists are data.
const MOST: usize = 50;

/// Whether the list that holds an entry gives one account several passwords.
pub(super) fn is_guess(value: Node<'_>) -> bool {
    let pair = value.parent().filter(|it| it.kind() == Kind::Pair);
    let key = pair.and_then(|pair| pair.child(Field::Key).and_then(text));
    let list = pair.and_then(|pair| pair.parent()?.parent());
    let (Some(key), Some(list)) = (key, list.filter(|it| it.kind() == Kind::List)) else {
        return false;
    };
    let entries = list.children().take(MOST);
    let tried: Vec<(String, String)> = entries
        .filter_map(|entry| Some((account(entry)?, of(entry, &key)?)))
        .collect();
    tried.iter().enumerate().any(|(nth, (account, password))| {
        let mut others = tried[..nth].iter();
        others.any(|(other, another)| other == account && another != password)
    })
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
