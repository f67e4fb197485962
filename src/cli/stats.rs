//! Times of the stages, for `--stats`; they go to standard error and into no report.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::judge::Report;

/// A clock that is read after every stage.
pub(super) struct Stats {
    last: Instant,
    stages: Vec<(&'static str, Duration)>,
}

impl Stats {
    pub(super) fn start() -> Self {
        Self {
            last: Instant::now(),
            stages: Vec::new(),
        }
    }

    pub(super) fn done(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.stages.push((stage, now - self.last));
        self.last = now;
    }

    pub(super) fn print(&self, report: &Report) {
        let bytes: usize = report.inputs.files.iter().map(|file| file.text.len()).sum();
        let total: Duration = self.stages.iter().map(|(_, time)| *time).sum();
        let mut text = String::new();
        for (stage, time) in self.stages.iter().chain([&("total", total)]) {
            text += &format!("{stage:>8} {:>9.1} ms\n", time.as_secs_f64() * 1e3);
        }
        let megabytes = bytes as f64 / 1e6;
        let (files, texts) = (report.files(), report.texts());
        text += &format!("{files:>8} files and {texts} other texts, {megabytes:.1} MB\n");
        // Nobody is left to tell when standard error is closed.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
