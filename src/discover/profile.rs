//! How strictly a document is judged, by its path alone.

use camino::Utf8Path;

use super::{FileKind, Profile};

/// The profile of a path relative to the folder that was named, and what tells it.
pub(super) fn profile(path: &Utf8Path, kind: FileKind) -> (Profile, Option<String>) {
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_str().to_ascii_lowercase())
        .collect();
    let Some((name, folders)) = parts.split_last() else {
        return (Profile::Production, None);
    };
    if let Some(profile) = of_file(name, folders.last(), kind) {
        return (profile, Some(format!("{} by its name", word(profile))));
    }
    let by_folder = folders
        .iter()
        .enumerate()
        .find_map(|(depth, folder)| Some((of_folder(folder, depth, kind)?, folder)));
    match by_folder {
        Some((profile, folder)) => {
            let why = format!("{} by its folder {folder}", word(profile));
            (profile, Some(why))
        }
        None => (Profile::Production, None),
    }
}

fn word(profile: Profile) -> &'static str {
    match profile {
        Profile::Production => "production",
        Profile::Test => "test",
        Profile::Example => "example",
    }
}

fn of_folder(name: &str, depth: usize, kind: FileKind) -> Option<Profile> {
    match name {
        "test" | "tests" | "testing" | "__tests__" | "testdata" | "test_data" | "test-data"
        | "e2e" | "fixtures" | "unit_tests" | "integration_tests" | "test_utils" => {
            Some(Profile::Test)
        }
        "example" | "examples" | "seed" | "seeds" | "seeders" => Some(Profile::Example),
        // Deeper down these are things that applications are about: a plugin for documents, a
        // laboratory's samples, the endpoints of a demonstration.
        "doc" | "docs" | "demo" | "demos" | "sample" | "samples" | "tutorial" | "tutorials"
        | "playground" | "sandbox" | "benchmark" | "benchmarks" | "notebooks"
            if depth <= 1 =>
        {
            Some(Profile::Example)
        }
        // SQL in a folder of scripts is often the schema itself.
        "script" | "scripts" if kind == FileKind::Python => Some(Profile::Example),
        // Tools of those who develop the project, not a part of it.
        "dev" | "tools" if kind == FileKind::Python && depth == 0 => Some(Profile::Example),
        _ => None,
    }
}

fn of_file(name: &str, folder: Option<&String>, kind: FileKind) -> Option<Profile> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let words: Vec<_> = stem.split(['_', '-', '.']).collect();
    let is_numbered = stem.starts_with(|c: char| c.is_ascii_digit());
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let ends = [words.first(), words.last()];
    let borders = |known: &[&str]| ends.iter().flatten().any(|word| known.contains(word));
    let says_settings = has(&["settings", "config", "configuration"]);
    let is_settings =
        says_settings || folder.is_some_and(|name| matches!(name.as_str(), "settings" | "config"));
    // What is called testing elsewhere may be what an application is about.
    let for_tests = says_settings && borders(&["testing"]) || is_settings && stem == "testing";
    let is_text = matches!(kind, FileKind::Config(_) | FileKind::Text);
    let is_test = (extension == "py" || is_text) && (for_tests || borders(&["test"]));
    if is_test || is_text && stem.ends_with(".spec") || matches!(stem, "conftest" | "tests") {
        Some(Profile::Test)
    } else if !is_numbered && borders(&["seed", "seeds", "example", "examples"])
        || stem == "template"
        || is_settings && has(&["dev", "development", "local"])
    {
        Some(Profile::Example)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_examples_and_the_rest() {
        let of = |path: &str| {
            let kind = match path.rsplit_once('.') {
                Some((_, "py")) => FileKind::Python,
                Some((_, "sql")) => FileKind::Sql,
                _ => FileKind::Text,
            };
            profile(path.into(), kind).0
        };
        for path in [
            "tests/a.py",
            "app/test_x.py",
            "x_test.py",
            "conftest.py",
            "app/fixtures/x.sql",
            "api/oidc_test.go",
            "web/form.spec.ts",
            "app/configuration_testing.py",
            "app/settings/testing.py",
        ] {
            assert_eq!(of(path), Profile::Test, "{path}");
        }
        for path in [
            "docs/a.sql",
            "examples/b.py",
            "db/seeds/1.sql",
            "seed.sql",
            "scripts/load.py",
            "app/local_settings.py",
            "seed_data.py",
            "app/settings/dev.py",
        ] {
            assert_eq!(of(path), Profile::Example, "{path}");
        }
        for path in [
            "app/main.py",
            "latest.py",
            "scripts/init.sql",
            "migrations/003_add_sample.sql",
            "app/contest.py",
            "app/config.py",
            "app/local.py",
            "lab/api/samples/routes.py",
            "app/api/demo.py",
            "a/b/google/docs/c.py",
            "config/ab_testing.py",
            "app/testing.py",
        ] {
            assert_eq!(of(path), Profile::Production, "{path}");
        }
    }
}
