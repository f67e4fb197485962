//! The secrets of a project as rules ask for them: each once a file, with what reads its successor
//! from the environment there.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::{Project, UnitInfo};
use crate::facts::secrets::{Binding, Credential, Form, Holder, Suspect, ValueClass};
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
        // What may be a name, or is said in passing, says nothing of what is a value.
        let group = |suspect: &Suspect| {
            let is_doubtful = suspect.class == ValueClass::Doubtful;
            let is_shown = matches!(suspect.binding, Binding::Shown { .. });
            (suspect.group, is_doubtful || is_shown)
        };
        self.together(found.map(|(unit, suspect)| (*unit, group(suspect), suspect)))
    }

    /// The credentials that are wanted, equal values of a unit together.
    pub fn credentials_that(&self, wanted: impl Fn(Form) -> bool) -> Vec<Repeated<'_, Credential>> {
        let found = self
            .credentials
            .iter()
            .filter(|(_, found)| wanted(found.form));
        self.together(found.map(|(unit, found)| (*unit, found.group, found)))
    }

    fn together<'a, T, G: Ord>(
        &'a self,
        found: impl Iterator<Item = (usize, G, &'a T)>,
    ) -> Vec<Repeated<'a, T>> {
        let mut together: BTreeMap<(usize, G), Repeated<T>> = BTreeMap::new();
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

    /// A file that shows which variables there are: `.env.example`.
    pub fn is_sample(&self) -> bool {
        self.has_word(&["example", "sample", "template", "dist", "defaults", "tpl"])
    }

    /// A file that is written for people.
    pub fn is_document(&self) -> bool {
        let extension = self.path.extension().unwrap_or_default();
        ["md", "mdx", "markdown", "rst", "adoc"].contains(&extension)
    }

    /// A file for the machines of those who develop the project.
    pub fn is_for_development(&self) -> bool {
        self.has_word(&[
            "dev",
            "develop",
            "development",
            "local",
            "test",
            "tests",
            "testing",
            "ci",
            "e2e",
        ])
    }

    /// Whether the file's name has one of the words.
    fn has_word(&self, words: &[&str]) -> bool {
        let name = self
            .path
            .file_name()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let mut parts = name.split(['.', '-', '_']);
        parts.any(|part| words.contains(&part))
    }

    /// What to write instead of a value that configuration carries; `None` for code.
    pub fn instead_of(&self, suspect: &Suspect) -> Option<String> {
        let (key, variable) = (suspect.key(), suspect.variable());
        let id = variable.to_lowercase();
        let is_url = matches!(suspect.binding, Binding::Url { .. });
        let text = match suspect.binding.holder()? {
            Holder::Dotenv => format!(
                "keep the file out of the repository, and show its names in `.env.example`:\n    git rm --cached {}",
                self.path
            ),
            Holder::Compose => {
                format!("let whoever starts it set the variable:\n    {key}: ${{{variable}:?}}")
            }
            Holder::Workflow | Holder::WorkflowService => format!(
                "keep it among the secrets of the repository:\n    {key}: ${{{{ secrets.{variable} }}}}"
            ),
            Holder::KubernetesSecret => format!(
                "keep the Secret out of the repository, or commit it encrypted (SOPS, Sealed Secrets, External Secrets):\n    kubectl create secret generic NAME --from-literal={key}=\"${variable}\""
            ),
            Holder::Manifest => format!(
                "refer to a Secret that is not in the repository:\n    valueFrom: {{secretKeyRef: {{name: app, key: {id}}}}}"
            ),
            Holder::Image => format!(
                "set it where the container runs; for the build alone, mount it:\n    RUN --mount=type=secret,id={id},env={variable}"
            ),
            Holder::Terraform => format!(
                "declare a variable without a default, and mark it as sensitive:\n    variable \"{id}\" {{\n      type      = string\n      sensitive = true\n    }}"
            ),
            Holder::Script => {
                format!("let whoever starts it set the variable:\n    {key}=\"${{{variable}:?}}\"")
            }
            Holder::Settings | Holder::TestRun if is_url => {
                format!("keep the password out of the URL, and set `{variable}` in the environment")
            }
            Holder::Settings | Holder::TestRun => {
                format!("keep it out of the file, and set `{variable}` in the environment")
            }
        };
        Some(text)
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
