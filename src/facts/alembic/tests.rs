//! Revisions in, changes out.

use super::Revision;
use crate::discover::MigrationTool;
use crate::facts::FileOutcome;
use crate::facts::python::read;
use crate::facts::schema::{
    AlterKind, ConstraintKind, CreateTable, Dialect, SchemaChange, SchemaStatement, Section,
};

fn outcome(text: &str, dialect: Dialect) -> FileOutcome {
    read(text, 0..text.len(), Some((MigrationTool::Alembic, dialect)))
}

/// A revision whose `upgrade` is this.
fn revision(body: &str) -> String {
    let body = body.replace('\n', "\n    ");
    format!(
        "import sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\nfrom alembic import op\n\
         revision = \"b\"\ndown_revision = \"a\"\n\ndef upgrade():\n    {body}\n"
    )
}

fn statements(body: &str, dialect: Dialect) -> Vec<SchemaStatement> {
    outcome(&revision(body), dialect).facts.schema
}

/// Each change in a few words.
fn changes(body: &str) -> Vec<String> {
    changes_in(body, Dialect::Postgres)
}

fn changes_in(body: &str, dialect: Dialect) -> Vec<String> {
    let statements = statements(body, dialect);
    statements.iter().map(|it| words(&it.change)).collect()
}

fn words(change: &SchemaChange) -> String {
    match change {
        SchemaChange::CreateTable(create) => format!("create {}", create.table.name),
        SchemaChange::DropTable { tables, .. } => format!("drop {}", tables[0].name),
        SchemaChange::RenameTable { table, to } => format!("rename {} {}", table.name, to.name),
        SchemaChange::CreateIndex(index) => {
            let keys: Vec<&str> = index.keys.iter().map(|key| key.text.as_str()).collect();
            let name = index.name.as_ref().map_or("", |name| &name.name);
            format!("index {name} {} {}", index.table.name, keys.join(","))
        }
        SchemaChange::DropIndex { names, .. } => format!("unindex {}", names[0].name),
        SchemaChange::AlterTable { table, actions, .. } => {
            let kinds: Vec<String> = actions.iter().map(|action| kind(&action.kind)).collect();
            format!("alter {}: {}", table.name, kinds.join(", "))
        }
        SchemaChange::Opaque { tables } => {
            let tables: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
            format!("open {}", tables.join(","))
        }
        other => format!("{other:?}"),
    }
}

fn kind(kind: &AlterKind) -> String {
    match kind {
        AlterKind::AddColumn { column, .. } => format!("add {}", column.name.name),
        AlterKind::DropColumn { name, .. } => format!("drop {}", name.name),
        AlterKind::RenameColumn { name, to } => format!("rename {} {}", name.name, to.name),
        AlterKind::SetType { ty, .. } => format!("type {}", ty.base),
        AlterKind::SetNotNull { not_null, .. } => format!("not null {not_null}"),
        AlterKind::SetDefault { default, .. } => {
            format!(
                "default {:?}",
                default.as_ref().map(|default| &default.text)
            )
        }
        AlterKind::AddConstraint(constraint) => match &constraint.kind {
            ConstraintKind::ForeignKey(fk) => format!("fk {}", fk.parent.name),
            ConstraintKind::Unique { .. } => "unique".to_owned(),
            ConstraintKind::PrimaryKey { .. } => "pk".to_owned(),
            other => format!("{other:?}"),
        },
        AlterKind::DropConstraint { name, .. } => format!("drop constraint {}", name.name),
        other => format!("{other:?}"),
    }
}

fn table(body: &str, dialect: Dialect) -> CreateTable {
    let statements = statements(body, dialect).into_iter();
    let mut tables = statements.filter_map(|statement| match statement.change {
        SchemaChange::CreateTable(create) => Some(create),
        _ => None,
    });
    tables.next().unwrap()
}

