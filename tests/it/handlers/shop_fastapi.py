"""The shop, on SQLite."""

import os
from decimal import Decimal

os.environ["DATABASE_URL"] = "sqlite+aiosqlite:///shop.db"

from app.main import app
from app.models import Base, Customer, Order, OrderItem, Product
from app.security import create_access_token
from asgi import Client
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("sqlite:///shop.db")
client = Client(app)


def seed():
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Customer(email="ada@example.com", full_name="Ada", password_hash="-"))
        session.add(Product(sku="mug", name="Mug", price=4.5, stock=10))
        session.flush()
        line = OrderItem(line_no=1, product_id=1, quantity=2, unit_price=Decimal("4.50"))
        session.add(Order(customer_id=1, status="paid", total=Decimal(9), items=[line]))
        session.commit()


def send(method, path, json, form):
    headers = {"Authorization": f"Bearer {create_access_token(1)}"}
    return client.send(method, path, json, form, headers)
