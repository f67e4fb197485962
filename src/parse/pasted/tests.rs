use super::*;

fn read(text: &str) -> Vec<(Language, &str)> {
    code(text)
        .into_iter()
        .map(|stretch| (stretch.language, &text[stretch.range]))
        .collect()
}

use Language::{Prisma, Python, Sql};

#[test]
fn a_text_of_one_language_is_taken_whole() {
    let sql = "\\connect x\n-- Tables\ncreate table a (\n  id int\n);\n\nCOPY a (id) FROM stdin;\n1\n\\.\n";
    assert_eq!(read(sql), [(Sql, sql)]);
    let python = "\"\"\"Shop.\"\"\"\nimport os\n\nKEY = 'x'\n\n@app.get('/')\ndef f():\n    pass\n";
    assert_eq!(read(python), [(Python, python)]);
    assert_eq!(read("API_KEY = \"sk-1\"\n")[0].0, Python);
}

#[test]
fn code_between_prose_is_found() {
    let text = "Here is the table you asked for:\n\n\
        -- Orders\nCREATE TABLE orders (\n    id int\n\n    , b int\n);\n\
        CREATE INDEX x ON orders (b);\n\n\
        And this is the handler for it:\n\n\
        from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/\")\ndef read(\n    a: int,\n):\n    return \"\"\"\nThis is text.\n\"\"\"\n\n\
        Create table rows only once.\nLet me know if it works!\n";
    assert_eq!(
        read(text),
        [
            (
                Sql,
                "-- Orders\nCREATE TABLE orders (\n    id int\n\n    , b int\n);\nCREATE INDEX x ON orders (b);\n"
            ),
            (
                Python,
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/\")\ndef read(\n    a: int,\n):\n    return \"\"\"\nThis is text.\n\"\"\"\n"
            ),
        ]
    );
}

#[test]
fn labels_of_copied_blocks_are_no_code() {
    let text = "sql\nCopy code\nCREATE TABLE a (b int);\n";
    assert_eq!(read(text), [(Sql, "CREATE TABLE a (b int);\n")]);
}

#[test]
fn both_languages_without_prose() {
    let text = "CREATE TABLE a (id int)\n\nimport os\nx = os.getenv('A')\n";
    assert_eq!(
        read(text),
        [
            (Sql, "CREATE TABLE a (id int)\n"),
            (Python, "import os\nx = os.getenv('A')\n")
        ]
    );
}

#[test]
fn a_schema_of_prisma_is_told_by_its_blocks() {
    let schema =
        "// Shop\nenum Role {\n  ADMIN\n}\n\nmodel User {\n  id   Int @id\n\n  from Role\n}\n";
    assert_eq!(read(schema), [(Prisma, schema)]);
    let text = format!("Add this to the schema:\n\n{schema}\nThen run the migration for it.\n");
    assert_eq!(read(&text), [(Prisma, schema)]);
    assert_eq!(language(schema), Some(Prisma));
    assert_eq!(read("enum Color {\n  Red,\n}\n"), []);
}

#[test]
fn prose_data_and_other_languages_are_neither() {
    for text in [
        "",
        "Create table orders first, then add an index.\nSelect the rows you need.\n",
        "DATABASE_URL=postgres://localhost\nDEBUG=1\n",
        "$ pip install fastapi\n",
        "{\"a\": 1}\n",
        "import { x } from 'y';\nconst a = 1;\n",
        "package main\nimport \"fmt\"\nfunc main() {\n}\n",
        "from the shop import nothing but pears\n",
    ] {
        assert_eq!(read(text), [], "{text}");
    }
}

#[test]
fn a_text_has_a_language_when_it_starts_with_code() {
    assert_eq!(language("-- x\nSELECT a\nFROM b;\n"), Some(Sql));
    assert_eq!(language("# x\nimport os\n"), Some(Python));
    assert_eq!(language("SELECT a\nFROM b\nWHERE c = 1\n"), Some(Sql));
    assert_eq!(
        language("# Decision\nOriginal: x = (a / b)\nThis was wrong for most users.\n"),
        None
    );
    assert_eq!(language("$ psql\nSELECT a\nFROM b;\n"), None);
}
