//! SQL of databases that are not read, told by words that only they know. Their paths are asked in
//! `select`.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use memchr::memmem;

use super::select::{foreign_note, is_configured, is_migration};
use super::tool::recognise::folder;
use super::{FileKind, Unit};
use crate::config::Settings;
use crate::facts::Note;

/// Types, with the databases that have them.
const TYPES: &[(&str, &str)] = &[("VARCHAR2(", "Oracle"), ("varchar2(", "Oracle")];

/// Takes SQL of such databases, and the migrations of histories that hold any, for mere text.
pub(super) fn set_aside(units: &mut [Unit], settings: &Settings) -> Vec<Note> {
    let is_sql = |unit: &Unit| unit.kind == FileKind::Sql && !is_configured(&unit.path, settings);
    let mut own: BTreeMap<usize, &'static str> = BTreeMap::new();
    let mut histories: BTreeMap<Utf8PathBuf, &'static str> = BTreeMap::new();
    for (nth, unit) in units.iter().enumerate().filter(|(_, unit)| is_sql(unit)) {
        let text = unit.text[unit.range.clone()].as_bytes();
        let holds = |word: &str| memmem::find(text, word.as_bytes()).is_some();
        let Some((_, name)) = TYPES.iter().find(|(word, _)| holds(word)) else {
            continue;
        };
        own.insert(nth, name);
        if is_migration(&unit.path) {
            histories.insert(folder(&unit.path), name);
        }
    }
    let mut found: BTreeMap<(Utf8PathBuf, &str), usize> = BTreeMap::new();
    for (nth, unit) in units.iter_mut().enumerate() {
        if !is_sql(unit) {
            continue;
        }
        let folder = folder(&unit.path);
        let of_history = histories.get(&folder).filter(|_| is_migration(&unit.path));
        if let Some(name) = own.get(&nth).or(of_history) {
            unit.kind = FileKind::Text;
            unit.because(&format!("{name} by its types"));
            *found.entry((folder, name)).or_default() += 1;
        }
    }
    found.into_iter().map(foreign_note).collect()
}
