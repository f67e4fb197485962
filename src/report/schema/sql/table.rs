//! `CREATE TABLE`: columns, keys, checks and the foreign keys that lead to tables which stand.

use std::collections::BTreeSet;

use super::order::Order;
use super::{Script, has_columns, is_told};
use crate::facts::schema::{Action, Dialect, Identity};
use crate::project::schema::{Column, ForeignKey, Index, Key, Table, TableKey};
use crate::report::schema::json::action;

/// A line between the parentheses.
struct Element {
    text: String,
    /// It stands in a comment: it needs what is not known.
    doubtful: bool,
}

impl Script<'_> {
    /// The table with its indexes.
    pub(super) fn table(&mut self, table: &Table, order: &Order) {
        self.text.push('\n');
        for doubt in doubts(table) {
            self.comment(doubt);
        }
        let name = self.database.write_table(&table.key);
        let elements = self.elements(table, order);
        let is_empty = elements.iter().all(|element| element.doubtful);
        if elements.iter().any(|element| element.doubtful) {
            self.unsure.insert(table.key.clone());
        }
        let mut text = format!("CREATE TABLE {name} (\n{}", lines(&elements));
        text.push(')');
        if !table.inherits.is_empty() {
            let parents = table
                .inherits
                .iter()
                .map(|it| self.database.write_table(it));
            text += &format!(" INHERITS ({})", parents.collect::<Vec<_>>().join(", "));
        }
        if let Some(partitioning) = &table.partitioning {
            text += &format!(" PARTITION BY {partitioning}");
        }
        if is_empty && self.database.dialect != Dialect::Postgres {
            self.comment(&format!("{text};"));
        } else {
            self.statement_next(&text);
        }
        for (kind, key) in self.keys_of(table, true) {
            let key = self.key(kind, key);
            self.statement_next(&format!("ALTER TABLE {name} ADD {key}"));
        }
        if self.database.dialect != Dialect::Mysql {
            self.indexes(&table.key, table, |_| true);
        }
    }

    /// The keys of a table, or those that repeat an earlier one: PostgreSQL makes one of them when
    /// they stand in one statement.
    fn keys_of<'t>(&self, table: &'t Table, repeated: bool) -> Vec<(&'static str, &'t Key)> {
        let dialect = self.database.dialect;
        let primary = table.primary_key.iter().map(|key| ("PRIMARY KEY", key));
        let uniques = table.uniques.iter().map(|key| ("UNIQUE", key));
        let inline = usize::from(numbers_itself_inline(dialect, table).is_some());
        let all: Vec<_> = primary.chain(uniques).skip(inline).collect();
        let repeats = |nth: usize, key: &Key| {
            let mut earlier = all[..nth].iter();
            dialect == Dialect::Postgres && earlier.any(|(_, it)| it.columns == key.columns)
        };
        let meant = all.iter().enumerate();
        let meant = meant.filter(|(nth, (_, key))| repeats(*nth, key) == repeated);
        meant.map(|(_, key)| *key).collect()
    }

    fn indexes(&mut self, key: &TableKey, table: &Table, is_meant: impl Fn(&Index) -> bool) {
        let mut names = BTreeSet::new();
        for index in table.indexes.iter().filter(|index| is_meant(index)) {
            // The second of a name was never made.
            let is_first = index.name.is_empty() || names.insert(&index.name);
            self.index(key, index, is_first && is_known(table, index));
        }
    }

    fn elements(&self, table: &Table, order: &Order) -> Vec<Element> {
        let own = |column: &&Column| column.own || table.inherits.is_empty();
        let columns = table.columns.iter().filter(own);
        let mut elements: Vec<Element> = columns.map(|column| self.column(table, column)).collect();
        let mut add = |text: String, known: bool| {
            elements.push(Element {
                text,
                doubtful: !known,
            });
        };
        for (kind, key) in self.keys_of(table, false) {
            add(self.key(kind, key), has_columns(table, names(&key.columns)));
        }
        for check in &table.checks {
            let name = self.named(&check.name);
            let known = is_told(&check.condition) && has_columns(table, [None].into_iter());
            add(format!("{name}CHECK ({})", check.condition), known);
        }
        for exclusion in &table.exclusions {
            add(self.exclusion(exclusion), is_known(table, exclusion));
        }
        if self.database.dialect == Dialect::Mysql {
            for index in &table.indexes {
                add(self.mysql_key(index), is_known(table, index));
            }
        }
        let on_time = |fk: &&ForeignKey| !order.is_late(table, fk);
        for fk in table.foreign_keys.iter().filter(on_time) {
            add(self.foreign_key(fk), self.can_refer(table, fk));
        }
        elements
    }

    fn column(&self, table: &Table, column: &Column) -> Element {
        let name = self.database.write_name(&column.name);
        let dialect = self.database.dialect;
        let computed = column.generated.as_ref();
        if let (Dialect::Mssql, Some(computed)) = (dialect, computed) {
            return Element {
                text: format!("{name} AS ({})", computed.text),
                doubtful: !is_told(&computed.text),
            };
        }
        let Some((ty, _)) = &column.ty else {
            return Element {
                doubtful: dialect != Dialect::Sqlite,
                text: format!("{name}{}", self.options(table, column)),
            };
        };
        let ty = match (dialect, ty.base.as_str()) {
            (Dialect::Postgres, base) if is_serial(column) => match base {
                "bigint" => "bigserial".to_owned(),
                "smallint" => "smallserial".to_owned(),
                _ => "serial".to_owned(),
            },
            _ => self.database.write_type(ty),
        };
        Element {
            text: format!("{name} {ty}{}", self.options(table, column)),
            doubtful: computed.is_some_and(|computed| !is_told(&computed.text)),
        }
    }

    fn options(&self, table: &Table, column: &Column) -> String {
        let dialect = self.database.dialect;
        let mut text = String::new();
        if numbers_itself_inline(dialect, table) == Some(&column.name) {
            return " PRIMARY KEY AUTOINCREMENT".to_owned();
        }
        if let Some(computed) = &column.generated {
            text += &format!(" GENERATED ALWAYS AS ({})", computed.text);
            text += if dialect == Dialect::Postgres {
                " STORED"
            } else {
                ""
            };
        }
        match (dialect, column.identity) {
            (Dialect::Postgres, Some(Identity::Always)) => text += " GENERATED ALWAYS AS IDENTITY",
            (Dialect::Postgres, Some(Identity::ByDefault)) => {
                text += " GENERATED BY DEFAULT AS IDENTITY";
            }
            (Dialect::Mssql, _) if column.auto_increment && column.default.is_none() => {
                text += " IDENTITY(1,1)";
            }
            _ => {}
        }
        if let Some(default) = column.default.as_ref().filter(|it| is_told(&it.text)) {
            text += &format!(" DEFAULT {}", default.text);
        }
        if !column.nullable {
            text += " NOT NULL";
        } else if is_timestamp(column) && dialect == Dialect::Mysql {
            // Older servers refuse NULL in one that does not say so.
            text += " NULL";
        }
        if dialect == Dialect::Mysql && column.auto_increment {
            text += " AUTO_INCREMENT";
        }
        text
    }

    fn key(&self, kind: &str, key: &Key) -> String {
        let columns = self.database.write_columns(&key.columns);
        let name = match (self.database.dialect, kind) {
            (Dialect::Mysql, "PRIMARY KEY") => String::new(),
            _ => self.named(&key.name),
        };
        format!("{name}{kind} ({columns})")
    }

    fn exclusion(&self, exclusion: &Index) -> String {
        let name = self.named(&exclusion.name);
        let keys = self.database.write_keys(exclusion);
        let method = &exclusion.method;
        let predicate = exclusion.predicate.as_ref();
        let predicate = predicate.map_or(String::new(), |it| format!(" WHERE ({it})"));
        format!("{name}EXCLUDE USING {method} ({keys}){predicate}")
    }

    /// MySQL wants the key of a counter in the statement that makes the table.
    fn mysql_key(&self, index: &Index) -> String {
        let (kind, method) = match (index.unique, index.method.as_str()) {
            (true, _) => ("UNIQUE KEY", String::new()),
            (_, "fulltext") => ("FULLTEXT KEY", String::new()),
            (_, "spatial") => ("SPATIAL KEY", String::new()),
            (_, "btree") => ("KEY", String::new()),
            (_, method) => ("KEY", format!(" USING {method}")),
        };
        let name = self.database.write_name(&index.name);
        format!(
            "{kind} {name} ({}){method}",
            self.database.write_keys(index)
        )
    }

    fn foreign_key(&self, fk: &ForeignKey) -> String {
        let database = self.database;
        let name = self.named(&fk.name);
        let columns = database.write_columns(&fk.columns);
        let parent = database.write_table(&fk.parent);
        let mut text = format!("{name}FOREIGN KEY ({columns}) REFERENCES {parent}");
        if !fk.parent_columns.is_empty() {
            text += &format!(" ({})", database.write_columns(&fk.parent_columns));
        }
        let actions = [("DELETE", fk.on_delete), ("UPDATE", fk.on_update)];
        for (event, what) in actions {
            if what != Action::NoAction && !fk.emulated {
                text += &format!(" ON {event} {}", action(what));
            }
        }
        text
    }

    /// Whether both ends of a foreign key are known; an end that lies elsewhere is taken as given.
    fn can_refer(&self, table: &Table, fk: &ForeignKey) -> bool {
        let parent = self.database.tables.get(&fk.parent);
        let has_parent = parent.is_none_or(|parent| has_columns(parent, names(&fk.parent_columns)));
        has_parent && has_columns(table, names(&fk.columns))
    }

    /// A foreign key that had to wait for its parent.
    pub(super) fn late_foreign_key(&mut self, table: &Table, fk: &ForeignKey) {
        let name = self.database.write_table(&table.key);
        let text = format!("ALTER TABLE {name} ADD {}", self.foreign_key(fk));
        let is_made = |key: &TableKey| {
            self.database.tables.contains_key(key) || self.database.partitions.contains_key(key)
        };
        if !self.can_refer(table, fk) {
            self.doubtful("This needs columns that are not known.", &text);
        } else if is_made(&fk.parent) {
            self.statement(&text);
        } else {
            self.text.push('\n');
            self.comment(&format!(
                "Nothing that was read makes {}.",
                self.database.write_table(&fk.parent)
            ));
            self.statement_next(&text);
        }
    }

    /// A partition with what it has beside its parent.
    pub(super) fn partition(&mut self, partition: &Table) {
        let Some(parent) = &partition.partition_of else {
            return;
        };
        let name = self.database.write_table(&partition.key);
        let of = self.database.write_table(parent);
        let Some(bounds) = &partition.bounds else {
            let text = format!("CREATE TABLE {name} PARTITION OF {of} …");
            return self.doubtful("Which rows this partition holds is not known.", &text);
        };
        let mut text = format!("CREATE TABLE {name} PARTITION OF {of} {bounds}");
        if let Some(partitioning) = &partition.partitioning {
            text += &format!(" PARTITION BY {partitioning}");
        }
        self.statement(&text);
        let tables = &self.database.tables;
        let parent = tables
            .get(parent)
            .or_else(|| self.database.partitions.get(parent));
        let inherited = |index: &Index| {
            let equal = |other: &Index| other.keys == index.keys;
            parent.is_some_and(|parent| parent.indexes.iter().any(equal))
        };
        self.indexes(&partition.key, partition, |index| !inherited(index));
    }

    fn named(&self, name: &str) -> String {
        match name {
            "" => String::new(),
            name => format!("CONSTRAINT {} ", self.database.write_name(name)),
        }
    }
}

