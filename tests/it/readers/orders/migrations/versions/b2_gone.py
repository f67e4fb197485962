import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = "a1"


def upgrade():
    op.drop_column("orders", "note")
    op.drop_column("orders", "label")
    op.drop_column("orders", "seal")
    op.drop_column("lines", "parent")
    op.alter_column("orders", "old_code", new_column_name="former_code")


def downgrade():
    op.alter_column("orders", "former_code", new_column_name="old_code")
    op.add_column("lines", sa.Column("parent", sa.String(100)))
    op.add_column("orders", sa.Column("seal", sa.String(100)))
    op.add_column("orders", sa.Column("label", sa.String(100)))
    op.add_column("orders", sa.Column("note", sa.String(100)))
