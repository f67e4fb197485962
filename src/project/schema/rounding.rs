//! Which new types cut off what rows hold: digits, hours, seconds.

use super::Database;
use super::rewrite::{digits, limit, precision};
use crate::facts::schema::{Dialect, TypeName};

impl Database {
    /// Whether values lose a part when a column changes its type: digits, hours, seconds. What does
    /// not fit otherwise is refused.
    pub fn rounds(&self, from: &TypeName, to: &TypeName) -> bool {
        let (from, to) = (self.resolve_type(from), self.resolve_type(to));
        let plain = from.1.is_none() && to.1.is_none() && !from.0.array && !to.0.array;
        plain
            && match self.dialect {
                Dialect::Postgres => loses_digits(from.0, to.0),
                Dialect::Mysql => loses_digits_in_mysql(from.0, to.0),
                Dialect::Sqlite | Dialect::Mssql => false,
            }
    }
}

/// Whether values of the old type may have digits, or other parts, that the new one does not keep. Texts
/// are refused instead, or read.
fn loses_digits(from: &TypeName, to: &TypeName) -> bool {
    const WHOLE: [&str; 3] = ["smallint", "integer", "bigint"];
    const MOMENTS: [&str; 2] = ["timestamp", "timestamp with time zone"];
    const TIMES: [&str; 2] = ["time", "time with time zone"];
    let scale = |ty: &TypeName| digits(ty).map(|(_, scale)| scale);
    let behind_the_point = match from.base.as_str() {
        "numeric" => scale(from).unwrap_or(i64::MAX),
        "real" | "double precision" => i64::MAX,
        "money" => 2,
        _ => 0,
    };
    let shortens = || precision(from) > precision(to);
    match (from.base.as_str(), to.base.as_str()) {
        // Floating point becomes money with so many digits where it should have been that.
        ("real" | "double precision", "numeric") => scale(to) == Some(0),
        ("numeric" | "money", "numeric") => scale(to).is_some_and(|kept| behind_the_point > kept),
        ("numeric", "money") => behind_the_point > 2,
        ("integer" | "bigint" | "double precision", "real") | ("bigint", "double precision") => {
            true
        }
        ("numeric", "real") => digits_of(from) > 6,
        ("numeric", "double precision") => digits_of(from) > 15,
        ("numeric" | "real" | "double precision", to) if WHOLE.contains(&to) => {
            behind_the_point > 0
        }
        ("integer", "boolean") | ("interval", "time") | ("inet", "cidr") => true,
        ("time with time zone", "time") | ("timestamp with time zone", "time with time zone") => {
            true
        }
        (from, "date" | "time") if MOMENTS.contains(&from) => true,
        (from, to) if MOMENTS.contains(&from) && MOMENTS.contains(&to) => shortens(),
        (from, to) if TIMES.contains(&from) && TIMES.contains(&to) => shortens(),
        ("time" | "interval", "interval") => shortens(),
        _ => false,
    }
}

/// The same in MySQL, as its strict mode has it, which refuses what else does not fit. Of floating point
/// with a number of digits nothing is said.
fn loses_digits_in_mysql(from: &TypeName, to: &TypeName) -> bool {
    const WHOLE: [&str; 6] = [
        "boolean",
        "tinyint",
        "smallint",
        "mediumint",
        "integer",
        "bigint",
    ];
    const MOMENTS: [&str; 2] = ["datetime", "timestamp"];
    const FLOATS: [&str; 2] = ["float", "double"];
    if [from, to]
        .iter()
        .any(|ty| FLOATS.contains(&ty.base.as_str()) && !ty.args.is_empty())
    {
        return false;
    }
    // Where nothing is said, a number has ten digits and a time no parts of seconds.
    let number = |ty| digits(ty).unwrap_or((10, 0));
    let shortens = || limit(from).unwrap_or(0) > limit(to).unwrap_or(0);
    match (from.base.as_str(), to.base.as_str()) {
        ("numeric", "numeric") => number(from).1 > number(to).1,
        ("numeric", "float") => number(from).0 > 6,
        ("numeric", "double") => number(from).0 > 15,
        ("numeric", to) if WHOLE.contains(&to) => number(from).1 > 0,
        ("float" | "double", to) if WHOLE.contains(&to) => true,
        ("float" | "double", "numeric") => number(to).1 == 0,
        ("integer" | "bigint" | "double", "float") | ("bigint", "double") => true,
        (from, "date" | "time") if MOMENTS.contains(&from) => true,
        (from, to) if MOMENTS.contains(&from) && MOMENTS.contains(&to) => shortens(),
        ("time", "time") => shortens(),
        _ => false,
    }
}

/// How many digits a number of the type has at most.
fn digits_of(ty: &TypeName) -> u64 {
    digits(ty).map_or(u64::MAX, |(precision, _)| precision)
}