#[test]
fn enumerations_are_made_and_dropped() {
    let body = "kind = sa.Enum('a', 'b', name='kind')\n\
        kind.create(op.get_bind())\n\
        op.create_table('t', sa.Column('k', sa.Enum('x', name='other')),\n\
            sa.Column('m', postgresql.ENUM('q', name='made', create_type=False)))\n\
        sa.Enum(name='kind').drop(op.get_bind(), checkfirst=True)";
    let said: Vec<String> = statements(body, Dialect::Postgres)
        .iter()
        .map(|statement| match &statement.change {
            SchemaChange::CreateType { name, definition } => {
                format!("{} {definition:?} {}", name.name, statement.guarded)
            }
            SchemaChange::DropType { names, .. } => format!("drop {}", names[0].name),
            change => words(change),
        })
        .collect();
    let expected = [
        "kind Enum { labels: [\"a\", \"b\"] } true",
        "other Enum { labels: [\"x\"] } true",
        "create t",
        "drop kind",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_revision_knows_its_place() {
    let revision = |text: &str| {
        let revision: Revision = outcome(text, Dialect::Postgres).facts.revision?;
        assert_eq!(revision.at.of(text), format!("'{}'", revision.id));
        assert_eq!(revision.branches, !revision.depends_on.is_empty());
        Some((revision.id, revision.down, revision.depends_on))
    };
    let of = |id: &str, down: &[&str], depends_on: &[&str]| {
        let owned = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        Some((id.to_owned(), owned(down), owned(depends_on)))
    };
    assert_eq!(
        revision("revision: str = 'b'\ndown_revision: str | None = 'a'\ndepends_on = None\n"),
        of("b", &["a"], &[])
    );
    assert_eq!(
        revision("revision = 'd'\ndown_revision = ('b', 'c')\ndepends_on = 'x'\n"),
        of("d", &["b", "c"], &["x"])
    );
    assert_eq!(
        revision("revision = 'r'\ndown_revision = None\n"),
        of("r", &[], &[])
    );
    assert_eq!(revision("down_revision = None\n"), None);
}

#[test]
fn both_directions_are_told_apart() {
    let text = revision("op.drop_table('a')") + "\ndef downgrade():\n    op.drop_table('b')\n";
    let sections: Vec<Section> = outcome(&text, Dialect::Postgres)
        .facts
        .schema
        .iter()
        .map(|statement| statement.section)
        .collect();
    assert_eq!(sections, [Section::Up, Section::Down]);
}

#[test]
fn a_table_has_columns_keys_and_indexes() {
    let body = "op.create_table('orders',\n\
        sa.Column('id', sa.BigInteger(), nullable=False),\n\
        sa.Column('user_id', sa.ForeignKey('app.users.id', ondelete='CASCADE'), index=True),\n\
        sa.Column('code', sa.String(length=20), unique=True, server_default=''),\n\
        sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')))";
    let table = table(body, Dialect::Postgres);
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let ty = column
                .ty
                .as_ref()
                .map(|ty| (ty.base.as_str(), ty.args.join(",")));
            (
                column.name.name.as_str(),
                ty,
                column.not_null,
                column.auto_increment,
            )
        })
        .collect();
    assert_eq!(
        columns,
        [
            ("id", Some(("bigint", String::new())), true, true),
            ("user_id", None, false, false),
            (
                "code",
                Some(("character varying", "20".into())),
                false,
                false
            ),
        ]
    );
    assert_eq!(
        table.indexes[0].name.as_ref().unwrap().name,
        "ix_orders_user_id"
    );
    assert!(table.derived.is_none());
    let text = revision(body);
    let ConstraintKind::ForeignKey(fk) = &table.constraints[0].kind else {
        panic!("{:?}", table.constraints);
    };
    assert_eq!(fk.parent.schema.as_deref(), Some("app"));
    assert_eq!(fk.columns[0].span.of(&text), "'user_id'");
    assert_eq!(fk.on_delete.unwrap().1.of(&text), "ondelete='CASCADE'");
    assert_eq!(table.columns[2].default.as_ref().unwrap().text, "''");
}

