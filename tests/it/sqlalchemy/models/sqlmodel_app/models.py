import enum
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, List, Optional

from pydantic import EmailStr
from sqlalchemy import JSON, Column, DateTime, Index, String, UniqueConstraint, func
from sqlmodel import Field, Relationship, SQLModel


class Color(str, enum.Enum):
    RED = "red"


class HeroBase(SQLModel):
    name: str = Field(index=True, max_length=60)
    secret_name: Optional[str] = None
    age: int | None = Field(default=None, index=True)


class Team(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    heroes: List["Hero"] = Relationship(back_populates="team", cascade_delete=True)


class Hero(HeroBase, table=True):
    __table_args__ = (UniqueConstraint("name", "color"), Index("ix_hero_money", "money"))

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", ondelete="CASCADE")
    other_id: Optional[int] = Field(foreign_key="team.id", nullable=False)
    team: Team | None = Relationship(back_populates="heroes")
    color: Color
    money: Decimal = Field(default=0, max_digits=12, decimal_places=3)
    ratio: float = 0.5
    email: EmailStr = Field(unique=True, index=True, max_length=255)
    at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), server_default=func.now(), nullable=False)
    )
    seen: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    meta: dict = Field(default_factory=dict, sa_column=Column(JSON))
    tags: list[str] = Field(default=[], sa_type=JSON)
    code: Annotated[str, Field(max_length=3)]
    alias: str = Field(sa_column=Column("other_alias", String(9), unique=True))
    extra: str = Field(default="", sa_column_kwargs={"nullable": True, "index": True})
    flag: bool = False


class HeroPublic(HeroBase):
    id: uuid.UUID


class HeroTeamLink(SQLModel, table=True):
    __tablename__ = "links"

    hero_id: uuid.UUID = Field(foreign_key="hero.id", primary_key=True)
    team_id: int = Field(foreign_key="team.id", primary_key=True)
