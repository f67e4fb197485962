//! Lines of a Prisma schema.

/// Where a reader of a schema stands.
#[derive(Default)]
pub(super) struct State {
    in_block: bool,
}

impl State {
    pub(super) fn after(line: &str) -> Self {
        let mut state = Self::default();
        state.follow(line);
        state
    }

    /// Between the braces of a block.
    pub(super) fn is_inside(&self) -> bool {
        self.in_block
    }

    pub(super) fn follow(&mut self, line: &str) {
        self.in_block = match self.in_block {
            true => line.trim() != "}",
            false => begins_block(line),
        };
    }
}

/// How far behind an enum a model is looked for: other languages have enums too.
const WINDOW: usize = 4096;

/// Whether a schema begins with the line; `rest` is the text from it on.
pub(super) fn starts(line: &str, rest: &str) -> bool {
    let window = &rest[..rest.floor_char_boundary(WINDOW)];
    begins_block(line) && (!line.starts_with("enum") || window.lines().any(begins_model))
}

/// Whether a schema goes on with the line outside blocks.
pub(super) fn goes_on(line: &str) -> bool {
    begins_block(line) || line.starts_with("//")
}

fn begins_model(line: &str) -> bool {
    begins_block(line) && line.starts_with("model")
}

/// `model User {`.
fn begins_block(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [keyword, name, "{"] = words[..] else {
        return false;
    };
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    matches!(
        keyword,
        "model" | "enum" | "datasource" | "generator" | "view"
    ) && line.starts_with(keyword)
        && name.chars().all(is_name)
}
