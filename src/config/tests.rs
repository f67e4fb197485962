mod schema;

use super::*;
use crate::source::Encoding;

const NAMES: [&str; 3] = ["float-money", "missing-fk-index", "schema"];

fn read(path: &str, text: &str) -> Result<Option<Settings>, ConfigError> {
    parse(SourceFile::new(path, text, Encoding::Utf8), &NAMES)
}

fn settings(text: &str) -> Settings {
    read("aicheck.toml", text).unwrap().unwrap()
}

fn faults(text: &str) -> String {
    read("aicheck.toml", text).unwrap_err().to_string()
}

#[test]
fn every_key_has_its_meaning() {
    let settings = settings(include_str!("../../tests/it/hosts/every_key.toml"));
    assert_eq!(settings.select, ["schema"]);
    assert_eq!(settings.ignore, ["float-money"]);
    assert_eq!(settings.dialect, Some(Dialect::Mysql));
    assert_eq!(settings.postgres_version, Some(13));
    assert_eq!(
        settings.severity,
        [("missing-fk-index".to_owned(), Severity::Info)]
    );
    assert!(settings.exclude[0].is_match("a/legacy/b.py"));
    let entry = &settings.per_path[0];
    assert!(entry.paths.is_match("queries/a/b.sql"));
    assert_eq!(entry.ignore, ["schema"]);
    assert_eq!(
        entry.severity,
        [("float-money".to_owned(), Severity::Warning)]
    );
    assert_eq!(entry.dialect, Some(Dialect::Sqlite));
    assert_eq!(entry.profile, Some(Profile::Example));
    assert_eq!(settings.migrations[0].1, MigrationTool::Flyway);
    let review = &settings.reviewed[0];
    assert_eq!(review.action.as_deref(), Some("cascade"));
    let file = settings.file.as_ref().unwrap();
    assert_eq!(file.position(review.span.start).line, 20);
}

#[test]
fn a_profile_says_how_strictly_to_judge() {
    let of = |text: &str| (settings(text).fail_on, settings(text).show);
    let usual = (Some(Severity::Error), Severity::Warning);
    assert_eq!(of(""), usual);
    assert_eq!(of("profile = \"default\""), usual);
    let strict = (Some(Severity::Warning), Severity::Info);
    assert_eq!(of("profile = \"strict\""), strict);
    assert_eq!(
        faults("profile = \"strickt\""),
        "aicheck.toml:1: unknown profile `strickt`; did you mean `strict`?"
    );
}

#[test]
fn pyproject_is_read_when_it_speaks_of_aicheck() {
    let table = "[project]\nname = \"x\"\n[tool.aicheck]\ndialect = \"mysql\"\n";
    let found = read("pyproject.toml", table).unwrap().unwrap();
    assert_eq!(found.dialect, Some(Dialect::Mysql));
    assert!(read("pyproject.toml", "[tool.ruff]\n").unwrap().is_none());
    assert!(read("pyproject.toml", "broken [").unwrap().is_none());
    let help = read("pyproject.toml", "[tool.aicheck]\nselct = []\n").unwrap_err();
    assert_eq!(
        help.to_string(),
        "pyproject.toml:2: unknown key `selct`; did you mean `select`?"
    );
}

#[test]
fn all_faults_are_told_with_line_and_remedy() {
    let told = faults(
        "selekt = []\n\
         ignore = [\"missing-fk-indx\", 3]\n\
         dialect = \"oracle\"\n\
         exclude = \"x\"\n\
         [severity]\n\
         float-money = \"fatal\"\n\
         [per-path]\n\
         \"a[\" = {}\n\
         b.profile = \"prod\"\n\
         [migrations]\n\
         db = \"fly\"\n\
         [[reviewed]]\n\
         rule = \"float-money\"\n\
         reason = \" \"\n",
    );
    let told: Vec<_> = told.lines().collect();
    assert_eq!(
        told[0],
        "aicheck.toml:1: unknown key `selekt`; did you mean `select`?"
    );
    assert_eq!(
        told[1],
        "aicheck.toml:2: unknown rule or family `missing-fk-indx`; did you mean `missing-fk-index`?"
    );
    assert_eq!(
        told[2],
        "aicheck.toml:2: an item of `ignore` must be a string, not integer"
    );
    assert!(told[3].starts_with("aicheck.toml:3: unknown dialect `oracle`; known are `postgres`,"));
    assert_eq!(
        told[4],
        "aicheck.toml:4: `exclude` must be a list of strings, not string"
    );
    assert_eq!(
        told[5],
        "aicheck.toml:6: unknown severity `fatal`; known are `error`, `warning`, `info`"
    );
    assert!(told[6].starts_with("aicheck.toml:8: `a[` is no path pattern: "));
    assert_eq!(
        told[7],
        "aicheck.toml:9: unknown profile `prod`; did you mean `production`?"
    );
    assert_eq!(
        told[8],
        "aicheck.toml:11: unknown migration tool `fly`; did you mean `flyway`?"
    );
    assert_eq!(told[9], "aicheck.toml:12: a review needs `subject`");
    assert_eq!(told[10], "aicheck.toml:14: `reason` is empty");
    assert_eq!(told.len(), 11);
}

#[test]
fn broken_toml_and_keys_without_effect_are_faults() {
    assert!(faults("select = [").starts_with("aicheck.toml:1: "));
    assert_eq!(
        faults("vocabulary = \"x\""),
        "aicheck.toml:1: `vocabulary` is not supported yet"
    );
}
