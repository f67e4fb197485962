//! What reading SQL costs, by the shape of the text: `cargo bench --bench sql`.

use aicheck::facts::schema::Dialect;
use aicheck::facts::sql;
use aicheck::parse::sql::{Lexer, Statements, dialect_evidence, opinion};
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

/// Migrations as people write them: comments, tables, keys, indexes, blocks.
fn migrations() -> String {
    let part = |n: usize| {
        format!(
            "-- Orders of tenant {n}: every order belongs to a customer.\n\
             CREATE TABLE IF NOT EXISTS orders_{n} (\n\
             \x20   id bigserial PRIMARY KEY,\n\
             \x20   customer_id bigint NOT NULL REFERENCES customers_{n} (id) ON DELETE CASCADE,\n\
             \x20   total numeric(10, 2) NOT NULL DEFAULT 0.00 CHECK (total >= 0),\n\
             \x20   note text, -- free text; may be empty\n\
             \x20   created_at timestamp with time zone NOT NULL DEFAULT now(),\n\
             \x20   CONSTRAINT orders_{n}_key UNIQUE (customer_id, created_at)\n\
             );\n\
             CREATE INDEX CONCURRENTLY idx_orders_{n} ON orders_{n} USING btree (customer_id DESC) WHERE note IS NOT NULL;\n\
             ALTER TABLE orders_{n} ADD COLUMN state text NOT NULL DEFAULT 'new', ALTER COLUMN note SET NOT NULL;\n\
             DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_class) THEN ALTER TABLE orders_{n} DROP COLUMN note; END IF; END $$;\n\
             UPDATE orders_{n} SET state = 'old' WHERE created_at < now() - interval '1 year';\n"
        )
    };
    (0..1000).map(part).collect()
}

/// Rows, as a dump holds them.
fn dump() -> String {
    (0..20_000)
        .map(|n| {
            format!("INSERT INTO orders VALUES ({n}, {n}, 9.99, 'it''s; order {n}', now());\n")
        })
        .collect()
}

/// Statements that only full parsers understand, or nobody.
fn odd() -> String {
    (0..500)
        .map(|n| format!("ALTER TABLE t{n} FROBNICATE x; FROBNICATE TABLE t{n};\n"))
        .collect()
}

const NAMES: [&str; 3] = ["migrations", "dump", "odd"];

fn text_of(name: &str) -> String {
    match name {
        "migrations" => migrations(),
        "dump" => dump(),
        _ => odd(),
    }
}

#[divan::bench(args = NAMES)]
fn tokenise(bencher: Bencher<'_, '_>, name: &str) {
    let text = text_of(name);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Lexer::new(&text, 0, Dialect::Postgres).count());
}

#[divan::bench(args = NAMES)]
fn cut(bencher: Bencher<'_, '_>, name: &str) {
    let text = text_of(name);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Statements::new(Lexer::new(&text, 0, Dialect::Postgres)).count());
}

#[divan::bench(args = NAMES)]
fn map(bencher: Bencher<'_, '_>, name: &str) {
    let text = text_of(name);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| sql::read(&text, 0..text.len(), Some(Dialect::Postgres)));
}

#[divan::bench]
fn dialect(bencher: Bencher<'_, '_>) {
    let text = migrations();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| dialect_evidence(&text));
}

/// For comparison: sqlparser on every statement.
#[divan::bench]
fn sqlparser(bencher: Bencher<'_, '_>) {
    let text = migrations();
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let lexer = Lexer::new(&text, 0, Dialect::Postgres);
        Statements::new(lexer.clone())
            .filter(|statement| opinion::parse(&lexer, &statement.tokens).is_some())
            .count()
    });
}
