//! Cuts a token stream into statements: terminators, clients' commands, routine bodies, COPY data and
//! the section marks of migration tools. Knows what begins a statement, not what it means.

use super::batch::Guards;
use super::lexer::{Lexer, Piece, Token, TokenKind};
use super::marker::{self, Marker};
use crate::facts::schema::{Dialect, Section};
use crate::source::Span;

/// Tokens kept of one statement; what is longer is data or hostile.
pub const LONGEST: usize = 20_000;

/// Tokens kept of a statement that carries rows.
const DATA_HEAD: usize = 64;

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its tokens, without the terminator.
    pub tokens: Vec<Token>,
    /// From its first token to its last, those left out included.
    pub span: Span,
    /// Its direction.
    pub section: Section,
    /// It stands under an `IF` of the script.
    pub guarded: bool,
    /// Tokens were left out.
    pub shortened: bool,
    /// The text ended inside a routine's body.
    pub unclosed: bool,
}

/// The statements of a text, one by one.
#[derive(Clone, Debug)]
pub struct Statements<'a> {
    lexer: Lexer<'a>,
    comments: Vec<Span>,
    section: Section,
    turns_back: Option<u32>,
    delimiter: Option<&'a str>,
    pushed_back: Option<Token>,
    guards: Guards,
    copy_ends: bool,
    open: Open,
}

/// The statement being read.
#[derive(Clone, Debug, Default)]
struct Open {
    tokens: Vec<Token>,
    end: u32,
    shortened: bool,
    /// Open parentheses.
    depth: u32,
    /// Open `BEGIN` and `CASE` of a routine.
    body: u32,
    kind: Kind,
    /// The word that says what a definition defines was met.
    named: bool,
    last: Last,
}

/// What the first words of a statement make of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Other,
    /// `CREATE`, `ALTER` or `DROP` of something without a body.
    Definition,
    /// `CREATE` of a function, procedure, trigger or event.
    Routine,
    /// `CREATE VIEW`: the words of its query begin no statement.
    View,
    /// `CREATE RULE`: terminators inside parentheses are its own.
    Rule,
    /// Rows.
    Data,
    /// `COPY`.
    Copy,
    /// `COPY … FROM stdin`: rows follow the terminator.
    CopyInput,
}

/// The last word, where it changes what the next one means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Begin,
    End,
}

impl<'a> Statements<'a> {
    /// Cuts what `lexer` reads.
    pub fn new(lexer: Lexer<'a>) -> Self {
        Self {
            lexer,
            comments: Vec::new(),
            section: Section::Up,
            turns_back: None,
            delimiter: None,
            pushed_back: None,
            guards: Guards::default(),
            copy_ends: true,
            open: Open::default(),
        }
    }

