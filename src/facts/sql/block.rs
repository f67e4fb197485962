//! Statements that hold statements: `DO` blocks, routines that the script calls, texts it executes.
//!
//! What stands under a condition is read as if the condition held; replay knows whether it did.

use super::Found;
use super::cursor::Cursor;
use super::targets::Targets;
use super::text::{self, Inner};
use super::{code, holes, rename, statement};
use crate::facts::schema::{AccessChange, Dialect, SchemaChange, Section, Target};
use crate::parse::sql::{Lexer, Statement, Statements, TokenKind};
use crate::source::Span;

/// Texts within texts are read to this depth.
const DEEPEST: u8 = 4;

/// Bytes of inner texts that are read per document: a routine may be called many times.
pub(super) const BUDGET: usize = 8 << 20;

/// Where a statement stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) section: Section,
    pub(super) guarded: bool,
    /// In the body of a block or a routine.
    pub(super) body: bool,
    /// In a text with holes.
    pub(super) has_holes: bool,
    pub(super) targets: &'s Targets,
    depth: u8,
}

impl<'s> Scope<'s> {
    /// The scope of a statement of the document itself.
    pub(super) fn of(statement: &Statement, targets: &'s Targets) -> Self {
        Self {
            section: statement.section,
            guarded: statement.guarded,
            body: false,
            has_holes: false,
            targets,
            depth: 0,
        }
    }
}

/// A routine that the document defines.
pub(super) struct Routine {
    name: String,
    /// Its body, if it changes the schema.
    body: Option<Inner>,
}

/// Reads a statement that holds others; `false` = it is none.
pub(super) fn read(cursor: Cursor, span: Span, scope: Scope, found: &mut Found) -> bool {
    let lexer = cursor.source.lexer();
    if cursor.is("do") {
        if let Some(token) = cursor.rest().iter().find(|t| t.kind == TokenKind::Text) {
            run_block(
                &text::inner(lexer, *token),
                lexer.dialect(),
                None,
                scope,
                found,
            );
        }
        return true;
    }
    if cursor.is("create event trigger") {
        return event_trigger(cursor, span, scope, found);
    }
    if cursor.is_any("create|alter") {
        return define(cursor, span, scope, found);
    }
    if let Some(change) = rename::procedure(cursor) {
        found.push(span, scope, change);
        return true;
    }
    if call(cursor, span, scope, found) {
        return true;
    }
    let sets = cursor.is_any("execute|exec|set|declare|prepare");
    let is_body = scope.body && !cursor.is_any("drop|rename|raise|print|insert|update|comment");
    if sets || is_body || selects_into_variable(cursor) {
        execute(cursor, span, scope, found);
    }
    sets
}

/// `SELECT @a = '…'` of SQL Server, `SELECT '…' INTO @a` of MySQL.
fn selects_into_variable(mut cursor: Cursor) -> bool {
    if !cursor.eat("select") {
        return false;
    }
    match cursor.dialect() {
        Dialect::Mssql => cursor.word_at(0).starts_with('@'),
        Dialect::Mysql => {
            while !cursor.done() && !cursor.eat("into") {
                cursor.skip();
            }
            cursor.word_at(0).starts_with('@')
        }
        _ => false,
    }
}

/// Runs the texts of a statement that read like definitions.
fn execute(cursor: Cursor, span: Span, scope: Scope, found: &mut Found) {
    let lexer = cursor.source.lexer();
    let texts = text::definitions(lexer, cursor.rest());
    for inner in &texts {
        let scope = Scope {
            guarded: true,
            body: false,
            has_holes: inner.has_holes,
            ..scope
        };
        run(inner, lexer.dialect(), scope, found);
    }
    let has_text = cursor.rest().iter().any(|t| t.kind == TokenKind::Text);
    let blind = !has_text && !scope.targets.has_sql;
    if scope.body && cursor.is("execute") && texts.is_empty() && blind {
        found.push(span, scope, scope.targets.doubt());
    }
}

/// A trigger that runs after every definition may secure each table that is made.
fn event_trigger(mut cursor: Cursor, span: Span, scope: Scope, found: &mut Found) -> bool {
    while !cursor.eat_any("execute function|execute procedure") {
        if cursor.advance().is_none() {
            return true;
        }
    }
    let name = cursor.object_name().map(|name| name.name);
    let mut routines = found.routines.iter().rev();
    let routine = routines.find(|routine| Some(&routine.name) == name.as_ref());
    let secures = routine.is_none_or(|routine| {
        let body = routine.body.as_ref();
        body.is_some_and(|body| body.text.to_lowercase().contains("row level security"))
    });
    if secures {
        let change = AccessChange::Secure(Target::Later);
        found.push(span, scope, SchemaChange::Access(change));
    }
    true
}

