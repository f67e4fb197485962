//! Who wrote a line, and what the file said then. Knows nothing of what the lines mean.

use std::cell::RefCell;
use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{GitError, Repository, Since, unquoted};

/// A commit that wrote something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its id.
    pub commit: String,
    /// Who wrote it.
    pub author: String,
    /// When, as `2026-11-21` in the author's time.
    pub date: String,
    /// The file as it was called then, from the top of the repository.
    path: Utf8PathBuf,
}

/// The past of the files of a project.
pub struct History<'a> {
    repository: &'a Repository,
    /// The same, asked from the top: that is where git tells old paths from.
    top: Repository,
    shallow: bool,
    texts: RefCell<BTreeMap<(String, Utf8PathBuf), Option<String>>>,
}

/// What git says of a line.
struct Blamed {
    commit: String,
    path: Utf8PathBuf,
    time: u64,
    /// The state before the commit, and the file's name in it.
    previous: Option<(String, Utf8PathBuf)>,
    /// Git looked no further back.
    boundary: bool,
}

/// What git calls the commit of lines that are in none.
const NOT_COMMITTED: &str = "0000000000000000000000000000000000000000";

impl<'a> History<'a> {
    /// The past of a project in a repository.
    pub fn new(repository: &'a Repository) -> Result<Self, GitError> {
        let top = repository.ask(&["rev-parse", "--show-toplevel"])?;
        let shallow = repository.ask(&["rev-parse", "--is-shallow-repository"])?;
        Ok(Self {
            repository,
            top: Repository {
                root: top.trim_end_matches('\n').into(),
            },
            shallow: shallow.trim() == "true",
            texts: RefCell::default(),
        })
    }

    /// The commit that wrote lines (from 1) of a file of the project as they are on disk; none where
    /// they are in no commit, or where this clone does not reach back so far.
    ///
    /// With `words` it is the commit that wrote these: what else has changed on their line since
    /// does not count.
    pub fn written(
        &self,
        path: &Utf8Path,
        lines: (u32, u32),
        words: Option<&str>,
    ) -> Option<Written> {
        let mut last = self.blame(self.repository, None, path, lines)?;
        while let (Some(words), Some((commit, path))) = (words, &last.previous) {
            let Some(before) = self.text(commit, path) else {
                break;
            };
            let Some(nth) = before.lines().position(|line| line.contains(words)) else {
                break;
            };
            let line = nth as u32 + 1;
            last = self.blame(&self.top, Some(commit), path, (line, line))?;
        }
        if last.commit == NOT_COMMITTED || last.boundary && self.shallow {
            return None;
        }
        let format = "--format=%aN%x00%as";
        let told = self
            .top
            .ask(&["show", "--no-patch", format, &last.commit, "--"]);
        let told = told.ok()?;
        let (author, date) = told.trim_end().split_once('\0')?;
        Some(Written {
            commit: last.commit,
            author: author.to_owned(),
            date: date.to_owned(),
            path: last.path,
        })
    }

    /// The file that was written to, as the commit left it.
    pub fn file_then(&self, written: &Written) -> Option<String> {
        self.text(&written.commit, &written.path)
    }

    /// Another file of the project, by its present path, as the commit left it; none where it was
    /// not there yet.
    pub fn other_then(&self, path: &Utf8Path, written: &Written) -> Option<String> {
        let below = |path: &Utf8Path| {
            let way = self.repository.root.strip_prefix(&self.top.root);
            way.unwrap_or(Utf8Path::new("")).join(path)
        };
        self.text(&written.commit, &below(path)).or_else(|| {
            let changes = self
                .repository
                .changes(Since::Commit(&written.commit))
                .ok()?;
            self.text(&written.commit, &below(changes.renamed.get(path)?))
        })
    }

    fn text(&self, commit: &str, path: &Utf8Path) -> Option<String> {
        let key = (commit.to_owned(), path.to_owned());
        let mut texts = self.texts.borrow_mut();
        let text = texts.entry(key).or_insert_with(|| {
            let object = format!("{commit}:{path}");
            self.top.ask(&["cat-file", "blob", &object]).ok()
        });
        text.clone()
    }

    /// The newest of the commits that wrote some lines, and of a file on disk what is in none.
    fn blame(
        &self,
        from: &Repository,
        commit: Option<&String>,
        path: &Utf8Path,
        (first, last): (u32, u32),
    ) -> Option<Blamed> {
        let lines = format!("-L{first},{last}");
        let mut arguments = vec!["-c", "core.quotePath=false", "blame", "--line-porcelain"];
        arguments.extend(["-w", &lines]);
        arguments.extend(commit.map(String::as_str));
        arguments.extend(["--", path.as_str()]);
        let told = from.ask(&arguments).ok()?;
        read_blame(&told).into_iter().max_by_key(|it| it.time)
    }
}

fn read_blame(told: &str) -> Vec<Blamed> {
    let mut lines = Vec::new();
    let mut last: Option<Blamed> = None;
    for line in told.lines() {
        if line.starts_with('\t') {
            lines.extend(last.take());
        } else if let Some(blamed) = &mut last {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            match key {
                "committer-time" => blamed.time = value.parse().unwrap_or_default(),
                "previous" => {
                    let previous = value.split_once(' ');
                    blamed.previous =
                        previous.map(|(commit, path)| (commit.to_owned(), unquoted(path).into()));
                }
                "boundary" => blamed.boundary = true,
                "filename" => blamed.path = unquoted(value).into(),
                _ => {}
            }
        } else {
            last = Some(Blamed {
                commit: line.split(' ').next().unwrap_or_default().to_owned(),
                path: Utf8PathBuf::new(),
                time: 0,
                previous: None,
                boundary: false,
            });
        }
    }
    lines
}
