//! Which columns an SQL text in Python compares and writes, and by which of its parameters.

use crate::facts::schema::Dialect;
use crate::parse::sql::{Lexer, Piece, Token, TokenKind};

/// What a statement says of columns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// Columns that must equal something, with it; none where an `OR` stands between them.
    pub(super) conditions: Vec<(String, Slot)>,
    /// Columns that are written, with their value.
    pub(super) values: Vec<(String, Slot)>,
    /// How many parameters it takes by place.
    pub(super) places: usize,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// A parameter by place, from 0.
    Place(usize),
    /// A parameter by name.
    Name(String),
    /// The text itself.
    Constant,
    /// What the program writes into the text.
    Hole,
}

/// Reads a statement.
pub(super) fn read(text: &str) -> Columns {
    let mut reader = Reader {
        text,
        places: 0,
        words: Vec::new(),
    };
    reader.scan();
    let conditions = reader.conditions();
    let values = reader.values();
    Columns {
        conditions,
        values,
        places: reader.places,
    }
}

struct Reader<'s> {
    text: &'s str,
    places: usize,
    words: Vec<Word<'s>>,
}

/// A token that matters.
struct Word<'s> {
    text: &'s str,
    depth: usize,
    slot: Option<Slot>,
}

impl Word<'_> {
    fn is(&self, keyword: &str) -> bool {
        self.text.eq_ignore_ascii_case(keyword)
    }
}

impl<'s> Reader<'s> {
    fn scan(&mut self) {
        let mut depth = 0usize;
        let text = self.text;
        let mut tokens = Lexer::new(text, 0, Dialect::Postgres)
            .filter_map(|piece| match piece {
                Piece::Token(token) => Some(token),
                Piece::Comment(_) => None,
            })
            .peekable();
        let slice = |token: Token| &text[token.span.start as usize..token.span.end as usize];
        while let Some(token) = tokens.next() {
            let mut word = slice(token);
            let mut slot = None;
            match token.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
                // A hole is written `{}`.
                TokenKind::Symbol(b'{') => slot = Some(Slot::Hole),
                TokenKind::Symbol(b'%') => {
                    let next = tokens.next_if(|next| slice(*next) == "s");
                    slot = next.map(|_| self.place());
                }
                TokenKind::Placeholder => slot = Some(self.parameter(word)),
                TokenKind::Quoted => word = word.trim_matches(['"', '`', '[', ']']),
                _ => {}
            }
            self.words.push(Word {
                text: word,
                depth,
                slot,
            });
        }
    }

    fn place(&mut self) -> Slot {
        self.places += 1;
        Slot::Place(self.places - 1)
    }

    fn parameter(&mut self, text: &str) -> Slot {
        if let Some(number) = text.strip_prefix('$') {
            let number: usize = number.parse().unwrap_or(1);
            self.places = self.places.max(number);
            return Slot::Place(number.saturating_sub(1));
        }
        match text {
            "?" | "%s" => self.place(),
            _ => {
                let name = text.trim_start_matches(['%', ':', '(', '{']);
                let name = name.split([')', '}']).next().unwrap_or_default();
                Slot::Name(name.to_owned())
            }
        }
    }

    /// The place behind a keyword that no parenthesis holds.
    fn behind(&self, keyword: &str) -> Option<usize> {
        let found = self
            .words
            .iter()
            .position(|word| word.depth == 0 && word.is(keyword));
        found.map(|at| at + 1)
    }

    /// `a = …` behind WHERE.
    fn conditions(&self) -> Vec<(String, Slot)> {
        let Some(from) = self.behind("where") else {
            return Vec::new();
        };
        let ends = ["returning", "order", "group", "limit", "for"];
        let rest = &self.words[from..];
        let end = rest
            .iter()
            .position(|word| word.depth == 0 && ends.iter().any(|end| word.is(end)));
        let rest = &rest[..end.unwrap_or(rest.len())];
        match rest.iter().any(|word| word.is("or")) {
            true => Vec::new(),
            false => equalities(rest),
        }
    }

    fn values(&self) -> Vec<(String, Slot)> {
        let inserts = self.behind("insert").or_else(|| self.behind("replace"));
        match (self.behind("set"), inserts) {
            (_, Some(_)) => self.inserted(),
            (Some(from), None) => {
                let to = self.behind("where").unwrap_or(self.words.len());
                equalities(self.words.get(from..to).unwrap_or_default())
            }
            _ => Vec::new(),
        }
    }

    /// `INSERT INTO t (a, b) VALUES (…, …)`
    fn inserted(&self) -> Vec<(String, Slot)> {
        let (Some(into), Some(values)) = (self.behind("into"), self.behind("values")) else {
            return Vec::new();
        };
        let names = self.words.get(into..values - 1).unwrap_or_default();
        let names = listed(names).filter_map(|item| match item {
            [name] => Some(name.text.to_lowercase()),
            _ => None,
        });
        let values = listed(&self.words[values..]).map(|item| {
            let mut slots = item.iter().filter_map(|word| word.slot.clone());
            slots.next().unwrap_or(Slot::Constant)
        });
        names.zip(values).collect()
    }
}

