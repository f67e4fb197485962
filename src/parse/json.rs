//! JSON, with comments and trailing commas, to entries. Reads on behind what is no JSON as long as
//! there are tokens.

use std::borrow::Cow;
use std::ops::Range;

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::config::{Missed, Writer};

/// Writes the entries of the document.
pub(super) fn read(writer: &mut Writer<'_>) -> Option<Missed> {
    let mut scanner = Scanner::new(writer.source(), &ScannerOptions::default());
    // A text that may be the name of what follows, and the name of what comes next.
    let mut last: Option<(Cow<'_, str>, Range<usize>, usize)> = None;
    let mut name: Option<(Cow<'_, str>, Range<usize>)> = None;
    loop {
        let token = match scanner.scan() {
            Ok(Some(token)) => token,
            Ok(None) => break,
            Err(_) => {
                settle(writer, &mut name, &mut last);
                return Some(Missed::Syntax(scanner.token_start()));
            }
        };
        let at = scanner.token_start()..scanner.token_end();
        match token {
            Token::OpenBrace | Token::OpenBracket => {
                let (name, at) = name.take().unwrap_or(("".into(), at.start..at.start));
                writer.open(name, at);
            }
            Token::CloseBrace | Token::CloseBracket => {
                settle(writer, &mut name, &mut last);
                writer.close();
            }
            Token::Comma => settle(writer, &mut name, &mut last),
            Token::Colon => name = last.take().map(|(text, at, _)| (text, at)),
            Token::String(text) => last = Some((text, at, 1)),
            Token::Word(text) | Token::Number(text) => last = Some((text.into(), at, 0)),
            Token::Boolean(_) | Token::Null | Token::CommentLine(_) | Token::CommentBlock(_) => {}
        }
    }
    settle(writer, &mut name, &mut last);
    None
}

/// What stands in front of a comma or the end is a value.
fn settle<'t>(
    writer: &mut Writer<'t>,
    name: &mut Option<(Cow<'t, str>, Range<usize>)>,
    last: &mut Option<(Cow<'t, str>, Range<usize>, usize)>,
) {
    let named = name.take();
    match last.take() {
        Some((text, literal, quotes)) => {
            let start = literal.start;
            let (name, at) = named.unwrap_or(("".into(), start..start));
            writer.value((name, at), text, literal, quotes);
        }
        None => {
            if let Some((name, at)) = named {
                writer.unknown(name, at);
            }
        }
    }
}
