//! URL configurations of Django: which view stands at which path, through `include`, lists in
//! variables and the routers of REST framework.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::{argument, constant, keyword};
use super::django::is_library;
use super::index::{ClassId, FunctionId, ObjectId, Python, Scope, last_name};
use super::modules::Place;
use super::mounts::joined;
use super::names::Target;
use crate::facts::python::{Call, Value};
use crate::source::Loc;

/// One entry of a `urlpatterns` that leads to a view.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub path: String,
    /// There may be more before the path.
    pub open: bool,
    pub at: Loc,
    /// What `reverse` calls it.
    pub name: Option<String>,
    /// More is given to the view than the path holds.
    pub extended: bool,
    /// The `as_view(…)` that makes the view, with the scope it stands in.
    pub made: Option<(Scope, &'a Call)>,
    /// The decorators around the view, as written: `login_required(views.order)`.
    pub wrappers: Vec<(Scope, &'a str)>,
}

/// A viewset in a router.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    /// Without the slash at its end.
    pub path: String,
    /// There may be more before the path.
    pub open: bool,
    pub at: Loc,
    /// Its paths end with a slash.
    pub slash: bool,
}

/// A view of a library, or patterns that cannot be read.
#[derive(Clone, Debug)]
pub(super) struct Foreign<'a> {
    pub entry: Entry<'a>,
    /// What it is, as written or by its path.
    pub name: String,
    /// More paths may follow.
    pub rest: bool,
}

/// What the URL configurations of the project say.
#[derive(Debug, Default)]
pub(super) struct Urls<'a> {
    pub functions: BTreeMap<FunctionId, Vec<Entry<'a>>>,
    pub classes: BTreeMap<ClassId, Vec<Entry<'a>>>,
    pub viewsets: BTreeMap<ClassId, Vec<Registered>>,
    pub foreign: Vec<Foreign<'a>>,
    /// Modules of which some view is named: their other functions are helpers.
    pub modules: BTreeSet<usize>,
    /// Modules whose patterns were read.
    read: BTreeSet<usize>,
    /// Routers whose registrations were read.
    routers: BTreeSet<ObjectId>,
}

/// Where in the configuration the reading is.
#[derive(Clone, Debug)]
struct Below {
    prefix: String,
    open: bool,
    levels: usize,
}

/// How deep `include` may nest.
const LEVELS: usize = 8;

/// The calls that put viewsets into each router.
type Routers<'a> = BTreeMap<ObjectId, Vec<(Scope, &'a Call)>>;

impl<'a> Python<'a> {
    /// Reads all URL configurations.
    pub(super) fn urls(&self) -> Urls<'a> {
        let reader = Reader {
            python: self,
            routers: self.routers(),
        };
        let mut urls = Urls::default();
        let (roots, certain) = reader.roots();
        let below = |open| Below {
            prefix: String::new(),
            open,
            levels: LEVELS,
        };
        for module in roots {
            reader.module(module, &below(false), &mut urls);
        }
        let named = |module: &usize| self.modules[*module].names.contains_key("urlpatterns");
        for module in (0..self.modules.len()).filter(named) {
            if !urls.read.contains(&module) {
                reader.module(module, &below(certain), &mut urls);
            }
        }
        for &router in reader.routers.keys() {
            if !urls.routers.contains(&router) {
                reader.router(router, &below(true), &mut urls);
            }
        }
        urls
    }

    fn routers(&self) -> Routers<'a> {
        let mut routers = Routers::new();
        for (scope, call) in self.wiring() {
            if let Some((router, "register")) = call.callee.rsplit_once('.')
                && let Some(router) = self.app_object(scope, router)
                && self.named_class(scope, call.args.get(1)).is_some()
            {
                routers.entry(router).or_default().push((scope, call));
            }
        }
        routers
    }
}

struct Reader<'a, 'p> {
    python: &'p Python<'a>,
    routers: Routers<'a>,
}

