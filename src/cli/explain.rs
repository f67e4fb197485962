//! `aicheck explain`: the page of a rule, for reading.

use std::io;

use super::failure::Failure;
use super::terminal::Terminal;
use super::to_stdout;
use crate::config;
use crate::report;
use crate::report::human::Style;
use crate::report::prose::{Paint, wrap};
use crate::rule::page::{Example, ExampleKind};
use crate::rule::{Catalogue, Page, Rule};

pub(super) fn run(word: &str, terminal: Terminal) -> Result<u8, Failure> {
    let catalogue = Catalogue::new(crate::rules::all());
    let id = catalogue.former().get(word).copied().unwrap_or(word);
    let Some(rule) = crate::rules::find(id) else {
        let ids: Vec<_> = crate::rules::all().map(|rule| rule.id).collect();
        let unknown = config::rule(word, &ids).expect_err("no rule has this id");
        return Err(Failure::Rule {
            option: "explain",
            unknown,
        });
    };
    to_stdout(|out| explain(rule, &rule.read_page(), terminal.output(), out))?;
    Ok(0)
}

fn explain(rule: &Rule, page: &Page, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint(style.color);
    let width = style.width.clamp(60, 100);
    let meta = &page.meta;
    let severities: Vec<_> = meta.severities.iter().map(|s| s.as_str()).collect();
    writeln!(out, "{}: {}", paint.bold(rule.id), page.title)?;
    writeln!(
        out,
        "{}",
        paint.dim(&format!(
            "{} · {} · {} · since {}",
            rule.family,
            severities.join(" or "),
            meta.languages.join(", "),
            meta.since
        ))
    )?;
    writeln!(out, "\n{}", wrap(&page.why, width, "", ""))?;
    for kind in [ExampleKind::Flagged, ExampleKind::Passes] {
        if let Some(example) = page.examples.iter().find(|e| e.kind == kind) {
            show(example, paint, out)?;
        }
    }
    writeln!(out, "\n{}", paint.bold("Settling a finding"))?;
    let verb = if meta.reviewable { "reviewed" } else { "allow" };
    let comment = match meta.languages.iter().any(|language| language == "sql") {
        true => "--",
        false => "#",
    };
    writeln!(
        out,
        "    {comment} aicheck: {verb} {}: why this is right here\n\n{}",
        rule.id,
        paint.dim(&report::url(rule))
    )
}

fn show(example: &Example, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let kind = match example.kind {
        ExampleKind::Flagged => "Flagged",
        ExampleKind::Passes => "Passes",
        ExampleKind::Fixed => "Fixed",
    };
    writeln!(
        out,
        "\n{}",
        paint.bold(&format!("{kind}: {}", example.name))
    )?;
    let files = example.fences.iter().filter(|fence| !fence.path.is_empty());
    for fence in files {
        writeln!(out, "    {}", paint.dim(&fence.path))?;
        for line in fence.body.lines() {
            let line = format!("    {}", without_assertion(line));
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// The examples are tests: what a comment asserts of a line is cut down to the severity, and left
/// out where it is about evidence.
fn without_assertion(line: &str) -> &str {
    let evidence = ["-- label: [", "-- open: ", "# label: ["];
    let line = match evidence.iter().filter_map(|mark| line.find(mark)).min() {
        Some(at) => &line[..at],
        None => line,
    };
    ["error", "warning", "info"]
        .iter()
        .find_map(|word| {
            let at = line.find(&format!("{word}: ["))?;
            Some(&line[..at + word.len()])
        })
        .unwrap_or(line)
}
