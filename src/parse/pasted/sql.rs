//! Lines of SQL.

/// Where a reader of SQL stands.
#[derive(Default)]
pub(super) struct State {
    in_statement: bool,
    in_body: bool,
    depth: usize,
}

impl State {
    pub(super) fn after(line: &str) -> Self {
        let mut state = Self::default();
        state.follow(line);
        state
    }

    pub(super) fn is_inside(&self) -> bool {
        self.in_statement
    }

    /// Inside a dollar-quoted body or brackets.
    pub(super) fn is_in_body(&self) -> bool {
        self.in_body || self.depth > 0
    }

    pub(super) fn follow(&mut self, line: &str) {
        let code = line.split("--").next().unwrap_or_default().trim();
        if line.is_empty() {
            // A blank line ends a statement that nobody terminated.
            self.in_statement &= self.is_in_body();
        } else if !code.is_empty() {
            self.in_body ^= dollar_quotes(code) % 2 == 1;
            self.depth += code.matches('(').count();
            self.depth = self.depth.saturating_sub(code.matches(')').count());
            let ended = code.ends_with(';') && !self.in_body;
            self.in_statement = !ended;
            if ended {
                self.depth = 0;
            }
        }
    }
}

/// How many `$$` and `$tag$` there are.
fn dollar_quotes(line: &str) -> usize {
    let mut parts = line.split('$').skip(1).peekable();
    let mut count = 0;
    while let Some(tag) = parts.next() {
        let is_tag = tag.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_tag && parts.peek().is_some() {
            parts.next();
            count += 1;
        }
    }
    count
}

/// A line that starts a statement, and no English sentence: `rest`, the text from it on, holds a
/// bracket, a terminator or a clause of its own line before the next blank line.
pub(super) fn starts(line: &str, rest: &str) -> bool {
    let reads_as_sentence = line.ends_with(['.', ':', '?', '!']);
    !reads_as_sentence && starts_statement(line.trim_start(), rest) && {
        let lines = rest.lines().take(30);
        let mut paragraph = lines.take_while(|line| !line.trim().is_empty());
        paragraph.any(|line| line.contains([';', '(']) || is_clause(line))
    }
}

/// What can be created, altered and dropped.
const OBJECTS: &[&str] = &[
    "TABLE",
    "INDEX",
    "UNIQUE",
    "TYPE",
    "EXTENSION",
    "OR",
    "VIEW",
    "FUNCTION",
    "PROCEDURE",
    "TRIGGER",
    "SCHEMA",
    "DATABASE",
    "TEMP",
    "TEMPORARY",
    "MATERIALIZED",
    "SEQUENCE",
    "DOMAIN",
    "POLICY",
    "ROLE",
    "USER",
    "UNLOGGED",
    "VIRTUAL",
    "FULLTEXT",
    "CLUSTERED",
    "NONCLUSTERED",
    "COLUMN",
    "CONSTRAINT",
    "PUBLICATION",
    "EVENT",
];

fn starts_statement(line: &str, rest: &str) -> bool {
    if !line.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    let mut words = line
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase);
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    match first.as_str() {
        "CREATE" | "ALTER" | "DROP" => OBJECTS.contains(&second.as_str()),
        "INSERT" => matches!(second.as_str(), "INTO" | "IGNORE" | "OR"),
        "DELETE" => second == "FROM",
        "UPDATE" => {
            words.any(|word| word == "SET")
                || second.is_empty()
                || line.split_whitespace().count() == 2
        }
        "SELECT" => {
            let next = rest.lines().nth(1).unwrap_or_default().trim_start();
            second.is_empty()
                || line.ends_with([';', ','])
                || words.any(|word| word == "FROM")
                || next
                    .get(..5)
                    .is_some_and(|word| word.eq_ignore_ascii_case("from "))
        }
        "WITH" => words.any(|word| word == "AS") && line.contains('('),
        "TRUNCATE" | "COMMENT" => matches!(second.as_str(), "TABLE" | "ON"),
        "DO" => line.contains("$$"),
        _ => first.len() > 1 && ENDED.contains(&first.as_str()) && line.ends_with(';'),
    }
}

/// Statements that count only with their terminator: their first words are English words.
const ENDED: &[&str] = &[
    "ANALYZE", "BEGIN", "CALL", "COMMIT", "COPY", "END", "EXECUTE", "GRANT", "LOCK", "MERGE",
    "PRAGMA", "REVOKE", "ROLLBACK", "SET", "START", "UNLOCK", "USE", "VACUUM",
];

/// What stands between statements and behind blank lines inside them.
pub(super) fn goes_on(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("--")
        || line.starts_with("/*")
        || line.starts_with('\\')
        || line.ends_with(';')
        || is_clause(line)
}

/// `FROM orders`, in capitals: in small letters it may be English.
fn is_clause(line: &str) -> bool {
    const CLAUSES: [&str; 15] = [
        "FROM",
        "SET",
        "WHERE",
        "JOIN",
        "LEFT",
        "INNER",
        "GROUP",
        "ORDER",
        "VALUES",
        "RETURNING",
        "UNION",
        "LIMIT",
        "ON",
        "DELIMITER",
        "GO",
    ];
    line.split_whitespace()
        .next()
        .is_some_and(|word| CLAUSES.contains(&word))
}
