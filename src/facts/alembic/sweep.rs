//! Statements of SQLAlchemy about every row of a table: `users.update().values(…)`, `sa.delete(users)`.

use super::operation::made_table;
use crate::facts::schema::{Dialect, TableName};
use crate::facts::sqlalchemy::term::{Call, Form, Term};

/// Expressions that give each row what its own values say hold a column of a table.
const COLUMNS: &str = ".c.";

/// The table of a statement, and the columns that it writes; none where it removes rows. A condition,
/// or what nobody can read, may pick rows.
pub(super) fn read(term: &Term, dialect: Dialect) -> Option<(TableName, Vec<String>)> {
    let call = term.call()?;
    if call.more {
        return None;
    }
    match (call.name(), &call.receiver) {
        ("values", Some(statement)) => {
            let (table, mut columns) = read(statement, dialect)?;
            columns.extend(written(call)?);
            Some((table, columns))
        }
        ("execution_options", Some(statement)) => read(statement, dialect),
        ("update" | "delete", receiver) => {
            let table = match call.args.as_slice() {
                [] => receiver.as_ref()?,
                [table] => table,
                _ => return None,
            };
            Some((made_table(table, dialect)?, Vec::new()))
        }
        _ => None,
    }
}

/// Whether a statement removes rows.
pub(super) fn deletes(term: &Term) -> bool {
    let mut next = Some(term);
    while let Some(call) = next.and_then(Term::call) {
        if call.name() == "delete" {
            return true;
        }
        next = call.receiver.as_ref();
    }
    false
}

/// The columns that `values(…)` gives constants.
fn written(call: &Call) -> Option<Vec<String>> {
    let named = call
        .keywords
        .iter()
        .map(|keyword| is_constant(&keyword.value).then(|| keyword.name.clone()));
    let mut columns = named.collect::<Option<Vec<String>>>()?;
    for argument in &call.args {
        let Form::Dict(pairs) = &argument.form else {
            return None;
        };
        for (key, value) in pairs {
            let column = match &key.form {
                Form::Name(name) => name.rsplit('.').next().map(str::to_owned),
                _ => key.text().map(str::to_owned),
            };
            columns.push(column.filter(|_| is_constant(value))?);
        }
    }
    Some(columns)
}

fn is_constant(value: &Term) -> bool {
    match &value.form {
        Form::Name(name) => !name.contains(COLUMNS),
        Form::Call(call) => {
            let given = call.keywords.iter().map(|keyword| &keyword.value);
            let inside = call.receiver.iter().chain(&call.args).chain(given);
            !call.callee.contains(COLUMNS) && !call.more && { inside }.all(is_constant)
        }
        Form::Unknown => false,
        _ => true,
    }
}