    /// The lexer, for slices of the text and the placeholders met so far.
    pub fn lexer(&self) -> &Lexer<'a> {
        &self.lexer
    }

    /// The comments met so far, with their marks, in order.
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }

    /// The end of the last mark met that begins a way back.
    pub fn turns_back(&self) -> Option<u32> {
        self.turns_back
    }

    fn word(&self, token: Token) -> &'a str {
        match token.kind {
            TokenKind::Word => self.lexer.slice(token.span),
            _ => "",
        }
    }

    fn flush(&mut self) -> Option<Statement> {
        let open = std::mem::take(&mut self.open);
        let first = open.tokens.first()?;
        let mssql = self.lexer.dialect() == Dialect::Mssql;
        let guarded = mssql && open.kind == Kind::Definition && self.guards.take();
        if mssql && open.kind == Kind::Other {
            self.guards.control(&open.tokens, &self.lexer);
        }
        if open.kind == Kind::CopyInput {
            self.skip_rows();
        }
        Some(Statement {
            span: Span::new(first.span.start as usize, open.end as usize),
            tokens: open.tokens,
            section: self.section,
            guarded,
            shortened: open.shortened,
            unclosed: open.body > 0,
        })
    }

    /// Leaves out the rows behind `COPY … FROM stdin`, up to the line `\.`.
    fn skip_rows(&mut self) {
        if !self.copy_ends {
            return;
        }
        let from = self.lexer.position();
        let rest = &self.lexer.text().as_bytes()[from - self.lexer.base()..];
        match memchr::memmem::find(rest, b"\n\\.") {
            Some(found) => {
                self.lexer.skip_to(from + found + 3);
                self.lexer.skip_line();
            }
            None => self.copy_ends = false,
        }
    }

    /// A mark of a migration tool in a comment.
    fn mark(&mut self, comment: Span) -> Option<Statement> {
        self.comments.push(comment);
        if !self.lexer.starts_line(comment.start) {
            return None;
        }
        let marker = marker::read(self.lexer.slice(comment), self.lexer.dialect())?;
        let statement = self.flush();
        if let Marker::Section(section) = marker {
            self.section = section;
            if section == Section::Down {
                self.turns_back = Some(comment.end);
            }
        }
        statement
    }

    /// Whether the token is a command of a client or the end of a statement; leaves it out then.
    fn ends(&mut self, token: Token) -> bool {
        match self.lexer.dialect() {
            Dialect::Postgres if token.kind == TokenKind::Symbol(b'\\') => {
                self.lexer.skip_line();
                return true;
            }
            Dialect::Mssql if self.is_go(token) => {
                self.lexer.skip_line();
                self.guards = Guards::default();
                self.open.body = 0;
                return true;
            }
            Dialect::Mysql if self.is_delimiter(token) => {
                let mark = self.lexer.rest_of_line().trim();
                self.delimiter = Some(mark).filter(|mark| !matches!(*mark, ";" | ""));
                self.lexer.skip_line();
                return true;
            }
            _ => {}
        }
        if self.open.tokens.is_empty() && self.is_shell_line(token) {
            self.lexer.skip_line();
            return true;
        }
        self.terminates(token)
    }

    fn terminates(&mut self, token: Token) -> bool {
        if let Some(mark) = self.delimiter {
            let start = token.span.start as usize;
            let here = &self.lexer.text()[start - self.lexer.base()..];
            let ends = here.starts_with(mark);
            if ends {
                self.lexer.skip_to(start + mark.len());
            }
            return ends;
        }
        if token.kind != TokenKind::Symbol(b';') {
            return false;
        }
        match self.open.kind {
            Kind::Routine => self.open.body == 0 && self.lexer.dialect() != Dialect::Mssql,
            Kind::Rule => self.open.depth == 0,
            _ => true,
        }
    }

    fn is_delimiter(&self, token: Token) -> bool {
        self.word(token).eq_ignore_ascii_case("delimiter")
            && self.lexer.starts_line(token.span.start)
    }

    /// `GO`, alone on its line, with a count or a needless terminator.
    fn is_go(&self, token: Token) -> bool {
        self.word(token).eq_ignore_ascii_case("go")
            && self.lexer.starts_line(token.span.start)
            && self
                .lexer
                .rest_of_line()
                .trim_matches([' ', '\t', ';'])
                .bytes()
                .all(|byte| byte.is_ascii_digit())
    }

    /// `.mode csv` of the SQLite shell, `:setvar` of sqlcmd.
    fn is_shell_line(&self, token: Token) -> bool {
        let mark = match self.lexer.dialect() {
            Dialect::Sqlite => ".",
            Dialect::Mssql => ":",
            _ => return false,
        };
        self.lexer.slice(token.span).starts_with(mark) && self.lexer.starts_line(token.span.start)
    }

    /// SQL Server needs no terminators: whether the token begins a statement of its own.
    fn begins_next(&self, token: Token) -> bool {
        let Some(&before) = self.open.tokens.last() else {
            return false;
        };
        if self.lexer.dialect() != Dialect::Mssql
            || self.open.depth > 0
            || matches!(self.open.kind, Kind::Routine | Kind::View)
        {
            return false;
        }
        let next = || match self.lexer.clone().find(|p| matches!(p, Piece::Token(_))) {
            Some(Piece::Token(token)) => self.word(token),
            _ => "",
        };
        let definition = self.open.kind == Kind::Definition;
        super::batch::begins(self.word(token), self.word(before), definition, next)
    }

    fn push(&mut self, token: Token) {
        let word = self.word(token);
        let open = &mut self.open;
        open.end = token.span.end;
        match token.kind {
            TokenKind::Symbol(b'(') => open.depth += 1,
            TokenKind::Symbol(b')') => open.depth = open.depth.saturating_sub(1),
            TokenKind::Word => open.classify(word),
            _ => {}
        }
        if open.kind == Kind::Routine {
            open.follow_body(word);
        }
        let room = match open.kind {
            Kind::Data | Kind::Copy | Kind::CopyInput => DATA_HEAD,
            _ => LONGEST,
        };
        if open.tokens.len() < room {
            open.tokens.push(token);
        } else {
            open.shortened = true;
        }
    }
}