#[test]
fn types_are_those_of_the_dialect() {
    let base = |ty: &str, dialect| {
        let table = table(
            &format!("op.create_table('t', sa.Column('c', {ty}))"),
            dialect,
        );
        table.columns[0]
            .ty
            .as_ref()
            .map(|ty| (ty.base.clone(), ty.array))
    };
    for (ty, postgres, mysql) in [
        ("sa.Float()", "double precision", "float"),
        ("sa.Float(24)", "real", "float"),
        ("sa.Double", "double precision", "double"),
        (
            "sa.DateTime(timezone=True)",
            "timestamp with time zone",
            "datetime",
        ),
        ("sa.Numeric(10, 2)", "numeric", "numeric"),
        (
            "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')",
            "jsonb",
            "json",
        ),
        ("sa.Enum('a', 'b', name='kind')", "kind", "enum"),
    ] {
        assert_eq!(
            base(ty, Dialect::Postgres),
            Some((postgres.into(), false)),
            "{ty}"
        );
        assert_eq!(
            base(ty, Dialect::Mysql),
            Some((mysql.into(), false)),
            "{ty}"
        );
    }
    assert_eq!(
        base("postgresql.ARRAY(sa.Text())", Dialect::Postgres),
        Some(("text".into(), true))
    );
    assert_eq!(base("shop.types.GUID()", Dialect::Postgres), None);
}

#[test]
fn operations_change_tables() {
    assert_eq!(
        changes(
            "op.add_column('t', sa.Column('c', sa.Integer(), index=True))\n\
             op.alter_column('t', 'c', new_column_name='d', type_=sa.Numeric(), nullable=False)\n\
             op.alter_column('t', 'd', server_default=None, existing_type=sa.Float())\n\
             op.create_foreign_key(None, 't', 'p', ['d'], ['id'])\n\
             op.drop_constraint(op.f('x'), 't', type_='unique')\n\
             op.drop_index(op.f('ix_t_c'), table_name='t')\n\
             op.rename_table('t', 'u')\n\
             op.bulk_insert(t, [])"
        ),
        [
            "alter t: add c",
            "index ix_t_c t c",
            "alter t: type numeric, not null true, rename c d",
            "alter t: default None",
            "alter t: fk p",
            "alter t: drop constraint x",
            "unindex ix_t_c",
            "rename t u",
        ]
    );
}

#[test]
fn rows_are_seeds() {
    let body = "roles = op.create_table('roles', sa.Column('id', sa.Integer()))\n\
                op.bulk_insert(roles, [{'id': 1}])\n\
                op.bulk_insert(sa.table('plans', sa.column('id')), [{'id': 1}])\n\
                op.execute(\"INSERT INTO kinds VALUES (1, 'a')\")\n\
                op.bulk_insert(Role.__table__, [])";
    let seeded = outcome(&revision(body), Dialect::Postgres).facts.seeded;
    let names: Vec<_> = seeded.iter().map(|table| &table.name).collect();
    assert_eq!(names, ["roles", "plans", "kinds"]);
}

#[test]
fn a_batch_names_its_table() {
    assert_eq!(
        changes(
            "with op.batch_alter_table('t', schema=None) as batch_op:\n    \
             batch_op.add_column(sa.Column('c', sa.Integer()))\n    \
             batch_op.create_unique_constraint(batch_op.f('u'), ['c'])\n    \
             batch_op.create_index('i', ['c', sa.text('d DESC')])\n    \
             batch_op.create_foreign_key('f', 'p', ['c'], ['id'])\n    \
             batch_op.drop_column('e')"
        ),
        [
            "alter t: add c",
            "alter t: unique",
            "index i t c,d DESC",
            "alter t: fk p",
            "alter t: drop e",
        ]
    );
}

