//! Follows the body of `upgrade()` or `downgrade()`: constant loops and conditions on the dialect
//! are folded, questions for what exists are taken for a yes, what is left unknown opens the tables
//! it names.

use super::condition::{Truth, truth};
use super::execute;
use super::operation::{self, Operation};
use super::scope::Scope;
use super::sweep;
use crate::facts::schema::{SchemaChange, SchemaStatement, Section, TableName};
use crate::facts::sqlalchemy::term::{Call, Form, Term};
use crate::facts::sqlalchemy::types;
use crate::facts::sweep::{Sweep, is_explained};
use crate::facts::transaction::{Outsider, Transactions};
use crate::facts::{Directive, Note};
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// Rounds of one loop.
const ROUNDS: usize = 500;

/// Whether the statements behind this one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Stop,
}

/// A walk through one direction of a revision.
pub(super) struct Walk<'t> {
    pub(super) scope: Scope<'t>,
    pub(super) section: Section,
    pub(super) found: Vec<SchemaStatement>,
    pub(super) seeded: Vec<TableName>,
    pub(super) sweeps: Vec<Sweep>,
    pub(super) notes: Vec<Note>,
    /// What it does to the transaction it runs in.
    pub(super) transactions: Transactions,
    /// Decisions in comments of SQL.
    pub(super) directives: Vec<Directive>,
    /// Under a question for what exists.
    guarded: bool,
    /// Under a condition or in a loop that nobody can judge.
    doubtful: bool,
    /// In a block that runs outside the transaction.
    apart: bool,
}

impl<'t> Walk<'t> {
    pub(super) fn new(scope: Scope<'t>) -> Self {
        Self {
            scope,
            section: Section::Up,
            found: Vec::new(),
            seeded: Vec::new(),
            sweeps: Vec::new(),
            notes: Vec::new(),
            transactions: Transactions::default(),
            directives: Vec::new(),
            guarded: false,
            doubtful: false,
            apart: false,
        }
    }

    /// Follows the body of a function.
    pub(super) fn function(&mut self, function: Node<'t>) {
        if let Some(body) = function.child(Field::Body) {
            self.block(body);
        }
    }

