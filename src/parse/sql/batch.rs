//! Scripts of SQL Server: statements without terminators, under `IF` and in `BEGIN … END` blocks.

use super::lexer::{Lexer, Token, TokenKind};

/// What `CREATE`, `ALTER` and `DROP` at the start of a statement are followed by; as actions of
/// `ALTER TABLE` they are followed by `COLUMN`, `CONSTRAINT` or a name.
const OBJECTS: [&str; 21] = [
    "table",
    "index",
    "unique",
    "clustered",
    "nonclustered",
    "view",
    "proc",
    "procedure",
    "function",
    "trigger",
    "schema",
    "type",
    "sequence",
    "database",
    "login",
    "user",
    "role",
    "or",
    "synonym",
    "fulltext",
    "columnstore",
];

/// Words that begin a statement when they follow a finished definition.
const STARTS: [&str; 20] = [
    "insert",
    "update",
    "delete",
    "select",
    "set",
    "print",
    "declare",
    "while",
    "return",
    "commit",
    "begin",
    "end",
    "else",
    "use",
    "grant",
    "merge",
    "raiserror",
    "throw",
    "truncate",
    "rollback",
];

/// Whether `word` begins a statement, seen from the word before it, from whether a definition is
/// being read, and from the word after it.
pub(super) fn begins<'a>(
    word: &str,
    before: &str,
    definition: bool,
    next: impl Fn() -> &'a str,
) -> bool {
    let is = |word: &str, words: &[&str]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
    if is(word, &["create", "alter", "drop"]) {
        return !is(before, &["grant", "deny", "revoke", "for", "after"]) && is(next(), &OBJECTS);
    }
    if is(word, &["exec", "execute"]) {
        return !is(before, &["grant", "deny", "revoke", "with", "as"]);
    }
    if !definition {
        return false;
    }
    if is(word, &["if"]) {
        return !is(
            before,
            &[
                "table",
                "index",
                "view",
                "column",
                "constraint",
                "schema",
                "type",
            ],
        );
    }
    is(word, &STARTS) && !is(before, &["on", "delete", "update", "for", "not", "add"])
}

/// Which blocks of a script are open, and whether a condition stands over them.
#[derive(Clone, Debug, Default)]
pub(super) struct Guards {
    blocks: Vec<bool>,
    condition: bool,
}

impl Guards {
    /// Whether the definition that was just read stands under a condition.
    pub(super) fn take(&mut self) -> bool {
        std::mem::take(&mut self.condition) || self.blocks.contains(&true)
    }

    /// Follows statements that are no definitions: `IF …`, `BEGIN`, `END`, `ELSE`.
    pub(super) fn control(&mut self, tokens: &[Token], lexer: &Lexer) {
        let mut depth = 0u32;
        let mut cases = 0u32;
        let mut before = "";
        self.condition = false;
        for token in tokens {
            match token.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
                TokenKind::Word if depth == 0 => {
                    let word = lexer.slice(token.span);
                    self.word(word, before, &mut cases);
                    before = word;
                }
                _ => {}
            }
        }
    }

    fn word(&mut self, word: &str, before: &str, cases: &mut u32) {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        if is("if") || is("else") || is("while") {
            self.condition = true;
        } else if is("begin") {
            self.blocks.push(std::mem::take(&mut self.condition));
        } else if before.eq_ignore_ascii_case("begin") && (is("tran") || is("transaction")) {
            self.condition = self.blocks.pop().unwrap_or_default();
        } else if is("case") {
            *cases += 1;
        } else if is("end") {
            match cases.checked_sub(1) {
                Some(left) => *cases = left,
                None => {
                    self.blocks.pop();
                }
            }
        }
    }
}
