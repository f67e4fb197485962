"""Makes the tables of a Django project in an empty database: from its models, by migrations that are
written for them, or by those it has."""

import os
import sys

folder, way, engine, name, host = sys.argv[1:]
sys.path.insert(0, folder)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

from django.conf import settings

settings.DATABASES = {
    "default": {
        "ENGINE": f"django.db.backends.{engine}",
        "NAME": name,
        "HOST": host,
        "USER": "postgres",
    }
}
settings.SILENCED_SYSTEM_CHECKS = ["fields.W342", "models.W042"]
import django
from django.apps import apps
from django.core.management import call_command

django.setup()
if way == "models":
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
elif way == "migrations":
    for config in apps.get_app_configs():
        if not config.name.startswith("django."):
            package = os.path.join(config.path, "migrations")
            os.makedirs(package)
            open(os.path.join(package, "__init__.py"), "w").close()
    call_command("makemigrations", verbosity=0)
if apps.is_installed("django.contrib.postgres"):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION hstore")
call_command("migrate", run_syncdb=True, verbosity=0)

if engine == "sqlite3":
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        for (sql,) in cursor.fetchall():
            if "sqlite_sequence" not in sql:
                print(f"{sql};")
