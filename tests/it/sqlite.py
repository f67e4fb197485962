"""Runs scripts in SQLite, one database a list: whether each is taken once every table holds a row."""

import json
import sqlite3
import sys

taken = []
for scripts, wrapped in json.load(sys.stdin):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for script in scripts:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                if not table.startswith("sqlite_"):
                    columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
                    zeros = ", ".join("1" for _ in columns)
                    connection.execute(f'INSERT OR IGNORE INTO "{table}" VALUES ({zeros})')
            if wrapped:
                connection.execute("BEGIN")
            statement = ""
            for line in script.splitlines(keepends=True):
                statement += line
                if sqlite3.complete_statement(statement):
                    connection.execute(statement)
                    statement = ""
            if wrapped:
                connection.execute("COMMIT")
        taken.append(None)
    except sqlite3.Error as error:
        taken.append(str(error))
print(json.dumps(taken))
