"""The last good content of the operator's files.

::

    CatalogKeeper ──good files──▶ StoredFiles ──▶ operator_files
                                       └── after a restart, or in another process: load()

A process that starts while a file has an error, or notices one, uses what is stored here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, select

from config.catalog.last_good import GoodFile
from core.store.column_types import UtcDateTime, metadata
from core.store.engine import Store
from core.store.sql import insert

operator_files = Table(
    "operator_files",
    metadata,
    Column("path", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("good_at", UtcDateTime, nullable=False),
)


class StoredFiles:
    """Reads and writes the last good content of operator files in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self) -> Mapping[str, GoodFile]:
        """Return all files by their paths relative to the operator's folder.

        Raises:
            StoreError: The database is unreachable or refuses.
        """
        with self._store.read() as connection:
            return load_files(connection)

    def save(self, files: Mapping[str, GoodFile]) -> None:
        """Store these files; others that are stored are deleted.

        Raises:
            StoreError: The database is unreachable or refuses; nothing was written.
        """
        if self.load() != files:
            self._store.transact(lambda connection: replace_files(connection, files))


def load_files(connection: Connection) -> dict[str, GoodFile]:
    """Return the last good content of all files by path."""
    return {
        row.path: GoodFile(bytes(row.content), row.good_at)
        for row in connection.execute(select(operator_files))
    }


def replace_files(connection: Connection, files: Mapping[str, GoodFile]) -> None:
    """Write the files that differ from what is stored, and delete those that are not given."""
    columns, stored = operator_files.c, load_files(connection)
    if gone := sorted(stored.keys() - files.keys()):
        connection.execute(operator_files.delete().where(columns.path.in_(gone)))
    rows = [
        {"path": path, "content": files[path].content, "good_at": files[path].at}
        for path in sorted(files)
        if stored.get(path) != files[path]
    ]
    if rows:
        new = insert(connection, operator_files)
        changed = {name: new.excluded[name] for name in ("content", "good_at")}
        connection.execute(new.on_conflict_do_update(index_elements=["path"], set_=changed), rows)
