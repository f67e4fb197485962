//! Operations of Alembic to changes of the schema.

use crate::facts::schema::{
    AlterAction, AlterKind, Constraint, ConstraintKind, Derived, Dialect, Exclusion, ForeignKey,
    Ident, Index, SchemaChange, TableName,
};
use crate::facts::sqlalchemy::names::{self, ident, idents};
use crate::facts::sqlalchemy::table::{
    self, action, column, condition, index, number, primary_key,
};
use crate::facts::sqlalchemy::term::{Call, Form, Keyword, Term};
use crate::facts::sqlalchemy::types;
use crate::source::Span;

/// One call of an operation; inside `batch_alter_table` its table is among the arguments already.
pub(super) struct Operation<'a> {
    pub(super) name: &'a str,
    pub(super) call: &'a Call,
    pub(super) span: Span,
    pub(super) dialect: Dialect,
}

/// What an operation does; `None` where that is not known.
type Changes = Option<Vec<SchemaChange>>;

/// Puts the table of a batch where the operation outside a batch names it.
pub(super) fn in_batch(name: &str, call: &mut Call, table: Term, schema: Option<Term>) {
    let position = match name {
        "add_column" | "drop_column" | "alter_column" => 0,
        _ => 1,
    };
    let mut add = |name: &str, value: Term| {
        call.keywords.push(Keyword {
            name: name.to_owned(),
            span: value.span,
            value,
        });
    };
    if let Some(schema) = schema {
        add("schema", schema);
    }
    if call.args.len() >= position {
        call.args.insert(position, table);
    } else {
        add("table_name", table);
    }
}

/// The table of `op.bulk_insert(table, rows)`: what `sa.table("t")`, `sa.Table("t")` or
/// `op.create_table("t")` gave.
pub(super) fn bulk_table(call: &Call, dialect: Dialect) -> Option<TableName> {
    made_table(call.arg(0, &["table"])?, dialect)
}

/// The table that `sa.table("t")`, `sa.Table("t")` or `op.create_table("t")` gave.
pub(super) fn made_table(table: &Term, dialect: Dialect) -> Option<TableName> {
    let table = table.call()?;
    let makes = matches!(table.name(), "table" | "Table" | "create_table");
    names::table(
        table.arg(0, &["name"]).filter(|_| makes)?,
        table.keyword("schema"),
        dialect,
    )
}

