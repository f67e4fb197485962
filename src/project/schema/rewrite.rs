//! Which new types and new columns make PostgreSQL write the whole table anew, and which only need a
//! look at the catalogue.

use super::{Column, Database, TypeKind};
use crate::config::Settings;
use crate::facts::Answer;
use crate::facts::schema::{Dialect, TypeName};

/// Why a new column has all rows written anew, or cannot be added to them: mostly as its value differs
/// from row to row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varies<'a> {
    /// The default calls this function.
    Function(&'a str),
    /// It numbers the rows.
    Number,
    /// It is computed from other columns.
    Computed,
    /// It is the same for all, and the server keeps no default beside a table yet.
    Constant,
    /// It is no constant, which SQLite gives to no rows that are there.
    Refused,
}

/// The version of PostgreSQL that keeps the default of a new column beside the table.
const KEEPS_DEFAULTS: u32 = 11;

/// The version in which a check proves that a column holds no NULL.
const TRUSTS_CHECKS: u32 = 12;

impl Database {
    /// Takes over which server the settings speak of.
    pub(super) fn set_version(&mut self, settings: &Settings) {
        if let Some(version) = settings.postgres_version {
            self.postgres_version = version;
        }
    }

    /// Whether `SET NOT NULL` takes a check that all rows passed for proof.
    pub fn trusts_checks(&self) -> bool {
        self.postgres_version >= TRUSTS_CHECKS
    }

    /// Whether all rows are written anew when a column changes its type. Unknown for types that are
    /// not PostgreSQL's own.
    pub fn rewrites(&self, from: &TypeName, to: &TypeName) -> Answer {
        let (from, to) = (self.resolve_type(from), self.resolve_type(to));
        if self.dialect != Dialect::Postgres || to.1.is_some() {
            // A domain has checks of its own.
            return Answer::Unknown;
        }
        let (from, to) = (from.0, to.0);
        if from.base == to.base && from.args == to.args && from.array == to.array {
            return Answer::No;
        }
        let element = |ty: &TypeName| TypeName {
            array: false,
            ..ty.clone()
        };
        let are_known = self.is_known(&element(from)) && self.is_known(&element(to));
        if !are_known || from.array && to.array {
            return Answer::Unknown;
        }
        let moments = |ty: &TypeName| ty.base.starts_with("timestamp");
        if from.base != to.base && moments(from) && moments(to) {
            // Where the session's time zone is UTC they stay.
            return Answer::Unknown;
        }
        match !from.array && !to.array && keeps_rows(from, to) {
            true => Answer::No,
            false => Answer::Yes,
        }
    }

    /// Whether PostgreSQL writes all rows anew to give them the value of a new column, or SQLite refuses
    /// to.
    pub fn varies<'a>(&self, column: &'a Column) -> Option<Varies<'a>> {
        match self.dialect {
            Dialect::Postgres => {}
            // Django makes the table anew, and so may Alembic.
            Dialect::Sqlite if !self.tool.is_python() => {
                let default = column.default.as_ref();
                let refused = column.stored || default.is_some_and(|it| is_computed(&it.text));
                return refused.then_some(Varies::Refused);
            }
            _ => return None,
        }
        if column.auto_increment {
            return Some(Varies::Number);
        }
        if column.generated.is_some() {
            return column.stored.then_some(Varies::Computed);
        }
        let default = column.default.as_ref()?;
        let is_null = default.text.trim().eq_ignore_ascii_case("null");
        let constant = self.postgres_version < KEEPS_DEFAULTS && !is_null;
        let function = volatile_function(&default.text).map(Varies::Function);
        function.or(constant.then_some(Varies::Constant))
    }

    /// A type of PostgreSQL itself, or an enum of the project.
    fn is_known(&self, ty: &TypeName) -> bool {
        let own = self.type_of(ty).map(|own| &own.kind);
        matches!(own, Some(TypeKind::Enum { .. })) || own.is_none() && self.family(ty).is_some()
    }
}

/// Whether rows of the old type are rows of the new one as they stand.
fn keeps_rows(from: &TypeName, to: &TypeName) -> bool {
    const TEXTS: [&str; 3] = ["character varying", "text", "citext"];
    let is_text = |ty: &TypeName| TEXTS.contains(&ty.base.as_str());
    match (from.base.as_str(), to.base.as_str()) {
        // A limit that shrinks has every row checked, which is as long a wait, and written.
        _ if is_text(from) && is_text(to) => match (limit(from), limit(to)) {
            (_, None) => true,
            (Some(before), Some(after)) => before <= after,
            (None, Some(_)) => false,
        },
        ("numeric", "numeric") => match (digits(from), digits(to)) {
            (_, None) => true,
            (Some((before, scale)), Some((after, same))) => scale == same && before <= after,
            (None, Some(_)) => false,
        },
        ("timestamp", "timestamp")
        | ("timestamp with time zone", "timestamp with time zone")
        | ("time", "time")
        | ("time with time zone", "time with time zone") => precision(from) <= precision(to),
        _ => false,
    }
}

pub(super) fn limit(ty: &TypeName) -> Option<u64> {
    ty.args.first()?.parse().ok()
}

/// Precision and scale.
pub(super) fn digits(ty: &TypeName) -> Option<(u64, i64)> {
    let precision = ty.args.first()?.parse().ok()?;
    let scale = ty.args.get(1).map_or(Some(0), |scale| scale.parse().ok())?;
    Some((precision, scale))
}

/// Digits behind the second; six where nothing is said.
pub(super) fn precision(ty: &TypeName) -> u64 {
    limit(ty).unwrap_or(6)
}

/// Whether a default of SQLite certainly is no constant: the time, or what a function gives.
fn is_computed(text: &str) -> bool {
    const TIMES: [&str; 3] = ["current_date", "current_time", "current_timestamp"];
    let text = text.trim_start_matches(|c: char| c == '(' || c.is_whitespace());
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let name = name.to_ascii_lowercase();
    let is_call = rest.trim_start().starts_with('(') && !name.is_empty() && name != "cast";
    TIMES.contains(&name.as_str()) || is_call
}

/// The first function of a default that gives another value at each call. `now()` gives one for the
/// whole transaction.
fn volatile_function(text: &str) -> Option<&str> {
    const VOLATILE: [&str; 16] = [
        "clock_timestamp",
        "gen_random_bytes",
        "gen_random_uuid",
        "nextval",
        "random",
        "random_normal",
        "setval",
        "timeofday",
        "txid_current",
        "uuid_generate_v1",
        "uuid_generate_v1mc",
        "uuid_generate_v4",
        "uuid_generate_v7",
        "uuidv4",
        "uuidv7",
        "gen_salt",
    ];
    let code = text.split('\'').step_by(2);
    let words = code.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let mut words = words.filter(|word| !word.is_empty());
    words.find(|word| VOLATILE.contains(&word.to_ascii_lowercase().as_str()))
}
