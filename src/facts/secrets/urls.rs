//! Passwords in URLs and connection strings. Knows texts only.

use std::ops::Range;

use super::familiar::{is_mask, is_placeholder};
use super::{Host, ValueClass, shapes};

/// A password that a text gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UrlPassword<'t> {
    /// What stands in front of `://`, or what calls a connection string.
    pub(super) scheme: &'t str,
    /// Where the password stands in the text.
    pub(super) password: Range<usize>,
    pub(super) host: Host,
    pub(super) class: ValueClass,
}

/// The passwords in a text, in order.
pub(super) fn passwords(text: &str) -> Vec<UrlPassword<'_>> {
    let marks = text.match_indices("://").map(|(at, _)| at);
    let mut found: Vec<_> = marks.filter_map(|at| in_url(text, at)).collect();
    found.extend(in_connection_string(text));
    found
}

/// `scheme://user:password@host`.
fn in_url(text: &str, mark: usize) -> Option<UrlPassword<'_>> {
    let scheme = scheme(&text[..mark]);
    if scheme.is_empty() {
        return None;
    }
    let start = mark + "://".len();
    // Longer user parts are no login.
    const LONGEST: usize = 300;
    let is_end = |c: char| c.is_whitespace() || "/?#\"'`<>,;|".contains(c);
    let rest = &text[start..];
    let authority = &rest[..rest.find(is_end).unwrap_or(rest.len())];
    let at = authority.rfind('@').filter(|at| *at < LONGEST)?;
    let (user, password) = authority[..at].split_once(':')?;
    let host = &authority[at + 1..];
    let host = host.split(':').next().unwrap_or(host);
    if password.len() < 3 || is_everybodys(user, password) || is_for_examples(host) {
        return None;
    }
    let from = start + user.len() + 1;
    Some(UrlPassword {
        scheme,
        password: from..from + password.len(),
        host: place(host),
        class: class(password)?,
    })
}

/// The parameters of the URLs in a text, `?name=value&…`: whither, and where names and values stand.
pub(super) fn parameters(text: &str) -> Vec<(Host, Range<usize>, Range<usize>)> {
    let mut found = Vec::new();
    for (mark, _) in text.match_indices("://") {
        let start = mark + "://".len();
        let is_end = |c: char| c.is_whitespace() || "\"'`<>|\\".contains(c);
        let url = &text[start..];
        let url = &url[..url.find(is_end).unwrap_or(url.len())];
        let Some((before, query)) = url.split_once('?') else {
            continue;
        };
        let host = before.split(['/', ':']).next().unwrap_or(before);
        let mut at = start + before.len() + 1;
        for part in query.split(['&', '#', ';']) {
            if let Some((name, value)) = part.split_once('=') {
                let from = at + name.len() + 1;
                let is_plain = !value.contains(['{', '}', '$', '(', '[', '*', ',']);
                if is_plain && !is_for_examples(host) {
                    found.push((place(host), at..at + name.len(), from..from + value.len()));
                }
            }
            at += part.len() + 1;
        }
    }
    found
}

fn scheme(before: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_part(*c))
        .last()
        .map_or(before.len(), |(at, _)| at);
    &before[start..]
}

/// `None` for what is put in later.
fn class(password: &str) -> Option<ValueClass> {
    let is_hole = is_mask(password)
        || shapes::refers_elsewhere(password)
        || password.contains(['{', '}', '$', '[', ']', '(', ')', '*'])
        || password.contains("%s")
        || is_placeholder(password)
        || shapes::is_constant_name(password) && password.contains('_');
    (!is_hole).then_some(ValueClass::Secret)
}

/// `user:password`: what documents write.
fn is_everybodys(user: &str, password: &str) -> bool {
    const USERS: [&str; 8] = [
        "user", "username", "usr", "login", "name", "myuser", "dbuser", "db_user",
    ];
    const PASSWORDS: [&str; 9] = [
        "pass",
        "password",
        "passwd",
        "pwd",
        "secret",
        "mypassword",
        "mypass",
        "dbpassword",
        "db_password",
    ];
    let (user, password) = (user.to_ascii_lowercase(), password.to_ascii_lowercase());
    PASSWORDS.contains(&password.as_str()) && (user.is_empty() || USERS.contains(&user.as_str()))
}

