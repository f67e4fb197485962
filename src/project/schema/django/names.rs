//! The names that Django gives to tables, indexes and constraints which nobody named.

use crate::facts::schema::Dialect;

/// A part of the name of what spans columns of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::project::schema) enum Suffix<'a> {
    /// An index of a field, or of `index_together` (`_idx`).
    Index(&'a str),
    /// `unique_together`, or a field that became unique.
    Unique,
    /// A check that a field brings along.
    Check,
    /// A field that became the primary key.
    PrimaryKey,
    /// A foreign key to a column of a table.
    ForeignKey(&'a str, &'a str),
}

/// The longest identifier of a database; `None` where Django knows no limit.
fn longest(dialect: Dialect) -> Option<usize> {
    match dialect {
        Dialect::Postgres => Some(63),
        Dialect::Mysql => Some(64),
        Dialect::Mssql => Some(128),
        Dialect::Sqlite => None,
    }
}

/// `<app>_<model>`, where the model says nothing else.
pub(in crate::project::schema) fn table(app: &str, model: &str, dialect: Dialect) -> String {
    truncated(&format!("{app}_{}", model.to_lowercase()), dialect)
}

/// The table behind a many-to-many field that names none.
pub(in crate::project::schema) fn pairs(table: &str, field: &str, dialect: Dialect) -> String {
    truncated(&format!("{table}_{field}"), dialect)
}

/// A table's name, cut where it is too long, with a digest that keeps it apart from others.
pub(in crate::project::schema) fn truncated(name: &str, dialect: Dialect) -> String {
    const DIGEST: usize = 4;
    match longest(dialect) {
        Some(longest) if name.chars().count() > longest => {
            format!(
                "{}{}",
                start(name, longest - DIGEST),
                digest(&[name], DIGEST)
            )
        }
        _ => name.to_owned(),
    }
}

/// The name of an index or constraint.
pub(in crate::project::schema) fn over(
    table: &str,
    columns: &[String],
    suffix: Suffix,
    dialect: Dialect,
) -> String {
    let ending = match suffix {
        Suffix::Index(ending) => ending.to_owned(),
        Suffix::Unique => "_uniq".to_owned(),
        Suffix::Check => "_check".to_owned(),
        Suffix::PrimaryKey => "_pk".to_owned(),
        Suffix::ForeignKey(parent, column) => format!("_fk_{parent}_{column}"),
    };
    let hashed: Vec<&str> = [table]
        .into_iter()
        .chain(columns.iter().map(String::as_str))
        .collect();
    let mut ending = digest(&hashed, 8) + &ending;
    let columns = columns.join("_");
    let longest = longest(dialect).unwrap_or(200);
    let whole = format!("{table}_{columns}_{ending}");
    if whole.chars().count() <= longest {
        return whole;
    }
    if ending.chars().count() > longest / 3 {
        ending = start(&ending, longest / 3).to_owned();
    }
    let room = (longest - ending.chars().count()) / 2 - 1;
    let name = format!("{}_{}_{ending}", start(table, room), start(&columns, room));
    match name.starts_with(|c: char| c == '_' || c.is_numeric()) {
        true => {
            let last = name.chars().count() - 1;
            format!("D{}", start(&name, last))
        }
        false => name,
    }
}

/// The name of an index in `Meta.indexes` that has none: of its columns, with whether each is
/// descending, and the kind of index (`idx`, `gin`, …).
pub(in crate::project::schema) fn of_index(
    table: &str,
    columns: &[(String, bool)],
    kind: &str,
) -> String {
    let ordered: Vec<String> = columns
        .iter()
        .map(|(column, descending)| match descending {
            true => format!("-{column}"),
            false => column.clone(),
        })
        .collect();
    let hashed: Vec<&str> = [table]
        .into_iter()
        .chain(ordered.iter().map(String::as_str))
        .chain([kind])
        .collect();
    let first = columns.first().map_or("", |(column, _)| column);
    let name = format!(
        "{}_{}_{}_{kind}",
        start(table, 11),
        start(first, 7),
        digest(&hashed, 6)
    );
    match name.starts_with(|c: char| c == '_' || c.is_numeric()) {
        true => format!("D{}", name.get(1..).unwrap_or_default()),
        false => name,
    }
}

fn digest(parts: &[&str], length: usize) -> String {
    let hex = format!("{:x}", md5::compute(parts.concat()));
    start(&hex, length).to_owned()
}

/// The first characters.
fn start(text: &str, length: usize) -> &str {
    let end = text.char_indices().nth(length);
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(table: &str, columns: &[&str], suffix: Suffix) -> String {
        let columns: Vec<String> = columns.iter().map(|it| (*it).to_owned()).collect();
        over(table, &columns, suffix, Dialect::Postgres)
    }

    /// What Django 5.2 answers.
    #[test]
    fn constraints_are_named_as_django_does() {
        let customer = &["customer_id"];
        for (given, expected) in [
            (
                named("shop_order", customer, Suffix::Index("")),
                "shop_order_customer_id_f638df20",
            ),
            (
                named(
                    "shop_order",
                    customer,
                    Suffix::ForeignKey("shop_customer", "id"),
                ),
                "shop_order_customer_id_f638df20_fk_shop_customer_id",
            ),
            (
                named(
                    "shop_order_line_items",
                    customer,
                    Suffix::ForeignKey("shop_customer_of_the_month", "identifier"),
                ),
                "shop_order_line_item_customer_id_2a044701_fk_shop_cust",
            ),
            (
                named(&"t".repeat(50), &[&"c".repeat(30), "d"], Suffix::Unique),
                "tttttttttttttttttttttttt_cccccccccccccccccccccccc_83a496d4_uniq",
            ),
            (
                named(
                    &format!("_{}", "t".repeat(50)),
                    &[&"c".repeat(30), "d"],
                    Suffix::Unique,
                ),
                "D_ttttttttttttttttttttttt_cccccccccccccccccccccccc_ed25232a_uni",
            ),
            (
                named(
                    &"commandes_é".repeat(6),
                    &[&"ü".repeat(30)],
                    Suffix::Index("_like"),
                ),
                "commandes_écommandes_éco_üüüüüüüüüüüüüüüüüüüüüüüü_48b1aa66_like",
            ),
        ] {
            assert_eq!(given, expected);
        }
    }

    #[test]
    fn tables_and_indexes_are_named_as_django_does() {
        assert_eq!(
            truncated(&"a".repeat(70), Dialect::Postgres),
            format!("{}0f5c", "a".repeat(59))
        );
        assert_eq!(truncated(&"a".repeat(70), Dialect::Sqlite), "a".repeat(70));
        assert_eq!(
            table("shop", "OrderLine", Dialect::Postgres),
            "shop_orderline"
        );
        assert_eq!(
            pairs("shop_order", "tags", Dialect::Postgres),
            "shop_order_tags"
        );
        let index = |columns: &[(&str, bool)]| {
            let columns: Vec<_> = columns
                .iter()
                .map(|(name, descending)| ((*name).to_owned(), *descending))
                .collect();
            of_index("shop_order", &columns, "idx")
        };
        assert_eq!(index(&[("name", false)]), "shop_order_name_3310dc_idx");
        assert_eq!(
            index(&[("created_at", true), ("name", false)]),
            "shop_order_created_3bfd88_idx"
        );
    }
}
