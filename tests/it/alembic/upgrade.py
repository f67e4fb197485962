"""Prints the SQL by which Alembic itself brings PostgreSQL to the heads of a folder of revisions."""

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

with tempfile.TemporaryDirectory() as scripts:
    Path(scripts, "env.py").write_text(ENVIRONMENT)
    config = Config()
    config.set_main_option("script_location", scripts)
    config.set_main_option("version_locations", sys.argv[1])
    config.set_main_option("path_separator", "newline")
    command.upgrade(config, "heads", sql=True)
