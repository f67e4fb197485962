"""tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b1"
down_revision = None


def upgrade():
    op.create_table(
        "authors",
        sa.Column("id", sa.Integer(), primary_key=True, index=True),
        sa.Column("email", sa.String(200), nullable=False, unique=True, index=True),
        sa.Column("code", sa.CHAR(3), unique=True),
        sa.Column("born", sa.Date()),
        sa.Column("score", sa.Float(), server_default="0"),
        sa.Column("ratio", sa.Float(precision=53)),
        sa.Column("paid", sa.Numeric(12, 2), server_default=sa.text("0.00"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("seen", sa.DateTime()),
        sa.Column("took", sa.Interval()),
        sa.Column("at", sa.Time(timezone=True)),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("raw", sa.LargeBinary()),
        sa.Column("names", postgresql.ARRAY(sa.String(20))),
        sa.Column("key", postgresql.UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()")),
        sa.Column("mood", sa.Enum("glad", "sad", name="mood"), nullable=False),
        sa.Column("kind", sa.Enum("a", "bcd", native_enum=False, name="kind")),
        sa.Column("notes", sa.UnicodeText()),
        sa.CheckConstraint("score >= 0", name="ck_score"),
        sa.UniqueConstraint("born", "code", name="uq_born_code"),
    )
    op.create_table(
        "books",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("authors.id", ondelete="CASCADE")),
        sa.Column("editor_id", sa.Integer(), sa.ForeignKey("authors.id", name="fk_editor")),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), sa.Computed("words / 300", persisted=True)),
        sa.PrimaryKeyConstraint("id", name="books_pk"),
    )
    op.create_table(
        "shelves",
        sa.Column("room", sa.SmallInteger(), nullable=False),
        sa.Column("board", sa.SmallInteger(), nullable=False),
        sa.Column("book_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("room", "board"),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], onupdate="CASCADE", ondelete="SET NULL"),
    )
    op.execute("CREATE SCHEMA archive")
    op.create_table(
        "papers",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("label", sa.String()),
        schema="archive",
    )
    op.create_table("gone", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("gone")
