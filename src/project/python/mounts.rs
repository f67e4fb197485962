//! Which router is mounted on which: the prefixes of its routes, and the applications above them.

use std::collections::BTreeMap;

use super::apps::{Framework, argument, keyword};
use super::handed::Handed;
use super::index::{ObjectId, Python, Scope, last_name};
use super::names::Target;
use crate::facts::python::{Call, Value};
use crate::source::Span;

/// One router on another.
#[derive(Clone, Debug)]
struct Mount<'a> {
    /// The application or router it is mounted on; `None` = not known.
    parent: Option<ObjectId>,
    scope: Scope,
    call: &'a Call,
    how: How,
    /// What the mounts around it put before its path.
    before: Prefix,
}

/// How one router gets onto another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// By `include_router`, `register_blueprint`, `add_namespace`.
    Included,
    /// An application in an application, by `mount`: it shares nothing but the path.
    Apart,
    /// An application in an application, by `add_subapp`: what is around the one is around both.
    Below,
    /// By the call that builds it: `Api(app)`, `api.namespace("orders")`.
    Built,
}

/// All mounts of the project.
#[derive(Debug, Default)]
pub(super) struct Mounts<'a> {
    by_child: BTreeMap<ObjectId, Vec<Mount<'a>>>,
}

/// What stands before the paths of a router's routes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefix {
    /// As far as it is known.
    pub text: String,
    /// There may be more of it.
    pub open: bool,
}

/// Where an object ends up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Placement {
    /// The prefixes before a route's own path, one for each place it is mounted at.
    pub prefixes: Vec<Prefix>,
    /// It is also, or only, mounted on something unknown, or nowhere.
    pub open: bool,
    /// The object and the routers and applications above it.
    pub chain: Vec<ObjectId>,
}

/// How many routers may be mounted on routers.
const LEVELS: usize = 6;

/// More places than this are not told apart.
const PLACES: usize = 32;

impl Placement {
    /// That of a route whose router is not known.
    pub(super) fn unknown() -> Self {
        let open = true;
        Self {
            prefixes: vec![Prefix {
                open,
                ..Prefix::default()
            }],
            open,
            chain: Vec::new(),
        }
    }
}

