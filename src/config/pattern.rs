//! Path patterns, written as in `.gitignore`. Knows no file system.

use camino::Utf8Path;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A path pattern: `tests/` is any folder of that name, `/db/*.sql` starts at the root,
/// `**` spans folders. A pattern that matches a folder matches everything in it.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    matcher: Gitignore,
}

impl Pattern {
    /// Compiles a pattern; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.starts_with('!') {
            return Err("a pattern cannot be negated".to_owned());
        }
        let mut builder = GitignoreBuilder::new("");
        let matcher = builder
            .allow_unclosed_class(false)
            .add_line(None, text)
            .and_then(|builder| builder.build())
            .map_err(|error| error.to_string())?;
        if matcher.is_empty() {
            return Err("the pattern is empty".to_owned());
        }
        Ok(Self {
            text: text.to_owned(),
            matcher,
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a file, by its path from the root, matches.
    pub fn is_match(&self, path: impl AsRef<Utf8Path>) -> bool {
        let path = path.as_ref();
        path.is_relative()
            && self
                .matcher
                .matched_path_or_any_parents(path, false)
                .is_ignore()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_read_as_in_gitignore() {
        let matches = |pattern: &str, path: &str| Pattern::new(pattern).unwrap().is_match(path);
        assert!(matches("tests/", "a/tests/b.py"));
        assert!(!matches("tests/", "a/tests.py"));
        assert!(matches("/db/*.sql", "db/a.sql"));
        assert!(!matches("/db/*.sql", "x/db/a.sql"));
        assert!(matches("**/gen/**", "x/gen/y/z.py"));
        assert!(matches("*.gen.sql", "db/x.gen.sql"));
        assert!(matches("db/legacy", "db/legacy/001.sql"));
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for bad in ["", "!x", "# x", "a["] {
            assert!(Pattern::new(bad).is_err(), "{bad}");
        }
    }
}
