//! What of libraries authenticates: the table in `data/python-auth.toml`, and words that names speak.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::project::python::index::last_name;

/// Package → name → the status it refuses with.
type Names = BTreeMap<String, BTreeMap<String, u16>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    decorators: Names,
    bases: Names,
    dependencies: Names,
    middleware: Names,
    permissions: BTreeMap<String, Whom>,
}

/// Whom a permission class asks who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Whom {
    Everybody,
    /// Those who change something.
    Writers,
    Nobody,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let text = include_str!("../../../../data/python-auth.toml");
    toml::from_str(text).expect("a test reads the table")
});

/// The status that a decorator refuses with; `None` where it lets everybody in.
pub(super) fn decorator(path: &str) -> Option<u16> {
    find(&TABLE.decorators, path)
}

/// The same of a base class of views.
pub(super) fn base(path: &str) -> Option<u16> {
    find(&TABLE.bases, path)
}

/// The same of a dependency.
pub(super) fn dependency(path: &str) -> Option<u16> {
    find(&TABLE.dependencies, path)
}

/// The same of middleware.
pub(super) fn middleware(path: &str) -> Option<u16> {
    find(&TABLE.middleware, path)
}

/// Whom a permission class asks.
pub(super) fn permission(name: &str) -> Option<Whom> {
    TABLE.permissions.get(last_name(name)).copied()
}

fn find(names: &Names, path: &str) -> Option<u16> {
    let path = path.trim_end_matches("()");
    let library = path.split('.').next()?;
    names.get(library)?.get(last_name(path)).copied()
}

/// Whether a name speaks of who somebody is or what they may do.
pub(super) fn speaks_of_auth(name: &str) -> bool {
    const WORDS: [&str; 18] = [
        "access",
        "admin",
        "apikey",
        "api_key",
        "auth",
        "credential",
        "current_user",
        "jwt",
        "logged",
        "login",
        "permission",
        "protect",
        "require",
        "restrict",
        "role",
        "staff",
        "superuser",
        "token",
    ];
    let name = last_name(name.trim_end_matches("()")).to_lowercase();
    // An author is nobody who is let in.
    let name = name.replace("authoriz", "auth").replace("author", "");
    !name.contains("optional") && WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_names_are_found_by_package() {
        assert_eq!(decorator("flask_login.utils.login_required"), Some(401));
        assert_eq!(
            decorator("flask_httpauth.HTTPBasicAuth().login_required"),
            Some(401)
        );
        assert_eq!(decorator("shop.login_required"), None);
        assert_eq!(dependency("fastapi.security.HTTPBearer()"), Some(401));
        assert_eq!(
            permission("rest_framework.permissions.AllowAny"),
            Some(Whom::Nobody)
        );
    }

    #[test]
    fn names_speak_of_auth_or_not() {
        for name in [
            "get_current_user",
            "require_admin",
            "verify_token",
            "AuthRequired",
        ] {
            assert!(speaks_of_auth(name), "{name}");
        }
        for name in [
            "get_author",
            "get_db",
            "paginate",
            "authors_of",
            "jwt_optional",
        ] {
            assert!(!speaks_of_auth(name), "{name}");
        }
    }
}
