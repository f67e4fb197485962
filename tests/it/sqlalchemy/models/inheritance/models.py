import re
from datetime import datetime
from typing import Optional

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, String, UniqueConstraint, func
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship


def snake(name: str) -> str:
    """Tells words apart, e.g. "HTTPServer"."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Base(DeclarativeBase):
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return snake(cls.__name__)

    def as_dict(self):
        return {}


class Timestamps:
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at = Column(DateTime(timezone=True), index=True)


class Owned:
    @declared_attr
    def owner_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)

    @declared_attr
    def owner(cls):
        return relationship("Person")


class Keyed(Base):
    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def __table_args__(cls):
        return (UniqueConstraint("name", name=f"uq_{cls.__tablename__}_name"),)

    name: Mapped[str]


class Person(Base):
    id: Mapped[int] = mapped_column(primary_key=True)


class BankAccount(Timestamps, Owned, Keyed):
    name: Mapped[str] = mapped_column(String(10))


class AuditLog(Owned, Base):
    __tablename__ = "audit"
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer)
    owner = None


class Employee(Timestamps, Base):
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "employee"}


class Manager(Employee):
    __tablename__ = None
    grade: Mapped[Optional[int]]
    boss_id: Mapped[Optional[int]] = mapped_column(ForeignKey("employee.id"), index=True)
    __mapper_args__ = {"polymorphic_identity": "manager"}


class Engineer(Employee):
    id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    language: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "engineer"}
    __table_args__ = (Index("ix_engineer_language", "language"),)
