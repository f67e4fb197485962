"""The ticket shop, on SQLite."""

import os
from datetime import datetime
from decimal import Decimal

os.environ["DATABASE_URL"] = "sqlite:///tickets.db"

from app.database import engine
from app.main import app
from app.models import Base, Event, Order, Ticket, User
from asgi import Client
from sqlalchemy.orm import Session

send = Client(app).send


def seed():
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    now = datetime(2026, 1, 1)
    # With ids: SQLite numbers no BIGINT.
    with Session(engine) as session:
        session.add(User(id=1, email="ada@example.com", full_name="Ada", created_at=now))
        event = {"name": "Concert", "starts_at": now, "seat_price": Decimal(20)}
        session.add(Event(id=1, organizer_id=1, **event))
        session.add(Order(id=1, user_id=1, total=Decimal(20), placed_at=now))
        session.add(Ticket(id=1, order_id=1, event_id=1, seat="A1", price=Decimal(20)))
        session.commit()