impl Iterator for Statements<'_> {
    type Item = Statement;

    fn next(&mut self) -> Option<Statement> {
        loop {
            let piece = self.pushed_back.take().map(Piece::Token);
            let done = match piece.or_else(|| self.lexer.next()) {
                None => return self.flush(),
                Some(Piece::Comment(span)) => self.mark(span),
                Some(Piece::Token(token)) if self.ends(token) => self.flush(),
                Some(Piece::Token(token)) if self.begins_next(token) => {
                    self.pushed_back = Some(token);
                    self.flush()
                }
                Some(Piece::Token(token)) => {
                    self.push(token);
                    None
                }
            };
            if done.is_some() {
                return done;
            }
        }
    }
}

/// Objects whose definition may hold statements.
const ROUTINES: [&str; 6] = [
    "function",
    "procedure",
    "proc",
    "trigger",
    "event",
    "package",
];

/// Objects whose definition holds none; in `CREATE TABLE event` the first such word decides.
const OBJECTS: [&str; 18] = [
    "table",
    "index",
    "view",
    "type",
    "domain",
    "schema",
    "database",
    "sequence",
    "extension",
    "role",
    "user",
    "policy",
    "materialized",
    "operator",
    "aggregate",
    "server",
    "rule",
    "login",
];

impl Open {
    /// Learns from one of the first words what the statement is.
    fn classify(&mut self, word: &str) {
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        match self.kind {
            _ if self.tokens.is_empty() => {
                self.named = is(&["drop"]);
                self.kind = match () {
                    () if is(&["create", "alter", "drop"]) => Kind::Definition,
                    () if is(&["insert", "replace", "values"]) => Kind::Data,
                    () if is(&["copy"]) => Kind::Copy,
                    () => Kind::Other,
                };
            }
            Kind::Definition if !self.named && self.depth == 0 => {
                self.named = is(&OBJECTS) || is(&ROUTINES);
                if is(&ROUTINES) {
                    self.kind = Kind::Routine;
                } else if is(&["view"]) {
                    self.kind = Kind::View;
                } else if is(&["rule"]) {
                    self.kind = Kind::Rule;
                }
            }
            Kind::Copy if is(&["stdin"]) => self.kind = Kind::CopyInput,
            _ => {}
        }
    }

