//! Declared schemas of Supabase: files that say what the database is to look like, from which its
//! migrations are written.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use globset::{GlobBuilder, GlobMatcher};

use crate::discover::Planned;
use crate::discover::sidecar::Sidecars;

/// The files of declared schemas among those given, with their places in it.
pub(super) fn read(
    files: &[(&Utf8Path, &str)],
    sidecars: &Sidecars,
) -> Vec<(Utf8PathBuf, Planned)> {
    let mut projects: BTreeMap<&Utf8Path, Vec<&Utf8Path>> = BTreeMap::new();
    for (path, _) in files {
        let mut above = path.ancestors().skip(1);
        if let Some(root) = above.find(|folder| folder.file_name() == Some("supabase")) {
            projects.entry(root).or_default().push(path);
        }
    }
    let mut places = Vec::new();
    for (root, mut members) in projects {
        let patterns = patterns(sidecars.text(root, "config.toml"));
        let place = |path: &Utf8Path| {
            let below = path.strip_prefix(root).expect("it lies below");
            patterns.iter().position(|pattern| pattern.is_match(below))
        };
        members.retain(|path| place(path).is_some());
        members.sort_by_key(|path| (place(path), *path));
        places.extend((0..).zip(members).map(|(position, path)| {
            let planned = Planned {
                root: root.to_owned(),
                position: Some(position),
            };
            (path.to_owned(), planned)
        }));
    }
    places
}

/// What the configuration lists; else everything below `schemas`.
fn patterns(config: Option<&str>) -> Vec<GlobMatcher> {
    let config: Option<toml::Table> = config.and_then(|text| text.parse().ok());
    let listed = config.as_ref().and_then(|config| {
        let migrations = config.get("db")?.get("migrations")?;
        migrations.get("schema_paths")?.as_array()
    });
    let listed: Vec<&str> = listed
        .into_iter()
        .flatten()
        .filter_map(|it| it.as_str())
        .collect();
    let globs = match listed.as_slice() {
        [] => &["schemas/**"],
        listed => listed,
    };
    let matcher = |glob: &&str| {
        let glob = glob.strip_prefix("./").unwrap_or(glob);
        let built = GlobBuilder::new(glob).literal_separator(true).build();
        built.ok().map(|glob| glob.compile_matcher())
    };
    globs.iter().filter_map(matcher).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::Tree;

    #[test]
    fn the_configuration_lists_the_files_in_order() {
        let paths = [
            "supabase/migrations/20240101000000_a.sql",
            "supabase/schemas/b/y.sql",
            "supabase/schemas/a.sql",
            "supabase/seed.sql",
            "schemas/a.sql",
        ];
        let of = |config: &str| {
            let config_path = Utf8PathBuf::from("supabase/config.toml");
            let files = BTreeMap::from([(config_path.clone(), config.as_bytes().to_vec())]);
            let sidecars = Sidecars::read(&Tree::Memory(files), &[config_path]);
            let files: Vec<_> = paths.iter().map(|path| (Utf8Path::new(path), "")).collect();
            let places = read(&files, &sidecars).into_iter();
            places.map(|(path, _)| path.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            of(""),
            ["supabase/schemas/a.sql", "supabase/schemas/b/y.sql"]
        );
        let listed =
            "[db.migrations]\nschema_paths = [\"./schemas/b/*.sql\", \"./schemas/*.sql\"]\n";
        assert_eq!(
            of(listed),
            ["supabase/schemas/b/y.sql", "supabase/schemas/a.sql"]
        );
    }
}