    fn block(&mut self, block: Node<'t>) -> Flow {
        for statement in block.children() {
            if self.statement(statement) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Next
    }

    fn statement(&mut self, node: Node<'t>) -> Flow {
        if !self.scope.spend() {
            self.open(node.span(), Vec::new());
            return Flow::Stop;
        }
        match node.kind() {
            Kind::ExpressionStatement => {
                if let Some(inner) = node.operand() {
                    self.expression(inner);
                }
                Flow::Next
            }
            Kind::IfStatement => self.branch(node),
            Kind::ForStatement => self.repeat(node),
            Kind::WithStatement => self.with(node),
            Kind::TryStatement => self.attempt(node),
            Kind::WhileStatement | Kind::MatchStatement => {
                self.in_doubt(|walk| walk.blocks_of(node));
                Flow::Next
            }
            Kind::FunctionDefinition => {
                self.scope.define(node);
                Flow::Next
            }
            Kind::ReturnStatement => {
                if let Some(value) = node.operand() {
                    self.expression(value);
                }
                Flow::Stop
            }
            Kind::RaiseStatement | Kind::BreakStatement | Kind::ContinueStatement => Flow::Stop,
            _ => Flow::Next,
        }
    }

    fn expression(&mut self, node: Node<'t>) {
        match node.kind() {
            Kind::Call => self.call(node),
            Kind::Assignment => {
                let (Some(left), Some(right)) = (node.child(Field::Left), node.child(Field::Right))
                else {
                    return;
                };
                if right.kind() == Kind::Call {
                    self.call(right);
                }
                let term = self.scope.eval(right);
                self.scope.assign(left, term);
            }
            Kind::AugmentedAssignment => {
                if let Some(left) = node.child(Field::Left) {
                    self.scope.assign(left, Term::unknown(node.span()));
                }
            }
            Kind::Await => {
                if let Some(inner) = node.operand() {
                    self.expression(inner);
                }
            }
            _ => {}
        }
    }

    fn branch(&mut self, node: Node<'t>) -> Flow {
        let Some(condition) = node.child(Field::Condition) else {
            return Flow::Next;
        };
        let consequence = node.child(Field::Consequence);
        let alternatives = || {
            node.children()
                .filter(|child| child.field() == Field::Alternative)
        };
        match truth(&mut self.scope, condition) {
            Truth::Yes => consequence.map_or(Flow::Next, |block| self.block(block)),
            Truth::No => self.otherwise(alternatives().collect()),
            judged => {
                let is_guard = judged == Truth::Guard;
                let blocks: Vec<Node<'t>> = consequence
                    .into_iter()
                    .chain(alternatives())
                    .filter(|block| self.changes_something(*block))
                    .collect();
                if let (true, [only]) = (is_guard, &blocks[..]) {
                    let before = std::mem::replace(&mut self.guarded, true);
                    self.inside(*only);
                    self.guarded = before;
                } else {
                    for block in blocks {
                        self.in_doubt(|walk| walk.inside(block));
                    }
                }
                Flow::Next
            }
        }
    }

    /// The first of the remaining arms that holds.
    fn otherwise(&mut self, arms: Vec<Node<'t>>) -> Flow {
        for (nth, arm) in arms.iter().enumerate() {
            let block = arm.children().find(|child| child.kind() == Kind::Block);
            let Some(block) = block else { continue };
            let holds = match arm.child(Field::Condition) {
                Some(condition) => truth(&mut self.scope, condition),
                None => Truth::Yes,
            };
            match holds {
                Truth::Yes => return self.block(block),
                Truth::No => {}
                Truth::Guard | Truth::Unknown => {
                    for arm in &arms[nth..] {
                        self.in_doubt(|walk| walk.inside(*arm));
                    }
                    return Flow::Next;
                }
            }
        }
        Flow::Next
    }

    /// The statements of an arm or block.
    fn inside(&mut self, node: Node<'t>) {
        if node.kind() == Kind::Block {
            self.block(node);
        } else {
            self.blocks_of(node);
        }
    }

    fn blocks_of(&mut self, node: Node<'t>) {
        for child in node.children() {
            match child.kind() {
                Kind::Block => {
                    self.block(child);
                }
                Kind::ElseClause | Kind::ElifClause | Kind::CaseClause => self.blocks_of(child),
                _ => {}
            }
        }
    }

    fn in_doubt(&mut self, follow: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.doubtful, true);
        follow(self);
        self.doubtful = before;
    }

    /// Whether following a block on trial finds anything.
    fn changes_something(&mut self, block: Node<'t>) -> bool {
        let (found, notes) = (self.found.len(), self.notes.len());
        let transactions = self.transactions.clone();
        self.inside(block);
        let changes = self.found.len() > found;
        self.found.truncate(found);
        self.notes.truncate(notes);
        self.transactions = transactions;
        changes
    }

    fn repeat(&mut self, node: Node<'t>) -> Flow {
        let (Some(target), Some(over), Some(body)) = (
            node.child(Field::Left),
            node.child(Field::Right),
            node.child(Field::Body),
        ) else {
            return Flow::Next;
        };
        let over = self.scope.eval(over);
        let rounds = match over.form {
            Form::List(rounds) if rounds.len() <= ROUNDS => Some(rounds),
            Form::Dict(pairs) => Some(pairs.into_iter().map(|(key, _)| key).collect()),
            _ => None,
        };
        match rounds {
            Some(rounds) => {
                for round in rounds {
                    self.scope.assign(target, round);
                    self.block(body);
                }
            }
            None => {
                self.scope.assign(target, Term::unknown(over.span));
                self.in_doubt(|walk| {
                    walk.block(body);
                });
            }
        }
        Flow::Next
    }

