//! The opinion of full parsers on one statement: sqlparser first, then tree-sitter.
//!
//! Asked where our own reading met something it does not know. Both see a copy of the statement of
//! equal length in which placeholders are names and comments are blanks.

use sqlparser::ast::Statement as Ast;
use sqlparser::dialect::{MsSqlDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::lexer::{Lexer, Token, TokenKind};
use crate::facts::schema::Dialect;

/// Longer statements are not shown to sqlparser: chains of operators, which its recursion limit does
/// not see, would overflow the stack when their tree is dropped.
const LONGEST_TOKENS: usize = 5_000;

/// Longer statements are not shown to tree-sitter, whose recovery reads 0.4 MB a second at worst.
const LONGEST_BYTES: usize = 32 * 1024;

/// Parses one statement; `None` where sqlparser does not understand it.
pub fn parse(lexer: &Lexer, tokens: &[Token]) -> Option<Ast> {
    if tokens.len() > LONGEST_TOKENS {
        return None;
    }
    parse_text(lexer.dialect(), &plain(lexer, tokens))
}

fn parse_text(dialect: Dialect, text: &str) -> Option<Ast> {
    let parsed = match dialect {
        Dialect::Postgres => Parser::parse_sql(&PostgreSqlDialect {}, text),
        Dialect::Mysql => Parser::parse_sql(&MySqlDialect {}, text),
        Dialect::Sqlite => Parser::parse_sql(&SQLiteDialect {}, text),
        Dialect::Mssql => Parser::parse_sql(&MsSqlDialect {}, text),
    };
    let mut statements = parsed.ok()?;
    (statements.len() == 1).then(|| statements.remove(0))
}

/// Whether tree-sitter reads the statement without an error.
pub fn tree_sitter_understands(lexer: &Lexer, tokens: &[Token]) -> bool {
    let text = plain(lexer, tokens);
    if text.len() > LONGEST_BYTES {
        return false;
    }
    let mut parser = tree_sitter::Parser::new();
    let language = tree_sitter_sql::LANGUAGE.into();
    parser
        .set_language(&language)
        .ok()
        .and_then(|()| parser.parse(&text, None))
        .is_some_and(|tree| tree.root_node().child_count() > 0 && !tree.root_node().has_error())
}

/// The tokens at their places, with blanks between them and names for placeholders.
fn plain(lexer: &Lexer, tokens: &[Token]) -> String {
    let mut text = String::new();
    let Some(start) = tokens.first().map(|token| token.span.start as usize) else {
        return text;
    };
    for token in tokens {
        let blanks = token.span.start as usize - start - text.len();
        text.extend(std::iter::repeat_n(' ', blanks));
        let slice = lexer.slice(token.span);
        match token.kind {
            TokenKind::Placeholder => text.extend(slice.bytes().map(|_| 'p')),
            TokenKind::Word if slice.contains(['{', '<', '%', '(', '-', '.']) => {
                text.extend(slice.bytes().map(|byte| match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'_' => byte as char,
                    _ => 'p',
                }));
            }
            _ => text.push_str(slice),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::sql::Statements;

    fn opinion(dialect: Dialect, text: &str) -> bool {
        let mut statements = Statements::new(Lexer::new(text, 0, dialect));
        let statement = statements.next().expect("one statement");
        let (lexer, tokens) = (statements.lexer(), &statement.tokens);
        parse(lexer, tokens).is_some() || tree_sitter_understands(lexer, tokens)
    }

    #[test]
    fn both_parsers_are_asked() {
        assert!(opinion(
            Dialect::Postgres,
            "select * from {{ schema }}.${prefix}_a /* b */ where c = :d"
        ));
        assert!(opinion(Dialect::Mysql, "select `a` from b limit 1, 2"));
        assert!(!opinion(Dialect::Postgres, "crate tabel users (id int"));
    }

    #[test]
    fn long_chains_do_not_overflow() {
        let chain = format!("select 1 {}", "+ 1 ".repeat(100_000));
        assert!(!opinion(Dialect::Postgres, &chain));
        let chain = format!("select 1 {}", "+ 1 ".repeat(LONGEST_TOKENS / 2 - 1));
        assert!(opinion(Dialect::Postgres, &chain));
        let deep = format!("select {}1{}", "(".repeat(2_000), ")".repeat(2_000));
        opinion(Dialect::Postgres, &deep);
    }
}
