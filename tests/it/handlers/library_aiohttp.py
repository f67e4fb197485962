"""The library, on SQLite, under the test client of aiohttp."""

import asyncio
import os

os.environ["DATABASE_URL"] = "sqlite+aiosqlite:///library.db"

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from library.app import create_app
from library.models import Base, Book, Loan, Reader
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("sqlite:///library.db")
loop = asyncio.new_event_loop()
raised = []


@web.middleware
async def watched(request, handler):
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:
        raised.append(type(error).__name__)
        raise


app = create_app()
app.middlewares.append(watched)


async def started():
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


client = loop.run_until_complete(started())


def seed():
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Book(isbn="9780141439600", title="Emma", year=1815))
        session.add(Reader(card="7", email="ada@example.com"))
        session.flush()
        session.add(Loan(number="1", isbn="9780141439600", card="7"))
        session.commit()


async def asked(method, path, json, form):
    async with client.request(method, path, json=json, data=form) as answer:
        return answer.status, await answer.text()


def send(method, path, json, form):
    raised.clear()
    status, text = loop.run_until_complete(asked(method, path, json, form))
    return status, text, list(raised)
