//! The statuses of exceptions and responses of libraries: the table in `data/python-statuses.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::project::python::index::last_name;

/// Package → name → status.
type Names = BTreeMap<String, BTreeMap<String, u16>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Packages whose exceptions are responses as well.
    both: Vec<String>,
    raised: Names,
    returned: Names,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let text = include_str!("../../../../data/python-statuses.toml");
    toml::from_str(text).expect("a test reads the table")
});

/// What a library's exception is answered with; `None` where its framework does not answer it, 0
/// where only its argument tells.
pub(in crate::project::python) fn raised(path: &str) -> Option<u16> {
    find(&TABLE.raised, path)
}

/// Whether the exceptions of a package are answers of its framework.
pub(in crate::project::python) fn answers(library: &str) -> bool {
    TABLE.raised.contains_key(library)
}

/// The status of a library's response; `None` where it is none, 0 where the route decides. Some
/// exceptions are responses, too.
pub(in crate::project::python) fn returned(path: &str) -> Option<u16> {
    let library = path.split('.').next()?;
    let both = TABLE.both.iter().any(|it| it == library);
    find(&TABLE.returned, path).or_else(|| raised(path).filter(|_| both))
}

fn find(names: &Names, path: &str) -> Option<u16> {
    let path = path.trim_end_matches("()");
    let library = path.split('.').next()?;
    names.get(library)?.get(last_name(path)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_holds_statuses() {
        let all = TABLE.raised.values().chain(TABLE.returned.values());
        for (name, status) in all.flatten() {
            assert!(*status == 0 || (100..600).contains(status), "{name}");
        }
        assert_eq!(raised("django.http.Http404"), Some(404));
        assert_eq!(returned("django.shortcuts.redirect()"), Some(302));
        assert_eq!(returned("shop.redirect"), None);
        assert_eq!(returned("aiohttp.web.HTTPFound()"), Some(302));
        assert_eq!(returned("litestar.exceptions.NotFoundException()"), None);
    }
}
