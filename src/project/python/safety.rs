//! What the method of a route promises, and what its name and its effects say: GET routes that change
//! something, POST routes that make something.

use super::{DatabaseEffect, Handler, StepPlace};
use crate::facts::Answer;
use crate::facts::python::EffectKind;
use crate::project::Project;

/// Words with which a name or path says that it changes something.
const CHANGES: [&str; 44] = [
    "add",
    "approve",
    "archive",
    "assign",
    "ban",
    "block",
    "buy",
    "cancel",
    "clear",
    "create",
    "deactivate",
    "decrement",
    "delete",
    "destroy",
    "disable",
    "drop",
    "edit",
    "enable",
    "erase",
    "increment",
    "insert",
    "like",
    "move",
    "pay",
    "publish",
    "purge",
    "reject",
    "remove",
    "rename",
    "restore",
    "revoke",
    "save",
    "seed",
    "set",
    "store",
    "toggle",
    "transfer",
    "unlike",
    "unpublish",
    "update",
    "upvote",
    "vote",
    "wipe",
    "withdraw",
];

/// Words of links that people follow from mails and other sites, which can only be GET; and of what
/// is counted on the way.
const LINKS: [&str; 28] = [
    "accept",
    "activate",
    "auth",
    "authorize",
    "callback",
    "click",
    "confirm",
    "confirmation",
    "cron",
    "hook",
    "invitation",
    "invite",
    "login",
    "logout",
    "magic",
    "oauth",
    "oauth2",
    "pixel",
    "redirect",
    "reset",
    "signin",
    "signout",
    "sso",
    "token",
    "track",
    "unsubscribe",
    "verify",
    "webhook",
];

/// Words of tables that are only written to remember what was read.
const RECORDS: [&str; 18] = [
    "activity",
    "audit",
    "cache",
    "click",
    "counter",
    "event",
    "history",
    "hit",
    "impression",
    "log",
    "metric",
    "session",
    "stat",
    "statistic",
    "token",
    "usage",
    "view",
    "visit",
];

impl Project {
    /// The handlers that answer nothing but GET, or every method alike, say by their name or path that
    /// they change something, and do so; with the first change.
    pub fn unsafe_gets(&self) -> Vec<(&Handler, &DatabaseEffect)> {
        let mut paths = vec![Vec::new(); self.handlers.len()];
        for endpoint in &self.endpoints {
            if let Some(index) = endpoint.index {
                paths[index].push(endpoint);
            }
        }
        let handlers = self.handlers.iter().zip(paths);
        let found = handlers.filter_map(|(handler, endpoints)| {
            let only_get = |methods: &[String]| {
                !methods.is_empty() && methods.iter().all(|it| it == "GET" || it == "HEAD")
            };
            let safe = !endpoints.is_empty()
                && (handler.any_method || endpoints.iter().all(|it| only_get(&it.methods)));
            let paths = endpoints.iter().filter_map(|it| it.path.as_deref());
            let speaks = safe && says_change(&handler.name, paths);
            // What the request is handed to may ask for its method.
            let own = |it: &&DatabaseEffect| {
                !handler.any_method || matches!(it.place, StepPlace::Handler)
            };
            let mut effects = handler.effects.iter().filter(|_| speaks).filter(own);
            Some((handler, effects.find(|effect| changes(effect))?))
        });
        found.collect()
    }
}

impl Handler {
    /// Whether it is there to tell those who run the project what is wrong: its path says so, and it
    /// is not known to let everybody in.
    pub fn is_diagnosis(&self) -> bool {
        self.auth.answer != Answer::No && self.route.split('/').any(says_diagnosis)
    }

    /// Whether other services call it to tell of something: they call again until it succeeds.
    pub fn is_webhook(&self) -> bool {
        let names = self.route.split('/').chain([self.name.as_str()]);
        let words = names.flat_map(words).collect::<Vec<String>>();
        words
            .iter()
            .any(|word| word.starts_with("webhook") || word == "hook" || word == "hooks")
    }