impl Operation<'_> {
    /// What it does to the schema. Operations on data and contexts do nothing.
    pub(super) fn read(&self) -> Changes {
        match self.name {
            "create_table" => self.create_table(),
            "drop_table" => Some(vec![SchemaChange::DropTable {
                tables: vec![self.table(0, "table_name")?],
                if_exists: self.call.says("if_exists"),
                cascade: false,
            }]),
            "rename_table" => {
                let to = self.call.arg(1, &["new_table_name"])?;
                Some(vec![SchemaChange::RenameTable {
                    table: self.table(0, "old_table_name")?,
                    to: names::table(to, self.call.keyword("schema"), self.dialect)?,
                }])
            }
            "add_column" => self.add_column(),
            "drop_column" => {
                let name = self.ident(1, "column_name")?;
                self.alter(AlterKind::DropColumn {
                    name,
                    if_exists: self.call.says("if_exists"),
                    cascade: false,
                })
            }
            "alter_column" => self.alter_column(),
            "create_index" => self.create_index(),
            "drop_index" => self.drop_index(),
            "create_foreign_key" => self.create_foreign_key(),
            "create_unique_constraint" => {
                let columns = idents(self.call.arg(2, &["columns"])?.elements()?, self.dialect)?;
                self.constrain(ConstraintKind::Unique {
                    columns,
                    using_index: None,
                })
            }
            "create_primary_key" => {
                let columns = idents(self.call.arg(2, &["columns"])?.elements()?, self.dialect)?;
                self.constrain(ConstraintKind::PrimaryKey {
                    columns,
                    using_index: None,
                })
            }
            "create_check_constraint" => {
                let condition = condition(self.call.arg(2, &["condition"])?);
                self.constrain(ConstraintKind::Check { condition })
            }
            "create_exclude_constraint" => {
                self.constrain(ConstraintKind::Exclude(Exclusion::default()))
            }
            "drop_constraint" => {
                let name = self.ident(0, "constraint_name")?;
                self.alter(AlterKind::DropConstraint {
                    name,
                    if_exists: self.call.says("if_exists"),
                    cascade: false,
                })
            }
            _ => Some(Vec::new()),
        }
    }

    /// What PostgreSQL calls it, where it runs it in no transaction.
    pub(super) fn refuses_transaction(&self) -> Option<&'static str> {
        if self.dialect != Dialect::Postgres || !self.call.says("postgresql_concurrently") {
            return None;
        }
        match self.name {
            "create_index" => Some("CREATE INDEX CONCURRENTLY"),
            "drop_index" => Some("DROP INDEX CONCURRENTLY"),
            _ => None,
        }
    }

    /// The tables it names, as far as they are known.
    pub(super) fn tables(&self) -> Vec<TableName> {
        let position = match self.name {
            "create_table" | "drop_table" | "rename_table" | "add_column" | "drop_column"
            | "alter_column" => 0,
            _ => 1,
        };
        self.table(position, "table_name").into_iter().collect()
    }

    /// Whether it changes tables at all.
    pub(super) fn is_schema_change(name: &str) -> bool {
        matches!(
            name,
            "create_table"
                | "drop_table"
                | "rename_table"
                | "add_column"
                | "drop_column"
                | "alter_column"
                | "create_index"
                | "drop_index"
                | "create_foreign_key"
                | "create_unique_constraint"
                | "create_primary_key"
                | "create_check_constraint"
                | "create_exclude_constraint"
                | "drop_constraint"
        )
    }

    fn table(&self, position: usize, name: &str) -> Option<TableName> {
        let names = [name, "table_name", "source_table", "source"];
        let table = self.call.arg(position, &names)?;
        let schema = ["schema", "source_schema"];
        let schema = schema.iter().find_map(|name| self.call.keyword(name));
        names::table(table, schema, self.dialect)
    }

    fn ident(&self, position: usize, name: &str) -> Option<Ident> {
        ident(self.call.arg(position, &[name, "name"])?, self.dialect)
    }

    /// The table an operation on constraints and columns works on.
    fn altered(&self) -> Option<TableName> {
        self.tables().into_iter().next()
    }

    fn alter(&self, kind: AlterKind) -> Changes {
        self.alter_all(vec![kind])
    }

    fn alter_all(&self, kinds: Vec<AlterKind>) -> Changes {
        let action = |kind| AlterAction {
            span: self.span,
            kind,
        };
        Some(vec![SchemaChange::AlterTable {
            table: self.altered()?,
            if_exists: false,
            only: false,
            actions: kinds.into_iter().map(action).collect(),
        }])
    }

    fn constrain(&self, kind: ConstraintKind) -> Changes {
        let name = match self.call.arg(0, &["constraint_name", "name"]) {
            None => None,
            Some(term) if matches!(term.form, Form::None) => None,
            Some(term) => Some(ident(term, self.dialect)?),
        };
        self.alter(AlterKind::AddConstraint(Constraint {
            name,
            kind,
            not_valid: table::says_not_valid(self.call),
            inline: false,
            span: self.span,
        }))
    }

    fn create_table(&self) -> Changes {
        let table = self.table(0, "table_name")?;
        let elements = self.call.args.iter().skip(1);
        let mut made = table::create(&table, elements, self.dialect);
        made.create.if_not_exists = self.call.says("if_not_exists");
        made.create.temporary = self.is_temporary();
        if self.dialect != Dialect::Sqlite {
            // Alembic never comes to the statement that they are left to.
            let is_deferred = |kind: &ConstraintKind| matches!(kind, ConstraintKind::ForeignKey(fk) if fk.deferred);
            made.create
                .constraints
                .retain(|constraint| !is_deferred(&constraint.kind));
        }
        let mut changes = made.types;
        if made.whole && !self.call.more {
            changes.push(SchemaChange::CreateTable(made.create));
            return Some(changes);
        }
        made.create.derived = Some(Derived::Query(None));
        changes.push(SchemaChange::CreateTable(made.create));
        changes.push(SchemaChange::Opaque {
            tables: vec![table],
        });
        Some(changes)
    }

    fn is_temporary(&self) -> bool {
        let prefixes = self.call.keyword("prefixes").and_then(Term::elements);
        let mut prefixes = prefixes.into_iter().flatten().filter_map(Term::text);
        prefixes.any(|prefix| prefix.to_ascii_uppercase().starts_with("TEMP"))
    }

    fn add_column(&self) -> Changes {
        let table = self.altered()?;
        let mut added = [column(
            self.call.arg(1, &["column"])?,
            &table,
            self.dialect,
        )?];
        let key = primary_key(&added);
        number(&mut added, key.iter());
        let [definition] = added;
        let mut changes = self.alter(AlterKind::AddColumn {
            column: definition.column,
            constraints: definition.constraints,
            if_not_exists: self.call.says("if_not_exists"),
        })?;
        let indexes = definition.indexes.into_iter();
        changes.extend(indexes.map(SchemaChange::CreateIndex));
        if !definition.whole {
            changes.push(SchemaChange::Opaque {
                tables: vec![table],
            });
        }
        Some(changes)
    }

    /// The type first, the name last, as Alembic does it.
    fn alter_column(&self) -> Changes {
        let name = self.ident(1, "column_name")?;
        let mut kinds = Vec::new();
        if let Some(ty) = self.call.given("type_") {
            kinds.push(AlterKind::SetType {
                column: name.clone(),
                ty: types::named(ty, self.dialect),
            });
        }
        if let Some(nullable) = self.call.given("nullable") {
            let Form::Bool(nullable) = nullable.form else {
                return None;
            };
            kinds.push(AlterKind::SetNotNull {
                column: name.clone(),
                not_null: !nullable,
            });
        }
        let default = self.call.keyword("server_default");
        if let Some(default) = default.filter(|it| !matches!(it.form, Form::Bool(_))) {
            let drops = matches!(default.form, Form::None);
            kinds.push(AlterKind::SetDefault {
                column: name.clone(),
                default: (!drops).then(|| table::expression(default)),
            });
        }
        if let Some(to) = self.call.given("new_column_name") {
            let to = ident(to, self.dialect)?;
            kinds.push(AlterKind::RenameColumn { name, to });
        }
        self.alter_all(kinds)
    }

    fn create_index(&self) -> Changes {
        let table = self.altered()?;
        let name = self.call.arg(0, &["index_name", "name"])?;
        let columns = self.call.arg(2, &["columns"])?.elements()?;
        let place = (self.span, self.dialect);
        let index: Index = index(name, columns, &table, self.call, place)?;
        Some(vec![SchemaChange::CreateIndex(index)])
    }

    fn drop_index(&self) -> Changes {
        let name = self.call.arg(0, &["index_name", "name"])?;
        let table = self.altered();
        let name = TableName {
            schema: table.as_ref().and_then(|table| table.schema.clone()),
            ..names::table(name, self.call.keyword("schema"), self.dialect)?
        };
        Some(vec![SchemaChange::DropIndex {
            names: vec![name],
            table,
            if_exists: self.call.says("if_exists"),
            cascade: false,
        }])
    }

    fn create_foreign_key(&self) -> Changes {
        let call = self.call;
        let parent = call.arg(2, &["referent_table", "referent"])?;
        let columns = idents(call.arg(3, &["local_cols"])?.elements()?, self.dialect)?;
        let targets = idents(call.arg(4, &["remote_cols"])?.elements()?, self.dialect)?;
        let fk = ForeignKey {
            columns,
            parent: table::parent(parent, call.keyword("referent_schema"), self.dialect)?,
            parent_columns: targets,
            on_delete: action(call, "ondelete")?,
            on_update: action(call, "onupdate")?,
            emulated: false,
            deferred: false,
        };
        self.constrain(ConstraintKind::ForeignKey(fk))
    }
}
