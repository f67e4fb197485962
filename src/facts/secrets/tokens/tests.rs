use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;

use super::*;

/// Values and kinds of the tokens in a text.
fn tokens(text: &str) -> Vec<(&str, &'static str)> {
    let token = |found: Credential| match found.form {
        Form::Token { kind, worth } if worth != Worth::Nothing => {
            Some((found.value.of(text), kind.id()))
        }
        _ => None,
    };
    read(text, 0..text.len())
        .into_iter()
        .filter_map(token)
        .collect()
}

/// Tokens made from the format of a kind; no example stands anywhere.
fn examples(entry: &Entry) -> Vec<String> {
    let strategy = string_regex(&format!("(?-u){}", entry.format)).expect("a format");
    let mut runner = TestRunner::deterministic();
    let example = |_| strategy.new_tree(&mut runner).expect("no filter").current();
    // By chance one reads as a sketch: a token with three dots in a row.
    let is_token = |example: &String| {
        let random = entry
            .prefixes
            .iter()
            .find_map(|it| example.strip_prefix(it));
        !is_placeholder(example) && (!entry.mixed || random.is_some_and(mixes))
    };
    (0..20).map(example).filter(is_token).collect()
}

fn ordinary() -> impl Iterator<Item = &'static Entry> {
    TABLE
        .entries
        .iter()
        .filter(|entry| entry.id != "json-web-token")
}

#[test]
fn every_kind_is_found_where_it_stands() {
    for entry in ordinary() {
        for example in examples(entry) {
            for text in [
                example.clone(),
                format!("key = \"{example}\"\n"),
                format!("# {example}, é"),
                format!("{{\"a\": \"x\\n{example}\\n\"}}"),
                format!("A={example};B=1"),
                format!("ü ({example})"),
            ] {
                let found = tokens(&text);
                assert_eq!(found, [(example.as_str(), entry.id.as_str())], "{text}");
            }
        }
    }
}

#[test]
fn part_of_a_word_is_no_token() {
    for entry in ordinary().filter(|entry| entry.lead == 0) {
        for example in examples(entry).iter().take(3) {
            for text in [format!("x{example}"), format!("_{example}")] {
                assert_eq!(tokens(&text), [], "{text}");
            }
        }
    }
}

#[test]
fn prefixes_are_distinctive_and_stand_in_the_formats() {
    let mut ids = BTreeSet::new();
    for entry in &TABLE.entries {
        assert!(ids.insert(&entry.id), "{} stands twice", entry.id);
        for prefix in &entry.prefixes {
            assert!(prefix.len() > 1, "{}: {prefix}", entry.id);
        }
        let texts = [&entry.title, &entry.variable, &entry.revoke];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", entry.id);
        for example in examples(entry) {
            let prefixes = entry.prefixes.iter();
            let place = prefixes
                .filter_map(|prefix| example.find(prefix.as_str()))
                .min();
            let before = place.unwrap_or_else(|| panic!("{}: {example}", entry.id));
            assert!(before <= entry.lead, "{}: {before} bytes before", entry.id);
        }
    }
}

#[test]
fn what_people_type_instead_is_no_token() {
    for filler in [
        "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "ghp_1234567890abcdefghij1234567890abcdef",
        "glpat-XXXXXXXXXXXXXXXXXXXX",
        "AKIA1111111111111111",
        "sk_live_abcabcabcabcabcabc",
        "AIzaSyEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMP",
    ] {
        assert_eq!(tokens(filler), [], "{filler}");
    }
}

#[test]
fn what_is_typed_by_hand_opens_nothing_where_a_token_belongs() {
    let worth = |text: &str| {
        let found = read(text, 0..text.len());
        found.first().map(|found| found.form)
    };
    let opens_nothing = |form: Option<Form>| {
        let worth =
            form.map(|form| matches!(form, Form::Token { worth, .. } if worth == Worth::Nothing));
        worth == Some(true)
    };
    for token in [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_1234567890abcdefghij1234567890abcdef",
    ] {
        for text in [
            format!("  key: {token}"),
            format!("KEY=\"{token}\""),
            format!("{token}\n"),
        ] {
            assert!(opens_nothing(worth(&text)), "{text}");
        }
        assert_eq!(worth(&format!("such as {token}")), None);
    }
}

#[test]
fn equal_tokens_share_a_group() {
    let [a, b] = [1, 2].map(|nth| examples(&TABLE.entries[12])[nth].clone());
    let text = format!("{a} {b} {a}");
    let groups: Vec<u32> = read(&text, 0..text.len())
        .iter()
        .map(|found| found.group)
        .collect();
    assert_eq!(groups, [0, 1, 0]);
}

#[test]
fn hostile_texts_are_read_in_linear_time() {
    for part in [
        "eyJa.",
        "-eyJ",
        " eyJaaaaaaaaaaa.",
        "Q~",
        ":AA",
        "-----BEGIN PRIVATE KEY-----",
        "sk-T3BlbkFJ ",
        "LS0tLS1CRUdJTi",
    ] {
        assert!(tokens(&part.repeat(5_000)).is_empty(), "{part}");
    }
}
