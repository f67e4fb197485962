//! Random text in examples. A page with the token of a provider, even an invented one, would be
//! taken for a leak by those who host it: it says `ghp_⟦36⟧` instead.

/// The text with characters in the place of each `⟦36⟧`, `⟦36 hex⟧`, `⟦16 base32⟧`; equal ones get
/// equal characters.
pub(crate) fn invented(text: &str) -> String {
    let mut parts = text.split('⟦');
    let first = parts.next().unwrap_or_default();
    parts.fold(first.to_owned(), |text, part| {
        let (asked, rest) = part.split_once('⟧').expect("⟦ is closed by ⟧");
        text + &characters(asked) + rest
    })
}

fn characters(asked: &str) -> String {
    let (count, kind) = asked.split_once(' ').unwrap_or((asked, ""));
    let alphabet: Vec<char> = match kind {
        "" => ('0'..='9').chain('A'..='Z').chain('a'..='z').collect(),
        "hex" => ('0'..='9').chain('a'..='f').collect(),
        "base32" => ('2'..='7').chain('A'..='Z').collect(),
        "letters" => ('A'..='Z').chain('a'..='z').collect(),
        "digits" => ('0'..='9').collect(),
        other => panic!("no characters are called {other}"),
    };
    let count: usize = count.parse().expect("⟦ is followed by a count");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ count as u64;
    let mut next = || {
        state = state
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        alphabet[(state >> 33) as usize % alphabet.len()]
    };
    (0..count).map(|_| next()).collect()
}