impl<'a> Reader<'a, '_> {
    /// The modules that the settings name as roots; without, those that no other includes. The flag
    /// says that the settings tell.
    fn roots(&self) -> (Vec<usize>, bool) {
        let python = self.python;
        let mut roots = BTreeSet::new();
        let mut included = BTreeSet::new();
        for (module, info) in python.modules.iter().enumerate() {
            for global in &info.facts.globals {
                match (global.name.as_str(), &global.value) {
                    ("ROOT_URLCONF", Value::Str(name, _)) => {
                        if let Place::Module(root) = python.tree.find(module, name) {
                            roots.insert(root);
                        }
                    }
                    ("urlpatterns", value) => self.included(module, value, &mut included),
                    _ => {}
                }
            }
        }
        if !roots.is_empty() {
            return (roots.into_iter().collect(), true);
        }
        let named = |module: &usize| python.modules[*module].names.contains_key("urlpatterns");
        let all = (0..python.modules.len()).filter(named);
        (all.filter(|it| !included.contains(it)).collect(), false)
    }

    fn included(&self, module: usize, value: &Value, included: &mut BTreeSet<usize>) {
        match value {
            Value::List(items) | Value::Joined(items) => {
                for item in items {
                    self.included(module, item, included);
                }
            }
            Value::Call(call) if last_name(&call.callee) == "include" => {
                let place = call.args.first().and_then(|it| self.place(module, it));
                included.extend(place);
            }
            Value::Call(call) => {
                for argument in &call.args {
                    self.included(module, argument, included);
                }
            }
            _ => {}
        }
    }

    /// The module that `include` names.
    fn place(&self, module: usize, named: &Value) -> Option<usize> {
        let scope = Scope {
            module,
            function: None,
        };
        let place = match named {
            Value::Str(name, _) => self.python.tree.find(module, name),
            Value::Name(name, _) => match self.python.resolve(scope, name) {
                Target::Place(place) => place,
                _ => return None,
            },
            Value::List(items) => return self.place(module, items.first()?),
            _ => return None,
        };
        match place {
            Place::Module(module) => Some(module),
            _ => None,
        }
    }

    fn module(&self, module: usize, below: &Below, urls: &mut Urls<'a>) {
        urls.read.insert(module);
        let scope = Scope {
            module,
            function: None,
        };
        self.list(scope, "urlpatterns", below, urls);
    }

    /// A variable with patterns, and what is added to it.
    fn list(&self, scope: Scope, name: &str, below: &Below, urls: &mut Urls<'a>) {
        let globals = self.python.modules[scope.module].facts.globals.iter();
        for global in globals.filter(|global| global.name == name) {
            match &global.value {
                Value::Name(other, _) if other == name => {}
                value => self.patterns(scope, value, below, urls),
            }
        }
    }

    fn patterns(&self, scope: Scope, value: &'a Value, below: &Below, urls: &mut Urls<'a>) {
        match value {
            Value::List(items) | Value::Joined(items) => {
                for item in items {
                    self.patterns(scope, item, below, urls);
                }
            }
            Value::Spread(inner) => self.patterns(scope, inner, below, urls),
            Value::Call(call) => match last_name(&call.callee) {
                "path" | "re_path" | "url" => self.entry(scope, call, below, urls),
                _ => {
                    for argument in &call.args {
                        self.patterns(scope, argument, below, urls);
                    }
                }
            },
            Value::Name(name, _) => self.named(scope, name, below, urls),
            _ => {}
        }
    }

    /// Patterns by name: a list, or the `urls` of a router.
    fn named(&self, scope: Scope, name: &str, below: &Below, urls: &mut Urls<'a>) {
        let Some(levels) = below.levels.checked_sub(1) else {
            return;
        };
        let below = Below {
            levels,
            ..below.clone()
        };
        if let Target::Object(object) = self.python.resolve(scope, name) {
            let global = self.python.object(object);
            let own = global.name == "urlpatterns" && object.scope == scope;
            if !own && object.scope.function.is_none() {
                self.list(object.scope, &global.name, &below, urls);
            }
        } else if let Some(router) = name.strip_suffix(".urls")
            && let Some(router) = self.python.app_object(scope, router)
        {
            self.router(router, &below, urls);
        }
    }

    fn entry(&self, scope: Scope, call: &'a Call, below: &Below, urls: &mut Urls<'a>) {
        let Some(levels) = below.levels.checked_sub(1) else {
            return;
        };
        let pattern = argument(call, 0, "route").or_else(|| keyword(call, "regex"));
        let translated = |value: &Value| match value {
            // `path(_("orders/"), …)` reads the pattern in the language of the client.
            Value::Call(call) => call.args.first().and_then(|it| self.python.text(scope, it)),
            value => self.python.text(scope, value),
        };
        let known = pattern.and_then(translated);
        let own = known.as_deref().unwrap_or_default();
        let own = own.trim_start_matches('^').trim_end_matches('$');
        let below = Below {
            prefix: joined_pattern(&below.prefix, own),
            open: below.open || known.is_none(),
            levels,
        };
        let Some(view) = argument(call, 1, "view") else {
            return;
        };
        match view {
            Value::Call(include) if last_name(&include.callee) == "include" => {
                if let Some(included) = include.args.first() {
                    self.include(scope, call, included, &below, urls);
                }
            }
            Value::List(items) if !items.is_empty() => {
                self.include(scope, call, &items[0], &below, urls);
            }
            view => self.view(scope, call, view, &below, urls),
        }
    }

    fn include(
        &self,
        scope: Scope,
        call: &'a Call,
        included: &'a Value,
        below: &Below,
        urls: &mut Urls<'a>,
    ) {
        if let Some(module) = self.place(scope.module, included) {
            return self.module(module, below, urls);
        }
        let included = match included {
            Value::List(items) => match items.as_slice() {
                [
                    patterns @ (Value::Name(..) | Value::List(_)),
                    Value::Str(..),
                ] => patterns,
                _ => included,
            },
            _ => included,
        };
        let name = match included {
            Value::Str(name, _) => name.clone(),
            Value::Name(name, _) if self.is_foreign(scope, name) => name.clone(),
            _ => return self.patterns(scope, included, below, urls),
        };
        let entry = self.made(scope, call, below);
        let rest = true;
        urls.foreign.push(Foreign { entry, name, rest });
    }

    /// Patterns that the project does not hold.
    fn is_foreign(&self, scope: Scope, name: &str) -> bool {
        let router = name.strip_suffix(".urls");
        let known = router.and_then(|router| self.python.app_object(scope, router));
        known.is_none_or(|router| !self.routers.contains_key(&router))
            && !matches!(self.python.resolve(scope, name), Target::Object(_))
    }

    fn made(&self, scope: Scope, call: &Call, below: &Below) -> Entry<'a> {
        Entry {
            path: below.prefix.clone(),
            open: below.open,
            at: self.python.loc(scope.module, call.span),
            name: argument(call, 3, "name")
                .and_then(constant)
                .map(str::to_owned),
            extended: argument(call, 2, "kwargs").is_some(),
            made: None,
            wrappers: Vec::new(),
        }
    }

    fn view(
        &self,
        scope: Scope,
        call: &'a Call,
        view: &'a Value,
        below: &Below,
        urls: &mut Urls<'a>,
    ) {
        let mut entry = self.made(scope, call, below);
        let (mut scope, mut view) = (scope, view);
        for _ in 0..LEVELS {
            match view {
                Value::Call(call) => {
                    if let Some(class) = call.callee.strip_suffix(".as_view") {
                        entry.made = Some((scope, call));
                        return self.class(scope, class, entry, urls);
                    }
                    let Some(inner) = call.args.first() else {
                        // An object that answers requests itself, like a feed.
                        let target = self.python.resolve(scope, &call.callee);
                        return foreign(target, &call.callee, entry, urls);
                    };
                    entry.wrappers.push((scope, &call.callee));
                    view = inner;
                }
                Value::Name(name, _) => match self.python.resolve(scope, name) {
                    Target::Function(id) => {
                        urls.modules.insert(id.module);
                        urls.functions.entry(id).or_default().push(entry);
                        return;
                    }
                    Target::Object(object) => {
                        (scope, view) = (object.scope, &self.python.object(object).value);
                    }
                    target => return foreign(target, name, entry, urls),
                },
                _ => return,
            }
        }
    }

    fn class(&self, scope: Scope, name: &str, entry: Entry<'a>, urls: &mut Urls<'a>) {
        match self.python.resolve(scope, name) {
            Target::Class(class) => {
                urls.modules.insert(class.module);
                urls.classes.entry(class).or_default().push(entry);
            }
            target => foreign(target, name, entry, urls),
        }
    }

    /// The viewsets of a router.
    fn router(&self, router: ObjectId, below: &Below, urls: &mut Urls<'a>) {
        urls.routers.insert(router);
        let slash = self.ends_with_slash(router, LEVELS);
        let below = &self.nested(router, below.clone());
        for (scope, call) in self.routers.get(&router).into_iter().flatten() {
            let prefix = argument(call, 0, "prefix").and_then(|it| self.python.text(*scope, it));
            let Some(class) = self.python.named_class(*scope, call.args.get(1)) else {
                continue;
            };
            let own = prefix.as_deref().unwrap_or_default();
            urls.viewsets.entry(class).or_default().push(Registered {
                path: joined_pattern(&below.prefix, own),
                open: below.open || prefix.is_none(),
                at: self.python.loc(scope.module, call.span),
                slash,
            });
        }
    }

    fn ends_with_slash(&self, router: ObjectId, levels: usize) -> bool {
        let Value::Call(call) = &self.python.object(router).value else {
            return true;
        };
        match (keyword(call, "trailing_slash"), self.parent(router)) {
            (Some(given), _) => *given != Value::Bool(false),
            (None, Some((parent, _))) if levels > 0 => self.ends_with_slash(parent, levels - 1),
            _ => true,
        }
    }

    /// The router that one of drf-nested-routers is nested in, and the call that makes it.
    fn parent(&self, router: ObjectId) -> Option<(ObjectId, &'a Call)> {
        let Value::Call(call) = &self.python.object(router).value else {
            return None;
        };
        let target = self.python.resolve(router.scope, &call.callee);
        let mut names = ["NestedDefaultRouter", "NestedSimpleRouter"].into_iter();
        if !names.any(|name| is_library(&target, "rest_framework_nested", name)) {
            return None;
        }
        match argument(call, 0, "parent_router")? {
            Value::Name(name, _) => {
                let parent = self.python.app_object(router.scope, name)?;
                (parent != router).then_some((parent, call))
            }
            _ => None,
        }
    }

    /// Where the paths of a router begin: one that is nested repeats the prefix that it has in its
    /// parent and the key of the object there.
    fn nested(&self, router: ObjectId, below: Below) -> Below {
        let Some((parent, call)) = self.parent(router) else {
            return below;
        };
        let Some(levels) = below.levels.checked_sub(1) else {
            return below;
        };
        let mut below = self.nested(parent, Below { levels, ..below });
        let text = |value: Option<&Value>| self.python.text(router.scope, value?);
        let prefix = text(argument(call, 1, "parent_prefix"));
        let lookup = text(keyword(call, "lookup"));
        let mut registered = self.routers.get(&parent).into_iter().flatten();
        let viewset = registered.find_map(|(scope, call)| {
            let own = self.python.text(*scope, argument(call, 0, "prefix")?);
            let class = self.python.named_class(*scope, call.args.get(1));
            class.filter(|_| own == prefix)
        });
        if let (Some(prefix), Some(lookup), Some(viewset)) = (prefix, lookup, viewset) {
            let key = self.python.lookup_name(viewset);
            let own = format!("{prefix}/<{lookup}_{key}>/");
            below.prefix = joined_pattern(&below.prefix, &own);
        } else {
            below.open = true;
        }
        below
    }
}

/// Patterns follow each other as they are.
fn joined_pattern(prefix: &str, own: &str) -> String {
    match prefix.ends_with('/') {
        true => joined(prefix, own),
        false => format!("{prefix}{own}"),
    }
}

/// A view that the project does not hold, or that nobody can find.
fn foreign<'a>(target: Target, name: &str, entry: Entry<'a>, urls: &mut Urls<'a>) {
    let name = match target {
        Target::External(path) => path,
        _ => name.to_owned(),
    };
    let rest = name.ends_with(".urls");
    urls.foreign.push(Foreign { entry, name, rest });
}