    fn with(&mut self, node: Node<'t>) -> Flow {
        for item in node.descendants() {
            if item.kind() == Kind::Block {
                break;
            }
            if item.kind() == Kind::AsPattern {
                let target = item.child(Field::Alias).and_then(Node::operand);
                if let (Some(value), Some(target)) = (item.operand(), target) {
                    let term = self.scope.eval(value);
                    let term = batch(&term).unwrap_or(term);
                    self.scope.assign(target, term);
                }
            }
        }
        let before = self.apart;
        self.apart |= leaves_transaction(node);
        let flow = node
            .child(Field::Body)
            .map_or(Flow::Next, |body| self.block(body));
        self.apart = before;
        flow
    }

    /// What a `try` attempts may fail, so it only adds what is missing.
    fn attempt(&mut self, node: Node<'t>) -> Flow {
        let before = std::mem::replace(&mut self.guarded, true);
        let mut flow = Flow::Next;
        for child in node.children() {
            match child.kind() {
                Kind::Block => flow = self.block(child),
                Kind::ElseClause | Kind::FinallyClause if flow == Flow::Next => {
                    self.blocks_of(child);
                }
                _ => {}
            }
        }
        self.guarded = before;
        flow
    }

    fn call(&mut self, node: Node<'t>) {
        let Some(function) = node.child(Field::Function) else {
            return;
        };
        if function.kind() == Kind::Identifier
            && let Some(own) = self.scope.function(function.text())
        {
            if self.scope.enter(own, node) {
                self.function(own);
                self.scope.leave();
            } else {
                self.open(node.span(), Vec::new());
            }
            return;
        }
        let term = self.scope.eval(node);
        let Form::Call(call) = term.form else {
            return;
        };
        let method = function
            .child(Field::Attribute)
            .map_or("", |name| name.text());
        let receiver = call.receiver.as_ref().map(|receiver| &receiver.form);
        match receiver {
            Some(Form::Batch { name, schema, at }) => {
                let table = Term::plain(*at, name.clone());
                let schema = schema.clone().map(|schema| Term::plain(*at, schema));
                let mut call = call.clone();
                operation::in_batch(method, &mut call, table, schema);
                self.operate(method, &call, term.span);
            }
            Some(Form::Name(name)) if is_op(name) && Operation::is_schema_change(method) => {
                self.operate(method, &call, term.span);
            }
            Some(Form::Name(name)) if is_op(name) && method == "bulk_insert" => {
                let table = operation::bulk_table(&call, self.scope.dialect);
                self.seeded
                    .extend(table.filter(|_| self.section == Section::Up));
            }
            // `Enum("a", "b", name="kind").create(op.get_bind())`
            _ if matches!(method, "create" | "drop") => {
                let change = call.receiver.as_ref().and_then(|receiver| {
                    types::made_alone(receiver, method == "drop", self.scope.dialect)
                });
                if let Some(change) = change {
                    self.add(change, term.span);
                }
            }
            // `op.get_bind().execute(…)`, `connection.execute(…)`
            _ if matches!(method, "execute" | "exec_driver_sql" | "scalar") => {
                self.execute(&call, term.span);
            }
            _ => {}
        }
    }

    fn operate(&mut self, name: &str, call: &Call, span: Span) {
        let operation = Operation {
            name,
            call,
            span,
            dialect: self.scope.dialect,
        };
        let name = operation.refuses_transaction().filter(|_| !self.doubtful);
        self.transactions
            .outsiders
            .extend(name.map(|name| Outsider {
                span,
                section: self.section,
                name: name.to_owned(),
                apart: self.apart,
            }));
        match operation.read() {
            Some(changes) => {
                for change in changes {
                    self.add(change, span);
                }
            }
            None => self.open(span, operation.tables()),
        }
    }

