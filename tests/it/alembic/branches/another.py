"""right, which needs the other root"""

import sqlalchemy as sa
from alembic import op

revision = "m1"
down_revision = "r0"
depends_on = "z0"


def upgrade():
    op.add_column("a", sa.Column("b_id", sa.Integer(), sa.ForeignKey("b.id"), nullable=True))
    op.create_index("ix_a_b_id", "a", ["b_id"])
