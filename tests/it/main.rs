//! Everything that is tested through the library or the binary, one module a subject.

mod report;
