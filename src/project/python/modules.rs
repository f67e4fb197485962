//! Which file a dotted module name means. Knows paths only, nothing of what is in the files.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

/// The modules and folders of the project, by path without `.py`.
#[derive(Debug, Default)]
pub(in crate::project) struct Tree {
    /// `app/api/deps` → module; a package stands under its folder.
    modules: BTreeMap<String, usize>,
    /// Every folder that holds Python somewhere below it.
    folders: BTreeSet<String>,
    /// First segment of an import → folders it can be imported from.
    roots: BTreeMap<String, BTreeSet<String>>,
    /// Where each module lives, by its number.
    homes: Vec<Home>,
}

/// Where a module lives.
#[derive(Debug)]
struct Home {
    /// The folder that relative imports start from.
    folder: String,
    /// Its own path without `.py`.
    path: String,
}

/// What a dotted name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project) enum Place {
    /// A module of the project.
    Module(usize),
    /// A folder without `__init__.py`.
    Folder(String),
    /// The project has the package, but not this part of it.
    Missing,
    /// No package of the project.
    External,
}

impl Tree {
    /// Builds the tree from the paths of the modules, in their order.
    pub(in crate::project) fn new<'p>(paths: impl Iterator<Item = &'p Utf8Path>) -> Self {
        let mut tree = Self::default();
        for (number, path) in paths.enumerate() {
            tree.add(
                number,
                path.as_str().strip_suffix(".py").unwrap_or(path.as_str()),
            );
        }
        let all: Vec<String> = tree.modules.keys().chain(&tree.folders).cloned().collect();
        for path in all {
            let (parent, name) = split(&path);
            if !name.is_empty() && !tree.is_package(parent) {
                tree.roots
                    .entry(name.into())
                    .or_default()
                    .insert(parent.into());
            }
        }
        tree
    }

    fn add(&mut self, number: usize, path: &str) {
        let folder = split(path).0.to_owned();
        let path = match path.strip_suffix("/__init__") {
            Some(package) => package,
            None if path == "__init__" => "",
            None => path,
        };
        self.modules.entry(path.into()).or_insert(number);
        let mut above = folder.as_str();
        while !above.is_empty() && self.folders.insert(above.into()) {
            above = split(above).0;
        }
        self.homes.push(Home {
            folder,
            path: path.into(),
        });
    }

    fn is_package(&self, folder: &str) -> bool {
        !folder.is_empty() && self.modules.contains_key(folder) && self.folders.contains(folder)
    }

    /// The module or folder that `name`, imported by module `from`, means.
    pub(in crate::project) fn find(&self, from: usize, name: &str) -> Place {
        if name.starts_with('.') {
            return self.find_relative(from, name);
        }
        let path = name.replace('.', "/");
        let head = name.split('.').next().unwrap_or(name);
        let Some(roots) = self.roots.get(head) else {
            return Place::External;
        };
        let mut near = false;
        let mut above = self.homes[from].folder.as_str();
        loop {
            if roots.contains(above) {
                near = true;
                let place = self.at(&join(above, &path));
                if place != Place::Missing {
                    return place;
                }
            }
            if above.is_empty() {
                break;
            }
            above = split(above).0;
        }
        let modules = |name: &str| -> Vec<Place> {
            let places = roots.iter().map(|root| self.at(&join(root, name)));
            places
                .filter(|place| matches!(place, Place::Module(_)))
                .collect()
        };
        match modules(&path).as_slice() {
            [place] => place.clone(),
            [] if !near && modules(head).is_empty() => Place::External,
            _ => Place::Missing,
        }
    }

    fn find_relative(&self, from: usize, name: &str) -> Place {
        let rest = name.trim_start_matches('.');
        let mut folder = self.homes[from].folder.as_str();
        for _ in 1..name.len() - rest.len() {
            folder = split(folder).0;
        }
        if rest.is_empty() {
            return self.at(folder);
        }
        self.at(&join(folder, &rest.replace('.', "/")))
    }

    fn at(&self, path: &str) -> Place {
        match self.modules.get(path) {
            Some(&number) => Place::Module(number),
            None if self.folders.contains(path) || path.is_empty() => Place::Folder(path.into()),
            None => Place::Missing,
        }
    }

    /// `name` inside a package or folder: a submodule or a folder below.
    pub(in crate::project) fn below(&self, place: &Place, name: &str) -> Place {
        match place {
            Place::Module(number) => self.at(&join(&self.homes[*number].path, name)),
            Place::Folder(path) => self.at(&join(path, name)),
            Place::Missing | Place::External => place.clone(),
        }
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.into(),
        folder => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> Tree {
        Tree::new(paths.iter().map(Utf8Path::new))
    }

    #[test]
    fn absolute_names_start_at_a_folder_that_is_no_package() {
        let tree = tree(&[
            "backend/app/__init__.py",
            "backend/app/api/deps.py",
            "backend/app/main.py",
            "worker/app/__init__.py",
        ]);
        assert_eq!(tree.find(2, "app.api.deps"), Place::Module(1));
        assert_eq!(tree.find(2, "app"), Place::Module(0));
        assert_eq!(tree.find(3, "app"), Place::Module(3));
        assert_eq!(
            tree.find(2, "app.api"),
            Place::Folder("backend/app/api".into())
        );
        assert_eq!(tree.find(2, "app.gone"), Place::Missing);
        assert_eq!(tree.find(2, "api.deps"), Place::External);
        assert_eq!(tree.find(2, "fastapi"), Place::External);
    }

    #[test]
    fn relative_names_climb_from_the_folder_of_the_module() {
        let tree = tree(&["shop/__init__.py", "shop/db.py", "shop/views/orders.py"]);
        assert_eq!(tree.find(2, "..db"), Place::Module(1));
        assert_eq!(tree.find(2, ".."), Place::Module(0));
        assert_eq!(tree.find(0, ".db"), Place::Module(1));
        assert_eq!(tree.find(1, ".gone"), Place::Missing);
    }

    #[test]
    fn a_source_folder_is_found_from_outside_and_ambiguity_is_not_resolved() {
        let tree = tree(&[
            "src/shop/models.py",
            "tests/test_models.py",
            "one/common/__init__.py",
            "one/common/a.py",
            "two/common/a.py",
            "docker/redis/run.py",
        ]);
        assert_eq!(tree.find(1, "shop.models"), Place::Module(0));
        assert_eq!(tree.find(1, "common.a"), Place::Missing);
        assert_eq!(tree.find(1, "redis"), Place::External);
    }

    #[test]
    fn submodules_hang_below_packages_and_folders() {
        let tree = tree(&["app/__init__.py", "app/routers/orders.py"]);
        let routers = tree.below(&Place::Module(0), "routers");
        assert_eq!(routers, Place::Folder("app/routers".into()));
        assert_eq!(tree.below(&routers, "orders"), Place::Module(1));
        assert_eq!(tree.below(&routers, "gone"), Place::Missing);
    }
}
