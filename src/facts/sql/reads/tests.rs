use super::super::cursor::{Cursor, Source};
use super::read;
use crate::facts::schema::{Dialect, Reads};
use crate::parse::sql::{Lexer, Statements};

fn reads(text: &str) -> Reads {
    let lexer = Lexer::new(text, 0, Dialect::Postgres);
    let statement = Statements::new(lexer.clone()).next().expect(text);
    let source = Source::new(lexer);
    read(Cursor::new(&source, &statement.tokens)).unwrap_or_default()
}

/// `orders.total`, `orders|customers.name`
fn columns(text: &str) -> Vec<String> {
    let columns = reads(text).columns.into_iter().map(|column| {
        let among: Vec<String> = column.among.into_iter().map(|table| table.name).collect();
        format!("{}.{}", among.join("|"), column.name.name)
    });
    let mut columns: Vec<String> = columns.collect();
    columns.sort();
    columns.dedup();
    columns
}

#[test]
fn columns_by_their_scope() {
    let cases: &[(&str, &[&str])] = &[
        (
            "select id, total from orders",
            &["orders.id", "orders.total"],
        ),
        (
            "select o.id from orders o join lines as l on l.order_id = o.id",
            &["lines.order_id", "orders.id"],
        ),
        (
            "select note, l.id from orders o, lines l",
            &["lines.id", "orders|lines.note"],
        ),
        (
            "select sum(total) as note from orders group by note order by note",
            &["orders.total"],
        ),
        ("select total note from orders", &[]),
        (
            "select x.note from (select note from orders) x",
            &["orders.note"],
        ),
        (
            "select note from (select id as note from orders) x",
            &["orders.id"],
        ),
        (
            "with x as (select id from orders) select id, note from x",
            &["orders.id"],
        ),
        (
            "select id from customers where exists (select 1 from orders where orders.customer_id = customers.id and paid)",
            &[
                "customers.id",
                "orders.customer_id",
                "orders|customers.paid",
            ],
        ),
        (
            "insert into orders (id, note) values ($1, upper(note))",
            &["orders.id", "orders.note"],
        ),
        (
            "insert into orders (id) select note from drafts where done",
            &["drafts.done", "drafts.note", "orders.id"],
        ),
        (
            "insert into orders (id) values (1) on conflict (code) do update set note = excluded.label",
            &["orders.code", "orders.id", "orders.label", "orders.note"],
        ),
        (
            "update orders set note = %s, total = total + 1 where id = %(id)s",
            &["orders.id", "orders.note", "orders.total"],
        ),
        (
            "update orders o set note = c.name from customers c where c.id = o.customer_id",
            &[
                "customers.id",
                "customers.name",
                "orders.customer_id",
                "orders.note",
            ],
        ),
        (
            "delete from orders using customers c where c.id = customer_id",
            &["customers.id", "orders|customers.customer_id"],
        ),
        (
            "select id from orders where {} and note is distinct from 'x'",
            &["orders.id", "orders.note"],
        ),
        ("select id from orders {} where note = 1", &[]),
        ("select id from {} where note = 1", &[]),
        (
            "select date '2024-01-01', extract(year from at), cast(total as note) from orders",
            &["orders.total"],
        ),
        (
            "select id from orders union select id from drafts order by note",
            &["drafts.id", "orders.id"],
        ),
        (
            "select f(note => 1), count(*) filter (where paid), total::note from orders",
            &["orders.paid", "orders.total"],
        ),
        (
            "select rank() over (partition by shop order by total desc nulls last) from orders",
            &["orders.shop", "orders.total"],
        ),
        (
            "select \"createdAt\" from \"Order\" limit note",
            &["Order.createdAt"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(columns(text), *expected, "{text}");
    }
}

#[test]
fn whole_rows() {
    let whole = |text: &str| -> Vec<String> {
        let tables = reads(text).whole.into_iter();
        tables.map(|table| table.name).collect()
    };
    assert_eq!(
        whole("select * from orders o join lines l on true"),
        ["orders", "lines"]
    );
    assert_eq!(
        whole("select o.*, l.id from orders o join lines l on true"),
        ["orders"]
    );
    assert_eq!(whole("select count(*), 2 * id from orders"), [""; 0]);
}

#[test]
fn other_statements_read_nothing() {
    for text in ["create table a (b int)", "drop table a", "selected", "(a)"] {
        assert_eq!(reads(text), Reads::default(), "{text}");
    }
}
