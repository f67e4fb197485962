"""The pasted draft, with SQLite behind the calls of asyncpg that it makes."""

import os
import re
import sqlite3
import sys
from types import SimpleNamespace

os.environ["DATABASE_URL"] = ":memory:"


class Pool:
    def __init__(self, path):
        self.sqlite = sqlite3.connect(path, check_same_thread=False)
        self.sqlite.row_factory = sqlite3.Row

    async def fetchrow(self, query, *parameters):
        numbered = re.sub(r"\$(\d)", r"?\1", query)
        return self.sqlite.execute(numbered, parameters).fetchone()


async def create_pool(dsn, command_timeout):
    return Pool(dsn)


sys.modules["asyncpg"] = SimpleNamespace(create_pool=create_pool)

from asgi import Client
from draft_code import app

send = Client(app).send

SCHEMA = """
DROP TABLE IF EXISTS tickets;
CREATE TABLE tickets (id integer PRIMARY KEY, subject text);
INSERT INTO tickets VALUES (1, 'Printer on fire');
"""


def seed():
    app.state.pool.sqlite.executescript(SCHEMA)
