"""left"""

import sqlalchemy as sa
from alembic import op

revision = "l1"
down_revision = "r0"


def upgrade():
    op.add_column("a", sa.Column("x", sa.Integer()))