/// Why a table may be other than it is written.
fn doubts(table: &Table) -> Vec<&'static str> {
    let mut doubts = Vec::new();
    if !table.created {
        doubts.push("Open: nothing that was read makes this table, it is only altered.");
    }
    if table.opaque {
        doubts.push("Open: a statement that nobody understood may have changed this table.");
    }
    if table.created && !table.columns_known {
        doubts.push("A query makes this table: its columns are known as far as words name them.");
    }
    doubts
}

/// The elements with commas between those that count.
fn lines(elements: &[Element]) -> String {
    let last = elements.iter().rposition(|element| !element.doubtful);
    let mut text = String::new();
    for (nth, element) in elements.iter().enumerate() {
        let comma = if Some(nth) == last || element.doubtful {
            ""
        } else {
            ","
        };
        let mark = if element.doubtful {
            "-- not known: "
        } else {
            ""
        };
        let element = match element.doubtful {
            true => element.text.replace(['\n', '\r'], " "),
            false => element.text.clone(),
        };
        text += &format!("    {mark}{element}{comma}\n");
    }
    text
}

fn names(columns: &[String]) -> impl Iterator<Item = Option<&str>> {
    columns.iter().map(|name| Some(name.as_str()))
}

fn is_known(table: &Table, index: &Index) -> bool {
    let columns = index.columns.iter().map(Option::as_deref);
    let whole = index.predicate.is_some().then_some(None);
    let told = index
        .keys
        .iter()
        .chain(&index.predicate)
        .all(|text| is_told(text));
    let include = index.include.iter().map(|name| Some(name.as_str()));
    told && has_columns(table, columns.chain(include).chain(whole))
}

/// The column that counts in the clause of its key, as SQLite wants it.
fn numbers_itself_inline(dialect: Dialect, table: &Table) -> Option<&String> {
    let columns = &table.primary_key.as_ref()?.columns;
    let [name] = &columns[..] else {
        return None;
    };
    let counts = table.column(name)?.auto_increment;
    (dialect == Dialect::Sqlite && counts).then_some(name)
}

fn is_serial(column: &Column) -> bool {
    column.auto_increment && column.default.is_none() && column.identity.is_none()
}

fn is_timestamp(column: &Column) -> bool {
    let ty = column.ty.as_ref();
    ty.is_some_and(|(ty, _)| ty.base == "timestamp")
}
