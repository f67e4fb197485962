//! What the surroundings allow: colours and width.

use std::io::{self, IsTerminal};

use super::args::{Color, GlobalArgs};
use crate::report::human::{Detail, Style};

/// What the surroundings allow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    color: Color,
    detail: Detail,
}

impl Terminal {
    pub(super) fn new(args: &GlobalArgs) -> Self {
        Self {
            color: args.color,
            detail: match (args.quiet, args.verbose) {
                (true, _) => Detail::Quiet,
                (_, true) => Detail::Verbose,
                _ => Detail::Normal,
            },
        }
    }

    /// How to write to standard output.
    pub(super) fn output(self) -> Style {
        let stdout = io::stdout();
        let width = terminal_size::terminal_size_of(&stdout);
        self.style(stdout.is_terminal(), width)
    }

    /// How many columns the terminal has; `None` where standard output is none.
    pub(super) fn columns() -> Option<usize> {
        let size = terminal_size::terminal_size_of(io::stdout());
        size.map(|(width, _)| usize::from(width.0))
    }

    /// How to write to standard error.
    pub(super) fn errors(self) -> Style {
        let stderr = io::stderr();
        let width = terminal_size::terminal_size_of(&stderr);
        self.style(stderr.is_terminal(), width)
    }

    /// How to write to a file.
    pub(super) fn file(self) -> Style {
        self.style(false, None)
    }

    pub(super) fn is_verbose(self) -> bool {
        self.detail == Detail::Verbose
    }

    fn style(
        self,
        is_terminal: bool,
        size: Option<(terminal_size::Width, terminal_size::Height)>,
    ) -> Style {
        let plain = Style::default();
        Style {
            width: size.map_or(plain.width, |(width, _)| usize::from(width.0)),
            color: match self.color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => wanted(is_terminal, |name| std::env::var(name).ok()),
            },
            detail: self.detail,
        }
    }
}

/// The conventions of no-color.org and CLICOLOR.
fn wanted(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
    if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        false
    } else if set("CLICOLOR_FORCE") {
        true
    } else {
        is_terminal
            && variable("CLICOLOR").is_none_or(|value| value != "0")
            && variable("TERM").is_none_or(|value| value != "dumb")
    }
}

#[cfg(test)]
mod tests {
    use super::wanted;

    fn with(is_terminal: bool, variables: &[(&str, &str)]) -> bool {
        wanted(is_terminal, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_conventions_are_followed() {
        assert!(with(true, &[]));
        assert!(!with(false, &[]));
        assert!(!with(true, &[("NO_COLOR", "1")]));
        assert!(with(true, &[("NO_COLOR", "")]));
        assert!(with(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!with(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!with(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
        assert!(!with(true, &[("CLICOLOR", "0")]));
        assert!(!with(true, &[("TERM", "dumb")]));
    }
}
