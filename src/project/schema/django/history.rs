//! The migrations of Django: which of them make one database, and in which order they run. Knows no
//! operation.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::apps::Apps;
use super::field::ModelKey;
use super::scope::Scope;
use crate::discover::{MigrationTool, Unit};
use crate::facts::python::{Class, Value};
use crate::facts::{Answer, NoteId};
use crate::project::LinkNote;
use crate::project::python::{ClassId, Python};
use crate::project::schema::{FaultKind, HistoryFault};
use crate::source::Loc;

/// The migrations of one project, in the order in which they run.
#[derive(Debug, Default)]
pub(in crate::project::schema) struct History<'a> {
    /// The folder of the project.
    pub(in crate::project::schema) root: Utf8PathBuf,
    /// The migrations.
    pub(in crate::project::schema) migrations: Vec<Migration<'a>>,
    /// The order, or that all of them run, is a guess.
    pub(in crate::project::schema) is_guess: bool,
    /// What is certainly wrong with them.
    pub(in crate::project::schema) faults: Vec<HistoryFault>,
    /// What may be wrong with them.
    pub(in crate::project::schema) notes: Vec<LinkNote>,
}

/// One migration.
#[derive(Clone, Debug)]
pub(in crate::project::schema) struct Migration<'a> {
    /// The module it stands in.
    pub(in crate::project::schema) module: usize,
    /// The class.
    pub(in crate::project::schema) class: &'a Class,
    /// The label of its application.
    pub(in crate::project::schema) app: String,
    /// The name of its module.
    name: String,
    /// Where it begins.
    at: Loc,
    /// Part of a draft: what it needs may lie elsewhere.
    is_draft: bool,
    /// It needs none of its own application.
    is_first: bool,
}

/// A migration by the label of its application and its name.
type Key = (String, String);

/// The migrations of all projects.
pub(in crate::project::schema) fn histories<'a>(
    units: &[Unit],
    python: &'a Python<'a>,
    apps: &Apps,
) -> Vec<History<'a>> {
    let mut projects: BTreeMap<Utf8PathBuf, Vec<Migration>> = BTreeMap::new();
    for migration in all(units, python, apps) {
        let root = apps.root(python.modules[migration.module].path);
        projects.entry(root.to_owned()).or_default().push(migration);
    }
    let separate = projects
        .into_iter()
        .flat_map(|(root, migrations)| apart(root, migrations, python));
    separate
        .map(|(root, migrations)| Graph::new(migrations, python, apps).history(root))
        .collect()
}

/// All migrations, in order of path.
fn all<'a>(units: &[Unit], python: &'a Python<'a>, apps: &Apps) -> Vec<Migration<'a>> {
    let redirected = redirected(python);
    let mut found = Vec::new();
    for (module, info) in python.modules.iter().enumerate() {
        if units[info.unit].tool != MigrationTool::Django {
            continue;
        }
        let Some(&index) = info.classes.get("Migration") else {
            continue;
        };
        let class = ClassId { module, index };
        let is_base = |path: &str| path.ends_with("migrations.Migration");
        let name = info.path.file_stem().unwrap_or_default();
        // Django passes over modules whose names begin so.
        if name.starts_with(['_', '~']) || python.descends(class, is_base) == Answer::No {
            continue;
        }
        let folder = info.path.parent().unwrap_or(Utf8Path::new(""));
        let Some(app) = app(folder, &redirected, apps, info.path, info.draft) else {
            continue;
        };
        found.push(Migration {
            module,
            class: &info.facts.classes[index],
            app,
            name: name.to_owned(),
            at: python.loc(module, info.facts.classes[index].name_span),
            is_draft: info.draft,
            is_first: false,
        });
    }
    for migration in &mut found {
        let needs = keys(migration, "dependencies", python, apps);
        migration.is_first = tells_needs(migration, python, apps)
            && needs.iter().all(|(app, _)| *app != migration.app);
    }
    found
}

/// The label of the application whose migrations lie in a folder; `None` if Django does not look
/// there.
fn app(
    folder: &Utf8Path,
    redirected: &BTreeMap<String, Utf8PathBuf>,
    apps: &Apps,
    path: &Utf8Path,
    is_draft: bool,
) -> Option<String> {
    let mut elsewhere = redirected.iter();
    if let Some((label, _)) = elsewhere.find(|(_, there)| folder.ends_with(there)) {
        return Some(label.clone());
    }
    let label = apps.label(path).unwrap_or_default();
    let is_usual = folder.file_name() == Some("migrations") && !redirected.contains_key(label);
    (is_usual || is_draft).then(|| label.to_owned())
}

