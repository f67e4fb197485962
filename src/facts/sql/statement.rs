//! One statement: which reader it belongs to, and what becomes of what no reader understands.

use super::block::{self, Scope};
use super::cursor::{Cursor, Source};
use super::{
    Found, access, alter, code, custom_type, grant, holes, index, namespace, seed, table, view,
};
use crate::facts::schema::{AlterKind, Dialect, SchemaChange, Section, TableName};
use crate::parse::sql::{Lexer, Statement, Token, TokenKind, opinion};
use crate::source::Span;

/// What a statement means for the schema.
enum Meaning {
    /// It changes it.
    Changes(Vec<SchemaChange>),
    /// It leaves it alone.
    Nothing,
    /// Its first words are not known.
    Unknown,
}

/// Reads one statement into facts.
pub(super) fn read(lexer: &Lexer, statement: &Statement, scope: Scope, found: &mut Found) {
    let source = Source::new(lexer.clone());
    let mut cursor = Cursor::new(&source, &statement.tokens);
    if scope.body {
        block::skip_control(&mut cursor);
    }
    let tokens = cursor.rest();
    let span = Span {
        start: cursor.start(),
        end: statement.span.end,
    };
    if scope.section == Section::Up {
        found.seed(seed::read(cursor));
    }
    if !scope.body {
        found.notice(cursor, span, scope.section);
    }
    found.write(cursor, span, scope);
    // A routine sets its own path, and only while it runs.
    if !scope.body
        && let Some(change) = namespace::search_path(cursor)
    {
        found.push(span, scope, change);
        return;
    }
    let reads = !statement.unclosed && block::read(cursor, span, scope, found);
    if reads {
        return;
    }
    let meaning = if statement.unclosed {
        Meaning::Unknown
    } else {
        lower(&mut cursor, scope.body)
    };
    let leftover = source.take_unknown();
    let (mut changes, doubtful) = match meaning {
        Meaning::Nothing => return,
        Meaning::Changes(changes) => (changes, leftover.is_some()),
        Meaning::Unknown => (Vec::new(), true),
    };
    if doubtful || statement.shortened {
        if !statement.shortened && understood(lexer, tokens, &changes) {
            trust(&mut changes);
        } else {
            found.unparsed.add(leftover.unwrap_or(span));
            open(&mut changes, &source, statement);
        }
    }
    for change in changes {
        let change = if scope.has_holes {
            holes::settle(change, lexer, scope.targets)
        } else {
            Some(change)
        };
        if let Some(change) = change {
            found.push(span, scope, change);
        }
    }
}

/// Whether a full parser understands the statement. An action of `ALTER TABLE` that we do not know
/// needs the word of sqlparser: tree-sitter takes any two words for a column that is added.
fn understood(lexer: &Lexer, tokens: &[Token], changes: &[SchemaChange]) -> bool {
    opinion::parse(lexer, tokens).is_some()
        || !has_opaque_action(changes) && opinion::tree_sitter_understands(lexer, tokens)
}

fn has_opaque_action(changes: &[SchemaChange]) -> bool {
    changes.iter().any(|change| {
        matches!(change, SchemaChange::AlterTable { actions, .. }
            if actions.iter().any(|action| action.kind == AlterKind::Opaque))
    })
}

/// A full parser understood what we did not: the odd clauses are syntax without meaning for us.
fn trust(changes: &mut [SchemaChange]) {
    for change in changes {
        if let SchemaChange::AlterTable { actions, .. } = change {
            for action in actions {
                if action.kind == AlterKind::Opaque {
                    action.kind = AlterKind::Nothing;
                }
            }
        }
    }
}

/// Opens the tables of a statement that was not understood.
fn open(changes: &mut Vec<SchemaChange>, source: &Source, statement: &Statement) {
    if has_opaque_action(changes) && !statement.shortened {
        return;
    }
    let tables = match changes.as_slice() {
        [SchemaChange::CreateTable(table)] => vec![table.table.clone()],
        [SchemaChange::CreateIndex(index)] => vec![index.table.clone()],
        _ => named_tables(source, statement),
    };
    if !tables.is_empty() {
        changes.push(SchemaChange::Opaque { tables });
    }
}

/// The tables that a statement names, told by the words before them; failing that, all its names.
fn named_tables(source: &Source, statement: &Statement) -> Vec<TableName> {
    const BEFORE: &str = "table|exists|only|on|references|from|join|into";
    let mut cursor = Cursor::new(source, &statement.tokens);
    let mut tables = Vec::new();
    let mut names = Vec::new();
    while let Some(token) = cursor.peek() {
        if cursor.eat_any(BEFORE) && !cursor.is_any(BEFORE) && !cursor.is("if") {
            tables.extend(cursor.table_name());
        } else if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) {
            names.extend(cursor.table_name());
        } else {
            cursor.advance();
        }
    }
    if tables.is_empty() { names } else { tables }
}

fn lower(cursor: &mut Cursor, body: bool) -> Meaning {
    let start = cursor.start();
    if cursor.eat("create") {
        return create(cursor, start);
    }
    if cursor.eat("alter") {
        return alter(cursor);
    }
    if cursor.eat("drop") {
        return drop(cursor);
    }
    if cursor.eat("truncate") && !body {
        return Meaning::Changes(table::truncate(*cursor).into_iter().collect());
    }
    if cursor.eat_any("rename table|rename tables") {
        return Meaning::Changes(table::rename(cursor));
    }
    // In a body, INTO names a variable.
    if cursor.is_any("select|with") && !body {
        let made = table::select_into(*cursor);
        return made.map_or(Meaning::Nothing, |made| changes(Some(made)));
    }
    if cursor.is_any("grant|revoke") {
        return rights(*cursor);
    }
    if body || is_harmless(cursor) {
        return Meaning::Nothing;
    }
    Meaning::Unknown
}

