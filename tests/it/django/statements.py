"""The statements that Django gives a PostgreSQL for each migration of the app `shop`, as JSON."""

import io
import json
import sys
from pathlib import Path

name, host, folder = sys.argv[1:]
sys.path.insert(0, folder)
for package in ("shop", "shop/migrations"):
    Path(folder, package, "__init__.py").touch()

from django.conf import settings

settings.configure(
    INSTALLED_APPS=["shop"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "HOST": host,
            "USER": "postgres",
        }
    },
)
import django
from django.core.management import call_command

django.setup()
bodies = []
for migration in sorted(Path(folder, "shop/migrations").glob("0*.py")):
    script = io.StringIO()
    call_command("sqlmigrate", "shop", migration.stem, stdout=script, no_color=True)
    lines = (line for line in script.getvalue().splitlines() if not line.startswith("--"))
    parts = (part.strip() for part in "\n".join(lines).split(";"))
    bodies.append([part for part in parts if part and part not in ("BEGIN", "COMMIT")])
print(json.dumps(bodies))
