//! Queries that clients of PostgREST build by methods, as Supabase's does:
//! `client.table("orders").select("id, note").eq("id", key).execute()`. Knows no schema.

use super::mentions::words::WORDS;
use super::value::{arguments, text};
use crate::facts::schema::{ColumnRead, Ident, Reads, TableName};
use crate::parse::python::{Field, Kind, Node};

/// The queries of a module.
#[derive(Default)]
pub(super) struct Queries {
    found: Vec<Reads>,
}

impl Queries {
    /// Looks at the next node of the walk.
    pub(super) fn visit(&mut self, node: Node<'_>) {
        if node.kind() == Kind::Call {
            self.found.extend(query(node));
        }
    }

    pub(super) fn finish(self) -> Vec<Reads> {
        self.found
    }
}

/// What a call sends; `None` where it sends nothing, or its table is not written out.
fn query(call: Node<'_>) -> Option<Reads> {
    let words = &WORDS.postgrest;
    let (_, mut at) = method(call).filter(|(name, _)| words.sends.contains(*name))?;
    let mut columns = Vec::new();
    loop {
        let (name, object) = method(at)?;
        if words.begins.contains(name) {
            let table = table(at, object)?;
            columns.sort_by_key(|column: &Ident| column.span.start);
            let column = |name| ColumnRead {
                name,
                among: vec![table.clone()],
            };
            return Some(Reads {
                columns: columns.into_iter().map(column).collect(),
                tables: vec![table],
                whole: Vec::new(),
            });
        }
        columns.extend(named(at, name));
        at = object;
    }
}

/// The name of the method that is called, and the object that has it.
fn method<'t>(call: Node<'t>) -> Option<(&'t str, Node<'t>)> {
    let function = call.child(Field::Function)?;
    let name = function.child(Field::Attribute)?.text();
    Some((name, function.child(Field::Object)?))
}

/// The table that a query begins with, unless it is one of another schema.
fn table(call: Node<'_>, client: Node<'_>) -> Option<TableName> {
    let is_elsewhere = method(client).is_some_and(|(name, _)| name == "schema");
    let argument = arguments(call).next().filter(|_| !is_elsewhere)?;
    Some(TableName {
        schema: None,
        name: text(argument).filter(|name| is_name(name))?,
        span: argument.span(),
    })
}

/// The columns of the table that the arguments of a method name.
fn named(call: Node<'_>, method: &str) -> Vec<Ident> {
    let words = &WORDS.postgrest;
    let mut keywords = arguments(call).filter_map(|it| it.child(Field::Name));
    let Some(first) = arguments(call).next() else {
        return Vec::new();
    };
    if keywords.any(|name| words.elsewhere.contains(name.text())) {
        return Vec::new();
    }
    let column = |name: &str, node: Node<'_>| {
        is_name(name).then(|| Ident {
            name: name.to_owned(),
            span: node.span(),
        })
    };
    let written = || text(first).unwrap_or_default();
    match method {
        _ if words.lists.contains(method) => {
            let list = written();
            let items = items(&list).into_iter();
            items.filter_map(|item| column(item, first)).collect()
        }
        _ if words.columns.contains(method) => column(&written(), first).into_iter().collect(),
        _ if words.rows.contains(method) => {
            let keys = keys(first).into_iter();
            keys.filter_map(|key| column(&text(key)?, key)).collect()
        }
        _ => Vec::new(),
    }
}

/// The columns of `id, title:name, total::text, author(name)`: another name stands in front of a
/// column, a cast behind it; what has brackets is another table.
fn items(list: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let parts = list.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let column = |item: &'_ str| -> usize { item.find("::").unwrap_or(item.len()) };
    parts
        .map(|item| &item[..column(item)])
        .map(|item| {
            item.rsplit_once(':')
                .map_or(item, |(_, column)| column)
                .trim()
        })
        .collect()
}

/// The keys of a row, or of a list of them.
fn keys(rows: Node<'_>) -> Vec<Node<'_>> {
    match rows.kind() {
        Kind::Dictionary => {
            let pairs = rows.children().filter(|it| it.kind() == Kind::Pair);
            pairs.filter_map(|pair| pair.child(Field::Key)).collect()
        }
        Kind::List => rows.children().flat_map(keys).collect(),
        _ => Vec::new(),
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(is_part) && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::python::parse;

    fn told(text: &str) -> Vec<String> {
        let (tree, _) = parse(text, 0..text.len());
        let mut queries = Queries::default();
        tree.nodes().for_each(|node| queries.visit(node));
        let found = queries.finish().into_iter();
        found
            .map(|reads| {
                let columns: Vec<String> =
                    reads.columns.into_iter().map(|it| it.name.name).collect();
                format!("{}: {}", reads.tables[0].name, columns.join(" "))
            })
            .collect()
    }

    #[test]
    fn a_query_names_the_columns_of_its_table() {
        let cases = [
            (
                "db.table('orders').select('id, note').eq('owner_id', key).order('at', desc=True).execute()",
                "orders: id note owner_id at",
            ),
            (
                "db.from_('orders').select('*, title:name, total::text, author(name, age), meta->x').execute()",
                "orders: name total",
            ),
            (
                "db.table('orders').insert({'note': x, **more}).execute()",
                "orders: note",
            ),
            (
                "db.table('orders').upsert([{'id': 1}, {'note': 2}]).execute()",
                "orders: id note",
            ),
            (
                "db.table('orders').select('id').order('name', foreign_table='authors').execute()",
                "orders: id",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_is_no_query_of_a_known_table_is_left_alone() {
        for text in [
            "db.table(name).select('id').execute()",
            "db.schema('audit').table('orders').select('id').execute()",
            "db.table('orders').select('id')",
            "cursor.execute('SELECT id FROM orders')",
            "db.rpc('sum', {}).execute()",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }
}