    fn follow_body(&mut self, word: &str) {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        let last = std::mem::take(&mut self.last);
        if is("begin") {
            self.body += 1;
            self.last = Last::Begin;
        } else if is("end") {
            self.body = self.body.saturating_sub(1);
            self.last = Last::End;
        } else if is("case") && last != Last::End {
            self.body += 1;
        } else if last == Last::Begin && (is("tran") || is("transaction")) {
            self.body = self.body.saturating_sub(1);
        } else if last == Last::End
            && ["if", "loop", "while", "repeat", "for"]
                .iter()
                .any(|w| is(w))
        {
            self.body += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statements of a text, as slices of it.
    fn cut(dialect: Dialect, text: &str) -> Vec<&str> {
        Statements::new(Lexer::new(text, 0, dialect))
            .map(|statement| statement.span.of(text))
            .collect()
    }

    #[test]
    fn terminators_inside_quotes_and_comments_do_not_cut() {
        let text = "select ';' /* ; /* ; */ ; */ ; select $a$ ; $$ ; $a$; -- ;\nselect e'\\';' ;";
        assert_eq!(
            cut(Dialect::Postgres, text),
            ["select ';'", "select $a$ ; $$ ; $a$", "select e'\\';'"]
        );
    }

    #[test]
    fn mysql_quotes_comments_and_delimiters() {
        let text = "select 'a\\';' ; # ;\nselect \";\", `;`;\nDELIMITER $$\ncreate trigger t before insert on a for each row begin set @x = 1; end$$\nDELIMITER ;\n/*!40000 alter table a disable keys */;";
        assert_eq!(
            cut(Dialect::Mysql, text),
            [
                "select 'a\\';'",
                "select \";\", `;`",
                "create trigger t before insert on a for each row begin set @x = 1; end",
                "alter table a disable keys",
            ]
        );
    }

    #[test]
    fn bodies_hold_their_terminators() {
        let text = "create trigger t after insert on event begin update a set b = case when c then 1 end; delete from d; end; create table event (id int); drop function f; select 1";
        assert_eq!(
            cut(Dialect::Sqlite, text),
            [
                "create trigger t after insert on event begin update a set b = case when c then 1 end; delete from d; end",
                "create table event (id int)",
                "drop function f",
                "select 1",
            ]
        );
        let text = "create procedure p() begin if a then set b = 1; end if; while c do set d = 1; end while; end; select 1";
        assert_eq!(cut(Dialect::Mysql, text).len(), 2);
    }

    #[test]
    fn copied_rows_and_client_commands_are_left_out() {
        let text = "\\connect db\ncopy a (b) from stdin;\n1;'\n2\n\\.\nselect 1 \\gexec\nselect 2;";
        assert_eq!(
            cut(Dialect::Postgres, text),
            ["copy a (b) from stdin", "select 1", "select 2"]
        );
    }

    #[test]
    fn batches_need_no_terminators() {
        let text = "IF OBJECT_ID('a') IS NULL\nBEGIN\nCREATE TABLE a (id int)\nALTER TABLE a DROP COLUMN id\nALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES b (id) ON DELETE SET NULL\nEND\nCREATE INDEX i ON a (x)\nGO\nCREATE PROCEDURE p AS SELECT 1; SELECT 2;\nGO 2\nEXEC sp_rename 'a', 'b'";
        let statements: Vec<_> = Statements::new(Lexer::new(text, 0, Dialect::Mssql)).collect();
        let texts: Vec<_> = statements
            .iter()
            .map(|s| (s.span.of(text), s.guarded))
            .collect();
        assert_eq!(
            texts,
            [
                ("IF OBJECT_ID('a') IS NULL\nBEGIN", false),
                ("CREATE TABLE a (id int)", true),
                ("ALTER TABLE a DROP COLUMN id", true),
                (
                    "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES b (id) ON DELETE SET NULL",
                    true
                ),
                ("END", false),
                ("CREATE INDEX i ON a (x)", false),
                ("CREATE PROCEDURE p AS SELECT 1; SELECT 2;", false),
                ("EXEC sp_rename 'a', 'b'", false),
            ]
        );
    }

    #[test]
    fn marks_of_tools_set_the_direction() {
        let text = "-- +goose Up\ncreate table a (id int);\n-- +goose Down\ndrop table a;";
        let sections: Vec<_> = Statements::new(Lexer::new(text, 0, Dialect::Postgres))
            .map(|statement| statement.section)
            .collect();
        assert_eq!(sections, [Section::Up, Section::Down]);
    }

    #[test]
    fn an_open_quote_swallows_nothing() {
        let text = "insert into a values ('it''s); create table b (id int);";
        assert_eq!(cut(Dialect::Postgres, text).len(), 2);
        let text = "\u{feff}select\u{a0}1 /* ; drop table a;";
        assert_eq!(cut(Dialect::Postgres, text).len(), 2);
    }

    #[test]
    fn placeholders_are_words() {
        let text = "alter table {{ .Schema }}.${prefix}_users {% if x %} add b int {% endif %} default :n;";
        let mut statements = Statements::new(Lexer::new(text, 0, Dialect::Postgres));
        let statement = statements.next().expect("one statement");
        let words: Vec<_> = statement.tokens.iter().map(|t| t.span.of(text)).collect();
        assert_eq!(
            words,
            [
                "alter",
                "table",
                "{{ .Schema }}",
                ".",
                "${prefix}_users",
                "add",
                "b",
                "int",
                "default",
                ":n"
            ]
        );
        assert_eq!(statements.lexer().templates().0, 4);
    }
}
