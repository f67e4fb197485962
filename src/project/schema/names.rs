//! The names a database gives to what nobody named. They are made once, from the names of the
//! moment, and stay when tables and columns are renamed.

/// The longest identifier of PostgreSQL, in bytes.
const LONGEST: usize = 63;

/// `first_second_label`, cut and numbered as PostgreSQL does until it is free.
pub(super) fn choose(
    first: &str,
    second: Option<&str>,
    label: &str,
    taken: impl Fn(&str) -> bool,
) -> String {
    let mut name = joined(first, second, label);
    let mut pass = 1;
    while taken(&name) {
        name = joined(first, second, &format!("{label}{pass}"));
        pass += 1;
    }
    name
}

/// The longer part is cut first, byte by byte, and never inside a character.
fn joined(first: &str, second: Option<&str>, label: &str) -> String {
    let marks = 1 + usize::from(second.is_some());
    let room = LONGEST.saturating_sub(label.len() + marks);
    let mut lengths = (first.len(), second.map_or(0, str::len));
    while lengths.0 + lengths.1 > room {
        if lengths.0 > lengths.1 {
            lengths.0 -= 1;
        } else {
            lengths.1 -= 1;
        }
    }
    let first = &first[..first.floor_char_boundary(lengths.0)];
    match second {
        Some(second) => {
            let second = &second[..second.floor_char_boundary(lengths.1)];
            format!("{first}_{second}_{label}")
        }
        None => format!("{first}_{label}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_numbers() {
        assert_eq!(choose("t", Some("a_b"), "key", |_| false), "t_a_b_key");
        assert_eq!(choose("t", None, "pkey", |_| false), "t_pkey");
        let taken = ["t_a_fkey", "t_a_fkey1"];
        assert_eq!(
            choose("t", Some("a"), "fkey", |name| taken.contains(&name)),
            "t_a_fkey2"
        );
    }

    #[test]
    fn cuts_the_longer_part() {
        // Read from PostgreSQL 15.
        assert_eq!(
            choose(&"t".repeat(50), Some(&"c".repeat(30)), "fkey", |_| false),
            format!("{}_{}_fkey", "t".repeat(29), "c".repeat(28))
        );
        assert_eq!(choose(&"é".repeat(40), None, "pkey", |_| false).len(), 63);
    }
}
