"""Prints what the models in a folder would make in PostgreSQL, as SQLAlchemy itself sees them."""

import importlib
import pathlib
import sys
import types

from sqlalchemy import MetaData, create_mock_engine


def metadata_of(value: object) -> MetaData | None:
    if isinstance(value, MetaData):
        return value
    inner = getattr(value, "metadata", None)
    return inner if isinstance(inner, MetaData) else None


def main(folder: str) -> None:
    root = pathlib.Path(folder)
    sys.path.insert(0, str(root))
    found: dict[int, MetaData] = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        module: types.ModuleType = importlib.import_module(".".join(parts))
        for value in vars(module).values():
            metadata = metadata_of(value)
            if metadata is not None:
                found[id(metadata)] = metadata

    def dump(statement: object, *_: object, **__: object) -> None:
        print(str(statement.compile(dialect=engine.dialect)).strip(), ";", sep="")

    engine = create_mock_engine("postgresql://", dump)
    for metadata in found.values():
        metadata.create_all(engine, checkfirst=False)


main(sys.argv[1])