impl<'a> Python<'a> {
    /// Finds all mounts.
    pub(super) fn mounts(&self) -> Mounts<'a> {
        let mut mounts = Mounts::default();
        let handed = self.handed();
        for (scope, call) in self.wiring() {
            let Some((parent, method)) = call.callee.rsplit_once('.') else {
                continue;
            };
            let child = match method {
                "include_router" => argument(call, 0, "router"),
                "register_blueprint" => argument(call, 0, "blueprint"),
                "add_namespace" => argument(call, 0, "ns"),
                "mount" => argument(call, 1, "app"),
                "add_routes" => argument(call, 0, "routes"),
                "add_subapp" => argument(call, 1, "subapp"),
                "init_app" => self.initialised(scope, call, parent, &handed, &mut mounts),
                _ => None,
            };
            let Some(child) = child.and_then(|child| self.mounted_object(scope, child)) else {
                continue;
            };
            let parent = parent.strip_suffix(".router").unwrap_or(parent);
            let parent = self.application(&handed, scope, parent, None);
            mounts.by_child.entry(child).or_default().push(Mount {
                parent,
                scope,
                call,
                how: match method {
                    "mount" => How::Apart,
                    "add_subapp" => How::Below,
                    _ => How::Included,
                },
                before: Prefix::default(),
            });
        }
        self.listed_mounts(&mut mounts);
        mounts
    }

    /// `Starlette(routes=[Mount("/admin", app=admin)])`; a router has no handlers of exceptions
    /// of its own.
    fn listed_mounts(&self, mounts: &mut Mounts<'a>) {
        for listed in self.listed_routes() {
            let app = argument(listed.call, 1, "app");
            let app = app.filter(|it| matches!(it, Value::Name(..)));
            let Some(child) = app.and_then(|it| self.mounted_object(listed.scope, it)) else {
                continue;
            };
            let how = match self.is_app(child) {
                true => How::Apart,
                false => How::Below,
            };
            mounts.by_child.entry(child).or_default().push(Mount {
                parent: listed.object,
                scope: listed.scope,
                call: listed.call,
                how,
                before: listed.prefix,
            });
        }
    }

    /// `api.init_app(app)` says what `Api(app)` says.
    fn initialised(
        &self,
        scope: Scope,
        call: &'a Call,
        child: &str,
        handed: &Handed<'a>,
        mounts: &mut Mounts<'a>,
    ) -> Option<&'a Value> {
        let child = self.app_object(scope, child)?;
        self.app_kind(&Target::Object(child))?;
        let parent = match call.args.first() {
            Some(Value::Name(name, _)) => self.application(handed, scope, name, None),
            _ => None,
        };
        mounts.by_child.entry(child).or_default().push(Mount {
            parent,
            scope,
            call,
            how: How::Built,
            before: Prefix::default(),
        });
        None
    }

    /// The mounts of an object, that of the call which builds it among them.
    fn above(&self, mounts: &Mounts<'a>, object: ObjectId) -> Vec<Mount<'a>> {
        let mut above = mounts.by_child.get(&object).cloned().unwrap_or_default();
        let Value::Call(call) = &self.object(object).value else {
            return above;
        };
        let parent = match (last_name(&call.callee), call.args.first()) {
            ("namespace", _) => call.callee.rsplit_once('.').map(|(parent, _)| parent),
            ("Api", Some(Value::Name(parent, _))) => Some(parent.as_str()),
            _ => None,
        };
        if let Some(parent) = parent {
            above.push(Mount {
                parent: self.app_object(object.scope, parent),
                scope: object.scope,
                call,
                how: How::Built,
                before: Prefix::default(),
            });
        }
        above
    }

    /// The router or application that is mounted: by its name, or by the function that makes it.
    fn mounted_object(&self, scope: Scope, child: &Value) -> Option<ObjectId> {
        match child {
            Value::Name(name, _) => self.app_object(scope, name),
            Value::Call(call) => match self.resolve(scope, &call.callee) {
                Target::Function(factory) => self.made_by(factory),
                _ => None,
            },
            _ => None,
        }
    }

    /// Where an application object ends up.
    pub(super) fn placement(&self, mounts: &Mounts<'a>, object: ObjectId) -> Placement {
        let mut placement = Placement::default();
        self.climb(mounts, object, LEVELS, &mut placement);
        placement.prefixes = self.prefixes(mounts, object, LEVELS);
        placement
    }

    fn climb(
        &self,
        mounts: &Mounts<'a>,
        object: ObjectId,
        levels: usize,
        placement: &mut Placement,
    ) {
        if placement.chain.contains(&object) || levels == 0 {
            return;
        }
        placement.chain.push(object);
        let is_app = self.is_app(object);
        let above = self.above(mounts, object);
        placement.open |= !is_app && above.is_empty();
        for mount in above {
            match mount.parent {
                _ if mount.how == How::Apart => {}
                Some(parent) => self.climb(mounts, parent, levels - 1, placement),
                None => placement.open = true,
            }
        }
    }

    /// What stands before the paths of an object, once for each place it is mounted at.
    fn prefixes(&self, mounts: &Mounts<'a>, object: ObjectId, levels: usize) -> Vec<Prefix> {
        let own = self.own_prefix(object);
        let above = self.above(mounts, object);
        if above.is_empty() || levels == 0 {
            let open = !self.is_app(object) || levels == 0;
            let own = own.unwrap_or_default();
            return vec![Prefix {
                open: open || own.open,
                ..own
            }];
        }
        let kind = self.app_kind(&Target::Object(object));
        let flask = kind.is_some_and(|kind| kind.framework == Framework::Flask);
        let mut prefixes = Vec::new();
        for mount in above {
            let mounted = self.mounted_prefix(&mount);
            let below = match (mounted, own.clone()) {
                // Flask's `register_blueprint(url_prefix=)` replaces the blueprint's own.
                (Some(mounted), _) if flask => mounted,
                (Some(mounted), own) => mounted.before(&own.unwrap_or_default()),
                (None, own) => own.unwrap_or_default(),
            };
            let parents = match mount.parent {
                Some(parent) => self.prefixes(mounts, parent, levels - 1),
                None => Placement::unknown().prefixes,
            };
            prefixes.extend(parents.iter().map(|parent| parent.before(&below)));
        }
        prefixes.truncate(PLACES);
        prefixes
    }

    fn is_app(&self, object: ObjectId) -> bool {
        let kind = self.app_kind(&Target::Object(object));
        kind.is_some_and(|kind| kind.is_app)
    }

    fn mounted_prefix(&self, mount: &Mount<'a>) -> Option<Prefix> {
        let value = match mount.how {
            How::Included => ["prefix", "url_prefix", "path"]
                .iter()
                .find_map(|name| keyword(mount.call, name)),
            How::Apart => argument(mount.call, 0, "path"),
            How::Below => argument(mount.call, 0, "prefix").or_else(|| keyword(mount.call, "path")),
            How::Built => None,
        };
        Some(mount.before.before(&self.prefix(mount.scope, value?)))
    }

    fn own_prefix(&self, object: ObjectId) -> Option<Prefix> {
        let Value::Call(call) = &self.object(object).value else {
            return None;
        };
        let mut names = ["prefix", "url_prefix"].iter();
        if let Some(value) = names.find_map(|name| keyword(call, name)) {
            return Some(self.prefix(object.scope, value));
        }
        // A namespace of restx stands below its name.
        if !matches!(last_name(&call.callee), "Namespace" | "namespace") {
            return None;
        }
        if let Some(path) = keyword(call, "path") {
            return Some(self.prefix(object.scope, path));
        }
        let name = self.prefix(object.scope, argument(call, 0, "name")?);
        Some(Prefix {
            text: format!("/{}", name.text),
            ..name
        })
    }

    pub(super) fn prefix(&self, scope: Scope, value: &Value) -> Prefix {
        match (value, self.text(scope, value)) {
            (Value::None, _) => Prefix::default(),
            (_, Some(text)) => Prefix { text, open: false },
            (_, None) => Prefix {
                text: String::new(),
                open: true,
            },
        }
    }

    /// The values of a keyword of the calls that build and mount an object and what is above it.
    pub(super) fn configured(
        &self,
        mounts: &Mounts<'a>,
        placement: &Placement,
        name: &str,
    ) -> Vec<(Scope, &'a Value)> {
        let mut found = Vec::new();
        for &object in &placement.chain {
            if let Value::Call(call) = &self.object(object).value {
                found.extend(keyword(call, name).map(|value| (object.scope, value)));
            }
            for mount in self.above(mounts, object) {
                if mount.how != How::Included {
                    continue;
                }
                found.extend(keyword(mount.call, name).map(|value| (mount.scope, value)));
            }
        }
        found
    }
}

impl Mounts<'_> {
    /// The call that puts an object onto another, where there is one alone.
    pub(super) fn mounted_at(&self, child: ObjectId, parent: ObjectId) -> Option<(Scope, Span)> {
        match self.by_child.get(&child)?.as_slice() {
            [only] if only.parent == Some(parent) => Some((only.scope, only.call.span)),
            _ => None,
        }
    }
}

impl Prefix {
    /// This prefix before another.
    pub(super) fn before(&self, other: &Self) -> Self {
        Self {
            text: joined(&self.text, &other.text),
            open: self.open || other.open,
        }
    }
}

/// A prefix and a path, with one slash between them.
pub(super) fn joined(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        return path.to_owned();
    }
    match (prefix.ends_with('/'), path.starts_with('/')) {
        (true, true) => format!("{prefix}{}", &path[1..]),
        (false, false) if !path.is_empty() => format!("{prefix}/{path}"),
        _ => format!("{prefix}{path}"),
    }
}
