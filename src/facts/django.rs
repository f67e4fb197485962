//! Migrations of Django: what their operations run besides Django's own statements. The operations
//! themselves are values of the class, which `project` replays.

mod rows;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::alembic::execute;
use super::alembic::scope::Scope;
use super::python::value::{call, chain};
use super::schema::{
    AlterAction, AlterKind, Dialect, SchemaChange, SchemaStatement, Section, TableName,
};
use super::sqlalchemy::term::{Form, Term, Text};
use super::sweep::is_explained;
use super::transaction::{Outsider, Transactions};
use super::way_back::WayBack;
use super::{Directive, FileOutcome, Note, NoteId, alembic};
use crate::facts::python::Value;
use crate::parse::python::{Field, Kind, Node, Tree};
use crate::source::Span;
pub use rows::{ModelSweep, Rows};

/// What one operation runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The call that makes the operation.
    pub operation: Span,
    /// Its statements, in order.
    pub statements: Vec<SchemaStatement>,
    /// What it runs on the way back; `None` where Django does not know one, or nobody can tell.
    pub reverse: Option<Vec<SchemaStatement>>,
    /// Models whose tables its code changes, as `app.Model`.
    pub models: Vec<String>,
    /// What it does to rows.
    pub rows: Rows,
}

/// Adds what a migration runs to the facts of its module, which are read already.
pub fn read(tree: &Tree, dialect: Dialect, outcome: &mut FileOutcome) {
    let Some(module) = &outcome.facts.python else {
        return;
    };
    let mut reader = Reader {
        scope: alembic::module_scope(tree, dialect, module),
        transactions: Transactions::default(),
        way_back: WayBack::default(),
        notes: Vec::new(),
        directives: Vec::new(),
    };
    let calls = tree.nodes().filter(|node| node.kind() == Kind::Call);
    let runs = calls.filter_map(|node| {
        let name = node.child(Field::Function).map(chain)?;
        let name = name.rsplit('.').next()?;
        if let Some(name) = concurrent(name) {
            reader.transactions.outsiders.push(Outsider {
                span: node.span(),
                section: Section::Up,
                name: name.to_owned(),
                apart: false,
            });
        }
        reader.way_back.see_operation(node);
        match name {
            "RunSQL" => Some(reader.sql(node)),
            "RunPython" => reader.python(node),
            _ => None,
        }
    });
    outcome.facts.runs = runs.collect();
    reader.transactions.declined = is_not_atomic(tree);
    outcome.facts.transactions = reader.transactions;
    outcome.facts.transactions.settle();
    outcome.facts.way_back = reader.way_back;
    outcome.notes.append(&mut reader.notes);
    outcome.directives.append(&mut reader.directives);
}

struct Reader<'t> {
    scope: Scope<'t>,
    transactions: Transactions,
    way_back: WayBack,
    notes: Vec<Note>,
    directives: Vec<Directive>,
}

/// What PostgreSQL calls what an operation does, where it runs it in no transaction.
fn concurrent(operation: &str) -> Option<&'static str> {
    match operation {
        "AddIndexConcurrently" => Some("CREATE INDEX CONCURRENTLY"),
        "RemoveIndexConcurrently" => Some("DROP INDEX CONCURRENTLY"),
        _ => None,
    }
}

/// Whether a migration says `atomic = False`.
fn is_not_atomic(tree: &Tree) -> bool {
    let mut assignments = tree.nodes().filter(|node| node.kind() == Kind::Assignment);
    assignments.any(|node| {
        let name = node
            .child(Field::Left)
            .is_some_and(|it| it.text() == "atomic");
        name && node
            .child(Field::Right)
            .is_some_and(|it| it.kind() == Kind::False)
    })
}

/// Calls of the editor of schemas that change a table.
const EDITS: [&str; 14] = [
    "add_constraint",
    "add_field",
    "add_index",
    "alter_db_table",
    "alter_field",
    "alter_index_together",
    "alter_unique_together",
    "create_model",
    "delete_model",
    "remove_constraint",
    "remove_field",
    "remove_index",
    "rename_index",
    "table_sql",
];

