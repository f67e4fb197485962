//! The words of names: told apart whatever divides them, and counted in one or many.

/// The words of a name, in lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = '_';
    for c in name.chars() {
        let begins = c == '_' || c.is_uppercase() && !last.is_uppercase();
        if begins || words.is_empty() {
            words.push(String::new());
        }
        if c != '_' {
            let word = words.last_mut().expect("a word was just begun");
            word.extend(c.to_lowercase());
        }
        last = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A name without what divides its words: `user_profiles` and `UserProfiles` are one.
pub(super) fn fold(name: &str) -> String {
    name.to_lowercase().split('_').collect()
}

/// A noun and its plural.
pub(super) fn nouns(noun: &str) -> Vec<String> {
    let mut nouns = vec![noun.to_owned(), format!("{noun}s")];
    if let Some(stem) = noun.strip_suffix('y') {
        nouns.push(format!("{stem}ies"));
    }
    if noun.ends_with(['s', 'x', 'h']) {
        nouns.push(format!("{noun}es"));
    }
    match noun {
        "person" => nouns.push("people".to_owned()),
        "child" => nouns.push("children".to_owned()),
        _ => {}
    }
    nouns
}
