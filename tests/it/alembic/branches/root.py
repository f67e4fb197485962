"""root"""

import sqlalchemy as sa
from alembic import op

revision: str = "r0"
down_revision: str | None = None
branch_labels = ("main",)
depends_on = None


def upgrade() -> None:
    op.create_table("a", sa.Column("id", sa.Integer(), primary_key=True))
