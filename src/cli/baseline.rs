//! `aicheck baseline`: what is known and not reported again.

use camino::Utf8PathBuf;

use super::args::{BaselineCommand, InputArgs};
use super::failure::Failure;
use super::{settings, to_stdout};
use crate::config::{BASELINE, Baseline, Known, Settings};
use crate::discover::{self, Scope};
use crate::engine;
use crate::finding::Finding;
use crate::judge::Report;
use crate::report::Masks;
use crate::report::prose::count;

pub(super) fn run(command: &BaselineCommand) -> Result<u8, Failure> {
    match command {
        BaselineCommand::Write(args) => write(args),
        BaselineCommand::Prune(args) => prune(args),
    }
}

/// All that is found now becomes known.
fn write(args: &InputArgs) -> Result<u8, Failure> {
    let (scope, settings) = of_whole_project(args)?;
    let path = path(&scope, &settings);
    let report = report(&scope, settings)?;
    let baseline = known(&report, report.findings.iter());
    save(&path, &baseline)?;
    say(&format!(
        "{} in {path}",
        count(baseline.len(), "known finding")
    ))?;
    Ok(report.exit_status())
}

/// What is found no more is forgotten; what is new stays new.
fn prune(args: &InputArgs) -> Result<u8, Failure> {
    let (scope, settings) = of_whole_project(args)?;
    let path = path(&scope, &settings);
    let Some(before) = settings::baseline_at(&path)? else {
        return Err(Failure::NoBaseline { path });
    };
    let report = report(&scope, settings)?;
    let baseline = left(&before, &report);
    save(&path, &baseline)?;
    let gone = count(before.len() - baseline.len(), "known finding");
    say(&format!(
        "{gone} forgotten, {} left in {path}",
        baseline.len()
    ))?;
    Ok(report.exit_status())
}

/// What of the known is still found, as it is called now.
fn left(before: &Baseline, report: &Report) -> Baseline {
    let is_known = |finding: &&Finding| before.known(finding.names()).is_some();
    known(report, report.findings.iter().filter(is_known))
}

/// A baseline is about a whole project, whatever part of it was named.
fn of_whole_project(args: &InputArgs) -> Result<(Scope, Settings), Failure> {
    let (mut scope, settings) = settings::of_input(args)?;
    scope.focus.clear();
    scope.drafts.clear();
    Ok((scope, settings))
}

/// The file of a project, in its root unless the settings name another.
fn path(scope: &Scope, settings: &Settings) -> Utf8PathBuf {
    let name = settings.baseline_file.as_deref();
    scope.root.join(name.unwrap_or(BASELINE.into()))
}

/// A run without a baseline, which fails only when it could not do its work.
fn report(scope: &Scope, settings: Settings) -> Result<Report, Failure> {
    let settings = Settings {
        fail_on: None,
        ..settings
    };
    let inputs = discover::discover(scope, &settings)?;
    Ok(engine::check(inputs, &settings))
}

fn known<'f>(report: &Report, findings: impl Iterator<Item = &'f Finding>) -> Baseline {
    let masks = Masks::new(report);
    let known = findings.map(|finding| Known {
        path: report.inputs.files[finding.at.file.index()]
            .path
            .to_string(),
        rule: finding.rule.to_owned(),
        subject: masks.redact(&finding.subject).into_owned(),
        fingerprint: finding.fingerprint.clone(),
    });
    known.collect()
}

fn save(path: &Utf8PathBuf, baseline: &Baseline) -> Result<(), Failure> {
    std::fs::write(path, baseline.write()).map_err(|source| Failure::Output {
        option: "baseline",
        path: path.clone(),
        source,
    })
}

fn say(line: &str) -> Result<(), Failure> {
    to_stdout(|out| writeln!(out, "{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::Inputs;
    use crate::rule::Rule;
    use crate::rules;

    fn report(rule: &'static Rule, sql: &str) -> Report {
        let settings = Settings::default();
        let files = [("a.sql".into(), sql.as_bytes().to_vec())].into();
        engine::check_with([rule], Inputs::from_memory(files, &settings), &settings)
    }

    #[test]
    fn what_was_known_under_an_old_id_stays_known_under_the_new_one() {
        let now = *rules::find("float-money").unwrap();
        let front = "+++\nformer = [\"float-price\"]\n";
        let now: &Rule = Box::leak(Box::new(Rule {
            page: now.page.replacen("+++\n", front, 1).leak(),
            ..now
        }));
        let before: &Rule = Box::leak(Box::new(Rule {
            id: "float-price",
            ..*rules::find("float-money").unwrap()
        }));
        let old = "create table orders (id bigint primary key, total float, tax float);\n";
        let old = report(before, old);
        let baseline = known(&old, old.findings.iter());
        assert_eq!(baseline.len(), 2);
        // One is repaired, one stays, and one is new.
        let new = "create table orders (id bigint primary key, total float, fee float);\n";
        let new = report(now, new);
        assert_eq!(new.findings.len(), 2);
        let left = left(&baseline, &new);
        assert_eq!(left.len(), 1);
        let text = left.write();
        assert!(
            text.contains(r#""rule":"float-money","subject":"orders.total""#),
            "{text}"
        );
        assert!(!text.contains("float-price"), "{text}");
    }
}
