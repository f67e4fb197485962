from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, UniqueConstraint
from sqlalchemy.orm import declarative_base

convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SCHEMA = "shop"
Base = declarative_base(metadata=MetaData(naming_convention=convention, schema=SCHEMA))


class Parent(Base):
    __tablename__ = "parent"
    id = Column(Integer, primary_key=True)
    code = Column(String(5), unique=True)
    name = Column(String, index=True)
    a_name_that_is_so_long_that_postgres_would_have_to_cut = Column(String, index=True)


class Child(Base):
    __tablename__ = "child"
    __table_args__ = (
        UniqueConstraint("parent_id", "size"),
        CheckConstraint("size > 0", name="size"),
    )
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("parent.id"))
    other_id = Column(ForeignKey("shop.parent.id", name="named"))
    size = Column(Integer)
