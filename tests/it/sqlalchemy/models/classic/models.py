import datetime
import enum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    PickleType,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    Unicode,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB, TSVECTOR, UUID
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import backref, declarative_base, deferred, relationship

Base = declarative_base()
CASCADE = "CASCADE"
CODE_LENGTH = 12


class Status(enum.Enum):
    open = "o"
    closed = "c"


class LowerCased(TypeDecorator):
    impl = String
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value.lower()


class Sized(TypeDecorator):
    impl = Unicode(40)
    cache_ok = True


class Cents(Integer):
    pass


JsonColumn = JSON().with_variant(JSONB(), "postgresql")

authors_books = Table(
    "authors_books",
    Base.metadata,
    Column("author_id", ForeignKey("authors.id", ondelete=CASCADE), primary_key=True),
    Column("book_id", Integer, ForeignKey("books.id"), primary_key=True),
    Index("ix_authors_books_book", "book_id"),
)


def money(default="0"):
    return Column(Numeric(12, 2), nullable=False, server_default=default)


class Author(Base):
    __tablename__ = "authors"

    id = Column(Integer, primary_key=True)
    name = Column(String(80), nullable=False, index=True)
    email = Column("email_address", String(length=255), unique=True)
    handle = Column(LowerCased(30), unique=True, index=True)
    motto = Column(Sized)
    karma = Column(Cents, default=0)
    born = Column(Date)
    wakes = Column(Time)
    created_at = Column(DateTime, server_default=func.now())
    updated_at = Column(DateTime(timezone=True), onupdate=datetime.datetime.now)
    books = relationship("Book", secondary=authors_books, backref=backref("authors"))
    friends = relationship("Author", secondary="friendships", viewonly=True,
                           primaryjoin="Author.id == Friendship.one_id",
                           secondaryjoin="Author.id == Friendship.other_id")


class Book(Base):
    __tablename__ = "books"
    __table_args__ = (
        UniqueConstraint("title", "edition", name="uq_books_title"),
        UniqueConstraint("isbn"),
        CheckConstraint("pages > 0"),
        CheckConstraint("price >= 0", name="ck_books_price"),
        Index("ix_books_title_lower", text("lower(title)")),
        Index("ix_books_open", "status", postgresql_where=text("status = 'open'")),
        Index("ix_books_tags", "tags", postgresql_using="gin"),
        Index("ix_books_recent", "edition", text("created_at DESC"), unique=True),
        {"comment": "what was written"},
    )

    id = Column(BigInteger, Identity(always=True), primary_key=True)
    title = Column(Text, nullable=False)
    edition = Column(SmallInteger)
    isbn = Column(postgresql.VARCHAR(CODE_LENGTH))
    pages = Column(Integer)
    price = money()
    weight = Column(Float)
    exact = Column(Float(53))
    rough = Column(Float(precision=10))
    status = Column(Enum(Status))
    genre = Column(Enum("prose", "verse", name="genres"))
    kind = Column(Enum("a", "bcd", native_enum=False))
    tags = Column(ARRAY(String(20)))
    search = Column(TSVECTOR)
    address = Column(INET)
    meta = Column(JsonColumn)
    extra = Column(MutableDict.as_mutable(JSONB), nullable=False)
    raw = Column(JSON)
    blob = Column(LargeBinary)
    pickled = deferred(Column(PickleType))
    lent_for = Column(Interval)
    is_lent = Column(Boolean, nullable=False, default=False)
    key = Column(UUID(as_uuid=True), unique=True)
    created_at = Column(postgresql.TIMESTAMP(timezone=True))
    parent_id = Column(ForeignKey("books.id", ondelete="SET NULL", onupdate="CASCADE"))
    editor_id = Column(Integer, ForeignKey(Author.id, name="fk_books_editor"), index=True)


class Friendship(Base):
    __tablename__ = "friendships"
    __table_args__ = (PrimaryKeyConstraint("one_id", "other_id", name="pk_friends"),)

    one_id = Column(Integer, ForeignKey("authors.id"), nullable=False)
    other_id = Column(Integer, ForeignKey("authors.id"), nullable=False)


class Review(Base):
    __tablename__ = "re" + "views"

    author_id = Column(Integer, primary_key=True)
    book_id = Column(Integer, primary_key=True, autoincrement=False)
    number = Column(Integer, primary_key=True)
    body = Column(Text)
    email = Column(ForeignKey(Author.email))
    __table_args__ = (
        ForeignKeyConstraint(
            ["author_id", "book_id"],
            ["authors_books.author_id", "authors_books.book_id"],
            ondelete="CASCADE",
        ),
        Index(None, body),
        Index("ix_reviews_number", number.desc()),
        Index("ix_reviews_body_lower", func.lower(body)),
        Index("ix_reviews_email", "email", postgresql_where=email.isnot(None)),
    )


Index("ix_authors_born", Author.born, Author.name.desc())


class Setting(Base):
    __tablename__ = "settings"
    __table_args__ = {"schema": "config"}

    name = Column(String, primary_key=True)
    value = Column(String)
    author_id = Column(Integer, ForeignKey("authors.id"), index=True)


class Override(Base):
    __tablename__ = "overrides"
    __table_args__ = (UniqueConstraint("setting"), {"schema": "config"})

    id = Column(Integer, primary_key=True, autoincrement=False)
    setting = Column(ForeignKey("config.settings.name"))
    count = Column(Integer, primary_key=False, nullable=True)


class Token(Base):
    __table__ = Table(
        "tokens",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("author", None, ForeignKey("authors.id")),
    )
