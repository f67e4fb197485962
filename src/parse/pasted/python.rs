//! Lines of Python.

/// Where a reader of Python stands.
#[derive(Default)]
pub(super) struct State {
    depth: usize,
    quotes: Option<&'static str>,
}

impl State {
    pub(super) fn after(line: &str) -> Self {
        let mut state = Self::default();
        state.follow(line);
        state
    }

    /// Inside brackets or a long string.
    pub(super) fn is_inside(&self) -> bool {
        self.depth > 0 || self.quotes.is_some()
    }

    pub(super) fn follow(&mut self, line: &str) {
        let mut rest = line;
        loop {
            if let Some(quotes) = self.quotes {
                let Some(at) = rest.find(quotes) else { return };
                rest = &rest[at + quotes.len()..];
                self.quotes = None;
            }
            let Some(at) = rest.find(['#', '"', '\'', '(', ')', '[', ']', '{', '}']) else {
                return;
            };
            let found = &rest[at..];
            rest = &found[1..];
            match found.as_bytes()[0] {
                b'#' => return,
                b'(' | b'[' | b'{' => self.depth += 1,
                b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                quote => match ["\"\"\"", "'''"]
                    .into_iter()
                    .find(|long| found.starts_with(long))
                {
                    Some(long) => (self.quotes, rest) = (Some(long), &found[3..]),
                    None => rest = after_string(rest, quote),
                },
            }
        }
    }
}

/// What follows a short string, which ends with its line at the latest.
fn after_string(text: &str, quote: u8) -> &str {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if byte == quote {
            return &text[at + 1..];
        } else if byte == b'\\' {
            bytes.next();
        }
    }
    ""
}

/// A line that nothing but Python starts with.
pub(super) fn starts(line: &str) -> bool {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let opens = rest.ends_with([':', '(', ',']) || rest.contains("):") || rest.contains("->");
    match word {
        "import" => rest.split(',').all(is_module),
        "from" => rest
            .split_once(" import")
            .is_some_and(|(module, names)| is_module(module) && !names.is_empty()),
        "def" => rest.contains('(') && opens,
        "class" => opens && !rest.ends_with("{"),
        "async" => rest.starts_with("def "),
        "if" => rest.starts_with("__name__"),
        _ => is_assignment(line),
    }
}

/// A line that goes on with Python: a compound statement, a call, the end of brackets.
pub(super) fn goes_on(line: &str) -> bool {
    const COMPOUND: [&str; 11] = [
        "if", "elif", "else", "for", "while", "with", "try", "except", "finally", "match", "async",
    ];
    let name = line.split([' ', '(', ':']).next().unwrap_or_default();
    COMPOUND.contains(&name) && line.ends_with(':')
        || is_name(name) && line[name.len()..].starts_with('(')
        || name.starts_with('@')
        || matches!(name, "raise" | "assert" | "del" | "pass") && !line.ends_with('.')
        || line.starts_with(['#', ')', ']', '}', '"', '\''])
        || line.contains(" = ")
        || line.contains(" += ")
}

/// `a.b`, `.`, `a.b as c`.
fn is_module(text: &str) -> bool {
    let text = text.trim();
    let name = text.split_once(" as ").map_or(text, |(name, _)| name);
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// `name = value` or `name: type = value`, the value being one that TOML, INI and shell lack or
/// a string behind a name in Python's style.
fn is_assignment(line: &str) -> bool {
    let Some((target, value)) = line.split_once(" = ") else {
        return false;
    };
    let name = target.split(':').next().unwrap_or_default();
    let is_literal = value.starts_with(['"', '\'', '[', '{', '(']);
    let is_call = value.find('(').is_some_and(|at| is_name(&value[..at]));
    is_name(name) && !value.ends_with(';') && (is_literal || is_call)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}
