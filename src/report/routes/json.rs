//! Routes for machines, version 1. Fields may be added to a version, never changed or removed.

use serde::Serialize;

use crate::facts::Answer;
use crate::facts::python::EffectKind;
use crate::project::Project;
use crate::project::python::Endpoint;
use crate::report::json::{Location, Tool};
use crate::source::SourceFile;

/// Routes, as they are written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// The version of this format.
    version: u32,
    /// What wrote it.
    tool: Tool,
    /// What the project answers, by path and method.
    routes: Vec<RouteEntry>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RouteEntry {
    /// Upper case; none where it answers any, or where they are not known.
    methods: Vec<String>,
    /// As the framework writes it; null where it is not known.
    path: Option<String>,
    /// There may be more before the path: what it is mounted on is not known.
    prefix_unknown: bool,
    /// There are more paths below it, which are not known.
    more_below: bool,
    framework: &'static str,
    /// The function that answers, qualified by its classes; for what a library answers, its path.
    handler: String,
    /// The header of that function; the class or the registration where a library answers.
    defined_at: Location,
    auth: AuthEntry,
    /// What it may answer with, as far as that is constant; 405 and faults are left out.
    statuses: Vec<u16>,
    /// There may be other statuses, which are not known.
    statuses_open: bool,
    /// The tables that a request touches, by name.
    tables: Vec<TableEntry>,
    /// There are other tables, whose names are not known.
    tables_open: bool,
}

/// Who may call it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AuthEntry {
    /// Whether it lets nobody in who does not say who they are.
    required: Required,
    /// By what, as the code names it; where that is not known, what may do it.
    by: Vec<String>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Required {
    Yes,
    No,
    Unknown,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TableEntry {
    /// With its schema unless that is the default one.
    name: String,
    /// The folder or file that makes its database.
    database: String,
    /// What is done to it.
    effects: Vec<EffectKind>,
}

/// Routes of a project, whose places lie in the files.
pub fn write(project: &Project, routes: &[&Endpoint], files: &[SourceFile]) -> String {
    let document = Document::new(project, routes, files);
    serde_json::to_string_pretty(&document).expect("plain data is JSON") + "\n"
}

impl Document {
    /// What is written of routes.
    pub fn new(project: &Project, routes: &[&Endpoint], files: &[SourceFile]) -> Self {
        let routes = routes.iter().map(|route| entry(project, route, files));
        Self {
            version: 1,
            tool: Tool::this(),
            routes: routes.collect(),
        }
    }
}

fn entry(project: &Project, route: &Endpoint, files: &[SourceFile]) -> RouteEntry {
    let touched = project.touched(route);
    let tables = touched
        .tables
        .into_iter()
        .map(|(table, effects)| TableEntry {
            name: table.key.to_string(),
            database: project.databases[table.database].name.clone(),
            effects: effects.into_iter().collect(),
        });
    RouteEntry {
        methods: route.methods.clone(),
        path: route.path.clone(),
        prefix_unknown: route.prefix_unknown,
        more_below: route.more_below,
        framework: route.framework.as_str(),
        handler: route.handler.clone(),
        defined_at: Location::of(files, route.at),
        auth: AuthEntry {
            required: match route.auth.answer {
                Answer::Yes => Required::Yes,
                Answer::No => Required::No,
                Answer::Unknown => Required::Unknown,
            },
            by: route.auth.by.clone(),
        },
        statuses: route.statuses.iter().copied().collect(),
        statuses_open: route.statuses_open,
        tables: tables.collect(),
        tables_open: touched.open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_current() {
        crate::report::json::tests::is_published::<Document>("routes", "aicheck routes, version 1");
    }
}
