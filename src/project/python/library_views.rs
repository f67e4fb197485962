//! What the view classes of libraries answer by themselves: the table in `data/python-views.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::index::last_name;

/// Class → method or action → statuses.
type Classes = BTreeMap<String, BTreeMap<String, Vec<u16>>>;

/// Library → its classes; viewsets stand under `actions`.
static VIEWS: LazyLock<BTreeMap<String, Classes>> = LazyLock::new(|| {
    let text = include_str!("../../../data/python-views.toml");
    toml::from_str(text).expect("a test reads the table")
});

/// The statuses that a class of a library answers an HTTP method with; `None` where it does not
/// answer it.
pub(super) fn answers(path: &str, method: &str) -> Option<&'static [u16]> {
    let library = path.split('.').next()?;
    row(library, path)?.get(method).map(Vec::as_slice)
}

/// The methods that a class of a library answers; `None` where the class is not known.
pub(super) fn methods(path: &str) -> Option<Vec<&'static str>> {
    let row = row(path.split('.').next()?, path)?;
    Some(row.keys().map(String::as_str).collect())
}

/// The statuses that a viewset of a library answers an action with; `None` where it has none.
pub(super) fn action(path: &str, action: &str) -> Option<&'static [u16]> {
    path.strip_prefix("rest_framework.")?;
    row("actions", path)?.get(action).map(Vec::as_slice)
}

fn row(table: &str, path: &str) -> Option<&'static BTreeMap<String, Vec<u16>>> {
    VIEWS.get(table)?.get(last_name(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_names_methods_and_actions() {
        for (library, classes) in VIEWS.iter() {
            for (class, answers) in classes {
                for (name, statuses) in answers {
                    let lower = name.chars().all(|c| c.is_lowercase() || c == '_');
                    assert_eq!(lower, library == "actions", "{class}.{name}");
                    assert!(
                        statuses.is_sorted() && !statuses.is_empty(),
                        "{class}.{name}"
                    );
                }
            }
        }
    }

    #[test]
    fn classes_are_found_by_library_and_name() {
        assert_eq!(
            answers("django.views.generic.TemplateView", "GET"),
            Some(&[200][..])
        );
        assert_eq!(answers("django.views.generic.TemplateView", "POST"), None);
        assert_eq!(
            action("rest_framework.viewsets.ModelViewSet", "destroy"),
            Some(&[204, 404][..])
        );
        assert_eq!(methods("shop.views.TemplateView"), None);
    }
}
