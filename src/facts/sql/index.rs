//! Indexes: statements of their own, and clauses inside a table's.

use super::cursor::Cursor;
use crate::facts::schema::{
    AlterKind, Dialect, Exclusion, Expression, Ident, Index, IndexKey, SchemaChange, TableName,
};
use crate::parse::sql::{Token, TokenKind};

/// Reads `CREATE INDEX`, behind `CREATE [OR REPLACE]`.
pub(super) fn create(cursor: &mut Cursor, start: u32) -> Option<SchemaChange> {
    let mut index = Shape::default();
    while !cursor.eat("index") {
        if cursor.eat("unique") {
            index.unique = true;
        } else {
            let word = cursor.advance()?;
            index.method = kind_method(cursor.text(word));
        }
    }
    index.concurrently = cursor.eat("concurrently");
    index.if_not_exists = cursor.eat("if not exists");
    if !cursor.is("on") || cursor.word_at(1).eq_ignore_ascii_case("on") {
        index.name = cursor.object_name();
    }
    method(cursor, &mut index);
    if !cursor.eat("on") {
        return None;
    }
    index.only = cursor.eat("only");
    let table = cursor.table_name()?;
    method(cursor, &mut index);
    read_keys(cursor, &mut index);
    options(cursor, &mut index);
    while !cursor.done() {
        cursor.skip_unknown();
    }
    Some(SchemaChange::CreateIndex(index.of(table, cursor, start)))
}

/// Whether an index clause of a table follows: `KEY k (a)`, `INDEX (a)`, `FULLTEXT KEY …`.
///
/// `key` and `index` are ordinary column names outside MySQL and SQL Server; but numbers in the
/// parentheses make a type, names make an index.
pub(super) fn follows(cursor: &Cursor) -> bool {
    if cursor.is_any("fulltext|spatial") {
        return cursor.dialect() == Dialect::Mysql;
    }
    if !cursor.is_any("key|index") {
        return false;
    }
    let reserved = match cursor.dialect() {
        Dialect::Mysql => true,
        Dialect::Mssql => cursor.is("index"),
        _ => false,
    };
    let open = usize::from(!cursor.symbol_at(1, b'(')) + 1;
    reserved
        || cursor.symbol_at(open, b'(')
            && cursor.peek_at(open + 1).is_some_and(|token| {
                matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
                    && !cursor.text(token).eq_ignore_ascii_case("max")
            })
}

/// Reads an index clause of a table.
pub(super) fn clause(cursor: &mut Cursor, table: &TableName) -> Option<Index> {
    let start = cursor.start();
    let mut index = Shape::default();
    if cursor.eat("fulltext") {
        index.method = Some("fulltext".to_owned());
    } else if cursor.eat("spatial") {
        index.method = Some("spatial".to_owned());
    }
    cursor.eat_any("key|index");
    cursor.eat("if not exists");
    if !cursor.is_symbol(b'(') && !cursor.is("using") {
        index.name = cursor.ident();
    }
    while let Some(word) = ["unique", "clustered", "nonclustered", "columnstore"]
        .iter()
        .find(|word| cursor.eat(word))
    {
        index.unique |= *word == "unique";
    }
    method(cursor, &mut index);
    read_keys(cursor, &mut index);
    options(cursor, &mut index);
    Some(index.of(table.clone(), cursor, start))
}

/// An index while it is read.
#[derive(Default)]
struct Shape {
    name: Option<Ident>,
    keys: Vec<IndexKey>,
    include: Vec<Ident>,
    unique: bool,
    method: Option<String>,
    predicate: Option<Expression>,
    concurrently: bool,
    if_not_exists: bool,
    only: bool,
}

impl Shape {
    fn of(self, table: TableName, cursor: &Cursor, start: u32) -> Index {
        Index {
            name: self.name,
            table,
            keys: self.keys,
            include: self.include,
            unique: self.unique,
            method: self.method,
            predicate: self.predicate,
            concurrently: self.concurrently,
            if_not_exists: self.if_not_exists,
            only: self.only,
            span: cursor.span_from(start),
        }
    }
}

fn kind_method(word: &str) -> Option<String> {
    ["fulltext", "spatial", "columnstore"]
        .iter()
        .find(|kind| word.eq_ignore_ascii_case(kind))
        .map(|kind| (*kind).to_owned())
}

fn method(cursor: &mut Cursor, index: &mut Shape) {
    if cursor.eat("using") {
        index.method = cursor.ident().map(|method| method.name.to_lowercase());
    }
}

fn read_keys(cursor: &mut Cursor, index: &mut Shape) {
    let Some(mut group) = cursor.group() else {
        return;
    };
    while let Some(item) = group.item() {
        index.keys.extend(key(item));
    }
}

