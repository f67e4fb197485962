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
                tree.add_root(parent, name);
            }
        }
        tree
    }

    fn add_root(&mut self, folder: &str, name: &str) {
        let folders = self.roots.entry(name.into()).or_default();
        folders.insert(folder.into());
    }

    /// Learns from what the modules import in which packages the program is started. A folder with
    /// an `__init__.py` that nobody imports is one where a module below imports what `defines` says
    /// one of its own modules has: only from there that name can be found.
    pub(in crate::project) fn learn_starts<'i>(
        &mut self,
        imports: impl Iterator<Item = (usize, &'i str)> + Clone,
        defines: impl Fn(usize, &str) -> bool,
    ) {
        let mut imported = BTreeSet::new();
        for (from, name) in imports.clone() {
            self.mark_packages(from, name, &mut imported);
        }
        let mut starts = BTreeSet::new();
        for (from, name) in imports {
            let Some((path, last)) = name.rsplit_once('.') else {
                continue;
            };
            if path.is_empty() || path.starts_with('.') || self.find(from, path) != Place::External
            {
                continue;
            }
            let path = path.replace('.', "/");
            let above = Utf8Path::new(&self.homes[from].folder).ancestors();
            let start = above.map(Utf8Path::as_str).find(|folder| {
                let has = match self.at(&join(folder, &path)) {
                    Place::Module(module) => defines(module, last),
                    _ => false,
                };
                let is_module =
                    || matches!(self.at(&join(folder, &join(&path, last))), Place::Module(_));
                self.is_package(folder) && !imported.contains(*folder) && (has || is_module())
            });
            starts.extend(start.map(str::to_owned));
        }
        let all: Vec<String> = self.modules.keys().chain(&self.folders).cloned().collect();
        for path in all {
            let (parent, name) = split(&path);
            if starts.contains(parent) {
                self.add_root(parent, name);
            }
        }
    }

    /// Marks the packages that an import goes through.
    fn mark_packages(&self, from: usize, name: &str, imported: &mut BTreeSet<String>) {
        if name.starts_with('.') {
            imported.insert(self.climb(from, name).0.to_owned());
            return;
        }
        let dots = name.match_indices('.').map(|(dot, _)| dot);
        let parts: Vec<&str> = dots.chain([name.len()]).map(|end| &name[..end]).collect();
        for root in self.roots.get(parts[0]).into_iter().flatten() {
            let folders = parts.iter().map(|part| join(root, &part.replace('.', "/")));
            imported.extend(folders.take_while(|folder| self.is_package(folder)));
        }
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
        let (folder, rest) = self.climb(from, name);
        if rest.is_empty() {
            return self.at(folder);
        }
        self.at(&join(folder, &rest.replace('.', "/")))
    }

    /// The folder that the dots of a relative name lead to, and what stands behind them.
    fn climb<'n>(&self, from: usize, name: &'n str) -> (&str, &'n str) {
        let rest = name.trim_start_matches('.');
        let mut folder = self.homes[from].folder.as_str();
        for _ in 1..name.len() - rest.len() {
            folder = split(folder).0;
        }
        (folder, rest)
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
    fn a_package_that_nobody_imports_is_where_the_program_is_started() {
        let paths = [
            "backend/__init__.py",
            "backend/app/__init__.py",
            "backend/app/db.py",
            "backend/app/main.py",
            "backend/tools.py",
        ];
        let started = |imports: &[(usize, &str)]| {
            let mut tree = tree(&paths);
            let defines = |module: usize, name: &str| (module, name) == (2, "engine");
            tree.learn_starts(imports.iter().copied(), defines);
            tree.find(3, "app.db")
        };
        assert_eq!(started(&[(3, "app.db.engine")]), Place::Module(2));
        assert_eq!(started(&[(4, "app.db")]), Place::Module(2));
        assert_eq!(started(&[(3, "app.db.gone")]), Place::External);
        assert_eq!(
            started(&[(3, "app.db.engine"), (4, "backend.app.db.engine")]),
            Place::External
        );
        assert_eq!(
            started(&[(3, "app.db.engine"), (4, ".app.db.engine")]),
            Place::External
        );
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
