//! `CREATE TABLE` and what takes tables away or renames them.

use super::cursor::Cursor;
use super::{column, constraint, index, query};
use crate::facts::schema::{
    ConstraintKind, CreateTable, Derived, Dialect, Expression, Including, Like, SchemaChange,
    TableName,
};

/// Reads `CREATE TABLE`, behind `CREATE [modifiers] TABLE`.
pub(super) fn create(cursor: &mut Cursor, temporary: bool, foreign: bool) -> Option<SchemaChange> {
    let if_not_exists = cursor.eat("if not exists");
    let mut table = empty(cursor.table_name()?, temporary);
    table.if_not_exists = if_not_exists;
    table.derived = foreign.then_some(Derived::Foreign);
    if cursor.eat("partition of") {
        let parent = cursor.table_name()?;
        cursor.group();
        let bounds = bounds(cursor);
        table.derived = Some(Derived::PartitionOf { parent, bounds });
        table.partitioning = partitioning(cursor);
        cursor.skip_all();
        return Some(SchemaChange::CreateTable(table));
    }
    if cursor.eat("of") {
        cursor.table_name();
        table.derived = Some(Derived::Query(None));
    }
    if cursor.eat("like") {
        table.derived = like(cursor, 0);
    }
    if let Some(mut group) = cursor.group() {
        while let Some(mut item) = group.item() {
            element(&mut item, &mut table);
        }
    }
    options(cursor, &mut table);
    imply_not_null(&mut table);
    Some(SchemaChange::CreateTable(table))
}

/// Reads `FOR VALUES …` and `DEFAULT` of a partition.
pub(super) fn bounds(cursor: &mut Cursor) -> Option<Expression> {
    let start = cursor.start();
    while !cursor.done() && !cursor.is_any("partition by|using|tablespace") {
        let is_option = cursor.is("with") && cursor.symbol_at(1, b'(');
        if is_option && !cursor.word_at(2).eq_ignore_ascii_case("modulus") {
            break;
        }
        cursor.skip();
    }
    let bounds = cursor.expression_from(start);
    (!bounds.text.is_empty()).then_some(bounds)
}

/// Reads `PARTITION BY RANGE (a)`; in MySQL the partitions follow.
fn partitioning(cursor: &mut Cursor) -> Option<Expression> {
    if !cursor.eat("partition by") {
        return None;
    }
    let start = cursor.start();
    cursor.ident();
    cursor.skip();
    if cursor.dialect() == Dialect::Mysql {
        cursor.skip_all();
    }
    Some(cursor.expression_from(start))
}

/// A table without columns; `#name` of SQL Server and some schemas make it temporary.
fn empty(table: TableName, temporary: bool) -> CreateTable {
    let schema = table.schema.as_deref().unwrap_or_default();
    CreateTable {
        temporary: temporary || table.name.starts_with('#') || matches!(schema, "pg_temp" | "temp"),
        ..CreateTable::new(table)
    }
}

/// A table whose columns a module of SQLite decides.
pub(super) fn virtual_table(cursor: &mut Cursor) -> Option<SchemaChange> {
    let if_not_exists = cursor.eat("if not exists");
    let mut table = empty(cursor.table_name()?, false);
    table.if_not_exists = if_not_exists;
    table.derived = Some(Derived::Query(None));
    cursor.skip_all();
    Some(SchemaChange::CreateTable(table))
}

/// Columns of a primary key that the table declares on its own are not null.
fn imply_not_null(table: &mut CreateTable) {
    for constraint in &table.constraints {
        let ConstraintKind::PrimaryKey { columns, .. } = &constraint.kind else {
            continue;
        };
        for column in &mut table.columns {
            column.not_null |= columns.iter().any(|key| key.name == column.name.name);
        }
    }
}

/// Reads one element of the list.
fn element(item: &mut Cursor, table: &mut CreateTable) {
    if item.done() {
        return;
    }
    if item.eat("like") {
        table.derived = like(item, table.columns.len());
    } else if item.is("period for") {
        item.skip_all();
    } else if constraint::follows(item) {
        match constraint::read(item) {
            Some(constraint) => table.constraints.push(constraint),
            None => named_not_null(item, table),
        }
        index::skip_options(item);
    } else if index::follows(item) {
        table.indexes.extend(index::clause(item, &table.table));
    } else if let Some(definition) = column::read(item) {
        table.columns.push(definition.column);
        table.constraints.extend(definition.constraints);
    }
    while !item.done() {
        item.skip_unknown();
    }
}

/// `CONSTRAINT name NOT NULL column`, as dumps of PostgreSQL 18 write it.
fn named_not_null(item: &mut Cursor, table: &mut CreateTable) {
    if item.eat("not null")
        && let Some(name) = item.ident()
    {
        for column in &mut table.columns {
            column.not_null |= column.name.name == name.name;
        }
        item.eat("no inherit");
    }
}

/// Reads `LIKE` behind that word; `position` columns stand before it.
fn like(cursor: &mut Cursor, position: usize) -> Option<Derived> {
    let table = cursor.table_name()?;
    let mut including = Including::default();
    if cursor.dialect() == Dialect::Mysql {
        including = all(true);
    }
    loop {
        let included = cursor.eat("including");
        if !included && !cursor.eat("excluding") {
            return Some(Derived::Like(Like {
                table,
                position,
                including,
            }));
        }
        match cursor.eat_which("all|indexes|constraints|defaults|generated|identity") {
            Some("all") => including = all(included),
            Some("indexes") => including.indexes = included,
            Some("constraints") => including.checks = included,
            Some("defaults") => including.defaults = included,
            Some("generated") => including.generated = included,
            Some("identity") => including.identity = included,
            _ => {
                cursor.advance();
            }
        }
    }
}

