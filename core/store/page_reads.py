"""When the page of an article was read last, and what its next request is conditional on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, Text, select

from core.store.column_types import UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert

page_reads = Table(
    "page_reads",
    metadata,
    Column("article_id", String(32), primary_key=True),
    Column("read_at", UtcDateTime, nullable=False, index=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_sha256", String(64), nullable=False),
)


@dataclass(frozen=True, slots=True)
class PageValidators:
    """What an answer can be compared with.

    Attributes:
        etag: The header of this name, as it is sent back; ``last_modified`` likewise.
        body_sha256: Hash of the body, in hex; empty where no answer can show that all of an
            article is as it was, such as that of one with several pages.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str = ""


@dataclass(frozen=True, slots=True)
class PageReadRecord:
    """The last answer to a request for the page of an article."""

    read_at: datetime
    validators: PageValidators


def save(
    connection: Connection, article_id: str, validators: PageValidators, now: datetime
) -> None:
    """Record that the page of an article was read, or found as it was."""
    values = asdict(validators) | {"read_at": now}
    row = insert(connection, page_reads).values(article_id=article_id, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["article_id"], set_=values))


def find(connection: Connection, article_id: str) -> PageReadRecord | None:
    """Return the last answer for the page of an article; None where there is none."""
    query = select(page_reads).where(page_reads.c.article_id == article_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    validators = PageValidators(row.etag, row.last_modified, row.body_sha256)
    return PageReadRecord(row.read_at, validators)


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete what is known of pages that were last read before a time. Return how many."""
    return delete_rows(connection, page_reads, page_reads.c.read_at < before, limit=limit)
