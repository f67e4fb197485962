import datetime as dt
import decimal
import enum
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, List, Literal, NewType, Optional, Union

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, WriteOnlyMapped, mapped_column, relationship

intpk = Annotated[int, mapped_column(primary_key=True)]
str50 = Annotated[str, 50]
user_fk = Annotated[int, mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)]
timestamp = Annotated[datetime, mapped_column(nullable=False, server_default="now()")]
UserId = NewType("UserId", int)


class Base(DeclarativeBase):
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        Decimal: Numeric(19, 4),
        str50: String(50),
        UserId: BigInteger,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(String),
    }


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


class User(Base):
    __tablename__ = "users"

    id: Mapped[intpk]
    name: Mapped[str]
    nick: Mapped[Optional[str]]
    short: Mapped[str50]
    maybe: Mapped[str50 | None]
    age: Mapped[int | None]
    ratio: Mapped[float]
    limit: Mapped[Decimal]
    other_limit: Mapped[Optional[decimal.Decimal]] = mapped_column(Numeric(10, 2))
    level: Mapped[Level]
    wanted: Mapped[Optional[Level]] = mapped_column(index=True)
    mode: Mapped[Literal["a", "b"]]
    key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    blob: Mapped[bytes]
    born: Mapped[date]
    wakes: Mapped[dt.time]
    seen: Mapped[dt.datetime]
    lent: Mapped[dt.timedelta]
    flag: Mapped[bool] = mapped_column(default=False)
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tags: Mapped[list[str]]
    big: Mapped[int] = mapped_column(BigInteger)
    renamed: Mapped[str] = mapped_column("other_name", String(20), nullable=True)
    created: Mapped[timestamp]
    spelled: Mapped["Optional[str]"]
    quoted: "Mapped[int]"
    united: Mapped[Union[str, None]]
    typed: Mapped[UserId]
    plain = mapped_column(String(3))
    orders: Mapped[List["Order"]] = relationship(back_populates="user")
    items: WriteOnlyMapped["Order"] = relationship(viewonly=True)


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("user_id", "number"),
        Index("ix_orders_number", "number", postgresql_include=["total"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[user_fk]
    payer_id: Mapped[Optional[int]] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    parent_id: Mapped["int | None"] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    total: Mapped[Annotated[Decimal, mapped_column(Numeric(12, 2))]]
    user: Mapped["User"] = relationship(back_populates="orders", foreign_keys="Order.user_id")
