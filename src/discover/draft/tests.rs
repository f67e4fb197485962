use super::*;

fn read_all(text: &str) -> Vec<(String, String)> {
    let draft = read(&text.into());
    assert_eq!(draft.text.len(), text.len());
    let code = |block: &Block| draft.text[block.range.clone()].to_owned();
    let blocks = draft.blocks.iter();
    blocks
        .map(|block| (block.path.to_string(), code(block)))
        .collect()
}

fn names(text: &str) -> Vec<String> {
    read_all(text).into_iter().map(|(path, _)| path).collect()
}

fn fence(info: &str) -> Vec<String> {
    let body = if info.contains("py") {
        "x = 1"
    } else {
        "SELECT 1;"
    };
    names(&format!("```{info}\n{body}\n```\n"))
}

#[test]
fn a_name_stands_in_the_fence() {
    for info in [
        "python app/main.py",
        "python title=\"app/main.py\"",
        "py filename=app/main.py",
        "python:app/main.py",
        "app/main.py",
        "{.python file=\"./app/main.py\"}",
        "text app/main.py",
    ] {
        assert_eq!(fence(info), ["app/main.py"], "{info}");
    }
    assert_eq!(
        fence("sql /srv/../migrations/1.sql"),
        ["srv/migrations/1.sql"]
    );
    assert_eq!(fence("sql app/main.py"), ["block_001.sql"]);
}

#[test]
fn a_name_stands_above_the_fence_or_in_the_first_comment() {
    for above in [
        "**app/main.py**",
        "### 1. `app/main.py`",
        "Now change app/main.py:",
        "File: `app/main.py`\n",
    ] {
        assert_eq!(
            names(&format!("{above}\n```python\nx = 1\n```")),
            ["app/main.py"],
            "{above}"
        );
    }
    for comment in [
        "# app/main.py",
        "\n# File: app/main.py",
        "# --- app/main.py ---",
    ] {
        assert_eq!(
            names(&format!("```\n{comment}\nimport x\n```")),
            ["app/main.py"],
            "{comment}"
        );
    }
    assert_eq!(
        names("-- db/001.sql\nCREATE TABLE a (b int);\n"),
        ["db/001.sql"]
    );
    assert_eq!(
        names("Move a.py to b.py:\n```python\nx = 1\n```"),
        ["block_001.py"]
    );
}

#[test]
fn languages_that_are_not_read_give_no_block() {
    let text = "```go\nfunc main() {}\n```\n```ts\nlet a = 1\n```\n```\n$ ls\n```\n```sql\n\n```\n";
    assert_eq!(names(text), [""; 0]);
}

#[test]
fn configuration_gives_blocks() {
    let text =
        "```bash\npip install x\n```\n```ini .env\nA=b\n```\n```yaml compose.yml\na: b\n```\n";
    assert_eq!(names(text), ["block_001.sh", ".env", "compose.yml"]);
}

#[test]
fn fences_may_name_a_dialect() {
    let draft = read(&"```mysql\nSELECT 1;\n```\n```sql\nSELECT 1;\n```\n".into());
    let dialects: Vec<_> = draft.blocks.iter().map(|block| block.dialect).collect();
    assert_eq!(dialects, [Some(Dialect::Mysql), None]);
}

#[test]
fn every_block_has_a_path_of_its_own() {
    let text = "```sql\nSELECT 1;\n```\n```sql a/1.sql\nSELECT 1;\n```\n```sql a/1.sql\nSELECT 2;\n```\n```py\nx = 1\n```\n";
    assert_eq!(
        names(text),
        ["a/block_001.sql", "a/1.sql", "a/1~003.sql", "block_004.py"]
    );
}

#[test]
fn indentation_of_a_block_changes_places_with_the_line_end() {
    let text = "1. do\n   ```python\n   if a:\n\n       b\\\n       .c()\n   ```\n";
    assert_eq!(
        read_all(text),
        [(
            "block_001.py".to_owned(),
            "if a:\n   \n    b\\\n       .c()\n".to_owned()
        )]
    );
    let text = "```python\r\n    def f():\r\n        pass\r\n```\r\n";
    assert_eq!(read_all(text)[0].1, "def f():    \r\n    pass\r\n");
}

#[test]
fn the_new_side_of_a_diff() {
    let text = "```diff\n--- a/m/1.sql\n+++ b/m/1.sql\n@@ -1 +1 @@\n-drop x€;\n+CREATE TABLE a (\n+  b int);\n```\n";
    let blocks = read_all(text);
    assert_eq!(blocks[0].0, "m/1.sql");
    let code: Vec<_> = blocks[0].1.lines().map(str::trim_end).collect();
    assert_eq!(code.concat(), "CREATE TABLE a (  b int);");
    let patch =
        "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n def f():\n+    pass\n";
    let blocks = read_all(patch);
    assert_eq!(blocks[0].0, "x.py");
    assert!(
        blocks[0].1.ends_with("def f(): \n    pass\n"),
        "{:?}",
        blocks[0].1
    );
}
