use super::*;
use crate::facts::secrets::{Host, ValueClass};

/// Name, value and binding of each suspect.
fn found(format: Format, text: &str) -> Vec<(String, &str, Binding)> {
    let (document, _) = format.read(text, 0..text.len());
    let found = suspects(text, &document, format).into_iter();
    found
        .map(|suspect| (suspect.name, suspect.value.of(text), suspect.binding))
        .collect()
}

#[track_caller]
fn assert_one(format: Format, text: &str, name: &str, value: &str, binding: Binding) {
    assert_eq!(
        found(format, text),
        [(name.to_owned(), value, binding)],
        "{text}"
    );
}

#[test]
fn every_format_binds() {
    use Holder::*;
    for (format, text, holder) in [
        (Format::Dotenv, "DB_PASSWORD=hunt3r-2", Dotenv),
        (Format::Ini, "[a]\nDB_PASSWORD = hunt3r-2", Settings),
        (Format::Toml, "DB_PASSWORD = \"hunt3r-2\"", Settings),
        (
            Format::Json,
            "{\"a\": {\"DB_PASSWORD\": \"hunt3r-2\"}}",
            Settings,
        ),
        (
            Format::Dockerfile,
            "FROM a\nENV DB_PASSWORD=hunt3r-2\n",
            Image,
        ),
        (Format::Shell, "export DB_PASSWORD=hunt3r-2", Script),
        (
            Format::Hcl,
            "a \"b\" {\n  DB_PASSWORD = \"hunt3r-2\"\n}\n",
            Terraform,
        ),
        (
            Format::Yaml,
            "services:\n a:\n  image: b\n  environment:\n   DB_PASSWORD: hunt3r-2",
            Compose,
        ),
        (
            Format::Yaml,
            "services:\n a:\n  image: b\n  environment:\n   - DB_PASSWORD=hunt3r-2",
            Compose,
        ),
        (
            Format::Yaml,
            "on: push\njobs:\n a:\n  env: {DB_PASSWORD: hunt3r-2}",
            Workflow,
        ),
        (
            Format::Yaml,
            "on: push\njobs:\n a:\n  services:\n   b:\n    env: {DB_PASSWORD: hunt3r-2}",
            WorkflowService,
        ),
        (
            Format::Yaml,
            "apiVersion: v1\nkind: Pod\nenv:\n - name: DB_PASSWORD\n   value: hunt3r-2",
            Manifest,
        ),
    ] {
        assert_one(
            format,
            text,
            "DB_PASSWORD",
            "hunt3r-2",
            Binding::Entry(holder),
        );
    }
}

#[test]
fn secrets_of_kubernetes_are_decoded() {
    let text =
        "apiVersion: v1\nkind: Secret\ndata:\n  password: aHVudDNyLTI=\n  username: YWRtaW4=\n";
    let binding = Binding::Entry(Holder::KubernetesSecret);
    assert_one(Format::Yaml, text, "password", "aHVudDNyLTI=", binding);
    let text = "apiVersion: v1\nkind: Secret\nstringData:\n  password: hunt3r-2\n";
    assert_one(Format::Yaml, text, "password", "hunt3r-2", binding);
    // `${DB_PASSWORD}` and `<password>`: put in later.
    for data in ["JHtEQl9QQVNTV09SRH0=", "PHBhc3N3b3JkPg=="] {
        let text = format!("apiVersion: v1\nkind: Secret\ndata:\n  password: {data}\n");
        let found = found(Format::Yaml, &text);
        assert!(found.iter().all(|_| data.starts_with("PHB")), "{data}");
    }
}

#[test]
fn defaults_are_bound_to_their_variable() {
    let text = "services:\n a:\n  image: b\n  environment:\n   X: ${JWT_SECRET:-dev}\n";
    assert_one(
        Format::Yaml,
        text,
        "JWT_SECRET",
        "dev",
        Binding::EntryDefault(Holder::Compose),
    );
    let text = "variable \"db_password\" {\n  default = \"hunt3r-2\"\n}\n";
    assert_one(
        Format::Hcl,
        text,
        "db_password",
        "hunt3r-2",
        Binding::EntryDefault(Holder::Terraform),
    );
    assert_eq!(
        found(
            Format::Dotenv,
            "A_SECRET=${A_SECRET:?}\nB_SECRET=${B_SECRET:-}\nC_SECRET=${C_SECRET:?not set}\n\
             D_SECRET=${D_SECRET:+set}\nE_SECRET=${E_SECRET:0:8}\n"
        ),
        []
    );
}

#[test]
fn urls_are_found_whatever_their_name() {
    let text = "url = postgres://shop:hunt3r-2@db.acme.io/x";
    let binding = Binding::Url {
        host: Host::Remote,
        holder: Some(Holder::Settings),
    };
    assert_one(Format::Ini, text, "url", "hunt3r-2", binding);
}

#[test]
fn names_around_count() {
    let entry = Binding::Entry(Holder::Settings);
    assert_one(
        Format::Yaml,
        "smtp:\n  pass: hunt3r-2",
        "pass",
        "hunt3r-2",
        entry,
    );
    for text in [
        "pages:\n  key: 9fQ2x7Lm0ZtRw4KcA1",
        "example:\n  password: hunt3r-2",
        "properties:\n  password:\n    type: string",
        "password: 'Enter a new password'",
        "password: Passwort",
        "db_password: !vault hunt3r-2",
        "db_password: '{{ hunt3r }}'",
    ] {
        assert_eq!(found(Format::Yaml, text), [], "{text}");
    }
}

#[test]
fn what_everybody_tries_first_is_told_apart() {
    let class = |value: &str| {
        let text = format!("DB_PASSWORD={value}\n");
        let (document, _) = Format::Dotenv.read(&text, 0..text.len());
        suspects(&text, &document, Format::Dotenv)
            .first()
            .map(|it| it.class)
    };
    assert_eq!(class("hunt3r-2"), Some(ValueClass::Secret));
    assert_eq!(class("postgres"), Some(ValueClass::Common));
    assert_eq!(class("1234"), Some(ValueClass::Common));
    assert_eq!(class("change-me"), Some(ValueClass::Placeholder));
    assert_eq!(class(""), None);
}