/// Names that documents may use.
fn is_for_examples(host: &str) -> bool {
    const RESERVED: [&str; 7] = [
        "example.com",
        "example.org",
        "example.net",
        ".example",
        ".test",
        ".invalid",
        "domain.com",
    ];
    const WORDS: [&str; 5] = ["host", "hostname", "server", "example", "your-host"];
    RESERVED.iter().any(|reserved| host.ends_with(reserved)) || WORDS.contains(&host)
}

fn place(host: &str) -> Host {
    if host.contains(['{', '}', '$', '%', '[', '(']) {
        Host::Unknown
    } else if !host.contains('.')
        || host.starts_with("127.")
        || host == "0.0.0.0"
        || host.ends_with(".local")
        || host.ends_with(".internal") && host.starts_with("host.docker")
        || host.ends_with(".svc.cluster.local")
    {
        Host::Local
    } else {
        Host::Remote
    }
}

/// `Server=db;User Id=sa;Password=…;` of ADO and ODBC.
fn in_connection_string(text: &str) -> Option<UrlPassword<'_>> {
    let mut at = 0;
    let mut password = None;
    let mut server = None;
    for part in text.split(';') {
        if let Some((name, value)) = part.split_once('=') {
            let start = at + name.len() + 1;
            match name.trim().to_ascii_lowercase().as_str() {
                "password" | "pwd" => password = Some(start..start + value.len()),
                "server" | "data source" | "host" | "addr" | "address" => {
                    server = Some(value.trim())
                }
                _ => {}
            }
        }
        at += part.len() + 1;
    }
    let (password, server) = password.zip(server)?;
    let value = text[password.clone()].trim();
    let host = server.trim_start_matches("tcp:");
    let host = host.split([',', ':', '\\']).next().unwrap_or(host);
    Some(UrlPassword {
        scheme: "connection string",
        host: place(host),
        class: class(value).filter(|_| value.len() >= 3 && !is_everybodys("user", value))?,
        password,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The password and where it leads.
    fn found(text: &str) -> Vec<(&str, Host)> {
        let found = passwords(text).into_iter();
        found
            .map(|found| (&text[found.password], found.host))
            .collect()
    }

    #[test]
    fn urls_give_passwords() {
        for (text, password, host) in [
            (
                "postgresql+asyncpg://shop:tr0ub4dor@db.prod.acme.io:5432/shop",
                "tr0ub4dor",
                Host::Remote,
            ),
            ("redis://:r3dis-pw@cache:6379/0", "r3dis-pw", Host::Local),
            (
                "see amqp://guest:gu3st@localhost, and",
                "gu3st",
                Host::Local,
            ),
            (
                "postgres://postgres:postgres@db/app",
                "postgres",
                Host::Local,
            ),
            ("mysql://a:p@ss@127.0.0.1/x", "p@ss", Host::Local),
            ("mongodb+srv://u:pw1@{host}/x", "pw1", Host::Unknown),
            (
                "Server=tcp:db.acme.io,1433;User Id=sa;Password=Sh0p!;",
                "Sh0p!",
                Host::Remote,
            ),
        ] {
            assert_eq!(found(text), [(password, host)], "{text}");
        }
    }

    #[test]
    fn what_is_put_in_later_and_samples_are_left_alone() {
        for text in [
            "postgresql://user:password@localhost/db",
            "postgres://shop:${DB_PASSWORD}@db/app",
            "postgres://shop:{password}@db/app",
            "postgres://shop:%(password)s@db/app",
            "postgres://shop:<password>@db/app",
            "postgres://shop:change-me@db/app",
            "postgres://shop:****@db/app",
            "postgres://shop:DB_PASSWORD@db/app",
            "https://ada:s3cret@example.com/",
            "driver://user:pass@localhost/dbname",
            "https://acme.io:8080/a@b",
            "https://acme.io/a:b@c",
            "http://localhost:8000",
            "://a:bcd@e",
            "x;Password=abc;y",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
