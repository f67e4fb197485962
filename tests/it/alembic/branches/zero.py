"""a root of its own"""

import sqlalchemy as sa
from alembic import op

revision = "z0"
down_revision = None
branch_labels = ("other",)


def upgrade():
    op.create_table("b", sa.Column("id", sa.Integer(), primary_key=True))