/// `MIGRATION_MODULES`: the folders of migrations that do not lie in their application.
fn redirected(python: &Python) -> BTreeMap<String, Utf8PathBuf> {
    let globals = python.modules.iter().flat_map(|it| &it.facts.globals);
    let said = globals.filter(|global| global.name == "MIGRATION_MODULES");
    let pairs = said.flat_map(|global| match &global.value {
        Value::Dict(pairs) => pairs.as_slice(),
        _ => &[],
    });
    let folders = pairs.filter_map(|(label, module)| match (label, module) {
        (Value::Str(label, _), Value::Str(module, _)) => {
            Some((label.clone(), module.replace('.', "/").into()))
        }
        _ => None,
    });
    let is_there = |folder: &Utf8PathBuf| {
        let mut paths = python.modules.iter().filter_map(|it| it.path.parent());
        paths.any(|path| path.ends_with(folder))
    };
    folders.filter(|(_, folder)| is_there(folder)).collect()
}

/// Of two applications with one label only one belongs to a database: projects without a
/// `manage.py` of their own are told apart by their first folder.
fn apart<'a>(
    root: Utf8PathBuf,
    migrations: Vec<Migration<'a>>,
    python: &Python,
) -> Vec<(Utf8PathBuf, Vec<Migration<'a>>)> {
    let mut folders: BTreeMap<&str, BTreeSet<&Utf8Path>> = BTreeMap::new();
    for migration in &migrations {
        let folder = python.modules[migration.module].path.parent();
        let labelled = folders.entry(&migration.app).or_default();
        labelled.extend(folder);
    }
    if folders.values().all(|folders| folders.len() == 1) {
        return vec![(root, migrations)];
    }
    let mut parts: BTreeMap<Utf8PathBuf, Vec<Migration>> = BTreeMap::new();
    for migration in migrations {
        let path = python.modules[migration.module].path;
        let below = path.strip_prefix(&root).unwrap_or(path);
        let first = below.components().next().map_or("", |part| part.as_str());
        parts.entry(root.join(first)).or_default().push(migration);
    }
    parts.into_iter().collect()
}

/// The migrations of one project, and which must run before which.
struct Graph<'a> {
    nodes: BTreeMap<Key, Migration<'a>>,
    /// What stands in for a migration that is squashed.
    instead: BTreeMap<Key, Key>,
    /// What each needs.
    parents: BTreeMap<Key, BTreeSet<Key>>,
    /// Applications with a migration whose needs are not known.
    unclear: BTreeSet<String>,
    /// What is certainly wrong.
    faults: Vec<HistoryFault>,
    /// What may be wrong.
    complaints: Vec<(Loc, String)>,
}

impl<'a> Graph<'a> {
    fn new(migrations: Vec<Migration<'a>>, python: &Python, apps: &Apps) -> Self {
        let key = |migration: &Migration| (migration.app.clone(), migration.name.clone());
        let mut graph = Self {
            nodes: migrations.into_iter().map(|it| (key(&it), it)).collect(),
            instead: BTreeMap::new(),
            parents: BTreeMap::new(),
            unclear: BTreeSet::new(),
            faults: Vec::new(),
            complaints: Vec::new(),
        };
        for (key, migration) in &graph.nodes {
            if !tells_needs(migration, python, apps) {
                graph.unclear.insert(key.0.clone());
            }
            let replaced = keys(migration, "replaces", python, apps);
            let replaced = replaced.into_iter().filter(|replaced| replaced != key);
            graph.instead.extend(replaced.map(|it| (it, key.clone())));
        }
        for (child, parent) in graph.edges(python, apps) {
            graph.connect(&child, &parent);
        }
        let instead = &graph.instead;
        graph.nodes.retain(|key, _| !instead.contains_key(key));
        graph
    }

