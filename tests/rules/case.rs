//! An example made ready to run: its files without assertions, its settings, and the ways to run it.

use std::collections::BTreeMap;

use aicheck::config::{self, Settings};
use aicheck::discover::Inputs;
use aicheck::finding::Severity;
use aicheck::rule::page::Example;
use aicheck::source::{Encoding, FileId, SourceFile};
use camino::Utf8PathBuf;
use serde::Deserialize;

use crate::assertion::{self, Assertion};
use crate::invented::invented;
use crate::output::{self, Blessing};
use crate::seen::{self, Line};

/// An example made ready to run.
pub(crate) struct Case {
    /// Path and text of each file.
    pub(crate) files: Vec<(String, String)>,
    /// What its comments say.
    pub(crate) assertions: Vec<Assertion>,
    /// What its text says in TOML.
    pub(crate) options: Options,
    /// What its `aicheck.toml` says; everything is shown.
    pub(crate) settings: Settings,
}

/// Lines like `also = ["rule"]` in the text of an example.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// Rules and notes that may speak besides what is asserted.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// Why the example says something else as a pasted draft.
    pub(crate) draft: Option<String>,
}

impl Case {
    /// Reads an example of a page.
    pub(crate) fn new(example: &Example) -> Result<Self, String> {
        let mut case = Self {
            files: Vec::new(),
            assertions: Vec::new(),
            options: options(&example.text)?,
            settings: Settings::default(),
        };
        for fence in &example.fences {
            let named = case.files.iter().any(|(path, _)| *path == fence.path);
            match (fence.language.as_str(), fence.path.as_str()) {
                ("output" | "expect", "") => {}
                (_, "aicheck.toml") => case.settings = settings(&fence.body)?,
                (_, "") => return Err(format!("line {}: this fence has no path", fence.line)),
                _ if named => return Err(format!("line {}: this path stands twice", fence.line)),
                _ => {
                    let (body, assertions) = assertion::cut(fence);
                    let body = invented(&body);
                    case.files.push((fence.path.clone(), body));
                    case.assertions.extend(assertions);
                }
            }
        }
        for fence in &example.fences {
            if fence.language == "expect" {
                let expected = assertion::expected(fence, &case.files)?;
                case.assertions.extend(expected);
            }
        }
        case.settings.show = Severity::Info;
        case.settings.jobs = 1;
        Ok(case)
    }

    /// As files of a project.
    pub(crate) fn inputs(&self) -> Inputs {
        self.memory(|text| text.to_owned())
    }

    /// With the line ends of Windows.
    pub(crate) fn with_crlf(&self) -> Inputs {
        self.memory(|text| text.replace('\n', "\r\n"))
    }

    /// With the files in another order than discovery gives.
    pub(crate) fn reordered(&self) -> Inputs {
        let mut inputs = self.inputs();
        let last = inputs.files.len() as u32;
        let moved = |id: FileId| FileId(last - 1 - id.0);
        inputs.files.reverse();
        inputs.units.reverse();
        for unit in &mut inputs.units {
            unit.file = moved(unit.file);
        }
        for (file, _) in &mut inputs.notes {
            *file = file.map(moved);
        }
        inputs
    }

    /// As one Markdown document, a fence for each file.
    pub(crate) fn drafted(&self) -> Inputs {
        let mut draft = String::new();
        for (path, text) in &self.files {
            let language = match path.rsplit_once('.') {
                Some((_, "py")) => "python",
                Some((_, extension)) => extension,
                None => "",
            };
            draft += &format!("{FENCE}{language} {path}\n{text}{FENCE}\n");
        }
        Inputs::from_draft(draft.into_bytes(), &self.settings)
    }

    /// The line of a file that a line of the draft shows.
    pub(crate) fn undrafted(&self, (path, mut line): Line) -> Line {
        for (path, text) in &self.files {
            let lines = text.lines().count() as u32;
            if (2..lines + 2).contains(&line) {
                return (path.clone(), line - 1);
            }
            line = line.saturating_sub(lines + 2);
        }
        (path, line)
    }

    /// The pinned outputs that are no longer true.
    pub(crate) fn stale(&self, example: &Example) -> Vec<Blessing> {
        let (report, _) = seen::run(self.inputs(), &self.settings);
        output::stale(example, &report)
    }

    fn memory(&self, edit: impl Fn(&str) -> String) -> Inputs {
        let file =
            |(path, text): &(String, String)| (Utf8PathBuf::from(path), edit(text).into_bytes());
        let files: BTreeMap<_, _> = self.files.iter().map(file).collect();
        Inputs::from_memory(files, &self.settings)
    }
}

/// Longer than any fence inside an example.
const FENCE: &str = "``````";

fn options(text: &str) -> Result<Options, String> {
    let is_option = |line: &&str| line.starts_with("also = ") || line.starts_with("draft = ");
    let lines: Vec<&str> = text.lines().filter(is_option).collect();
    toml::from_str(&lines.join("\n")).map_err(|error| error.to_string())
}

fn settings(body: &str) -> Result<Settings, String> {
    let rules = || aicheck::rules::all();
    let names: Vec<&str> = rules().flat_map(|rule| [rule.id, rule.family]).collect();
    let file = SourceFile::new("aicheck.toml", body, Encoding::Utf8);
    match config::parse(file, &names) {
        Ok(settings) => Ok(settings.expect("aicheck.toml always has settings")),
        Err(error) => Err(error.to_string()),
    }
}
