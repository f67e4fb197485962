//! Folders of files, as a project in memory is made of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use camino::Utf8PathBuf;

/// Paths below a folder, and bytes.
pub(crate) type Files = BTreeMap<Utf8PathBuf, Vec<u8>>;

/// What a folder holds, but for hidden folders.
pub(crate) fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let hidden = path.file_name().unwrap().to_string_lossy().starts_with('.');
            if path.is_dir() && !hidden {
                folders.push(path);
            } else if path.is_file() {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                files.insert(name.into(), fs::read(&path).unwrap());
            }
        }
    }
    files
}
