import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAME_LENGTH = 30


class Base(DeclarativeBase):
    __abstract__ = True

    id: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), primary_key=True)


class Tenanted:
    tenant_id: Mapped[int] = mapped_column(index=True)

    @declared_attr
    def shop_id(cls) -> Mapped[uuid.UUID]:
        return mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))


def name_column(length=NAME_LENGTH, **options):
    return mapped_column(String(length), unique=True)
