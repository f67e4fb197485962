"""The recipes, on SQLite, under the test client of Litestar."""

import os

os.environ["DATABASE_URL"] = "sqlite+aiosqlite:///recipes.db"

from litestar.exceptions import HTTPException
from litestar.testing import TestClient
from recipes.app import app
from recipes.models import Base, Cook, Recipe
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("sqlite:///recipes.db")
raised = []


async def watched(error, scope):
    if not isinstance(error, HTTPException):
        raised.append(type(error).__name__)


app.after_exception.append(watched)
client = TestClient(app, raise_server_exceptions=False).__enter__()


def seed():
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Cook(name="ada", email="ada@example.com"))
        session.flush()
        session.add(Recipe(slug="bread", cook="ada", steps="Bake it."))
        session.commit()


def send(method, path, json, form):
    raised.clear()
    answer = client.request(method, path, json=json, data=form)
    return answer.status_code, answer.text, list(raised)
