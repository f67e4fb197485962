//! What a command says: the options of programs, and statements that a client of a database is given.
//! Knows how they are written down, not which lines are commands.

use super::Holder;
use super::lines::{Said, bind, is_expression};

/// `--password value`, `-storepass value`, `-passin pass:value` of OpenSSL, `\set password value` of
/// psql.
pub(super) fn options(line: &str) -> Vec<Said<'_>> {
    let is_apart = |at: &usize| *at == 0 || line[..*at].ends_with(' ');
    let dashes = line.match_indices('-').map(|(at, _)| (at, at + 1));
    let dashes = dashes.map(|(at, next)| (at, next + usize::from(line[next..].starts_with('-'))));
    let sets = line.match_indices("\\set ");
    let sets = sets.map(|(at, mark)| (at, at + mark.len()));
    let starts = dashes.chain(sets).filter(|(at, _)| is_apart(at));
    let starts = starts.map(|(_, start)| start);
    starts
        .filter_map(|start| of_mysql(line, start).or_else(|| option(line, start)))
        .collect()
}

/// `mysql -uroot -pvalue`, without a blank between.
fn of_mysql(line: &str, start: usize) -> Option<Said<'_>> {
    let before = line[..start].strip_suffix(" -")?;
    let is_mysql = ["mysql", "mariadb"]
        .iter()
        .any(|tool| before.contains(tool));
    let value = line[start..].strip_prefix('p').filter(|_| is_mysql)?;
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    let length = value.find([' ', '"', '\'', '`', '\n']);
    let value = &value[..length.unwrap_or(value.len())];
    let from = value.as_ptr() as usize - line.as_ptr() as usize;
    let (name, value_at) = (("password", start..start + 1), from..from + value.len());
    bind(line, name, value_at, Holder::Script).map(|said| said.unless(is_expression(value)))
}

/// The option whose name starts there, without its dashes.
fn option(line: &str, start: usize) -> Option<Said<'_>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let name = &line[start..];
    let name = &name[..name.find(|c| !is_name(c)).unwrap_or(name.len())];
    let rest = line[start + name.len()..].strip_prefix([' ', '='])?;
    let quoted = rest.strip_prefix(['"', '\'']);
    let value = quoted.unwrap_or(rest);
    let length = value.find([' ', '"', '\'', '`', '\n', ')']);
    let value = &value[..length.unwrap_or(value.len())];
    let literal = value.strip_prefix("pass:");
    let value = literal.unwrap_or(value);
    // A word is what a document goes on with.
    let is_word = |c: char| c.is_ascii_alphabetic() || ".,;:-".contains(c);
    let is_given = quoted.is_some() || literal.is_some();
    let is_sure = is_given || !value.trim_start_matches('-').chars().all(is_word);
    let from = value.as_ptr() as usize - line.as_ptr() as usize;
    bind(
        line,
        (name, start..start + name.len()),
        from..from + value.len(),
        Holder::Script,
    )
    .map(|said| said.unless(!is_sure || is_expression(value)))
}

/// `CREATE USER app PASSWORD '…'`, `IDENTIFIED BY "…"`.
pub(super) fn of_role(line: &str) -> Option<Said<'_>> {
    let (open, quote) = line.match_indices(['\'', '"']).find_map(|(open, quote)| {
        let before = line[..open].trim_end_matches(' ');
        let words = ["password", "identified by"];
        let ends = |word: &&str| {
            let tail = before
                .len()
                .checked_sub(word.len())
                .map(|at| before.get(at..));
            tail.flatten()
                .is_some_and(|tail| tail.eq_ignore_ascii_case(word))
        };
        let is_apart = before.len() < open;
        (is_apart && words.iter().any(ends)).then_some((open + 1, quote))
    })?;
    let before = line[..open - 1].trim_end_matches(' ');
    let name_at = before.len().saturating_sub("password".len())..before.len();
    let value = open..open + line[open..].find(quote)?;
    let is_variable = line[open..].starts_with('$');
    bind(line, ("password", name_at), value, Holder::Script).map(|said| said.unless(is_variable))
}
