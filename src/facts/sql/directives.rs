//! What directives in SQL can cover: statements, and inside them single clauses.

use crate::facts::directives::{self, Directive};
use crate::facts::schema::{AlterKind, CreateTable, SchemaChange, SchemaStatement};
use crate::source::Span;

/// The directives among the comments of a document with these statements.
pub(super) fn read(
    text: &str,
    document: Span,
    comments: &[Span],
    statements: &[Span],
    schema: &[SchemaStatement],
) -> Vec<Directive> {
    let places = || {
        let mut places = statements.to_vec();
        for statement in schema {
            match &statement.change {
                SchemaChange::CreateTable(table) => clauses(table, &mut places),
                SchemaChange::AlterTable { actions, .. } => {
                    let told = actions.iter();
                    let told = told.filter(|action| action.kind != AlterKind::Nothing);
                    places.extend(told.map(|action| action.span));
                }
                _ => {}
            }
        }
        places
    };
    directives::read(text, document, comments, places)
}

/// A column's clause holds its constraints.
fn clauses(table: &CreateTable, places: &mut Vec<Span>) {
    let columns = table.columns.iter().map(|column| {
        let of_column = |span: &Span| column.span.touches(*span);
        let inline = table
            .constraints
            .iter()
            .filter(|constraint| constraint.inline);
        let spans = inline.map(|constraint| constraint.span).filter(of_column);
        spans.fold(column.span, Span::to)
    });
    places.extend(columns);
    let constraints = table.constraints.iter();
    let own = constraints.filter(|constraint| !constraint.inline);
    places.extend(own.map(|constraint| constraint.span));
    places.extend(table.indexes.iter().map(|index| index.span));
}

#[cfg(test)]
mod tests {
    use crate::facts::sql;

    fn covered(text: &str) -> Vec<&str> {
        let outcome = sql::read(text, 0..text.len(), None);
        let directives = outcome.directives.iter();
        directives
            .map(|directive| directive.covers.of(text))
            .collect()
    }

    #[test]
    fn a_clause_of_a_table_is_covered_alone() {
        let text = "\
create table t (
  -- aicheck: allow a: above
  a int references p (id)
    on delete cascade,
  b int references q (id) on delete cascade, -- aicheck: allow a: behind
  c float /* aicheck: allow a: before the comma */, d int,
  -- aicheck: allow a: a constraint
  foreign key (a, b) references r (a, b)
);";
        assert_eq!(
            covered(text),
            [
                "a int references p (id)\n    on delete cascade",
                "b int references q (id) on delete cascade",
                "c float",
                "foreign key (a, b) references r (a, b)",
            ]
        );
    }

    #[test]
    fn a_statement_is_covered_whole() {
        let text = "\
-- aicheck: allow a: above

create table t (
  a int
);
insert into t values (1); -- aicheck: allow a: behind
alter table t
  add column b int, -- aicheck: allow a: one action
  add column c int;
-- aicheck: allow-file a: everything";
        let expected = [
            "create table t (\n  a int\n)",
            "insert into t values (1)",
            "add column b int",
            text,
        ];
        assert_eq!(covered(text), expected);
    }
}