    /// Pairs of a migration and one that it needs.
    fn edges(&self, python: &Python, apps: &Apps) -> Vec<(Key, Key)> {
        let mut edges: Vec<(Key, Key)> = Vec::new();
        for (key, migration) in &self.nodes {
            let parents = keys(migration, "dependencies", python, apps);
            edges.extend(parents.into_iter().map(|parent| (key.clone(), parent)));
        }
        let first = ends(
            &self.nodes,
            edges.iter().map(|(child, parent)| (child, parent)),
        );
        let latest = ends(
            &self.nodes,
            edges.iter().map(|(child, parent)| (parent, child)),
        );
        for (key, migration) in &self.nodes {
            let children = keys(migration, "run_before", python, apps);
            edges.extend(children.into_iter().map(|child| (child, key.clone())));
        }
        let named = edges.into_iter().filter_map(|(child, parent)| {
            let parent = match parent.1.as_str() {
                "__first__" if parent.0 == child.0 => None,
                "__first__" => first.get(&parent.0).cloned(),
                "__latest__" => latest.get(&parent.0).cloned(),
                _ => Some(parent),
            };
            Some((child, parent?))
        });
        named.collect()
    }

    fn connect(&mut self, child: &Key, parent: &Key) {
        let (into, from) = (self.standing(child), self.standing(parent));
        let Some(migration) = self.nodes.get(&into).filter(|_| into != from) else {
            return;
        };
        if self.nodes.contains_key(&from) {
            self.parents.entry(into).or_default().insert(from);
            return;
        }
        let is_ours = self.nodes.keys().any(|(app, _)| *app == from.0);
        if !is_ours {
            return;
        }
        if migration.is_draft {
            self.unclear.insert(from.0);
            return;
        }
        let at = migration.at;
        // Without a first one only a part of the application was given.
        if self.has_first(&from.0) {
            self.faults.push(HistoryFault {
                kind: FaultKind::Missing(format!("{}.{}", parent.0, parent.1)),
                tool: MigrationTool::Django,
                at,
                name: format!("{}.{}", into.0, into.1),
                others: Vec::new(),
            });
        } else {
            let message = format!(
                "migration {}.{}, which this one needs, is missing",
                parent.0, parent.1
            );
            self.complaints.push((at, message));
        }
    }

    /// Whether the first migration of an application is there.
    fn has_first(&self, app: &str) -> bool {
        let mut own = self.nodes.iter().filter(|((label, _), _)| label == app);
        own.any(|(_, migration)| migration.is_first)
    }

    /// The migration itself, or the squash that runs instead of it.
    fn standing(&self, key: &Key) -> Key {
        let mut at = key;
        // A squash of squashes; a longer chain is a circle.
        for _ in 0..8 {
            match self.instead.get(at) {
                Some(squash) => at = squash,
                None => break,
            }
        }
        at.clone()
    }

    fn history(mut self, root: Utf8PathBuf) -> History<'a> {
        let leaves = self.leaves();
        let order = self.planned(&leaves);
        let (faults, mut complaints) = (self.faults, self.complaints);
        complaints.sort();
        let migrations = order.iter().filter_map(|key| self.nodes.remove(key));
        History {
            root,
            migrations: migrations.collect(),
            is_guess: !complaints.is_empty() || !faults.is_empty(),
            faults,
            notes: complaints
                .into_iter()
                .map(|(at, message)| LinkNote {
                    id: NoteId::OpenTable,
                    at: Some(at),
                    message,
                })
                .collect(),
        }
    }

    /// The migrations that none of their application needs: one for each, or `migrate` refuses.
    fn leaves(&mut self) -> Vec<Key> {
        let parents = self.parents.iter();
        let within = parents
            .flat_map(|(child, parents)| parents.iter().filter(move |parent| parent.0 == child.0));
        let needed: BTreeSet<&Key> = within.collect();
        let leaves = self.nodes.keys().filter(|key| !needed.contains(key));
        let leaves: Vec<Key> = leaves.cloned().collect();
        let branches = leaves.chunk_by(|left, right| left.0 == right.0);
        for several in branches.filter(|leaves| leaves.len() > 1) {
            if let Some(fault) = self.branched(several) {
                self.faults.push(fault);
                continue;
            }
            // A gap has ends of its own.
            if !self.faults.is_empty() {
                continue;
            }
            let names: Vec<&str> = several.iter().map(|(_, name)| name.as_str()).collect();
            let message = format!(
                "{} are followed by none: `migrate` needs a single last migration of {}",
                names.join(" and "),
                several[0].0
            );
            self.complaints.push((self.nodes[&several[0]].at, message));
        }
        leaves
    }

    /// Several last migrations of one application, where nothing else explains them: no gap, no
    /// migration that does not say what it needs.
    fn branched(&self, leaves: &[Key]) -> Option<HistoryFault> {
        let (last, others) = leaves.split_last()?;
        let app = &last.0;
        let gaps = self.faults.iter().map(|fault| fault.at);
        let gaps: BTreeSet<Loc> = gaps.chain(self.complaints.iter().map(|it| it.0)).collect();
        let mut own = self.nodes.iter().filter(|(key, _)| key.0 == *app);
        if self.unclear.contains(app) || own.any(|(_, it)| gaps.contains(&it.at)) {
            return None;
        }
        Some(HistoryFault {
            kind: FaultKind::Ends(others.iter().map(|(_, name)| name.clone()).collect()),
            tool: MigrationTool::Django,
            at: self.nodes[last].at,
            name: format!("{app}.{}", last.1),
            others: others.iter().map(|key| self.nodes[key].at).collect(),
        })
    }

    /// As Django plans them: for each leaf in turn what it needs, deepest first.
    fn planned(&mut self, leaves: &[Key]) -> Vec<Key> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut done: BTreeSet<&Key> = BTreeSet::new();
        let mut open: BTreeSet<&Key> = BTreeSet::new();
        let mut circle = None;
        // A circle may have no leaf.
        for start in leaves.iter().chain(self.nodes.keys()) {
            let mut stack = vec![(start, false)];
            while let Some((key, is_ready)) = stack.pop() {
                if done.contains(key) {
                    continue;
                }
                if is_ready {
                    done.insert(key);
                    order.push(key.clone());
                } else if open.insert(key) {
                    stack.push((key, true));
                    let parents = self.parents.get(key).into_iter().flatten();
                    stack.extend(parents.map(|parent| (parent, false)));
                } else {
                    circle = circle.or(Some(&self.nodes[key]));
                }
            }
        }
        self.faults.extend(circle.map(|it| HistoryFault {
            kind: FaultKind::Circle,
            tool: MigrationTool::Django,
            at: it.at,
            name: format!("{}.{}", it.app, it.name),
            others: Vec::new(),
        }));
        order
    }
}

