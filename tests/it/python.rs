//! Python of any shape is read: no panic, places inside the text, the same facts every time.

use aicheck::facts::python::{Module, read};
use aicheck::source::Span;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// Expressions that the path analysis tells apart, `{}` stands for another one.
const EXPRESSIONS: &[&str] = &[
    "a",
    "b",
    "None",
    "(1)",
    "{}.x",
    "{}[0]",
    "{}()",
    "{}.get(Order, {})",
    "db.get(Order, {})",
    "db.query(Order).filter(Order.id == {}).first()",
    "Order.objects.get(pk={})",
    "cur.execute('SELECT a FROM t WHERE id = %s', ({},)).fetchone()",
    "load({})",
    "(not {})",
    "({} and {})",
    "({} or {})",
    "({} if {} else {})",
    "({} is None)",
    "({} == {})",
    "({} in {})",
    "(a := {})",
    "[x for x in {} if {}]",
    "next((x for x in {} if x.id == {}), None)",
    "f'{{{}}}'",
    "(await {})",
    "(lambda a: {})",
    "dict(**{}, k={})",
    "getattr({}, 'x', {})",
    "(yield {})",
    "request.POST[{}]",
    "request.get_json().get('a', {})",
    "json.loads({})",
    "int({})",
    "('k' not in {})",
];

/// Statements; `{}` stands for an expression, `{:}` for a block.
const STATEMENTS: &[&str] = &[
    "a = {}",
    "b = {}",
    "a, b = {}, {}",
    "a.x = {}",
    "a[{}] = {}",
    "a += {}",
    "del a.x",
    "{}",
    "assert {}",
    "return {}",
    "return",
    "raise {}",
    "raise",
    "break",
    "continue",
    "pass",
    "global a",
    "import a",
    "if {}:{:}",
    "if {}:{:}elif {}:{:}else:{:}",
    "while {}:{:}",
    "while True:{:}else:{:}",
    "for a in {}:{:}",
    "for a, b in {}:{:}else:{:}",
    "try:{:}except:{:}",
    "try:{:}except (Order.DoesNotExist, ValueError) as e:{:}else:{:}finally:{:}",
    "try:{:}finally:{:}",
    "with {} as a:{:}",
    "with suppress(Exception):{:}",
    "def g(a, b={}):{:}",
    "class C:{:}",
    "match {}:\n    case None if {}:{::}    case [a, b] | {{'k': a}}:{::}    case _:{::}",
];

/// Builds text from numbers: each picks a line of a table, until they run out.
struct Writer<'c> {
    choices: std::slice::Iter<'c, u8>,
}

impl Writer<'_> {
    fn pick<'t>(&mut self, table: &[&'t str], plain: usize) -> &'t str {
        match self.choices.next() {
            Some(choice) => table[*choice as usize % table.len()],
            None => table[plain],
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        let plain = if depth > 12 {
            &EXPRESSIONS[..4]
        } else {
            EXPRESSIONS
        };
        let mut parts = self.pick(plain, 0).split("{}");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            text += &self.expression(depth + 1);
            text += part;
        }
        text.replace("{{", "{").replace("}}", "}")
    }

    fn block(&mut self, indent: usize) -> String {
        let mut text = String::new();
        let most = if indent > 8 { 1 } else { 3 };
        for _ in 0..=self.choices.next().map_or(0, |choice| choice % most) {
            text += &"    ".repeat(indent);
            text += &self.statement(indent);
            text.push('\n');
        }
        text
    }

    fn statement(&mut self, indent: usize) -> String {
        let plain = if indent > 8 {
            &STATEMENTS[..16]
        } else {
            STATEMENTS
        };
        let mut rest = self.pick(plain, 15);
        let mut text = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            text += &before.replace('\n', &format!("\n{}", "    ".repeat(indent)));
            let (hole, after) = after.split_once('}').unwrap_or_default();
            match hole {
                "" => text += &self.expression(0),
                ":" | "::" => {
                    text.push('\n');
                    text += &self.block(indent + hole.len());
                    text += &"    ".repeat(indent);
                }
                _ => text += "'k'",
            }
            rest = after;
        }
        text + rest
    }
}

fn program(choices: &[u8]) -> String {
    let mut writer = Writer {
        choices: choices.iter(),
    };
    let mut text = String::from("async def f(a: Order, db: Session, b=None):\n");
    text += &writer.block(1);
    text
}

/// Every span of the facts, found in what they look like as JSON.
fn spans(module: &Module) -> Vec<Span> {
    fn gather(value: &serde_json::Value, found: &mut Vec<Span>) {
        if let Ok(span) = serde_json::from_value(value.clone()) {
            found.push(span);
        }
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|it| gather(it, found)),
            serde_json::Value::Object(map) => map.values().for_each(|it| gather(it, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    gather(&serde_json::to_value(module).unwrap(), &mut found);
    found
}

fn module(text: &str) -> Module {
    read(text, 0..text.len(), None)
        .facts
        .python
        .unwrap_or_default()
}

fn bounded() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(bounded())]

    #[test]
    fn any_program_is_read(choices in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = program(&choices);
        let module = module(&text);
        for span in spans(&module) {
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}\n{text}");
        }
        prop_assert_eq!(module, self::module(&text));
    }

    #[test]
    fn any_part_of_a_program_is_read(
        choices in prop::collection::vec(any::<u8>(), 0..200),
        cut in any::<prop::sample::Index>(),
        put in any::<prop::sample::Index>(),
        what in "[\\PC\n\r\t]{0,9}",
    ) {
        let mut text = program(&choices);
        text.truncate(cut.index(text.len() + 1));
        text.insert_str(put.index(text.len() + 1), &what);
        module(&text);
    }
}

#[test]
fn the_generator_writes_python() {
    let mut whole = 0;
    for seed in 0..200u32 {
        let choices: Vec<u8> = (0..300u32)
            .map(|at| {
                (seed
                    .wrapping_mul(2_654_435_761)
                    .wrapping_add(at * at * 40_503)
                    >> 13) as u8
            })
            .collect();
        let text = program(&choices);
        whole += usize::from(read(&text, 0..text.len(), None).notes.is_empty());
    }
    assert!(whole > 150, "only {whole} of 200 programs parse");
}

#[test]
fn deep_expressions_fit_a_small_stack() {
    for (open, close) in [
        ("f(", ")"),
        ("(a and ", ")"),
        ("[x for x in ", "]"),
        ("not ", ""),
    ] {
        let depth = 95;
        let text = format!(
            "def f(a):\n    return {}a{}\n",
            open.repeat(depth),
            close.repeat(depth)
        );
        assert_eq!(module(&text).functions.len(), 1);
    }
    let deep: String = (1..95)
        .map(|n| format!("{}if a:\n", "    ".repeat(n)))
        .collect();
    let text = format!("def f(a):\n{deep}{}pass\n", "    ".repeat(95));
    assert_eq!(module(&text).functions.len(), 1);
}
