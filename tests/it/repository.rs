//! Git repositories that a test makes.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::venv;

/// A repository in a folder of its own.
pub(crate) struct Repository(pub(crate) TempDir);

impl Repository {
    /// Without a commit.
    pub(crate) fn empty() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// What git says.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.path());
        // A repository above, a hook or the settings of a person must not matter.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            git.env_remove(name);
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        git.args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "commit.gpgsign=false",
        ]);
        git.args(["-c", "protocol.file.allow=always"]);
        venv::run(git.args(arguments))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits all there is.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    pub(crate) fn branch(&self) {
        self.git(&["switch", "--quiet", "--create", "work"]);
    }
}
