//! The program: everything is in the library, see [`aicheck::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    aicheck::cli::main(std::env::args_os())
}
