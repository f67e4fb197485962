//! GitHub's workflow commands, which put annotations on the lines of a pull request.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the others without a
//! word: what matters most comes first, and the last line says how many did not fit.

use std::io;

use camino::Utf8Path;

use super::Summary;
use super::clean::neutralise;
use super::machine::{Machine, Told};
use super::prose::count;
use crate::finding::Severity;
use crate::judge::Report;

/// Annotations of one level that GitHub shows of a step.
const SHOWN: usize = 10;

/// Writes the report; `below` is the way from the top of the repository to the checked root.
pub fn write(report: &Report, below: &Utf8Path, out: &mut dyn io::Write) -> io::Result<()> {
    let told = Machine::new(report, below).by_weight();
    let mut left_out = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let level = told.iter().filter(|told| told.severity == severity);
        for (nth, told) in level.enumerate() {
            match nth < SHOWN {
                true => writeln!(out, "{}", command(told))?,
                false => left_out += 1,
            }
        }
    }
    let summary = Summary::of(report);
    writeln!(
        out,
        "aicheck: {}, {}, {}",
        count(summary.errors, "error"),
        count(summary.warnings, "warning"),
        count(summary.infos, "info"),
    )?;
    if left_out > 0 {
        let more = count(left_out, "finding");
        writeln!(
            out,
            "{more} more than GitHub shows as annotations; the job summary has all"
        )?;
    }
    Ok(())
}

fn command(told: &Told) -> String {
    let level = match told.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = (told.place.start, told.place.end);
    // Columns of a range that ends on another line would be read as those of the first.
    let columns = match start.line == end.line {
        true => format!(",col={},endColumn={}", start.column, end.column),
        false => String::new(),
    };
    format!(
        "::{level} file={},line={},endLine={}{columns},title={}::{}",
        property(&told.place.path),
        start.line,
        end.line,
        property(&format!("aicheck: {}", told.rule)),
        data(&neutralise(&told.in_full())),
    )
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property, which also must not end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
