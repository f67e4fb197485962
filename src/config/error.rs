//! What is wrong with a configuration, as data: the command line renders it.

use std::fmt;
use std::sync::Arc;

use crate::source::{SourceFile, Span};

/// A configuration file with faults.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    /// The file.
    pub file: Arc<SourceFile>,
    /// What is wrong, in the order of the file; never empty.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where in the text.
    pub span: Span,
    /// What, in one sentence without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, fault) in self.faults.iter().enumerate() {
            if nth > 0 {
                writeln!(out)?;
            }
            let line = self.file.position(fault.span.start).line;
            write!(out, "{}:{line}: {}", self.file.path, fault.message)?;
            if let Some(help) = &fault.help {
                write!(out, "; {help}")?;
            }
        }
        Ok(())
    }
}