fn all(included: bool) -> Including {
    Including {
        indexes: included,
        checks: included,
        defaults: included,
        generated: included,
        identity: included,
    }
}

/// Reads what follows the list; options of storage tell no rule anything.
fn options(cursor: &mut Cursor, table: &mut CreateTable) {
    while !cursor.done() {
        if cursor.eat("inherits") {
            if let Some(mut group) = cursor.group() {
                table.derived = Some(Derived::Inherits(group.table_names()));
            }
        } else if cursor.is_any("as|select|with recursive") || is_cte(cursor) {
            cursor.eat("as");
            table.derived = Some(Derived::Query(query::read(*cursor)));
            cursor.skip_all();
        } else if cursor.is("partition by") {
            table.partitioning = partitioning(cursor);
        } else if !option(cursor) {
            cursor.skip_unknown();
        }
    }
}

/// Reads `SELECT … INTO table`; `None` where nothing is made.
pub(super) fn select_into(cursor: Cursor) -> Option<SchemaChange> {
    if !matches!(cursor.dialect(), Dialect::Postgres | Dialect::Mssql) {
        return None;
    }
    let mut ahead = cursor;
    while !ahead.eat("into") {
        if ahead.done() || ahead.is_any("insert|merge|update|delete") {
            return None;
        }
        ahead.skip();
    }
    let temporary = ahead.eat_any("temporary|temp");
    ahead.eat_any("unlogged");
    ahead.eat("table");
    let name = ahead
        .table_name()
        .filter(|name| !name.name.starts_with('@'))?;
    let mut table = empty(name, temporary);
    table.derived = Some(Derived::Query(query::read(cursor)));
    Some(SchemaChange::CreateTable(table))
}

fn is_cte(cursor: &Cursor) -> bool {
    cursor.is("with") && cursor.word_at(2).eq_ignore_ascii_case("as")
}

fn option(cursor: &mut Cursor) -> bool {
    const FLAGS: &str = "without oids|with oids|without rowid|strict|on commit preserve rows|\
    on commit delete rows|on commit drop|with data|with no data|default|as node|as edge|\
    unlogged";
    if cursor.eat_any(FLAGS) || cursor.eat_symbol(b',') {
        return true;
    }
    if cursor.eat_any("using|tablespace|server|textimage_on|filestream_on") {
        cursor.advance();
        return true;
    }
    if cursor.eat_any("with|options") {
        return cursor.group().is_some();
    }
    if cursor.dialect() == Dialect::Mssql && cursor.eat("on") {
        cursor.skip();
        cursor.group();
        return true;
    }
    mysql_option(cursor)
}

/// `ENGINE = InnoDB`, `DEFAULT CHARACTER SET utf8mb4`, `COMMENT 'x'`.
pub(super) fn mysql_option(cursor: &mut Cursor) -> bool {
    const NAMES: &str = "engine|auto_increment|charset|character set|collate|comment|row_format|\
    avg_row_length|checksum|compression|connection|data directory|index directory|\
    delay_key_write|encryption|insert_method|key_block_size|max_rows|min_rows|pack_keys|\
    password|stats_auto_recalc|stats_persistent|stats_sample_pages|union|\
    engine_attribute|page_checksum|transactional|storage_engine|type";
    if !cursor.eat_any(NAMES) {
        return false;
    }
    cursor.eat_symbol(b'=');
    cursor.skip();
    true
}

/// Reads `DROP TABLE`, behind those words.
pub(super) fn drop(cursor: &mut Cursor) -> Option<SchemaChange> {
    let if_exists = cursor.eat("if exists");
    let tables = cursor.table_names();
    let cascade = cursor.eat("cascade");
    cursor.eat_any("constraints|restrict|purge");
    while !cursor.done() {
        cursor.skip_unknown();
    }
    (!tables.is_empty()).then_some(SchemaChange::DropTable {
        tables,
        if_exists,
        cascade,
    })
}

/// Reads `TRUNCATE`, behind that word.
pub(super) fn truncate(mut cursor: Cursor) -> Option<SchemaChange> {
    cursor.eat("table");
    cursor.eat("only");
    let tables = cursor.table_names();
    (!tables.is_empty()).then_some(SchemaChange::Truncate { tables })
}

/// Reads `RENAME TABLE a TO b, c TO d`, behind those words.
pub(super) fn rename(cursor: &mut Cursor) -> Vec<SchemaChange> {
    cursor.eat("if exists");
    let mut changes = Vec::new();
    while let Some(table) = cursor.table_name() {
        cursor.eat_any("wait|nowait");
        let to = cursor.eat("to").then(|| cursor.table_name()).flatten();
        let Some(to) = to else { break };
        changes.push(SchemaChange::RenameTable { table, to });
        if !cursor.eat_symbol(b',') {
            break;
        }
    }
    while !cursor.done() {
        cursor.skip_unknown();
    }
    changes
}
