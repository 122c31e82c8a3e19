"""The size of the database on disk."""

from __future__ import annotations

from sqlalchemy import Connection, text

ARCHIVE_PREFIX = "archive_"
"""What the names of the archive's tables in PostgreSQL begin with."""

_TABLES = """
SELECT starts_with(relname, :prefix), sum(pg_total_relation_size(oid))
FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
GROUP BY 1
"""


def load_table_sizes(connection: Connection) -> tuple[int, int]:
    """Return the bytes of the store's and of the archive's tables in PostgreSQL, with indexes."""
    rows = connection.execute(text(_TABLES), {"prefix": ARCHIVE_PREFIX})
    sizes = {bool(is_archive): int(size) for is_archive, size in rows}
    return sizes.get(False, 0), sizes.get(True, 0)