/// The migrations at one end of each application, the first by name: none of it lies beyond.
fn ends<'k>(
    nodes: &'k BTreeMap<Key, Migration>,
    beyond: impl Iterator<Item = (&'k Key, &'k Key)>,
) -> BTreeMap<String, Key> {
    let within = beyond.filter(|(near, far)| near.0 == far.0 && !far.1.starts_with("__"));
    let inner: BTreeSet<&Key> = within.map(|(near, _)| near).collect();
    let mut found = BTreeMap::new();
    for key in nodes.keys().filter(|key| !inner.contains(key)) {
        found.entry(key.0.clone()).or_insert_with(|| key.clone());
    }
    found
}

/// Whether all that a migration needs is known.
fn tells_needs(migration: &Migration, python: &Python, apps: &Apps) -> bool {
    let mut fields = migration.class.fields.iter();
    let listed = fields.find(|it| it.name == "dependencies");
    let Some(listed) = listed.and_then(|field| field.value.as_ref()) else {
        return true;
    };
    let Value::List(parts) = listed else {
        return false;
    };
    // What those mean is a setting, and never a migration of the same application.
    let swappable = |value: &&Value| matches!(value, Value::Call(call) if call.callee.ends_with("swappable_dependency"));
    let known = keys(migration, "dependencies", python, apps).len();
    parts.len() <= known + parts.iter().filter(swappable).count()
}

/// The migrations that a field of the class lists.
fn keys(migration: &Migration, field: &str, python: &Python, apps: &Apps) -> Vec<Key> {
    let nobody = ModelKey::new(&migration.app, "");
    let scope = Scope {
        python,
        apps,
        module: migration.module,
        model: &nobody,
    };
    let mut fields = migration.class.fields.iter();
    let listed = fields.find(|it| it.name == field);
    let listed = listed.and_then(|field| field.value.as_ref());
    let key = |value: &Value| match scope.constant(value) {
        Value::List(pair) => match &pair[..] {
            [app, name] => Some((scope.text(app)?, scope.text(name)?)),
            _ => None,
        },
        Value::Call(call) if call.callee.ends_with("swappable_dependency") => {
            let model = scope.model(call.args.first()?)?;
            Some((model.app, "__first__".to_owned()))
        }
        _ => None,
    };
    listed
        .into_iter()
        .flat_map(elements)
        .filter_map(key)
        .collect()
}

/// The elements of a list, or of a sum of lists.
fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::List(elements) => elements.iter().collect(),
        Value::Joined(parts) => parts.iter().flat_map(elements).collect(),
        _ => Vec::new(),
    }
}
