//! What was typed, turned into what it means: the scope and the settings of a run.

use std::io;

use camino::Utf8Path;

use super::args::{CheckArgs, Dialect, FailOn, InputArgs, Language, Profile, Show};
use super::failure::Failure;
use crate::config::{self, BASELINE, Baseline, Pattern, Settings, Strictness};
use crate::discover::{self, DiscoverError, FileKind, Scope};
use crate::facts::schema;
use crate::finding::Severity;
use crate::rule::Catalogue;

/// What a run reads, and how.
pub(super) fn of_input(args: &InputArgs) -> Result<(Scope, Settings), Failure> {
    let scope = Scope::of(&args.paths, args.project.as_deref())?;
    let catalogue = Catalogue::new(crate::rules::all());
    let settings = from_file(&scope, args.config.as_deref(), &catalogue)?;
    let mut settings = settings.unwrap_or_default();
    settings.rename(catalogue.former());
    match args.dialect {
        None => {}
        Some(Dialect::Auto) => settings.dialect = None,
        Some(Dialect::Postgres) => settings.dialect = Some(schema::Dialect::Postgres),
        Some(Dialect::Mysql) => settings.dialect = Some(schema::Dialect::Mysql),
        Some(Dialect::Sqlite) => settings.dialect = Some(schema::Dialect::Sqlite),
        Some(Dialect::Mssql) => settings.dialect = Some(schema::Dialect::Mssql),
    }
    settings.language = match args.lang {
        Language::Auto => None,
        Language::Sql => Some(FileKind::Sql),
        Language::Python => Some(FileKind::Python),
        Language::Prisma => Some(FileKind::Prisma),
        Language::Markdown => Some(FileKind::Markdown),
    };
    for glob in &args.exclude {
        let pattern = Pattern::new(glob).map_err(|why| Failure::Pattern {
            glob: glob.clone(),
            why,
        })?;
        settings.exclude.push(pattern);
    }
    settings.force_exclude = args.force_exclude;
    settings.stdin_name = args.stdin_filename.clone();
    settings.jobs = args.jobs.map_or(0, usize::from);
    Ok((scope, settings))
}

/// The same with what a check needs to know.
pub(super) fn of_check(args: &CheckArgs) -> Result<(Scope, Settings), Failure> {
    let (scope, mut settings) = of_input(&args.input)?;
    let catalogue = Catalogue::new(crate::rules::all());
    if !args.select.is_empty() {
        settings.select = rules("--select", &args.select, &catalogue)?;
    }
    settings
        .ignore
        .extend(rules("--ignore", &args.ignore, &catalogue)?);
    settings.rename(catalogue.former());
    match args.profile {
        None => {}
        Some(Profile::Default) => settings.judge(Strictness::Default),
        Some(Profile::Strict) => settings.judge(Strictness::Strict),
    }
    settings.fail_on = match args.fail_on {
        None => settings.fail_on,
        Some(FailOn::Error) => Some(Severity::Error),
        Some(FailOn::Warning) => Some(Severity::Warning),
        Some(FailOn::Info) => Some(Severity::Info),
        Some(FailOn::Never) => None,
    };
    settings.show = match args.show {
        Some(Show::Error) => Severity::Error,
        Some(Show::Warning) => Severity::Warning,
        Some(Show::Info) => Severity::Info,
        // What fails the run is shown.
        None => settings.show.min(settings.fail_on.unwrap_or(settings.show)),
    };
    settings.baseline = match &args.baseline {
        _ if args.no_baseline => None,
        Some(path) => {
            let found = baseline_at(path)?;
            let missing = || Failure::NoBaseline { path: path.clone() };
            Some(found.ok_or_else(missing)?.into())
        }
        None => default_baseline(&scope, &settings)?.map(Into::into),
    };
    Ok((scope, settings))
}

/// The known findings of a project. A draft alone belongs to none.
fn default_baseline(scope: &Scope, settings: &Settings) -> Result<Option<Baseline>, Failure> {
    if scope.walks.is_empty() {
        return Ok(None);
    }
    match &settings.baseline_file {
        None => baseline_at(&scope.root.join(BASELINE)),
        Some(name) => {
            let path = scope.root.join(name);
            let found = baseline_at(&path)?;
            found.map(Some).ok_or(Failure::NoBaseline { path })
        }
    }
}

/// The known findings in a file, where there is one.
pub(super) fn baseline_at(path: &Utf8Path) -> Result<Option<Baseline>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|source| DiscoverError::Unreadable {
            path: path.to_owned(),
            source,
        })?,
    };
    let read = Baseline::read(&text).map_err(|why| Failure::Baseline {
        path: path.to_owned(),
        why,
    })?;
    Ok(Some(read))
}

/// The settings a file gives. A draft alone belongs to no project and takes none unasked.
fn from_file(
    scope: &Scope,
    named: Option<&Utf8Path>,
    catalogue: &Catalogue,
) -> Result<Option<Settings>, Failure> {
    let file = match named {
        Some(path) => Some(discover::configuration_file(path, path)?),
        None if scope.walks.is_empty() => None,
        None => discover::configuration(&scope.root)?,
    };
    let Some(file) = file else {
        return Ok(None);
    };
    Ok(config::parse(file, &catalogue.names())?)
}

fn rules(
    option: &'static str,
    words: &[String],
    catalogue: &Catalogue,
) -> Result<Vec<String>, Failure> {
    let names = catalogue.names();
    words
        .iter()
        .map(|word| {
            config::rule(word.trim(), &names).map_err(|unknown| Failure::Rule { option, unknown })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Rule;

    const PAGE: &str = "+++\nseverity = \"error\"\nreads = \"project\"\nlanguages = []\n\
                        since = \"0\"\nformer = [\"old-name\"]\n+++\n";

    static RENAMED: Rule = Rule {
        id: "new-name",
        family: "schema",
        page: PAGE,
        check: |_, _| {},
    };

    #[test]
    fn an_option_may_name_a_rule_as_it_was_called() {
        let catalogue = Catalogue::new([&RENAMED]);
        let words = ["old-name".to_owned()];
        let mut settings = Settings {
            select: rules("--select", &words, &catalogue).unwrap(),
            ..Settings::default()
        };
        settings.rename(catalogue.former());
        assert_eq!(settings.select, ["new-name"]);
        assert_eq!(settings.renamed.len(), 1);
        let unknown = rules("--select", &["older".to_owned()], &catalogue);
        assert!(unknown.is_err());
    }
}
