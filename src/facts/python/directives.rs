//! What directives in Python can cover: statements, headers of definitions and blocks, and single
//! entries of dictionaries, calls and parameter lists.

use crate::facts::directives::{self, Directive};
use crate::parse::python::{Field, Kind, Node, Tree};
use crate::source::Span;

/// The directives of a document.
pub(super) fn read(tree: &Tree, document: Span) -> Vec<Directive> {
    let places = || tree.nodes().filter_map(place).collect();
    directives::read(tree.text(), document, tree.comments(), places)
}

fn place(node: Node) -> Option<Span> {
    match node.kind() {
        Kind::Pair
        | Kind::KeywordArgument
        | Kind::DefaultParameter
        | Kind::TypedDefaultParameter => Some(node.span()),
        _ => {
            let parent = node.parent()?.kind();
            let is_clause = matches!(
                node.kind(),
                Kind::ElifClause | Kind::ElseClause | Kind::ExceptClause | Kind::CaseClause
            );
            let is_statement = matches!(parent, Kind::Module | Kind::Block);
            let is_entry = match parent {
                Kind::ArgumentList => node.kind() == Kind::Call,
                // `fields=[("customer", models.ForeignKey(…))]` of a migration.
                Kind::List | Kind::Tuple => matches!(node.kind(), Kind::Call | Kind::Tuple),
                _ => false,
            };
            (is_statement || is_clause || is_entry).then(|| header(node))
        }
    }
}

/// A compound statement is covered up to its body, decorators included.
fn header(node: Node) -> Span {
    let definition = node.child(Field::Definition).unwrap_or(node);
    let body = definition
        .children()
        .find(|child| child.kind() == Kind::Block);
    match body {
        Some(body) if body.span().start > node.span().start => Span {
            start: node.span().start,
            end: body.span().start,
        },
        _ => node.span(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::python::parse;

    fn covered(text: &str) -> Vec<&str> {
        let (tree, _) = parse(text, 0..text.len());
        let directives = read(&tree, Span::new(0, text.len()));
        let covers = directives
            .iter()
            .map(|directive| directive.covers.of(text).trim_end());
        covers.collect()
    }

    #[test]
    fn statements_headers_and_entries_are_covered() {
        let handler = "\
# aicheck: allow a: above the decorator
@app.get(\"/\")
# aicheck: allow a: below it
def show(
    key=\"x\",  # aicheck: allow a: a parameter
    other=1,
):
    # aicheck: allow a: a statement
    row = find(
        key,
    )
    if row:  # aicheck: allow a: a header
        return row
";
        let header = "@app.get(\"/\")\n# aicheck: allow a: below it\ndef show(\n    key=\"x\",  # aicheck: allow a: a parameter\n    other=1,\n):";
        let covered_here = covered(handler);
        assert!(covered_here[0].starts_with(header), "{covered_here:?}");
        assert!(covered_here[1].starts_with(header), "{covered_here:?}");
        assert!(!covered_here[0].contains("find("), "{covered_here:?}");
        let row = "row = find(\n        key,\n    )";
        assert_eq!(covered_here[2..4], ["key=\"x\"", row]);
        assert!(covered_here[4].starts_with("if row:"), "{covered_here:?}");
        assert!(!covered_here[4].contains("return"), "{covered_here:?}");
    }

    #[test]
    fn an_entry_is_covered_alone() {
        let settings = "A = {\n  \"a\": 1,  # aicheck: allow a: this one\n  \"b\": 2,\n}\n";
        assert_eq!(covered(settings), ["\"a\": 1"]);
        let fields = "F = [\n  # aicheck: allow a: r\n  (\"a\", f(1)),\n  (\n    \"b\",\n    g(2),  # aicheck: allow a: r\n  ),\n]\n";
        assert_eq!(covered(fields), ["(\"a\", f(1))", "g(2)"]);
        let class = "class A(B):\n  x = 1  # aicheck: allow a: r\n  y = 2\n";
        assert_eq!(covered(class), ["x = 1"]);
    }
}