impl<'t> Reader<'t> {
    /// `RunSQL(sql)`: a text, or a list of texts and of texts with their parameters.
    fn sql(&mut self, node: Node<'t>) -> Run {
        let mut run = Run {
            operation: node.span(),
            ..Run::default()
        };
        let term = self.scope.eval(node);
        let given = |nth, name| term.call().and_then(|call| call.arg(nth, &[name]));
        let Some(sql) = given(0, "sql") else {
            run.anything(node.span());
            return run;
        };
        for text in texts(sql) {
            self.run(text, &mut run);
        }
        let reverse = given(1, "reverse_sql").filter(|it| !matches!(it.form, Form::None));
        run.reverse = reverse.and_then(|reverse| self.reverse(reverse));
        run
    }

    fn run(&mut self, term: &Term, run: &mut Run) {
        match &term.form {
            Form::Text(text) => {
                let scope = &self.scope;
                let outcome = execute::read(text, term.span, scope.text, scope.dialect);
                let transactions = outcome.facts.transactions;
                self.transactions.extend(transactions, Section::Up, false);
                run.statements.extend(outcome.facts.schema);
                let places = [run.operation, term.span];
                let explained = places.iter().any(|at| is_explained(scope.text, *at, "#"));
                let sweeps = outcome.facts.sweeps.into_iter().map(|mut sweep| {
                    sweep.explained |= explained;
                    sweep
                });
                run.rows.sweeps.extend(sweeps);
                self.notes.extend(outcome.notes);
                self.directives.extend(outcome.directives);
            }
            Form::None => {}
            Form::Name(name) if name.ends_with(".noop") => {}
            _ => run.anything(term.span),
        }
    }

    /// `reverse_sql`, where all of it can be read.
    fn reverse(&mut self, term: &Term) -> Option<Vec<SchemaStatement>> {
        let mut statements = Vec::new();
        for term in texts(term) {
            match &term.form {
                Form::Text(text) => {
                    let scope = &self.scope;
                    let outcome = execute::read(text, term.span, scope.text, scope.dialect);
                    let unread = |note: &Note| note.id == NoteId::UnparsedSql;
                    if outcome.notes.iter().any(unread) {
                        return None;
                    }
                    statements.extend(outcome.facts.schema);
                    self.directives.extend(outcome.directives);
                }
                Form::None => {}
                Form::Name(name) if name.ends_with(".noop") => {}
                _ => return None,
            }
        }
        Some(statements)
    }

    /// `RunPython(code)`: nobody knows which of its statements run, so they open what they name.
    fn python(&mut self, node: Node<'t>) -> Option<Run> {
        let written = call(node);
        let given = |nth, name| {
            let mut keywords = written.keywords.iter();
            let named = keywords.find(|keyword| keyword.name == name);
            written.args.get(nth).or(named.map(|it| &it.value))
        };
        let mut run = self.code(given(0, "code"), node.span());
        let back = self.code(given(1, "reverse_code"), node.span());
        let changes = |run: &Run| !run.statements.is_empty() || !run.models.is_empty();
        // Nobody knows whether it takes back what it does.
        if !changes(&run) && changes(&back) {
            run.anything_back(node.span());
        }
        if let Some(Value::Name(code, _)) = given(0, "code") {
            self.rows(code, &mut run);
        }
        let runs = changes(&run) || changes(&back) || run.rows != Rows::default();
        runs.then_some(run)
    }

    /// What a function of the module may run.
    fn code(&mut self, code: Option<&Value>, span: Span) -> Run {
        let mut run = Run {
            operation: span,
            ..Run::default()
        };
        let Some(Value::Name(code, _)) = code else {
            return run;
        };
        let mut edits = false;
        for function in self.reached(code) {
            for inside in function.descendants() {
                match inside.kind() {
                    Kind::Call => edits |= self.edit(inside, &mut run),
                    Kind::String | Kind::ConcatenatedString if !is_inside_text(inside) => {
                        self.doubt(inside, &mut run);
                    }
                    _ => {}
                }
            }
        }
        if edits && run.models.is_empty() {
            run.anything(span);
        } else if !edits {
            run.models.clear();
        }
        run
    }

