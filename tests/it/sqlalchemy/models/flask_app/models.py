from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()

tags = db.Table(
    "tags",
    db.Column("tag_id", db.Integer, db.ForeignKey("tag.id"), primary_key=True),
    db.Column("blog_post_id", db.Integer, db.ForeignKey("blog_post.id"), primary_key=True),
)


class Tag(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    label = db.Column(db.String(20), unique=True, nullable=False)


class BlogPost(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(100), index=True)
    price = db.Column(db.Float)
    kind = db.Column(db.Enum("a", "b", name="post_kind"))
    parent_id = db.Column(db.Integer, db.ForeignKey("blog_post.id"))
    tags = db.relationship("Tag", secondary=tags, lazy="subquery", backref="posts")


class HTTPRequestLog(db.Model):
    __table_args__ = (db.UniqueConstraint("path", "at"), db.Index("ix_log_at", "at"))
    id = db.Column(db.BigInteger, primary_key=True)
    path = db.Column(db.Text)
    at = db.Column(db.DateTime, server_default=db.func.now())


class Named(db.Model):
    __abstract__ = True
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(64))


class Role(Named):
    rank = db.Column(db.SmallInteger)


class SpecialPost(BlogPost):
    stars = db.Column(db.Integer)


class LongPost(BlogPost):
    id = db.Column(db.ForeignKey("blog_post.id"), primary_key=True)
    body = db.Column(db.Text)


class User(db.Model):
    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    role_id = db.Column(db.ForeignKey(Role.id, ondelete="SET NULL"))