    /// Whether it answers POST, says by its name that it makes something, and does so.
    pub fn creates(&self) -> bool {
        const MAKES: [&str; 6] = ["add", "create", "insert", "make", "new", "register"];
        let name = words(self.name.rsplit('.').next().unwrap_or(&self.name));
        let says = name.first().is_some_and(|first| is_in(&MAKES, first));
        let makes = |effect: &DatabaseEffect| {
            matches!(effect.kind, EffectKind::Insert | EffectKind::Save)
                && !matches!(effect.place, StepPlace::Dependency(_))
        };
        says && self.route.starts_with("POST ") && self.effects.iter().any(makes)
    }
}

/// Whether the name of a handler or one of its paths says that it changes something.
fn says_change<'a>(name: &str, paths: impl Iterator<Item = &'a str>) -> bool {
    let function = words(name.rsplit('.').next().unwrap_or(name));
    let mut says = function.first().is_some_and(|first| is_in(&CHANGES, first));
    let mut links = function.iter().any(|word| is_in(&LINKS, word));
    for path in paths {
        let fixed = path.split('/').filter(|it| !it.contains(['{', '<', '(']));
        let segments: Vec<Vec<String>> = fixed.map(words).filter(|it| !it.is_empty()).collect();
        links |= segments.iter().flatten().any(|word| is_in(&LINKS, word));
        let last = segments.last().and_then(|words| words.first());
        says |= last.is_some_and(|word| is_in(&CHANGES, word));
    }
    says && !links
}

/// Whether an effect changes what the client did not only look at.
fn changes(effect: &DatabaseEffect) -> bool {
    let kind = matches!(
        effect.kind,
        EffectKind::Insert | EffectKind::Update | EffectKind::Delete | EffectKind::Save
    );
    let entity = effect.entity.as_deref().map(words).unwrap_or_default();
    let is_record = |word: &String| {
        let one = word.strip_suffix('s').unwrap_or(word);
        is_in(&RECORDS, one) || is_in(&RECORDS, word)
    };
    kind && !matches!(effect.place, StepPlace::Dependency(_)) && !entity.iter().any(is_record)
}

fn is_in(list: &[&str], word: &str) -> bool {
    list.binary_search(&word).is_ok()
}

/// `debug`, `test-connection`, `send-test`; not `ab-test` or `{test_name}`, which test no project.
fn says_diagnosis(segment: &str) -> bool {
    if !segment.starts_with(char::is_alphabetic) {
        return false;
    }
    let words = words(segment);
    let sent = words.first().is_some_and(|word| word == "send");
    let word = words.get(usize::from(sent)).map(String::as_str);
    word.is_some_and(|word| matches!(word, "debug" | "test") || word.starts_with("diagnos"))
}

/// The words of a name in snake case, camel case or with dashes, in lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && lower {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_in_order() {
        for list in [&CHANGES[..], &LINKS[..], &RECORDS[..]] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn segments_say_that_they_are_for_diagnosis() {
        for segment in ["debug", "test-connection", "send-test", "diagnostics"] {
            assert!(says_diagnosis(segment), "{segment}");
        }
        for segment in ["ab-test", "{test_name}", "latest", "send", ""] {
            assert!(!says_diagnosis(segment), "{segment}");
        }
    }

    #[test]
    fn names_and_paths_say_that_they_change() {
        let says = |name: &str, path: &str| says_change(name, [path].into_iter());
        assert!(says("delete_order", "/orders/{id}"));
        assert!(says("Orders.removeLine", "/orders"));
        assert!(says("order", "/orders/<int:id>/delete"));
        assert!(says("clear", "/cart/clear-all"));
        assert!(!says("get_deleted", "/orders/deleted"));
        assert!(!says("orders", "/delete-requests/{id}/lines"));
        assert!(!says("delete_account", "/account/confirm/{token}"));
        assert!(!says("settings", "/settings"));
    }
}