    /// What the code does to rows, by models and by texts that it executes.
    fn rows(&mut self, code: &str, run: &mut Run) {
        for function in self.reached(code) {
            run.rows.see(function);
            let calls = function
                .descendants()
                .filter(|node| node.kind() == Kind::Call);
            for node in calls.filter(|node| rows::always(*node, function)) {
                let callee = node.child(Field::Function).map(chain).unwrap_or_default();
                if !callee.ends_with(".execute") {
                    continue;
                }
                let term = self.scope.eval(node);
                let text = term.call().and_then(|call| call.args.first()?.sql());
                let Some((text, at)) = text else { continue };
                let outcome = execute::read(text, at, self.scope.text, self.scope.dialect);
                let explained = is_explained(self.scope.text, node.span(), "#");
                run.rows
                    .sweeps
                    .extend(outcome.facts.sweeps.into_iter().map(|mut sweep| {
                        sweep.explained |= explained;
                        sweep
                    }));
            }
        }
    }

    /// A function of the module and those it calls.
    fn reached(&self, name: &str) -> Vec<Node<'t>> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut next = vec![name.to_owned()];
        while let Some(name) = next.pop() {
            let Some(function) = self.scope.function(&name) else {
                continue;
            };
            if !seen.insert(name) {
                continue;
            }
            found.push(function);
            let calls = function
                .descendants()
                .filter(|node| node.kind() == Kind::Call);
            let called = calls.filter_map(|node| node.child(Field::Function));
            next.extend(called.map(chain));
        }
        found
    }

    /// Notes the models that a function asks for; whether the call changes tables.
    fn edit(&self, node: Node<'t>, run: &mut Run) -> bool {
        let Some(name) = node.child(Field::Function).map(chain) else {
            return false;
        };
        let (object, method) = name.rsplit_once('.').unwrap_or(("", &name));
        if method == "get_model" {
            let named: Vec<String> = call(node)
                .args
                .iter()
                .filter_map(|value| match value {
                    Value::Str(text, _) => Some(text.clone()),
                    _ => None,
                })
                .collect();
            run.models.push(named.join("."));
        }
        let is_editor = object.ends_with("schema_editor");
        if is_editor && method == "alter_db_table" {
            let arguments = call(node).args;
            if let [_, Value::Str(from, _), Value::Str(to, _)] = &arguments[..] {
                run.statements.push(renamed(from, to, node.span()));
                return false;
            }
        }
        is_editor && EDITS.contains(&method)
    }

    /// A string that is a definition opens the tables it names.
    fn doubt(&mut self, node: Node<'t>, run: &mut Run) {
        let term = self.scope.eval(node);
        let Form::Text(text) = &term.form else {
            return;
        };
        if !is_definition(text) {
            return;
        }
        let outcome = execute::read(text, term.span, self.scope.text, self.scope.dialect);
        for mut statement in outcome.facts.schema {
            let tables = statement.change.tables();
            if !tables.is_empty() {
                statement.change = SchemaChange::Opaque { tables };
            }
            run.statements.push(statement);
        }
    }
}

/// The texts of `RunSQL`, which may be one, or a list of texts and of texts with parameters.
fn texts(sql: &Term) -> Vec<&Term> {
    let parts = match &sql.form {
        Form::List(parts) => parts.as_slice(),
        _ => std::slice::from_ref(sql),
    };
    let texts = parts.iter().map(|part| match &part.form {
        Form::List(with_parameters) => with_parameters.first().unwrap_or(part),
        _ => part,
    });
    texts.collect()
}

impl Run {
    /// Nobody knows what it does.
    fn anything(&mut self, at: Span) {
        let outcome = execute::anything(at);
        self.statements.extend(outcome.facts.schema);
    }

