use super::*;

fn read(text: &str) -> Tree {
    parse(text, 0..text.len())
}

/// A block as text: its lines, each with its parts between bars.
fn told(text: &str) -> Vec<String> {
    let tree = read(text);
    let lines = tree.blocks.iter().flat_map(|block| &block.lines);
    lines.map(line).collect()
}

fn line(line: &Line) -> String {
    match line {
        Line::Property(name, value) => format!("{} = {}", name.text, self::value(value)),
        Line::Attribute(attribute) => format!("@{}", self::attribute(attribute)),
        Line::Field(field) => {
            let mut told = field.name.text.clone();
            if let Some(ty) = &field.ty {
                told += &format!(" {}", ty.name.text);
                told += &ty
                    .unsupported
                    .as_ref()
                    .map_or(String::new(), |of| format!("<{of}>"));
                told += if ty.list { "[]" } else { "" };
                told += if ty.optional { "?" } else { "" };
            }
            for attribute in &field.attributes {
                told += &format!(" {}", self::attribute(attribute));
            }
            told
        }
    }
}

fn attribute(attribute: &Attribute) -> String {
    let arguments = arguments(&attribute.arguments);
    format!("@{}{arguments}", attribute.name.text)
}

fn arguments(arguments: &[Argument]) -> String {
    let told: Vec<String> = arguments
        .iter()
        .map(|argument| {
            let name = argument.name.as_ref();
            let name = name.map_or(String::new(), |name| format!("{}: ", name.text));
            format!("{name}{}", value(&argument.value))
        })
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!("({})", told.join(", ")),
    }
}

fn value(value: &Value) -> String {
    match &value.kind {
        ValueKind::Text(text) => format!("{text:?}"),
        ValueKind::Number(text) | ValueKind::Word(text) => text.clone(),
        ValueKind::Call(name, of) => format!("{name}!{}", arguments(of)),
        ValueKind::List(items) => {
            let items: Vec<String> = items.iter().map(self::value).collect();
            format!("[{}]", items.join(", "))
        }
        ValueKind::Object(of) => format!("{{{}}}", arguments(of)),
    }
}

#[test]
fn lines_of_all_kinds_are_read() {
    let text = r#"
datasource db {
  provider = "postgresql"
  schemas  = ["a", "b"]
  url      = env("URL") // a secret
}
/// People.
model User {
  id    Int      @id @default(autoincrement())
  email String?  @unique(map: "u\"x") @db.VarChar(255)
  tags  String[] @default(["a", "b"])
  at    DateTime @default(dbgenerated("now() + '1 day'::interval"))
  point Unsupported("geometry(Point, 4326)")?
  rate  Float    @default(-0.5)
  model String
  org   Org      @relation("of", fields: [orgId, orgNo],
                           references: [id, no],
                           onDelete: Cascade)
  @@index([email(sort: Desc, ops: raw("x")), id], type: Gin)
  @@index([at], where: { id: 1 })
}
enum Role { ADMIN
  OWNER @map("owner") }
"#;
    assert_eq!(
        told(text),
        [
            "provider = \"postgresql\"",
            "schemas = [\"a\", \"b\"]",
            "url = env!(\"URL\")",
            "id Int @id @default(autoincrement!)",
            "email String? @unique(map: \"u\\\"x\") @db.VarChar(255)",
            "tags String[] @default([\"a\", \"b\"])",
            "at DateTime @default(dbgenerated!(\"now() + '1 day'::interval\"))",
            "point Unsupported<geometry(Point, 4326)>?",
            "rate Float @default(-0.5)",
            "model String",
            "org Org @relation(\"of\", fields: [orgId, orgNo], references: [id, no], onDelete: Cascade)",
            "@@index([email!(sort: Desc, ops: raw!(\"x\")), id], type: Gin)",
            "@@index([at], where: {(id: 1)})",
            "ADMIN",
            "OWNER @map(\"owner\")",
        ]
    );
    let tree = read(text);
    assert_eq!(tree.faults, []);
    let comments: Vec<&str> = tree.comments.iter().map(|span| span.of(text)).collect();
    assert_eq!(comments, ["// a secret", "/// People."]);
    let names: Vec<&str> = tree.blocks.iter().map(|block| &*block.name.text).collect();
    assert_eq!(names, ["db", "User", "Role"]);
    assert!(tree.blocks[2].span.of(text).ends_with("@map(\"owner\") }"));
}

#[test]
fn a_line_that_cannot_be_read_costs_itself_alone() {
    let text = "model A {\n  id Int @id\n  b Int @default(\n  c Int ?? x\n  d Int\n}\nmodel B {\n  e Int\n\nmodel C {\n  f Int\n}\nstray\n";
    let tree = read(text);
    let faults: Vec<&str> = tree.faults.iter().map(|span| span.of(text)).collect();
    assert_eq!(faults, ["b Int @default(", "c Int ?? x", "B", "stray"]);
    let broken: Vec<bool> = tree.blocks.iter().map(|block| block.broken).collect();
    assert_eq!(broken, [true, true, false]);
    assert_eq!(told(text), ["id Int @id", "d Int", "e Int", "f Int"]);
}

#[test]
fn spans_are_those_of_the_file() {
    let text = "x\nmodel A {\n  b B? @relation(fields: [c], onDelete: Cascade) // why\n}\n";
    let tree = parse(text, 2..text.len());
    let Line::Field(field) = &tree.blocks[0].lines[0] else {
        panic!("a field");
    };
    assert_eq!(
        field.span.of(text),
        "b B? @relation(fields: [c], onDelete: Cascade)"
    );
    let relation = &field.attributes[0];
    let action = relation.named("onDelete").unwrap();
    assert_eq!(action.span.of(text), "onDelete: Cascade");
    assert_eq!(relation.named("fields").unwrap().value.span.of(text), "[c]");
}

#[test]
fn hostile_texts_are_read_in_linear_time() {
    for text in [
        "model A {\n".repeat(20_000),
        "a B @c(d(\n".repeat(20_000),
        format!("model A {{\n a B @c({}", "[".repeat(100_000)),
        format!("model A {{\n{}", "a B @c([1,\n".repeat(20_000)),
        "/*".repeat(50_000),
        format!("model A {{ a B @default(\"{}", "\\\"".repeat(50_000)),
        "model A { @@@@@ } } {{ é \u{feff} 1a -".to_owned(),
    ] {
        let tree = read(&text);
        assert!(tree.blocks.len() <= 20_000);
    }
}
