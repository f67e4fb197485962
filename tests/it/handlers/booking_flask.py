"""The booking system, with SQLite behind the calls of psycopg that it makes."""

import os
import sqlite3
from pathlib import Path

import psycopg_pool

os.environ |= {"DATABASE_URL": "booking.db", "SMTP_PASSWORD": "-"}


class Connection:
    def __init__(self, path):
        self.sqlite = sqlite3.connect(path)
        self.sqlite.execute("PRAGMA foreign_keys = ON")
        self.sqlite.row_factory = lambda cursor, row: {
            column[0]: value for column, value in zip(cursor.description, row)
        }

    def execute(self, query, parameters=()):
        values = [str(value) for value in parameters]
        return self.sqlite.execute(query.replace("%s", "?"), values)

    def commit(self):
        self.sqlite.commit()

    def rollback(self):
        self.sqlite.rollback()


class Pool:
    check_connection = None

    def __init__(self, path, kwargs, check):
        self.path = path

    def getconn(self):
        return Connection(self.path)

    def putconn(self, connection):
        connection.sqlite.close()


psycopg_pool.ConnectionPool = Pool

from booking import create_app
from flask import got_request_exception

app = create_app()
raised = []
got_request_exception.connect(
    lambda sender, exception: raised.append(type(exception).__name__), app, weak=False
)

SCHEMA = """
CREATE TABLE users (id integer PRIMARY KEY, email text);
CREATE TABLE rooms (id integer PRIMARY KEY, name text, capacity integer, hourly_rate numeric);
CREATE TABLE bookings (
    id integer PRIMARY KEY,
    room_id integer NOT NULL REFERENCES rooms (id),
    user_id integer NOT NULL REFERENCES users (id),
    starts_at text,
    ends_at text,
    status text DEFAULT 'requested',
    note text
);
INSERT INTO users VALUES (1, 'ada@example.com');
INSERT INTO rooms VALUES (1, 'Attic', 4, 12.5);
INSERT INTO bookings VALUES (1, 1, 1, '2026-01-01', '2026-01-02', 'requested', NULL);
"""


def seed():
    Path("booking.db").unlink(missing_ok=True)
    sqlite3.connect("booking.db").executescript(SCHEMA).close()


def send(method, path, json, form):
    raised.clear()
    answer = app.test_client().open(path, method=method, json=json, data=form)
    return answer.status_code, answer.text, list(raised)