    /// The same of the way back.
    fn anything_back(&mut self, at: Span) {
        self.reverse = Some(execute::anything(at).facts.schema);
    }
}

/// A table gets another name, unless there is none of the first.
fn renamed(from: &str, to: &str, span: Span) -> SchemaStatement {
    let table = |name: &str| TableName {
        schema: None,
        name: name.to_owned(),
        span,
    };
    let action = AlterAction {
        span,
        kind: AlterKind::RenameTable { to: table(to) },
    };
    SchemaStatement {
        span,
        section: Section::Up,
        guarded: true,
        change: SchemaChange::AlterTable {
            table: table(from),
            if_exists: true,
            only: false,
            actions: vec![action],
        },
    }
}

/// Whether a string is a part of another one, or what a function says of itself.
fn is_inside_text(node: Node) -> bool {
    let parent = node.parent().map(Node::kind);
    matches!(
        parent,
        Some(Kind::ConcatenatedString | Kind::ExpressionStatement)
    )
}

fn is_definition(text: &Text) -> bool {
    const VERBS: [&str; 3] = ["alter", "create", "drop"];
    const OBJECTS: [&str; 4] = ["index", "schema", "table", "unique"];
    let words = text.text.split_whitespace().map(str::to_ascii_lowercase);
    let words: Vec<String> = words.take(2).collect();
    matches!(&words[..], [verb, object]
        if VERBS.contains(&verb.as_str()) && OBJECTS.contains(&object.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::MigrationTool;
    use crate::facts::python;

    fn runs(text: &str) -> Vec<Run> {
        let migration = Some((MigrationTool::Django, Dialect::Postgres));
        python::read(text, 0..text.len(), migration).facts.runs
    }

    /// Each change in a word, with the tables it names.
    fn said(run: &Run) -> Vec<String> {
        let change = |statement: &SchemaStatement| {
            let change = &statement.change;
            let tables: Vec<String> = change.tables().into_iter().map(|it| it.name).collect();
            let name = format!("{change:?}");
            let name = name.split([' ', '(']).next().unwrap_or_default();
            format!("{name} {}", tables.join(" "))
        };
        run.statements.iter().map(change).collect()
    }

    #[test]
    fn sql_is_read_from_texts_lists_and_constants() {
        let text = "\
SQL = 'drop table b'
operations = [
    migrations.RunSQL('alter table a drop column x', reverse_sql='drop table a'),
    migrations.RunSQL([SQL, ('drop table c', [1])], migrations.RunSQL.noop),
    migrations.RunSQL(sql=path.read_text()),
    migrations.RunSQL(migrations.RunSQL.noop, SQL),
]
";
        let runs = runs(text);
        assert_eq!(said(&runs[0]), ["AlterTable a"]);
        assert_eq!(said(&runs[1]), ["DropTable b", "DropTable c"]);
        assert_eq!(said(&runs[2]), ["Opaque "]);
        assert_eq!(said(&runs[3]), [""; 0]);
        assert!(
            runs[1]
                .operation
                .of(text)
                .starts_with("migrations.RunSQL([")
        );
        let first = runs[0].statements[0].span.of(text);
        assert_eq!(first, "alter table a drop column x");
    }

    #[test]
    fn code_opens_the_tables_it_names() {
        let text = "\
def make(cursor):
    '''Create table rows.'''
    cursor.execute('create index i on a (x)')

def forward(apps, schema_editor):
    make(schema_editor.connection.cursor())

def fill(apps, schema_editor):
    apps.get_model('shop', 'Order').objects.all()

def edit(apps, schema_editor):
    Order = apps.get_model('shop', 'Order')
    schema_editor.add_index(Order, index)

operations = [
    migrations.RunPython(forward),
    migrations.RunPython(fill),
    migrations.RunPython(code=edit),
]
";
        let runs = runs(text);
        assert_eq!(runs.len(), 2);
        assert_eq!(said(&runs[0]), ["Opaque a"]);
        assert_eq!(runs[1].models, ["shop.Order"]);
        assert_eq!(said(&runs[1]), [""; 0]);
    }
}