/// Reads an exclusion constraint, behind `EXCLUDE`.
pub(super) fn exclusion(cursor: &mut Cursor) -> Exclusion {
    let mut index = Shape::default();
    method(cursor, &mut index);
    let mut keys = Vec::new();
    if let Some(mut group) = cursor.group() {
        while let Some(item) = group.item() {
            let mut whole = item;
            let text = whole.expression().text;
            // What stands behind is the operator.
            keys.extend(key(item.before("with")).map(|key| IndexKey { text, ..key }));
        }
    }
    while cursor.is_any("include|with") && cursor.symbol_at(1, b'(') {
        cursor.advance();
        cursor.group();
    }
    if cursor.eat("using index tablespace") {
        cursor.advance();
    }
    let predicate = cursor.eat("where").then(|| cursor.group()).flatten();
    Exclusion {
        method: index.method,
        keys,
        predicate: predicate.map(|mut group| group.expression()),
    }
}

/// One key: a column, perhaps in parentheses, or an expression.
fn key(mut item: Cursor) -> Option<IndexKey> {
    item.peek()?;
    let mut whole = item;
    let written = whole.expression();
    let mut column = None;
    if let Some(mut inner) = item.group() {
        if let Some(deeper) = inner.group() {
            inner = deeper;
        }
        let is_literal = inner.is_any("true|false|null");
        column = inner.ident().filter(|_| inner.done() && !is_literal);
    } else if let Some(name) = item.ident() {
        // `title(20)` of MySQL is a column and a length, `lower(title)` an expression.
        let number = |token: Token| token.kind == TokenKind::Number;
        if item.is_symbol(b'(') && item.peek_at(1).is_some_and(number) && item.symbol_at(2, b')') {
            item.group();
        }
        column = Some(name);
    }
    let plain = item.done()
        || item.is_any("asc|desc|nulls|collate")
        || matches!(item.peek()?.kind, TokenKind::Word | TokenKind::Quoted);
    Some(IndexKey {
        column: column.filter(|_| plain).map(|column| column.name),
        text: written.text,
        span: written.span,
    })
}

/// Reads the options behind a constraint that an index backs.
pub(super) fn skip_options(cursor: &mut Cursor) {
    options(cursor, &mut Shape::default());
}

/// Reads what follows the keys.
fn options(cursor: &mut Cursor, index: &mut Shape) {
    const VALUES: &str = "comment|algorithm|lock|key_block_size|parser|with parser|tablespace|\
    engine_attribute";
    const FLAGS: &str = "nulls not distinct|nulls distinct|visible|invisible|clustered|ignored";
    loop {
        if cursor.is("include") || cursor.is("storing") {
            cursor.advance();
            index.include = cursor.names();
        } else if cursor.is("with") && cursor.symbol_at(1, b'(') {
            cursor.advance();
            cursor.group();
        } else if cursor.is("using") {
            method(cursor, index);
        } else if cursor.eat("where") {
            predicate(cursor, index);
        } else if cursor.eat_any(FLAGS) {
        } else if cursor.eat_any(VALUES) {
            cursor.eat_symbol(b'=');
            cursor.advance();
        } else if cursor.dialect() == Dialect::Mssql && cursor.eat("on") {
            cursor.skip();
            cursor.group();
        } else {
            return;
        }
    }
}

fn predicate(cursor: &mut Cursor, index: &mut Shape) {
    let start = cursor.start();
    let ends = match cursor.dialect() {
        Dialect::Mssql => "with|on",
        _ => "",
    };
    while !cursor.done() && !cursor.is_any(ends) {
        cursor.skip();
    }
    index.predicate = Some(cursor.expression_from(start));
}

/// Reads `DROP INDEX`, behind those words.
pub(super) fn drop(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("concurrently");
    let if_exists = cursor.eat("if exists");
    let mut names = cursor.table_names();
    if cursor.dialect() == Dialect::Mysql {
        for name in &mut names {
            name.name = name.name.to_lowercase();
        }
    }
    let mut table = None;
    if cursor.eat("on") {
        table = cursor.table_name();
    } else if cursor.dialect() == Dialect::Mssql {
        table = names.iter_mut().find_map(of_table);
    }
    let cascade = cursor.eat("cascade");
    let known = cascade || cursor.eat("restrict") || cursor.done();
    if !known && !cursor.is_any("algorithm|lock|with") {
        cursor.skip_unknown();
    }
    cursor.skip_all();
    (!names.is_empty()).then_some(SchemaChange::DropIndex {
        names,
        table,
        if_exists,
        cascade,
    })
}

/// `DROP INDEX table.name`, the old form of SQL Server.
fn of_table(name: &mut TableName) -> Option<TableName> {
    Some(TableName {
        schema: None,
        name: name.schema.take()?,
        span: name.span,
    })
}

/// Reads `ALTER INDEX`, behind those words.
pub(super) fn alter(cursor: &mut Cursor) -> Option<SchemaChange> {
    let if_exists = cursor.eat("if exists");
    let name = cursor.table_name()?;
    if !cursor.eat("rename to") {
        cursor.skip_all();
        return None;
    }
    let to = cursor.ident()?;
    Some(SchemaChange::RenameIndex {
        name,
        if_exists,
        to,
    })
}

/// MySQL's `DROP INDEX name` as an action of `ALTER TABLE`.
pub(super) fn drop_action(cursor: &mut Cursor) -> Option<AlterKind> {
    cursor.eat("if exists");
    Some(AlterKind::DropIndex {
        name: cursor.ident()?,
    })
}
