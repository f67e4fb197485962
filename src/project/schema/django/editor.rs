//! What operations do to tables and columns: the schema editor of Django.

use super::expression::UNTOLD;
use super::field::{Field, Kind, keyword};
use super::migrate::{Migrator, Pending, Waiting, has_table};
use super::state::{Model, Together};
use super::table::{alter, statement};
use crate::facts::python::Value;
use crate::facts::schema::{
    AlterKind, Constraint, ConstraintKind, Dialect, Expression, Ident, Index, SchemaChange,
    TableName,
};
use crate::project::schema::{Table, TableKey};
use crate::source::Span;

impl Migrator<'_> {
    /// Whether Django makes a table anew to alter it: SQLite cannot alter much. What SQL Server
    /// calls its constraints nobody can know, so that this is how we drop them as well.
    pub(super) fn remakes(&self) -> bool {
        matches!(self.state.dialect, Dialect::Sqlite | Dialect::Mssql)
    }

    /// The table of a model as the database has it now.
    pub(super) fn table_now(&self, model: &Model) -> Option<&Table> {
        let key = TableKey::of(&self.state.table_name(model));
        self.replay.table(&key)
    }

    /// Makes the tables of a model. Its foreign keys, indexes and keys over several fields wait.
    pub(super) fn make_table(&mut self, model: &Model) {
        if !has_table(model) {
            return;
        }
        if self.remakes() {
            for (file, statement) in self.state.create(model) {
                self.apply(file, &statement);
            }
            return;
        }
        self.make_columns(model);
        for constraint in &model.constraints {
            if let Some(change) = self.state.constraint(model, constraint) {
                self.execute(constraint.span, change);
            }
        }
        for index in &model.indexes {
            let change = match self.state.meta_index(model, index) {
                Some(index) => SchemaChange::CreateIndex(index),
                None => SchemaChange::Opaque {
                    tables: vec![self.state.table_name(model)],
                },
            };
            self.execute(index.span, change);
        }
        for together in &model.index_together {
            let index = self.state.index_together(model, together);
            self.execute(together.span, SchemaChange::CreateIndex(index));
        }
        let wait = |what| Pending {
            model: model.key.clone(),
            what,
        };
        let unique = model.unique_together.iter().cloned();
        self.pending.extend(unique.map(Waiting::Unique).map(wait));
        for field in &model.fields {
            let name = field.name.name.clone();
            if let Some(pairs) = self.state.pairs(model, field) {
                self.make_columns(&pairs);
                self.pending.push(wait(Waiting::Pairs(name)));
            } else {
                self.pending.push(wait(Waiting::Field(name)));
            }
        }
    }

    /// Makes a table with its columns and what belongs to their clauses.
    fn make_columns(&mut self, model: &Model) {
        let bare = Model {
            fields: columns_only(model),
            unique_together: Vec::new(),
            index_together: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            ..model.clone()
        };
        for (file, mut statement) in self.state.create(&bare) {
            match &mut statement.change {
                SchemaChange::CreateIndex(_) => continue,
                SchemaChange::CreateTable(create) => {
                    let waits = |it: &Constraint| matches!(it.kind, ConstraintKind::ForeignKey(_));
                    create.constraints.retain(|it| !waits(it));
                }
                _ => {}
            }
            self.apply(file, &statement);
        }
    }

    /// Makes what waited for the end of the migration.
    pub(super) fn finish(&mut self, pending: Pending) {
        let Some(model) = self.state.models.get(&pending.model).cloned() else {
            return;
        };
        match &pending.what {
            Waiting::Field(name) | Waiting::Indexes(name) => {
                if let Some(field) = model.field(name) {
                    let with_key = matches!(pending.what, Waiting::Field(_));
                    self.index_field(&model, field, with_key);
                }
            }
            Waiting::Pairs(name) => {
                let field = model.field(name);
                let pairs = field.and_then(|field| self.state.pairs(&model, field));
                if let Some(pairs) = pairs {
                    for together in &pairs.unique_together {
                        self.make_unique(&pairs, together);
                    }
                    for field in &pairs.fields {
                        self.index_field(&pairs, field, true);
                    }
                }
            }
            Waiting::Unique(together) => self.make_unique(&model, together),
        }
    }

    /// Whether what waits for a field is the same after it is altered.
    pub(super) fn waits_on(&self, old: &Field, new: &Field) -> bool {
        let waiting = |field: &Field| {
            let made = self.state.made_in("", field);
            let made = made.map(|made| {
                let key = made.foreign_key.map(|key| key.name);
                let indexes = made.indexes.into_iter().map(|index| index.name);
                let names = key.into_iter().chain(indexes).flatten();
                names.map(|name| name.name).collect::<Vec<_>>()
            });
            made.unwrap_or_default()
        };
        waiting(old) == waiting(new)
    }

    /// Finishes a field of which the next operation asks what the database holds.
    pub(super) fn settle(&mut self, model: &Model, field: &str) {
        let is_it = |pending: &mut Pending| {
            let named = match &pending.what {
                Waiting::Field(name) | Waiting::Indexes(name) | Waiting::Pairs(name) => {
                    name == field
                }
                Waiting::Unique(_) => false,
            };
            named && pending.model == model.key
        };
        let settled: Vec<Pending> = self.pending.extract_if(.., is_it).collect();
        for pending in settled {
            self.finish(pending);
        }
    }

    fn index_field(&mut self, model: &Model, field: &Field, with_key: bool) {
        let Some(made) = self.state.made(model, field) else {
            return;
        };
        if let Some(key) = made.foreign_key.filter(|_| with_key) {
            self.constrain(model, field, key);
        }
        for index in made.indexes {
            self.make_index(field, index);
        }
    }

    /// Makes an index of a field, in the place of the field.
    pub(super) fn make_index(&mut self, field: &Field, index: Index) {
        let change = SchemaChange::CreateIndex(index);
        self.apply(field.file, &statement(field.span, change));
    }

    pub(super) fn make_unique(&mut self, model: &Model, together: &Together) {
        let change = self.state.unique_together(model, together);
        self.apply(together.file, &statement(together.span, change));
    }

    /// Adds a constraint of a field, in the place of the field.
    pub(super) fn constrain(&mut self, model: &Model, field: &Field, constraint: Constraint) {
        let table = self.state.table_name(model);
        let kind = AlterKind::AddConstraint(constraint);
        self.apply(field.file, &alter(&table, field.span, kind));
    }

    /// Does something to the table of a model.
    pub(super) fn alter(&mut self, model: &Model, span: Span, kind: AlterKind) {
        let table = TableName {
            span,
            ..self.state.table_name(model)
        };
        let statement = alter(&table, span, kind);
        self.apply(self.file(), &statement);
    }

    pub(super) fn drop_constraint(&mut self, model: &Model, name: &str, span: Span) {
        let kind = AlterKind::DropConstraint {
            name: Ident {
                name: self.state.dialect.stored(name),
                span,
            },
            if_exists: false,
            cascade: false,
        };
        self.alter(model, span, kind);
    }

    pub(super) fn drop_index(&mut self, model: &Model, name: &str, span: Span) {
        let change = SchemaChange::DropIndex {
            names: vec![TableName {
                schema: None,
                name: self.state.dialect.stored(name),
                span,
            }],
            table: Some(self.state.table_name(model)),
            if_exists: true,
            cascade: false,
        };
        self.execute(span, change);
    }

    pub(super) fn drop_table(&mut self, model: &Model, span: Span) {
        let table = TableName {
            span,
            ..self.state.table_name(model)
        };
        let change = SchemaChange::DropTable {
            tables: vec![table],
            if_exists: false,
            cascade: !self.remakes(),
        };
        self.execute(span, change);
    }

    /// Drops the tables of a model.
    pub(super) fn delete_tables(&mut self, model: &Model, span: Span) {
        self.pending.retain(|pending| pending.model != model.key);
        if !has_table(model) {
            return;
        }
        for field in &model.fields {
            if let Some(pairs) = self.state.pairs(model, field) {
                self.drop_table(&pairs, span);
            }
        }
        self.drop_table(model, span);
    }

    /// Adds the column of a field, or the table of a many-to-many field.
    pub(super) fn add_column(&mut self, model: &Model, field: &Field) {
        if !has_table(model) {
            return;
        }
        if let Some(pairs) = self.state.pairs(model, field) {
            if self.remakes() {
                return self.make_table(&pairs);
            }
            self.make_columns(&pairs);
            self.wait(model, Waiting::Pairs(field.name.name.clone()));
            return;
        }
        let Some(mut made) = self.state.made(model, field) else {
            return;
        };
        let column = made.column.name.clone();
        let fills = made.column.default.is_none() && self.fills_new(field);
        if fills {
            made.column.default = Some(Expression {
                text: UNTOLD.to_owned(),
                span: field.span,
            });
        }
        let constraints = made.constraints.into_iter().chain(made.foreign_key);
        let kind = AlterKind::AddColumn {
            column: made.column,
            constraints: constraints.collect(),
            if_not_exists: false,
        };
        self.alter(model, field.span, kind);
        if fills {
            let default = None;
            self.alter(model, field.span, AlterKind::SetDefault { column, default });
        }
        self.wait(model, Waiting::Indexes(field.name.name.clone()));
        if self.remakes() {
            self.settle(model, &field.name.name);
        }
        if field.options.open {
            self.doubt(Some(&model.key), field.span);
        }
    }

    /// Whether Django fills the rows that are there: with the default of the field, the time, or an
    /// empty text. It sets that as the default of the new column and takes it away again.
    fn fills_new(&self, field: &Field) -> bool {
        let Some(call) = self.calls.get(&(field.file, field.span)) else {
            return true;
        };
        let says = |name: &str| {
            let value = keyword(call, name);
            value.is_some_and(|value| !matches!(value, Value::None | Value::Bool(false)))
        };
        let takes_empty = !matches!(field.kind, Kind::Relation(_)) && says("blank");
        let of_text = field.options.max_length.is_some()
            || matches!(&field.kind, Kind::Plain(class) if class == "TextField");
        keyword(call, "default").is_some_and(|value| *value != Value::None)
            || says("auto_now")
            || says("auto_now_add")
            || takes_empty && of_text
    }

    fn wait(&mut self, model: &Model, what: Waiting) {
        let model = model.key.clone();
        self.pending.push(Pending { model, what });
    }

    /// Drops the column of a field, or the table of a many-to-many field.
    pub(super) fn remove_column(&mut self, model: &Model, field: &Field, span: Span) {
        self.pending.retain(|pending| {
            let what = match &pending.what {
                Waiting::Field(name) | Waiting::Indexes(name) | Waiting::Pairs(name) => {
                    *name == field.name.name
                }
                Waiting::Unique(together) => {
                    let mut fields = together.fields.iter();
                    fields.any(|it| it.name == field.name.name)
                }
            };
            pending.model != model.key || !what
        });
        if !has_table(model) {
            return;
        }
        if let Some(pairs) = self.state.pairs(model, field) {
            self.drop_table(&pairs, span);
        } else if field.has_column() {
            let kind = AlterKind::DropColumn {
                name: Ident {
                    name: self.state.column_of(field),
                    span,
                },
                if_exists: false,
                cascade: !self.remakes(),
            };
            self.alter(model, span, kind);
        }
    }

    pub(super) fn rename_table(&mut self, from: &Model, to: &Model, span: Span) {
        let (from, to) = (self.state.table_name(from), self.state.table_name(to));
        if from.name == to.name {
            return;
        }
        let table = TableName { span, ..from };
        let to = TableName { span, ..to };
        let statement = alter(&table, span, AlterKind::RenameTable { to });
        self.apply(self.file(), &statement);
    }

    /// Makes the table of a model anew, with the rows of the old one; `index_together` gets lost.
    pub(super) fn remake(&mut self, model: &Model, span: Span) {
        let Some(table) = self.table_now(model) else {
            return;
        };
        let is_open = table.is_open();
        let before = self.replay.live_changes();
        self.drop_table(model, span);
        let bare = Model {
            fields: columns_only(model),
            index_together: Vec::new(),
            ..model.clone()
        };
        for (file, statement) in self.state.create(&bare) {
            self.apply(file, &statement);
        }
        self.replay.forget_live_changes(before);
        if is_open {
            self.doubt(Some(&model.key), span);
        }
    }
}

/// The fields of a model that are no tables of their own.
fn columns_only(model: &Model) -> Vec<Field> {
    let fields = model.fields.iter();
    let own = fields.filter(|field| !matches!(field.kind, Kind::Pairs(_)));
    own.cloned().collect()
}
