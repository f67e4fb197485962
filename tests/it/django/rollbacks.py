"""Migrates the app `shop` there and back, once for each second migration that is given as JSON, and
prints what the database holds before and afterwards; null where something is refused."""

import importlib
import json
import sys
from pathlib import Path

engine, name, host, folder = sys.argv[1:]
given = json.load(sys.stdin)
sys.path.insert(0, folder)
migrations = Path(folder, "shop", "migrations")
migrations.mkdir(parents=True)
for package in (migrations, migrations.parent):
    (package / "__init__.py").touch()
(migrations / "0001_initial.py").write_text(given["initial"])

from django.conf import settings

settings.configure(
    INSTALLED_APPS=["shop"],
    DATABASES={
        "default": {
            "ENGINE": f"django.db.backends.{engine}",
            "NAME": name,
            "HOST": host,
            "USER": "postgres",
        }
    },
)
import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

django.setup()


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def in_sqlite():
    found = []
    for kind, table, sql in rows("SELECT type, name, sql FROM sqlite_master"):
        if kind == "table" and not table.startswith(("sqlite_", "django_")):
            for _, column, *said in rows(f'PRAGMA table_info("{table}")'):
                found.append(["column", table, column, *said])
            for key in rows(f'PRAGMA foreign_key_list("{table}")'):
                found.append(["foreign key", table, *key[2:]])
            for _, index, unique, *_ in rows(f'PRAGMA index_list("{table}")'):
                columns = [column for _, _, column in rows(f'PRAGMA index_info("{index}")')]
                found.append(["keys", table, columns, unique])
        elif kind == "view":
            found.append([kind, table, sql])
    return [json.dumps(line) for line in found]


def in_postgres():
    found = []
    for query in given["queries"]:
        found += [line if isinstance(line, str) else json.dumps(line) for (line,) in rows(query)]
    return found


def empty():
    if engine == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    else:
        connection.close()
        Path(name).unlink(missing_ok=True)


def migrate(target):
    MigrationExecutor(connection).migrate([("shop", target)])


look = in_postgres if engine == "postgresql" else in_sqlite
seen = []
for change in given["changes"]:
    empty()
    (migrations / "0002_change.py").write_text(change)
    for module in [module for module in sys.modules if module.startswith("shop.migrations")]:
        del sys.modules[module]
    importlib.invalidate_caches()
    migrate("0001_initial")
    before = look()
    try:
        migrate("0002_change")
        migrate("0001_initial")
    except Exception as error:
        seen.append({"refused": repr(error)})
        continue
    seen.append({"before": before, "after": look()})
print(json.dumps(seen))
