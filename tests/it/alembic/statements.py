"""The statements that Alembic gives a PostgreSQL for each of a folder of revisions, as JSON."""

import io
import json
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

ENVIRONMENT = """
from alembic import context

context.configure(dialect_name="postgresql", literal_binds=True)
with context.begin_transaction():
    context.run_migrations()
"""

script = io.StringIO()
with tempfile.TemporaryDirectory() as scripts:
    Path(scripts, "env.py").write_text(ENVIRONMENT)
    config = Config(output_buffer=script)
    config.set_main_option("script_location", scripts)
    config.set_main_option("version_locations", sys.argv[1])
    config.set_main_option("path_separator", "newline")
    command.upgrade(config, "heads", sql=True)
revisions = script.getvalue().split("-- Running upgrade")[1:]
# Behind the line that names the revisions.
bodies = [revision.partition("\n")[2].split(";") for revision in revisions]
own = ("BEGIN", "COMMIT", "INSERT INTO alembic_version", "UPDATE alembic_version")
print(
    json.dumps(
        [[part.strip() for part in body if part.strip() and not part.strip().startswith(own)] for body in bodies]
    )
)