/// Remembers a routine for when it is called.
fn define(mut cursor: Cursor, span: Span, scope: Scope, found: &mut Found) -> bool {
    let lexer = cursor.source.lexer();
    let whole = cursor;
    while cursor.advance().is_some() && !cursor.is_any("table|index|view|type|trigger") {
        let Some(kind) = cursor.eat_which("function|procedure|proc|routine") else {
            continue;
        };
        let change = match (kind, whole.is("create")) {
            ("function" | "procedure", true) => code::create_function(whole),
            (_, false) => code::alter_function(&mut { cursor }),
            _ => None,
        };
        let change = match scope.has_holes {
            true => change.and_then(|change| holes::settle(change, lexer, scope.targets)),
            false => change,
        };
        if let Some(change) = change {
            found.push(span, scope, change);
        }
        if scope.depth == 0
            && let Some(name) = cursor.object_name()
        {
            found.routines.push(Routine {
                name: name.name,
                body: body(cursor, lexer),
            });
        }
        return true;
    }
    false
}

/// The body of a routine, when it changes the schema.
fn body(mut cursor: Cursor, lexer: &Lexer) -> Option<Inner> {
    let body = if cursor.dialect() == Dialect::Postgres {
        while !cursor.eat("as") {
            cursor.advance()?;
        }
        let token = cursor
            .peek()
            .filter(|token| token.kind == TokenKind::Text)?;
        text::inner(lexer, token)
    } else {
        while !cursor.is_any("begin|as") {
            cursor.advance()?;
        }
        cursor.eat("as");
        let start = cursor.start();
        cursor.skip_all();
        let span = cursor.span_from(start);
        Inner {
            text: lexer.slice(span).to_owned(),
            base: start as usize,
            has_holes: false,
        }
    };
    const CHANGES: [&str; 5] = ["alter ", "create ", "drop ", "rename ", "execute"];
    let lower = body.text.to_ascii_lowercase();
    CHANGES
        .iter()
        .any(|word| lower.contains(word))
        .then_some(body)
}

/// Runs a routine that the statement calls.
fn call(mut cursor: Cursor, span: Span, scope: Scope, found: &mut Found) -> bool {
    let mysql = cursor.dialect() == Dialect::Mysql;
    let is_call = cursor.is("call");
    if !cursor.eat_any("call|exec|execute|perform|select * from|select") {
        return false;
    }
    let Some(name) = cursor.object_name() else {
        return false;
    };
    let arguments = Targets::of_call(cursor.source.lexer(), cursor.rest());
    // A later definition replaces an earlier one.
    let Some(at) = found.routines.iter().rposition(|r| r.name == name.name) else {
        // MySQL has no other way to alter under a condition than a procedure; one of another
        // document may do anything to the tables it is given.
        let tables = arguments.tables();
        if is_call && mysql && !tables.is_empty() {
            found.push(span, scope, SchemaChange::Opaque { tables });
        }
        return is_call;
    };
    // Taken out while it runs, so that it cannot call itself.
    let routine = found.routines.remove(at);
    if let Some(body) = &routine.body {
        run_block(body, cursor.dialect(), Some(arguments), scope, found);
    }
    found.routines.insert(at.min(found.routines.len()), routine);
    true
}

/// Runs the body of a block, or of a routine that was given these tables.
fn run_block(
    block: &Inner,
    dialect: Dialect,
    arguments: Option<Targets>,
    scope: Scope,
    found: &mut Found,
) {
    let given = arguments.filter(|targets| !targets.tables().is_empty());
    let targets =
        given.unwrap_or_else(|| Targets::of_block(&Lexer::new(&block.text, block.base, dialect)));
    let scope = Scope {
        guarded: true,
        body: true,
        targets: &targets,
        ..scope
    };
    run(block, dialect, scope, found);
}

/// Runs the statements of a text.
fn run(inner: &Inner, dialect: Dialect, scope: Scope, found: &mut Found) {
    let length = inner.text.len();
    let place = Span::new(inner.base, inner.base + length);
    let left = found.budget.checked_sub(length);
    let (Some(left), true) = (left, scope.depth < DEEPEST) else {
        found.unparsed.add(place);
        found.push(place, scope, SchemaChange::Opaque { tables: Vec::new() });
        return;
    };
    found.budget = left;
    let scope = Scope {
        depth: scope.depth + 1,
        ..scope
    };
    let lexer = Lexer::new(&inner.text, inner.base, dialect);
    for statement in Statements::new(lexer.clone()) {
        statement::read(&lexer, &statement, scope, found);
    }
}

/// Leaves out what controls a statement of a body: `BEGIN`, `IF … THEN`, `FOR … LOOP`.
pub(super) fn skip_control(cursor: &mut Cursor) {
    const CONTROL: &str = "begin|if|elsif|elseif|else|for|foreach|while|loop|case|when|declare|\\
        exception|end|then|atomic|repeat";
    let mut ahead = *cursor;
    while cursor.is_any(CONTROL) && !ahead.done() {
        let opens = ahead.eat_any("begin|then|else|loop|do|atomic|repeat");
        if opens && !ahead.is_any(CONTROL) && !ahead.done() {
            *cursor = ahead;
            return;
        }
        if !opens {
            ahead.skip();
        }
    }
}
