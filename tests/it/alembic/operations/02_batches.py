"""batches, and types of their own"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a3"
down_revision = "c2"

state = postgresql.ENUM("new", "used", name="state", create_type=False)


def upgrade():
    state.create(op.get_bind(), checkfirst=False)
    with op.batch_alter_table("books", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", state, nullable=True))
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.alter_column("title", existing_type=sa.Text(), type_=sa.String(300))
        batch_op.create_index("ix_books_owner", ["owner_id"])
        batch_op.create_foreign_key("fk_owner", "authors", ["owner_id"], ["id"], ondelete="SET NULL")
        batch_op.drop_constraint("fk_editor", type_="foreignkey")
        batch_op.drop_column("editor_id")
        batch_op.drop_index("ix_books_title")
    _add_logs("books")
    _add_logs("authors")
    op.execute(
        sa.text(
            """
            DO $$
            BEGIN
                ALTER TABLE authors ADD CONSTRAINT ck_email CHECK (email LIKE '%@%');
            END $$;
            """
        )
    )
    op.bulk_insert(sa.table("authors", sa.column("id")), [])
    with op.get_context().autocommit_block():
        op.create_index("ix_late", "books", ["length"], postgresql_concurrently=True)


def _add_logs(table):
    op.create_table(
        f"{table}_log",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("row_id", sa.BigInteger(), nullable=False, index=True),
        sa.Column("said", sa.Text(), comment="what was said"),
    )


def downgrade():
    raise NotImplementedError
