//! The secrets of a project as rules ask for them: each once a file, with what reads its successor
//! from the environment there.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::{Project, UnitInfo};
use crate::facts::secrets::{Credential, Form, Suspect};
use crate::source::{Loc, Span};

/// One secret of one file: where it stands, every time.
#[derive(Debug)]
pub struct Repeated<'a, T> {
    /// The unit that it stands in.
    pub unit: &'a UnitInfo,
    /// The first.
    pub first: &'a T,
    /// The others, in order.
    pub again: Vec<&'a T>,
}

impl<T> Repeated<'_, T> {
    /// A place in its file.
    pub fn at(&self, span: Span) -> Loc {
        let file = self.unit.file;
        Loc { file, span }
    }
}

impl Project {
    /// The suspects that are wanted, equal values of a unit together.
    pub fn suspects_that(&self, wanted: impl Fn(&Suspect) -> bool) -> Vec<Repeated<'_, Suspect>> {
        let found = self.suspects.iter().filter(|(_, suspect)| wanted(suspect));
        self.together(found.map(|(unit, suspect)| (*unit, suspect.group, suspect)))
    }

    /// The credentials that are wanted, equal values of a unit together.
    pub fn credentials_that(&self, wanted: impl Fn(Form) -> bool) -> Vec<Repeated<'_, Credential>> {
        let found = self
            .credentials
            .iter()
            .filter(|(_, found)| wanted(found.form));
        self.together(found.map(|(unit, found)| (*unit, found.group, found)))
    }

    fn together<'a, T>(
        &'a self,
        found: impl Iterator<Item = (usize, u32, &'a T)>,
    ) -> Vec<Repeated<'a, T>> {
        let mut together: BTreeMap<(usize, u32), Repeated<T>> = BTreeMap::new();
        for (unit, group, found) in found {
            let entry = together.entry((unit, group));
            entry
                .and_modify(|it| it.again.push(found))
                .or_insert(Repeated {
                    unit: &self.units[unit],
                    first: found,
                    again: Vec::new(),
                });
        }
        together.into_values().collect()
    }
}

impl UnitInfo {
    /// Texts for people speak of passwords in every language.
    pub fn holds_translations(&self) -> bool {
        const FOLDERS: [&str; 5] = ["i18n", "l10n", "lang", "locales", "translations"];
        let mut folders = self.path.components();
        folders.any(|folder| FOLDERS.contains(&folder.as_str()))
    }

    /// How a document of this kind reads an environment variable; `None` where none does.
    pub fn lookup(&self, variable: &str) -> Option<String> {
        let path = &self.path;
        if is_workflow(path) {
            return Some(format!("${{{{ secrets.{variable} }}}}"));
        }
        let text = match path.extension().unwrap_or_default() {
            "py" => format!("os.environ[\"{variable}\"]"),
            "js" | "jsx" | "cjs" | "mjs" | "ts" | "tsx" => format!("process.env.{variable}"),
            "go" => format!("os.Getenv(\"{variable}\")"),
            "java" | "kt" => format!("System.getenv(\"{variable}\")"),
            "php" => format!("getenv('{variable}')"),
            "rb" => format!("ENV.fetch(\"{variable}\")"),
            "rs" => format!("std::env::var(\"{variable}\")?"),
            "tf" | "tfvars" => format!("var.{}", variable.to_lowercase()),
            "bash" | "sh" | "yaml" | "yml" => format!("${{{variable}:?}}"),
            _ => return None,
        };
        Some(text)
    }
}

fn is_workflow(path: &Utf8Path) -> bool {
    path.components().any(|part| part.as_str() == ".github")
        && matches!(path.extension(), Some("yml" | "yaml"))
}
