from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from . import base
from .base import Base, Tenanted, name_column


class Shop(Base):
    __tablename__ = "shops"
    name: Mapped[str] = name_column()


class Item(Tenanted, base.Base):
    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    name: Mapped[str] = name_column(length=10)
    part: Mapped[int] = mapped_column(primary_key=True)
