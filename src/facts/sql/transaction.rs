//! Statements that begin or end transactions, and those that PostgreSQL runs in none.

use super::cursor::Cursor;
use crate::facts::schema::Dialect;
use crate::facts::transaction::ControlKind;

/// What a statement does to the transaction at hand.
pub(super) fn control(mut cursor: Cursor) -> Option<ControlKind> {
    let mssql = cursor.dialect() == Dialect::Mssql;
    if cursor.eat_any("begin|start transaction") {
        // In SQL Server `BEGIN` alone opens a block.
        let begins = !mssql || cursor.is_any("tran|transaction");
        return begins.then_some(ControlKind::Begin);
    }
    let kind = match cursor.eat_which("commit|end|rollback|abort")? {
        "end" if mssql => return None,
        "commit" | "end" => ControlKind::Commit,
        _ => ControlKind::Rollback,
    };
    // `ROLLBACK TO SAVEPOINT` and the second phase of two end nothing here.
    cursor.eat_any("work|transaction|tran");
    (!cursor.is_any("to|prepared")).then_some(kind)
}

/// What PostgreSQL calls a statement that it runs in no transaction.
pub(super) fn outsider(mut cursor: Cursor) -> Option<&'static str> {
    if cursor.dialect() != Dialect::Postgres {
        return None;
    }
    if cursor.eat_any("create unique index|create index") {
        return cursor
            .is("concurrently")
            .then_some("CREATE INDEX CONCURRENTLY");
    }
    if cursor.eat("drop index") {
        return cursor
            .is("concurrently")
            .then_some("DROP INDEX CONCURRENTLY");
    }
    if cursor.eat("reindex") {
        cursor.group();
        cursor.eat_any("index|table|schema");
        return cursor.is("concurrently").then_some("REINDEX CONCURRENTLY");
    }
    let name = cursor.eat_which("vacuum|create database|drop database|alter system")?;
    Some(match name {
        "vacuum" => "VACUUM",
        "create database" => "CREATE DATABASE",
        "drop database" => "DROP DATABASE",
        _ => "ALTER SYSTEM",
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::Dialect;
    use crate::facts::sql;
    use crate::facts::transaction::{ControlKind, Transactions};

    fn read(text: &str, dialect: Dialect) -> Transactions {
        let outcome = sql::read(text, 0..text.len(), Some(dialect));
        outcome.facts.transactions
    }

    #[test]
    fn what_begins_and_ends() {
        use ControlKind::{Begin, Commit, Rollback};
        let text = "BEGIN; SAVEPOINT a; ROLLBACK TO SAVEPOINT a; CREATE TABLE t (id int); COMMIT;\n\
                    START TRANSACTION; END; ROLLBACK;\n\
                    CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;";
        let read = read(text, Dialect::Postgres);
        let kinds: Vec<ControlKind> = read.controls.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [Begin, Commit, Begin, Commit, Rollback]);
        assert_eq!(read.statements, 4);
    }

    #[test]
    fn blocks_of_sql_server_are_none() {
        let read = read(
            "IF 1 = 1\nBEGIN\n  PRINT 'a';\nEND;\nBEGIN TRAN; COMMIT TRAN;",
            Dialect::Mssql,
        );
        assert_eq!(read.controls.len(), 2);
    }

    #[test]
    fn what_no_transaction_takes() {
        let text = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a); DROP INDEX CONCURRENTLY j;\n\
                    REINDEX (VERBOSE) TABLE CONCURRENTLY t; VACUUM t; CREATE INDEX k ON t (a);\n\
                    REFRESH MATERIALIZED VIEW CONCURRENTLY v;";
        let read = read(text, Dialect::Postgres);
        let names: Vec<&str> = read.outsiders.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "CREATE INDEX CONCURRENTLY",
                "DROP INDEX CONCURRENTLY",
                "REINDEX CONCURRENTLY",
                "VACUUM"
            ]
        );
    }
}
