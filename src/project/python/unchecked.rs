//! Statements that change or remove a row that the client names, and nobody asks whether there was
//! one.

use std::collections::BTreeSet;

use super::effects::{Frame, Happening};
use super::index::last_name;
use super::steps::StepPlace;
use super::summaries::call_at;
use super::writes::Writes;
use crate::facts::Answer;
use crate::facts::python::{EffectKind, ExitKind};
use crate::source::Loc;

/// A statement whose row may not be there, and nobody asks.
#[derive(Clone, Debug)]
pub struct UncheckedWrite {
    /// The call.
    pub at: Loc,
    /// It removes rows, rather than changing them.
    pub deletes: bool,
    /// The table, or the class as the code writes it.
    pub entity: String,
    /// The columns that name the row.
    pub columns: Vec<String>,
    /// The callee as written.
    pub callee: String,
    /// The call is awaited.
    pub awaited: bool,
    /// How many things on the way are not known; 0 = proved.
    pub hops: u32,
}

/// Columns that name one row, where the schema does not tell.
const NAMES_A_ROW: [&str; 4] = ["id", "pk", "uuid", "_id"];

impl Writes<'_, '_> {
    /// The statements that change or remove a row that may not be there.
    pub(super) fn unchecked(&self) -> Vec<UncheckedWrite> {
        let methods = &self.route.methods;
        if !methods.is_empty() && methods.iter().all(|method| method == "GET") {
            return Vec::new();
        }
        let all = 0..self.happenings.len();
        let mut found: Vec<UncheckedWrite> = all.filter_map(|place| self.missed(place)).collect();
        found.sort_by_key(|write| (write.at, write.hops));
        found.dedup_by_key(|write| write.at);
        found
    }

    fn missed(&self, place: usize) -> Option<UncheckedWrite> {
        let python = self.python;
        let write = &self.happenings[place];
        let effect = write.effect;
        let deletes = effect.kind == EffectKind::Delete;
        let asks_nothing = !effect.used && !effect.in_loop && !effect.conditions.is_empty();
        let own = !matches!(write.frame.place, StepPlace::Dependency(_));
        if !(deletes || effect.kind == EffectKind::Update) || !asks_nothing || !own {
            return None;
        }
        let columns = self.names_a_row(write)?;
        let mut hops = 0;
        let mut roots = BTreeSet::new();
        let keys = effect.conditions.iter();
        for cell in keys.filter(|cell| columns.contains(&cell.column)) {
            let value = self.known(&write.frame, &cell.origins);
            if value.derived != Answer::Yes {
                return None;
            }
            hops = hops.max(value.hops);
            roots.extend(value.roots);
        }
        if self.is_asked_about(place) || self.guarded(write, &roots) {
            return None;
        }
        let call = call_at(python, write.frame.function, effect.span)?;
        let entity = match &write.table {
            Some(table) => table.key.to_string(),
            None => effect.entity.clone()?,
        };
        Some(UncheckedWrite {
            at: write.at(python),
            deletes,
            entity,
            columns,
            callee: call.callee.clone(),
            awaited: effect.awaited,
            hops: hops + u32::from(!self.route.known),
        })
    }

    /// The columns by which a statement names one row.
    fn names_a_row(&self, write: &Happening) -> Option<Vec<String>> {
        let compared: Vec<&str> = write
            .effect
            .conditions
            .iter()
            .map(|cell| cell.column.as_str())
            .collect();
        let table = write.table.as_ref().and_then(|id| {
            let table = self.databases[id.database].tables.get(&id.key)?;
            (!table.is_open()).then_some(table)
        });
        let Some(table) = table else {
            let mut named = compared.iter().filter(|name| NAMES_A_ROW.contains(name));
            return named.next().map(|name| vec![(*name).to_owned()]);
        };
        let primary = table.primary_key.iter().map(|key| key.columns.clone());
        let mut keys = primary.chain(table.unique_keys());
        keys.find_map(|key| {
            let named = key.iter().map(|column| {
                let is_it = |name: &&&str| {
                    let alias = **name == "pk" && key.len() == 1;
                    alias || table.column_called(name) == Some(column)
                };
                compared.iter().find(is_it).map(|name| (*name).to_owned())
            });
            named.collect::<Option<Vec<String>>>()
        })
    }

    /// Somewhere in the request the same table is read, or gets the row.
    fn is_asked_about(&self, place: usize) -> bool {
        let write = &self.happenings[place];
        self.happenings.iter().any(|other| {
            let effect = other.effect;
            let own = !matches!(other.frame.place, StepPlace::Dependency(_));
            let same = match (&other.table, &write.table) {
                (Some(one), Some(two)) => one == two,
                _ => {
                    effect.entity.is_none()
                        || effect.entity.as_deref().map(last_name)
                            == write.effect.entity.as_deref().map(last_name)
                }
            };
            let tells = match effect.kind {
                EffectKind::Read | EffectKind::Insert | EffectKind::Upsert => true,
                _ => effect.kind == EffectKind::Save,
            };
            tells && same && own
        })
    }

    /// Another call takes the same key and raises, or may, wherever it stands.
    fn guarded(&self, write: &Happening, roots: &BTreeSet<String>) -> bool {
        let frames = write.frame.path();
        frames.into_iter().any(|frame| {
            self.checked_in(frame, u32::MAX, roots, None) || self.looked_up(frame, roots)
        })
    }

    /// A lookup takes the same key and answers 404 by itself: `get_object_or_404(Order, pk=pk)`.
    fn looked_up(&self, frame: &Frame, roots: &BTreeSet<String>) -> bool {
        let exits = self.python.function(frame.function).exits.iter();
        let mut lookups = exits.filter(|exit| matches!(exit.kind, ExitKind::MappedLookup(_)));
        lookups.any(|exit| {
            let call = call_at(self.python, frame.function, exit.span);
            call.is_none_or(|call| {
                let keywords = call.keywords.iter().map(|(_, origins)| origins);
                let mut taken = call.args.iter().chain(keywords).peekable();
                let own = taken.peek().is_none();
                own || taken.any(|origins| {
                    let value = self.known(frame, origins);
                    value.roots.iter().any(|root| roots.contains(root))
                })
            })
        })
    }
}
