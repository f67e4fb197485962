//! Constraints, of a table or inside a column's clause.

use super::cursor::Cursor;
use super::index;
use crate::facts::schema::{
    Action, Constraint, ConstraintKind, Dialect, Expression, ForeignKey, Ident,
};
use crate::source::Span;

/// Reads `CONSTRAINT name`; the name may be missing (MySQL).
pub(super) fn name(cursor: &mut Cursor) -> Option<Ident> {
    const KINDS: &str = "primary key|unique|foreign key|check|references|not null|exclude|default";
    if !cursor.eat("constraint") {
        return None;
    }
    cursor.eat("if not exists");
    if cursor.is_any(KINDS) {
        return None;
    }
    cursor.ident()
}

/// Whether a constraint of a table follows, rather than a column.
pub(super) fn follows(cursor: &Cursor) -> bool {
    cursor.is_any("constraint|primary key|foreign key|unique|check")
        || cursor.is("exclude") && (cursor.symbol_at(1, b'(') || cursor.is("exclude using"))
}

/// Whether a constraint of the table follows a column without a comma, which SQL Server allows.
pub(super) fn lost_comma(cursor: &Cursor) -> bool {
    let mut ahead = *cursor;
    if ahead.dialect() != Dialect::Mssql {
        return false;
    }
    name(&mut ahead);
    let kind = ahead.eat_any("primary key|unique|foreign key");
    index_words(&mut ahead);
    kind && ahead.is_symbol(b'(')
}

/// Reads a constraint of a table.
pub(super) fn read(cursor: &mut Cursor) -> Option<Constraint> {
    let start = cursor.start();
    let name = name(cursor);
    let (own_name, kind) = kind(cursor)?;
    let not_valid = tail(cursor);
    Some(Constraint {
        name: name.or(own_name),
        kind,
        not_valid,
        inline: false,
        span: cursor.span_from(start),
    })
}

/// What a constraint demands, with the name MySQL lets stand behind its kind.
fn kind(cursor: &mut Cursor) -> Option<(Option<Ident>, ConstraintKind)> {
    if cursor.eat("primary key") {
        index_words(cursor);
        let (columns, using_index) = columns_or_index(cursor);
        return Some((
            None,
            ConstraintKind::PrimaryKey {
                columns,
                using_index,
            },
        ));
    }
    if cursor.eat("unique") {
        cursor.eat_any("key|index");
        cursor.eat_any("nulls not distinct|nulls distinct");
        let name = key_name(cursor);
        index_words(cursor);
        let (columns, using_index) = columns_or_index(cursor);
        return Some((
            name,
            ConstraintKind::Unique {
                columns,
                using_index,
            },
        ));
    }
    if cursor.eat("foreign key") {
        cursor.eat("if not exists");
        let name = key_name(cursor);
        let columns = cursor.names();
        return Some((name, references(cursor, columns)?));
    }
    if cursor.eat("check") {
        cursor.eat("not for replication");
        return Some((None, check(cursor)));
    }
    if cursor.eat("exclude") {
        return Some((None, ConstraintKind::Exclude(index::exclusion(cursor))));
    }
    None
}

fn key_name(cursor: &mut Cursor) -> Option<Ident> {
    if cursor.is_symbol(b'(') || cursor.is("using") || is_index_word(cursor) {
        return None;
    }
    cursor.ident()
}

fn is_index_word(cursor: &Cursor) -> bool {
    cursor.is_any("clustered|nonclustered")
}

/// `CLUSTERED`, `USING BTREE` between the kind and the columns.
fn index_words(cursor: &mut Cursor) {
    cursor.eat_any("clustered|nonclustered");
    cursor.eat("hash");
    if !cursor.is("using index") && cursor.eat("using") {
        cursor.ident();
    }
}

fn columns_or_index(cursor: &mut Cursor) -> (Vec<Ident>, Option<Ident>) {
    if cursor.eat("using index") {
        return (Vec::new(), cursor.ident());
    }
    (cursor.names(), None)
}

/// Reads the condition behind `CHECK`.
pub(super) fn check(cursor: &mut Cursor) -> ConstraintKind {
    let condition = match cursor.group() {
        Some(mut group) => group.expression(),
        None => Expression {
            text: String::new(),
            span: Span {
                start: cursor.end(),
                end: cursor.end(),
            },
        },
    };
    cursor.eat("no inherit");
    ConstraintKind::Check { condition }
}

/// Reads `REFERENCES …` with its actions.
pub(super) fn references(cursor: &mut Cursor, columns: Vec<Ident>) -> Option<ConstraintKind> {
    if !cursor.eat("references") {
        return None;
    }
    cursor.eat("only");
    let parent = cursor.table_name()?;
    let mut key = ForeignKey {
        columns,
        parent,
        parent_columns: cursor.names(),
        on_delete: None,
        on_update: None,
        emulated: false,
        deferred: false,
    };
    loop {
        let start = cursor.start();
        if cursor.eat("match") {
            cursor.advance();
        } else if cursor.eat("on delete") {
            key.on_delete = action(cursor).map(|action| (action, cursor.span_from(start)));
        } else if cursor.is_any(UPDATE_ACTIONS) {
            cursor.eat("on update");
            key.on_update = action(cursor).map(|action| (action, cursor.span_from(start)));
        } else {
            return Some(ConstraintKind::ForeignKey(key));
        }
    }
}

/// `ON UPDATE` of a foreign key; MySQL's `ON UPDATE CURRENT_TIMESTAMP` is an option of the column.
const UPDATE_ACTIONS: &str =
    "on update cascade|on update restrict|on update set|on update no action";

fn action(cursor: &mut Cursor) -> Option<Action> {
    const ACTIONS: [(&str, Action); 5] = [
        ("cascade", Action::Cascade),
        ("restrict", Action::Restrict),
        ("no action", Action::NoAction),
        ("set null", Action::SetNull),
        ("set default", Action::SetDefault),
    ];
    let found = ACTIONS.iter().find(|(words, _)| cursor.eat(words));
    let Some(&(_, action)) = found else {
        cursor.skip_unknown();
        return None;
    };
    if matches!(action, Action::SetNull | Action::SetDefault) {
        cursor.group();
    }
    Some(action)
}

/// Reads what may follow any constraint; says whether existing rows are left unchecked.
pub(super) fn tail(cursor: &mut Cursor) -> bool {
    const WORDS: &str = "not deferrable|deferrable|initially deferred|initially immediate|not enforced|\
    enforced|no inherit|asc|desc|clustered|nonclustered|not for replication|\
    nulls not distinct|nulls distinct";
    let mut not_valid = false;
    loop {
        if cursor.eat("not valid") {
            not_valid = true;
        } else if cursor.eat_any(WORDS) {
        } else if cursor.eat_any("using index tablespace|tablespace|on conflict") {
            cursor.advance();
        } else if cursor.is("using btree") || cursor.is("using hash") {
            cursor.eat("using");
            cursor.advance();
        } else if cursor.is("include") || cursor.is("with") || cursor.is("where") {
            if !cursor.symbol_at(1, b'(') {
                return not_valid;
            }
            cursor.advance();
            cursor.group();
        } else if cursor.dialect() == Dialect::Mssql && cursor.is("on") && !cursor.is("on update") {
            cursor.advance();
            cursor.skip();
        } else {
            return not_valid;
        }
    }
}
