"""changes: the file's name is no order"""

import sqlalchemy as sa
from alembic import op

revision = "c2"
down_revision = "b1"

TABLES = ["authors", "books"]


def upgrade():
    op.drop_table("gone")
    op.create_index("ix_books_title", "books", ["title"], postgresql_using="hash")
    op.create_index(op.f("ix_books_author"), "books", ["author_id", "title"], unique=False)
    op.create_index(
        "ix_books_lower", "books", [sa.text("lower(title)")], unique=True,
    )
    op.create_index(
        "ix_authors_seen",
        "authors",
        ["seen"],
        postgresql_where=sa.text("active"),
        postgresql_include=["email"],
    )
    op.create_unique_constraint("uq_books_title", "books", ["title", "author_id"])
    op.create_check_constraint("ck_words", "books", "words > 0")
    op.create_foreign_key(
        "fk_papers_author", "papers", "authors", ["id"], ["id"],
        source_schema="archive", ondelete="RESTRICT",
    )
    op.add_column("books", sa.Column("isbn", sa.String(13), nullable=True))
    op.add_column("books", sa.Column("shop", sa.Integer(), sa.ForeignKey("authors.id"), index=True))
    op.alter_column("books", "isbn", type_=sa.String(20), nullable=False, server_default="none")
    op.alter_column("books", "words", new_column_name="length")
    op.alter_column("authors", "paid", existing_type=sa.Numeric(12, 2), server_default=None)
    op.alter_column("authors", "score", type_=sa.Numeric(5, 2), postgresql_using="score::numeric")
    op.drop_column("authors", "took")
    op.drop_constraint("uq_born_code", "authors", type_="unique")
    op.drop_index("ix_authors_id", table_name="authors")
    op.rename_table("shelves", "boards")
    for table in TABLES:
        op.add_column(table, sa.Column("tenant", sa.Integer(), server_default="1", nullable=False))
        op.create_index(f"ix_{table}_tenant", table, ["tenant"])
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE books ADD COLUMN tsv tsvector; CREATE INDEX ix_tsv ON books USING gin (tsv)")
    else:
        op.add_column("books", sa.Column("tsv", sa.Text()))


def downgrade():
    pass