/// The items of the first list in parentheses.
fn listed<'w, 's>(words: &'w [Word<'s>]) -> impl Iterator<Item = &'w [Word<'s>]> {
    let open = words.iter().position(|word| word.text == "(");
    let inside = open.map_or(&words[..0], |open| {
        let rest = &words[open + 1..];
        let close = rest.iter().position(|word| word.depth == 0);
        &rest[..close.unwrap_or(rest.len())]
    });
    inside
        .split(|word| word.text == "," && word.depth == 1)
        .filter(|item| !item.is_empty())
}

/// `column = value`, wherever a comma, an AND or the end follows.
fn equalities(words: &[Word<'_>]) -> Vec<(String, Slot)> {
    let parts = words.split(|word| word.depth == 0 && (word.text == "," || word.is("and")));
    parts
        .filter_map(|part| {
            let at = part.iter().position(|word| word.text == "=")?;
            let (left, right) = (&part[..at], &part[at + 1..]);
            let name = left.last().filter(|name| name.slot.is_none())?;
            let plain = left.iter().rev().skip(1).all(|word| word.depth == 0);
            let slot = right.iter().find_map(|word| word.slot.clone());
            let slot = slot.unwrap_or(Slot::Constant);
            plain.then(|| (name.text.to_lowercase(), slot))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cells: &[(String, Slot)]) -> String {
        let cells = cells.iter().map(|(column, slot)| match slot {
            Slot::Place(place) => format!("{column}={place}"),
            Slot::Name(name) => format!("{column}=:{name}"),
            Slot::Constant => column.clone(),
            Slot::Hole => format!("{column}={{}}"),
        });
        cells.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn columns_are_bound_to_parameters() {
        let cases = [
            (
                "INSERT INTO t (a, \"B\") VALUES (%s, lower(%s)) RETURNING id",
                "",
                "a=0 b=1",
            ),
            (
                "INSERT INTO t (a, b, c) VALUES (?, now(), ?)",
                "",
                "a=0 b c=1",
            ),
            ("insert into t(a,b) values ($2, $1)", "", "a=1 b=0"),
            ("INSERT INTO t VALUES (%s)", "", ""),
            (
                "UPDATE t SET a = :a, b = b + :n WHERE t.id = :id AND owner = 'x'",
                "id=:id owner",
                "a=:a b=:n",
            ),
            ("UPDATE t SET {} WHERE id = %s", "id=0", ""),
            ("UPDATE t SET a = %(a)s WHERE id = {}", "id={}", "a=:a"),
            ("DELETE FROM t WHERE id = $1 OR email = $2", "", ""),
            (
                "SELECT * FROM t WHERE a = ? AND b > ? ORDER BY c = ?",
                "a=0",
                "",
            ),
            ("DELETE FROM t WHERE lower(email) = lower(%s)", "", ""),
        ];
        for (text, conditions, values) in cases {
            let found = read(text);
            assert_eq!(shown(&found.conditions), conditions, "{text}");
            assert_eq!(shown(&found.values), values, "{text}");
        }
    }
}
