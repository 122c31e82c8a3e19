"""What hosts declare of text and data mining in ``/.well-known/tdmrep.json``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, select

from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert

tdm_files = Table(
    "tdm_files",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("rules", SafeText, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class TdmFileRecord:
    """A row of ``tdm_files``.

    Attributes:
        origin: ``https://host[:port]``.
        rules: The rules of its file as JSON (:mod:`ingest.tdm_file`); ``[]`` where it has none.
        checked_at: When the file was last requested.
    """

    origin: str
    rules: str
    checked_at: datetime


def find(connection: Connection, origin: str) -> TdmFileRecord | None:
    """Return what is stored of the file of an origin, if it was ever requested."""
    query = select(tdm_files).where(tdm_files.c.origin == origin)
    row = connection.execute(query).mappings().one_or_none()
    return TdmFileRecord(**row) if row else None


def save(connection: Connection, record: TdmFileRecord) -> None:
    """Store the file of an origin; it replaces the one before."""
    row = asdict(record)
    new = insert(connection, tdm_files).values(row)
    connection.execute(new.on_conflict_do_update(index_elements=["origin"], set_=row))


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete files last requested before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, tdm_files, tdm_files.c.checked_at < before, limit=limit)
