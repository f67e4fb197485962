import sqlalchemy as sa
from sqlalchemy.orm import registry

metadata = sa.MetaData()
mapper_registry = registry()

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("team", sa.Integer, sa.ForeignKey("teams.id")),
    sa.UniqueConstraint("name"),
)
teams = sa.Table("teams", metadata, sa.Column("id", sa.Integer, primary_key=True), schema=None)
posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("user_id", sa.ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("body", sa.Text, sa.CheckConstraint("length(body) < 100")),
    schema="blog",
)
sa.Index("ix_posts_user", posts.c.user_id)


class Thing:
    pass


mapper_registry.map_imperatively(
    Thing, sa.Table("things", mapper_registry.metadata, sa.Column("id", sa.Uuid, primary_key=True))
)
