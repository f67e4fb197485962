import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(100)),
        sa.Column("note", sa.String(100)),
        sa.Column("label", sa.String(100)),
        sa.Column("seal", sa.String(100)),
        sa.Column("old_code", sa.String(100)),
    )
    op.create_table(
        "lines",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id"), nullable=False, index=True),
        sa.Column("note", sa.String(100)),
        sa.Column("parent", sa.String(100)),
    )


def downgrade():
    op.drop_table("lines")
    op.drop_table("orders")