/// What a reader made of a statement whose first words are its own; without a result nobody can tell
/// what it does.
fn changes(change: Option<SchemaChange>) -> Meaning {
    change.map_or(Meaning::Unknown, |change| Meaning::Changes(vec![change]))
}

/// `GRANT` and `REVOKE`.
fn rights(cursor: Cursor) -> Meaning {
    let changes = [access::revoke(cursor), grant::read(cursor, false)];
    Meaning::Changes(changes.into_iter().flatten().collect())
}

fn create(cursor: &mut Cursor, start: u32) -> Meaning {
    const INDEXES: &str = "index|unique|fulltext|spatial|clustered|nonclustered|columnstore|hash";
    let replace = cursor.eat_any("or replace|or alter");
    let (mut temporary, mut foreign) = (false, false);
    loop {
        if cursor.eat_any("temp|temporary") {
            temporary = true;
        } else if cursor.eat("foreign") {
            foreign = true;
        } else if !cursor.eat_any("global|local|unlogged") {
            break;
        }
    }
    if cursor.eat("table") {
        return changes(table::create(cursor, temporary, foreign));
    }
    if cursor.eat("virtual table") {
        return changes(table::virtual_table(cursor));
    }
    if cursor.is_any(INDEXES) {
        return changes(index::create(cursor, start));
    }
    view::skip_security(cursor);
    if let Some(kind) = cursor.eat_which("view|materialized view") {
        let modifiers = view::Modifiers {
            replace,
            temporary,
            materialized: kind.starts_with('m'),
        };
        return changes(view::create(cursor, modifiers));
    }
    if cursor.eat("policy") {
        return changes(access::create_policy(cursor, start));
    }
    if cursor.eat("extension") {
        return changes(code::create_extension(cursor));
    }
    if cursor.eat("schema") {
        return changes(namespace::create(cursor));
    }
    if cursor.eat("type") {
        return changes(custom_type::create(cursor));
    }
    if cursor.eat("domain") {
        return changes(custom_type::create_domain(cursor));
    }
    Meaning::Nothing
}

fn alter(cursor: &mut Cursor) -> Meaning {
    cursor.eat_any("foreign|ignore|online");
    if cursor.eat("table all in tablespace") {
        return Meaning::Nothing;
    }
    if cursor.eat("table") {
        return changes(alter::read(cursor));
    }
    if cursor.eat("index") {
        return index::alter(cursor)
            .map_or(Meaning::Nothing, |change| Meaning::Changes(vec![change]));
    }
    if cursor.eat("policy") {
        return changes(access::alter_policy(cursor));
    }
    if cursor.eat("default privileges") {
        let changes = [
            access::default_privileges(*cursor),
            grant::read(*cursor, true),
        ];
        return Meaning::Changes(changes.into_iter().flatten().collect());
    }
    if cursor.eat_any("type|domain") {
        return custom_type::alter(cursor)
            .map_or(Meaning::Nothing, |change| Meaning::Changes(vec![change]));
    }
    if cursor.eat("schema") {
        return namespace::alter(cursor)
            .map_or(Meaning::Nothing, |change| Meaning::Changes(vec![change]));
    }
    view::skip_security(cursor);
    if cursor.eat_any("view|materialized view") {
        return view::alter(cursor)
            .map_or(Meaning::Nothing, |change| Meaning::Changes(vec![change]));
    }
    Meaning::Nothing
}

fn drop(cursor: &mut Cursor) -> Meaning {
    cursor.eat_any("temporary|foreign");
    if cursor.eat("table") {
        return changes(table::drop(cursor));
    }
    if cursor.eat("index") {
        return changes(index::drop(cursor));
    }
    if cursor.eat("policy") {
        return changes(access::drop_policy(cursor));
    }
    if cursor.eat_any("type|domain") {
        return changes(custom_type::drop(cursor));
    }
    if cursor.eat_any("view|materialized view") {
        return changes(view::drop(cursor));
    }
    if cursor.eat("schema") {
        return changes(namespace::drop(cursor));
    }
    if cursor.eat("extension") {
        return changes(code::drop_extensions(cursor));
    }
    let is_postgres = cursor.dialect() == Dialect::Postgres;
    if cursor.eat("function") || is_postgres && cursor.eat_any("procedure|routine") {
        return changes(code::drop_functions(cursor));
    }
    Meaning::Nothing
}

/// Statements that leave the schema alone, whatever they say.
fn is_harmless(cursor: &Cursor) -> bool {
    const HEADS: &str = "abort|analyze|attach|backup|begin|bulk|call|checkpoint|close|cluster|comment|commit|\
    continue|copy|dbcc|deallocate|declare|delete|deny|describe|detach|disable|discard|\
    elsif|else|enable|end|exec|execute|exit|explain|fetch|flush|foreach|for|get|go|\
    grant|handler|help|if|import|insert|kill|leave|listen|load|lock|loop|merge|move|\
    notify|null|open|optimize|perform|pragma|prepare|print|raise|raiserror|reassign|\
    refresh|reindex|release|repair|replace|reset|restore|return|revoke|rollback|\
    savepoint|security|select|set|show|start|throw|truncate|unlisten|unlock|update|use|\
    values|vacuum";
    cursor.is_any(HEADS) || cursor.is_any("with|while|waitfor|do") || cursor.is_symbol(b'(')
}
