//! `aicheck reviews`: what people decided about findings, and whether it still holds.

use super::args::{Format, InputArgs};
use super::failure::Failure;
use super::terminal::Terminal;
use super::{FAILURE, settings, to_stdout};
use crate::discover::{self, History, Repository, Written};
use crate::engine;
use crate::judge::{Decision, DecisionKind, DecisionState, Report};
use crate::report::Masks;
use crate::report::reviews::{Review, State, human, json};
use crate::source::{Loc, SourceFile, Span};

pub(super) fn run(args: &InputArgs, format: Format, terminal: Terminal) -> Result<u8, Failure> {
    let (scope, settings) = settings::of_input(args)?;
    let inputs = discover::discover(&scope, &settings)?;
    let report = engine::check(inputs, &settings);
    // Outside a repository decisions are listed all the same.
    let repository = Repository::around(&scope.root).ok();
    let history = repository.as_ref().and_then(|it| History::new(it).ok());
    let decisions = report.decisions.iter();
    let reviews: Vec<Review> = decisions
        .map(|decision| review(decision, &report, history.as_ref()))
        .collect();
    let (files, masks) = (&report.inputs.files, Masks::new(&report));
    let style = terminal.output();
    let text = match format {
        Format::Human => human::write(&reviews, files, &masks, style.width, style.color),
        Format::Json => json::write(&reviews, files, &masks),
    };
    to_stdout(|out| out.write_all(text.as_bytes()))?;
    // Findings do not fail a list.
    Ok(match report.exit_status() {
        FAILURE => FAILURE,
        _ => 0,
    })
}

fn review<'a>(decision: &'a Decision, report: &Report, history: Option<&History>) -> Review<'a> {
    let files = &report.inputs.files;
    let written = history.and_then(|history| written(decision, files, history));
    let changed = history.zip(written.as_ref());
    let changed = changed.is_some_and(|(history, written)| {
        has_changed(decision, files, history, written).unwrap_or_default()
    });
    let state = match decision.state {
        DecisionState::Changed => State::Stale,
        DecisionState::Settles if changed => State::Stale,
        DecisionState::Settles => State::Settles,
        DecisionState::Unused => State::Unused,
        DecisionState::Invalid => State::Invalid,
        DecisionState::Unknown => State::Unknown,
    };
    Review {
        decision,
        written,
        state,
    }
}

/// The commit that wrote a decision: all lines of an entry, the words of a comment.
fn written(decision: &Decision, files: &[SourceFile], history: &History) -> Option<Written> {
    let file = &files[decision.at.file.index()];
    let words = decision.text.of(&file.text);
    let words = (decision.kind != DecisionKind::Entry).then_some(words);
    history.written(&file.path, lines(file, decision.text), words)
}

/// Whether the clause says something else than what the commit of the decision left.
fn has_changed(
    decision: &Decision,
    files: &[SourceFile],
    history: &History,
    written: &Written,
) -> Option<bool> {
    let clause = decision.clause?;
    let now = whole_lines(clause, decision, files);
    let path = &files[clause.file.index()].path;
    let then = match decision.kind {
        DecisionKind::Entry => history.other_then(path, written),
        _ => history.file_then(written),
    };
    // What was not there yet has come since.
    Some(then.is_none_or(|then| !fold(&then).contains(&fold(now))))
}

/// An entry is about the clause that its finding stands in, of which the finding is a part.
fn whole_lines<'a>(clause: Loc, decision: &Decision, files: &'a [SourceFile]) -> &'a str {
    let file = &files[clause.file.index()];
    if decision.kind != DecisionKind::Entry {
        return clause.span.of(&file.text);
    }
    let (first, last) = lines(file, clause.span);
    let end = match last < file.lines.count() {
        true => file.lines.start(last),
        false => file.text.len() as u32,
    };
    let start = file.lines.start(first - 1);
    Span { start, end }.of(&file.text)
}

/// The first and the last line, from 1.
fn lines(file: &SourceFile, span: Span) -> (u32, u32) {
    let last = span.end.max(span.start + 1) - 1;
    (file.position(span.start).line, file.position(last).line)
}

/// Another layout is no change.
fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