    /// `op.execute(users.update().values(…))`
    fn sweep(&mut self, statement: &Term, span: Span) {
        let read = sweep::read(statement, self.scope.dialect).filter(|_| !self.doubtful);
        let said = read.filter(|(_, columns)| columns.is_empty() == sweep::deletes(statement));
        self.sweeps.extend(said.map(|(table, columns)| Sweep {
            span,
            section: self.section,
            table,
            columns,
            converts: false,
            explained: is_explained(self.scope.text, span, "#"),
        }));
    }

    fn execute(&mut self, call: &Call, span: Span) {
        let Some(sql) = call.args.first() else {
            return;
        };
        let said = match sql.sql() {
            Some((text, at)) => execute::read(text, at, self.scope.text, self.scope.dialect),
            None if is_unknown(sql) => execute::anything(span),
            None if call.args.len() == 1 => return self.sweep(sql, span),
            None => return,
        };
        self.notes.extend(said.notes);
        self.directives.extend(said.directives);
        if self.section == Section::Up {
            self.seeded.extend(said.facts.seeded);
        }
        let text = sql.sql().map(|(_, at)| at);
        let mut places = [Some(span), text].into_iter().flatten();
        let explained = places.any(|at| is_explained(self.scope.text, at, "#"));
        let sweeps = said.facts.sweeps.into_iter().filter(|_| !self.doubtful);
        self.sweeps.extend(sweeps.map(|sweep| Sweep {
            section: self.section,
            explained: sweep.explained || explained,
            ..sweep
        }));
        let transactions = said.facts.transactions;
        self.transactions
            .extend(transactions, self.section, self.apart);
        for mut statement in said.facts.schema {
            statement.section = self.section;
            statement.guarded |= self.guarded;
            if self.doubtful {
                let tables = statement.change.tables();
                statement.change = SchemaChange::Opaque { tables };
            }
            self.found.push(statement);
        }
    }

    fn add(&mut self, change: SchemaChange, span: Span) {
        let is_type = matches!(
            change,
            SchemaChange::CreateType { .. } | SchemaChange::DropType { .. }
        );
        if is_type && self.doubtful {
            return;
        }
        let change = match self.doubtful {
            true => SchemaChange::Opaque {
                tables: change.tables(),
            },
            false => change,
        };
        self.found.push(SchemaStatement {
            span,
            section: self.section,
            // Tables share the types that are made for their columns.
            guarded: self.guarded || is_type,
            change,
        });
    }

    /// Something happens to these tables; to any, if none is named.
    fn open(&mut self, span: Span, tables: Vec<TableName>) {
        self.add(SchemaChange::Opaque { tables }, span);
    }
}

/// SQL that comes from nowhere in sight; a construct of SQLAlchemy is about data.
fn is_unknown(sql: &Term) -> bool {
    matches!(sql.form, Form::Unknown)
        || sql.call().is_some_and(|call| {
            matches!(call.name(), "text" | "read" | "read_text" | "DDL" | "join")
        })
}

/// Whether a `with` leaves the transaction of the migration: `autocommit_block()`, or a connection
/// of its own.
fn leaves_transaction(node: Node) -> bool {
    let head = node.descendants().take_while(|it| it.kind() != Kind::Block);
    let mut calls = head.filter(|it| it.kind() == Kind::Call);
    calls.any(|call| {
        let function = call.child(Field::Function);
        let name = function.and_then(|function| function.child(Field::Attribute));
        name.is_some_and(|name| matches!(name.text(), "autocommit_block" | "connect"))
    })
}

/// `op`, wherever it comes from.
fn is_op(name: &str) -> bool {
    matches!(name, "op" | "alembic.op")
}

/// What `batch_alter_table("t")` gives.
fn batch(term: &Term) -> Option<Term> {
    let call = term.call().filter(|it| it.name() == "batch_alter_table")?;
    let table = call.arg(0, &["table_name"])?;
    let schema = call.given("schema").and_then(Term::text);
    Some(Term {
        span: term.span,
        form: Form::Batch {
            name: table.text()?.to_owned(),
            schema: schema.map(str::to_owned),
            at: table.span,
        },
    })
}
