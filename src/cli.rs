//! The command line: what was typed.
