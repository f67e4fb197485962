//! One test per rule page.

fn main() {}
