//! Decisions for people: where and about what, why, by whom, and what each is good for.

use std::fmt::Write as _;

use super::{Review, State, verb};
use crate::report::Masks;
use crate::report::prose::{Paint, count, list, wrap};
use crate::source::SourceFile;

/// The decisions, whose places lie in the files.
pub fn write(
    reviews: &[Review],
    files: &[SourceFile],
    masks: &Masks,
    width: usize,
    color: bool,
) -> String {
    let paint = Paint(color);
    let mut text = String::new();
    for review in reviews {
        let decision = review.decision;
        let file = &files[decision.at.file.index()];
        let line = file.position(decision.at.span.start).line;
        let mut head = format!("{} {}", verb(decision.kind), decision.rule);
        if let Some(subject) = &decision.subject {
            let _ = write!(head, " of {subject}");
        }
        let place = masks.message(&format!("{}:{line}", file.path));
        let head = masks.message(&head);
        let _ = writeln!(text, "{}  {}", paint.dim(&place), paint.bold(&head));
        if !decision.reason.is_empty() {
            let reason = masks.message(&decision.reason);
            let _ = writeln!(text, "{}", wrap(&reason, width, "  ", "  "));
        }
        let by = masks.message(&by(review));
        let standing = masks.message(&standing(review));
        let standing = match review.state {
            State::Settles => standing,
            _ => paint.yellow(&standing),
        };
        let _ = writeln!(text, "  {}\n", paint.dim(&format!("{by} · ")) + &standing);
    }
    let summary = summary(reviews);
    let _ = writeln!(text, "{}", paint.bold(&summary));
    text
}

fn by(review: &Review) -> String {
    match &review.written {
        Some(written) => format!("{}, {}", written.author, written.date),
        None => "in no commit that is here".to_owned(),
    }
}

fn standing(review: &Review) -> String {
    match review.state {
        State::Settles => format!("settles {}", list(&review.decision.settles)),
        State::Stale => "stale: what it covers has changed since".to_owned(),
        State::Unused => "settles nothing".to_owned(),
        State::Invalid => "does not work; `aicheck` says why".to_owned(),
        State::Unknown => "settles nothing that was looked at".to_owned(),
    }
}

fn summary(reviews: &[Review]) -> String {
    let states = [State::Stale, State::Unused, State::Invalid];
    let counted = states.into_iter().filter_map(|state| {
        let found = reviews
            .iter()
            .filter(|review| review.state == state)
            .count();
        (found > 0).then(|| format!("{found} {}", state.as_str()))
    });
    let counted: Vec<String> = counted.collect();
    let all = count(reviews.len(), "decision");
    match counted.is_empty() {
        true => format!("{all}."),
        false => format!("{all}, {}.", list(&counted)),
    }
}
