//! Routes for machines, version 1. Fields may be added to a version, never changed or removed.

use serde::Serialize;

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
}

/// Routes, whose places lie in the files.
pub fn write(routes: &[&Endpoint], files: &[SourceFile]) -> String {
    let document = Document::new(routes, files);
    serde_json::to_string_pretty(&document).expect("plain data is JSON") + "\n"
}

impl Document {
    /// What is written of routes.
    pub fn new(routes: &[&Endpoint], files: &[SourceFile]) -> Self {
        let routes = routes.iter().map(|route| RouteEntry {
            methods: route.methods.clone(),
            path: route.path.clone(),
            prefix_unknown: route.prefix_unknown,
            more_below: route.more_below,
            framework: route.framework.as_str(),
            handler: route.handler.clone(),
            defined_at: Location::of(files, route.at),
        });
        Self {
            version: 1,
            tool: Tool::this(),
            routes: routes.collect(),
        }
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