#[test]
fn loops_and_helpers_are_folded() {
    let text = "from alembic import op\nrevision = 'b'\ndown_revision = 'a'\nTABLES = ['a', 'b']\n\
        def index(table, column='x'):\n    op.create_index(f'ix_{table}_{column}', table, [column])\n\
        def upgrade():\n    for table in TABLES:\n        index(table)\n    \
        for table, column in {'c': 'y'}.items():\n        index(table, column=column)\n";
    let found: Vec<String> = outcome(text, Dialect::Postgres)
        .facts
        .schema
        .iter()
        .map(|statement| words(&statement.change))
        .collect();
    assert_eq!(
        found,
        ["index ix_a_x a x", "index ix_b_x b x", "index ix_c_y c y"]
    );
}

#[test]
fn conditions_on_the_dialect_choose_an_arm() {
    let body = "if op.get_bind().dialect.name == 'postgresql':\n    op.drop_table('p')\n\
        elif is_sqlite():\n    op.drop_table('s')\nelse:\n    op.drop_table('o')";
    assert_eq!(changes_in(body, Dialect::Postgres), ["drop p"]);
    assert_eq!(changes_in(body, Dialect::Sqlite), ["drop s"]);
    assert_eq!(changes_in(body, Dialect::Mysql), ["drop o"]);
}

#[test]
fn questions_for_what_exists_are_a_yes() {
    let body = "tables = sa.inspect(op.get_bind()).get_table_names()\n\
        if 't' not in tables:\n    op.create_table('t', sa.Column('id', sa.Integer()))";
    let found = statements(body, Dialect::Postgres);
    assert!(found[0].guarded);
    assert_eq!(words(&found[0].change), "create t");
    assert_eq!(
        changes("if table_exists('t'):\n    return\nop.drop_table('u')"),
        ["drop u"]
    );
}

#[test]
fn what_is_not_known_opens_tables() {
    assert_eq!(
        changes("if settings.LARGE:\n    op.drop_column('t', 'c')"),
        ["open t"]
    );
    assert_eq!(
        changes(
            "for key in sa.inspect(bind).get_foreign_keys('t'):\n    op.drop_constraint(key['name'], 't')"
        ),
        ["open t"]
    );
    assert_eq!(changes("op.drop_column(name(), 'c')"), ["open "]);
    assert_eq!(changes("op.execute(open('x.sql').read())"), ["open "]);
    assert_eq!(
        changes("op.create_table('t', sa.Column('id', sa.Integer()), *more())"),
        ["create t", "open t"]
    );
    let none: [&str; 0] = [];
    assert_eq!(changes("op.execute(users.update().values(a=1))"), none);
}

#[test]
fn sql_stands_where_it_is_written() {
    let body = "op.execute('''\n  CREATE INDEX i ON t (c);\n  DROP TABLE u''')\n\
        op.execute(sa.text('DROP TABLE ' 'v'))\n\
        op.execute(f'DROP TABLE {unknown()}')\nop.execute(f'CREATE INDEX {x} ON w (c)')";
    let found = statements(body, Dialect::Postgres);
    let text = revision(body);
    let said: Vec<(String, &str)> = found
        .iter()
        .map(|statement| (words(&statement.change), statement.span.of(&text)))
        .collect();
    let expected = [
        ("index i t c", "CREATE INDEX i ON t (c)"),
        ("drop u", "DROP TABLE u"),
        ("drop v", "'DROP TABLE ' 'v'"),
        ("open ", "f'DROP TABLE {unknown()}'"),
        ("open w", "f'CREATE INDEX {x} ON w (c)'"),
    ];
    assert_eq!(said, expected.map(|(change, at)| (change.to_owned(), at)));
}

#[test]
fn loops_in_loops_come_to_an_end() {
    let mut body = String::new();
    for depth in 0..6 {
        let indent = "    ".repeat(depth);
        body += &format!("{indent}for i{depth} in [{}]:\n", "1, ".repeat(400));
    }
    body += &format!("{}op.drop_table('t')", "    ".repeat(6));
    let found = changes(&body);
    assert_eq!(found.last().map(String::as_str), Some("open "));
}
