"""Alembic itself brings a PostgreSQL to the heads of a folder of revisions."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

versions, database, host = sys.argv[1:]
ENVIRONMENT = f"""
from alembic import context
from sqlalchemy import create_engine

engine = create_engine("postgresql+psycopg://postgres@/{database}?host={host}")
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
"""

with tempfile.TemporaryDirectory() as scripts:
    Path(scripts, "env.py").write_text(ENVIRONMENT)
    config = Config()
    config.set_main_option("script_location", scripts)
    config.set_main_option("version_locations", versions)
    config.set_main_option("path_separator", "newline")
    command.upgrade(config, "heads")
