//! Decisions written into comments: what each settles, and which do not work or settle nothing.

use super::{Judge, Settlement};
use crate::config::nearest;
use crate::discover::Unit;
use crate::facts::FileOutcome;
use crate::facts::directives::{Directive, DirectiveKind};
use crate::finding::{Finding, Severity};
use crate::rule::{Catalogue, Rule, Sink};
use crate::source::{FileId, Loc, Span};

const VERBS: [&str; 3] = ["allow", "reviewed", "allow-file"];

/// One rule or family that a directive names, and whether it settled something.
pub(super) struct Decision {
    kind: DirectiveKind,
    file: FileId,
    covers: Span,
    name: Loc,
    rules: Vec<&'static Rule>,
    reason: String,
    used: bool,
}

/// Reads all directives: the decisions that work, and findings about those that do not.
pub(super) fn read(judge: &Judge, outcomes: &[FileOutcome]) -> (Vec<Decision>, Vec<Finding>) {
    let mut decisions = Vec::new();
    let mut sink = Sink::new("invalid-directive");
    for (unit, outcome) in judge.inputs.units.iter().zip(outcomes) {
        for directive in &outcome.directives {
            read_one(unit, directive, judge.catalogue, &mut decisions, &mut sink);
        }
    }
    (decisions, sink.into_findings())
}

fn read_one(
    unit: &Unit,
    directive: &Directive,
    catalogue: &Catalogue,
    decisions: &mut Vec<Decision>,
    sink: &mut Sink,
) {
    let file = unit.file;
    let mut invalid = |span: Span, message: &str, help: String| {
        let at = Loc { file, span };
        sink.report(Severity::Warning, at, "directive", message)
            .help(help);
    };
    if directive.kind == DirectiveKind::Unknown {
        let verb = verb(directive.span, &unit.text);
        let known = match nearest(verb.of(&unit.text), &VERBS) {
            Some(verb) => format!("did you mean `{verb}`?"),
            None => "write `aicheck: allow RULE: reason`".into(),
        };
        return invalid(verb, "aicheck knows no such directive", known);
    }
    if directive.rules.is_empty() {
        let help = "name the rule: `aicheck: allow RULE: reason`".into();
        return invalid(directive.span, "this directive names no rule", help);
    }
    let reason = directive.reason.as_deref().unwrap_or_default().trim();
    for (name, span) in &directive.rules {
        let rules = catalogue.named(name);
        let usable = |rule: &Rule| {
            directive.kind != DirectiveKind::Reviewed || catalogue.meta(rule.id).reviewable
        };
        if rules.is_empty() {
            let help = meant(name, catalogue);
            invalid(*span, "no rule has this name", help);
        } else if reason.is_empty() {
            let verb = verb(directive.span, &unit.text).of(&unit.text);
            let help = format!("say why: `aicheck: {verb} {name}: reason`");
            invalid(*span, "a decision without a reason does not count", help);
        } else if !rules.iter().any(|rule| usable(rule)) {
            let help = format!("accept the finding instead: `aicheck: allow {name}: {reason}`");
            invalid(*span, "this rule asks for no review", help);
        } else {
            decisions.push(Decision {
                kind: directive.kind,
                file,
                covers: directive.covers,
                name: Loc { file, span: *span },
                rules: rules.into_iter().filter(|rule| usable(rule)).collect(),
                reason: reason.to_owned(),
                used: false,
            });
        }
    }
}

/// Which rule an unknown name may have meant.
pub(super) fn meant(name: &str, catalogue: &Catalogue) -> String {
    match nearest(name, &catalogue.names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "`aicheck rules` lists the rules".into(),
    }
}

/// The word behind `aicheck:`.
fn verb(directive: Span, text: &str) -> Span {
    let written = directive.of(text);
    let after = written.find(':').map_or(0, |colon| colon + 1);
    let rest = written[after..].trim_start();
    let start = directive.start as usize + written.len() - rest.len();
    let end = rest.find(|c: char| c.is_whitespace() || c == ':');
    Span::new(start, start + end.unwrap_or(rest.len()))
}

/// The decision that settles each of the findings, where there is one.
pub(super) fn settle(decisions: &mut [Decision], findings: &[Finding]) -> Vec<Option<Settlement>> {
    let mut settled = vec![None; findings.len()];
    for decision in decisions {
        for index in decision.settles(findings) {
            settled[index] = Some(Settlement {
                at: decision.name,
                in_source: true,
                reason: decision.reason.clone(),
            });
            decision.used = true;
        }
    }
    settled
}

impl Decision {
    /// A decision is about the findings that stand where it is; only when there are none, about
    /// those that cite the place. So a model and its migration share their decisions, while the
    /// review of one cascade does not settle another one whose chain runs through it.
    fn settles(&self, findings: &[Finding]) -> Vec<usize> {
        let covers = |at: Loc| at.file == self.file && self.covers.touches(at.span);
        let mut stand_there = Vec::new();
        let mut cite_it = Vec::new();
        for (index, finding) in findings.iter().enumerate() {
            let Some(rule) = self.rules.iter().find(|rule| rule.id == finding.rule) else {
                continue;
            };
            let cites = rule.family == "schema" && self.kind != DirectiveKind::AllowFile;
            if covers(finding.at) {
                stand_there.push(index);
            } else if cites && finding.labels.iter().any(|label| covers(label.at)) {
                cite_it.push(index);
            }
        }
        match stand_there.is_empty() {
            true => cite_it,
            false => stand_there,
        }
    }
}

/// What is said of decisions that settled nothing although their rules had every chance.
pub(super) fn unused(judge: &Judge, decisions: &[Decision]) -> Vec<Finding> {
    let mut sink = Sink::new("unused-directive");
    for decision in decisions.iter().filter(|decision| !decision.used) {
        let had_a_chance = decision.rules.iter().all(|rule| {
            let reads = judge.catalogue.meta(rule.id).reads;
            judge.has_run(rule.id) && judge.understood.for_rule(reads, decision.file)
        });
        if had_a_chance {
            let message = "this decision settles nothing";
            sink.report(Severity::Warning, decision.name, "directive", message)
                .help("remove it; if the code it was written for has moved, take it there");
        }
    }
    sink.into_findings()
}
