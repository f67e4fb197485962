"""both"""

from alembic import op

revision = "b2"
down_revision = ("l1", "m1")


def upgrade():
    op.alter_column("a", "x", new_column_name="y")
