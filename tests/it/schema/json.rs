//! The contract of `--format json`.

use aicheck::report::schema::json::Document;
use serde_json::{Value, json};

use super::read;
use crate::json::faults;

fn document(files: &[(&str, &str)]) -> Value {
    let (inputs, databases) = read(files);
    let databases: Vec<_> = databases.iter().collect();
    serde_json::to_value(Document::new(&databases, &inputs.files)).unwrap()
}

/// The value with every place but that of the table left out.
fn without_places(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.remove("defined_at");
            for field in fields.values_mut() {
                *field = without_places(field.take());
            }
        }
        Value::Array(values) => {
            for value in values {
                *value = without_places(value.take());
            }
        }
        _ => {}
    }
    value
}

const FIRST: &str = "create type mood as enum ('good', 'bad');
create domain cents as bigint not null default 0 check (value >= 0);
create table app.customers (id bigserial primary key, email varchar(80) not null unique);
create table orders (
    id uuid primary key default gen_random_uuid(),
    customer_id bigint not null references app.customers on delete cascade,
    mood mood, total cents, tags text[],
    constraint positive check (total > 0), unique (customer_id, mood)
);
";
const SECOND: &str =
    "create unique index on orders (customer_id, lower(mood::text) desc) include (total) where mood is not null;
create view totals as select customer_id, sum(total) as total from orders group by 1;
alter table later add column a int;
";

fn files() -> [(&'static str, &'static str); 2] {
    [
        ("migrations/001.sql", FIRST),
        ("migrations/002.sql", SECOND),
    ]
}

#[test]
fn version_1() {
    let document = document(&files());
    assert_eq!(document["version"], 1);
    assert_eq!(document["tool"]["name"], "aicheck");
    let [database] = &document["databases"].as_array().unwrap()[..] else {
        panic!("one database: {document}");
    };
    let orders = &database["tables"][1];
    assert_eq!(
        orders["defined_at"],
        json!({
            "path": "migrations/001.sql",
            "start": { "line": 4, "column": 14, "offset": 214 },
            "end": { "line": 4, "column": 20, "offset": 220 },
        })
    );
    let head = |field: &str| without_places(database[field].clone());
    assert_eq!(head("name"), "migrations");
    assert_eq!(head("dialect"), "postgres");
    assert_eq!(head("migrations"), "numbered");
    assert_eq!(head("models"), Value::Null);
    assert_eq!(head("open"), json!(["later"]));
    assert_eq!(
        head("enums"),
        json!([{ "schema": null, "name": "mood", "labels": ["good", "bad"] }])
    );
    assert_eq!(
        head("domains"),
        json!([{
            "schema": null, "name": "cents", "type": "bigint", "nullable": false, "default": "0",
            "checks": [{
                "kind": "check", "name": "cents_check", "columns": [], "condition": "value >= 0",
            }],
        }])
    );
    assert_eq!(
        head("views"),
        json!([{
            "schema": null, "name": "totals", "materialized": false,
            "columns": ["customer_id", "total"], "reads": ["orders"],
            "definition": "as select customer_id, sum(total) as total from orders group by 1",
            "indexes": [],
        }])
    );
}

#[test]
fn tables() {
    let document = without_places(document(&files()));
    let tables = document["databases"][0]["tables"].as_array().unwrap();
    let names: Vec<_> = tables
        .iter()
        .map(|t| (&t["schema"], &t["name"], &t["open"]))
        .map(|(schema, name, open)| format!("{schema} {name} {open}"))
        .collect();
    assert_eq!(
        names,
        [
            "null \"later\" true",
            "null \"orders\" false",
            "\"app\" \"customers\" false"
        ]
    );
    let column = |name: &str, ty: &str, nullable: bool, default: Value| {
        json!({
            "name": name, "type": ty, "nullable": nullable, "default": default,
            "auto_increment": false,
        })
    };
    let constraint = |kind: &str, name: &str, columns: &[&str], condition: Value| json!({ "kind": kind, "name": name, "columns": columns, "condition": condition });
    assert_eq!(
        tables[1],
        json!({
            "schema": null,
            "name": "orders",
            "columns": [
                column("id", "uuid", false, json!("gen_random_uuid()")),
                column("customer_id", "bigint", false, Value::Null),
                column("mood", "mood", true, Value::Null),
                column("total", "cents", true, Value::Null),
                column("tags", "text[]", true, Value::Null),
            ],
            "primary_key": ["id"],
            "unique": [["customer_id", "mood"]],
            "indexes": [{
                "name": "orders_customer_id_lower_total_idx",
                "columns": ["customer_id", null],
                "keys": ["customer_id", "lower(mood::text) desc"],
                "include": ["total"],
                "unique": true,
                "predicate": "mood is not null",
                "method": "btree",
                "implicit": false,
            }],
            "foreign_keys": [{
                "name": "orders_customer_id_fkey",
                "columns": ["customer_id"],
                "references": { "table": "app.customers", "columns": ["id"] },
                "on_delete": "CASCADE",
                "on_update": "NO ACTION",
            }],
            "constraints": [
                constraint("primary-key", "orders_pkey", &["id"], Value::Null),
                constraint(
                    "unique", "orders_customer_id_mood_key", &["customer_id", "mood"], Value::Null,
                ),
                constraint("check", "positive", &[], json!("total > 0")),
            ],
            "open": false,
            "columns_known": true,
        })
    );
}

#[test]
fn the_schema_describes_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/schema.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let document = document(&files());
    assert_eq!(faults(&schema, &schema, &document, "schema"), "");
    let mut wrong = document;
    wrong["databases"][0]["dialect"] = json!("oracle");
    wrong["databases"][0]["tables"][0]["open"] = json!("no");
    wrong["databases"][0]["tables"][1]["columns"][0]["name"].take();
    let found = faults(&schema, &schema, &wrong, "schema");
    for expected in ["dialect", "tables[0].open", "columns[0].name"] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
}
