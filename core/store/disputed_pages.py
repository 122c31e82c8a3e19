"""Pages of which two readings differ much in length, with both texts for people to compare.

One row for each article: the newest reading replaces the one before, and deletes it where the page
is no longer disputed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, String, Table, select

from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert

LONGEST_TEXT = 20_000
"""Characters of each of the two texts that are kept."""

disputed_pages = Table(
    "disputed_pages",
    metadata,
    Column("article_id", String(32), primary_key=True),
    Column("outlet", String(100), nullable=False),
    Column("url", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("source", String(20), nullable=False),
    Column("text", SafeText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("other_source", String(20), nullable=False),
    Column("other", SafeText, nullable=False),
    Column("other_size", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)
Index("ix_disputed_pages_outlet_at", disputed_pages.c.outlet, disputed_pages.c.at)


@dataclass(frozen=True, slots=True)
class DisputedPage:
    """A page with two readings.

    Attributes:
        article_id: The article on it.
        reason: Why one reading was chosen, as a code.
        source: Where the article's text comes from: ``page``, ``plain``, ``jsonld``, ``scripts``,
            ``noscript`` or ``feed``.
        text: The article's lead and text, at most :data:`LONGEST_TEXT` characters of ``size``.
        other_source: Where the text comes from that was not chosen.
        other: That text, at most as many characters, of ``other_size``.
        at: When the page was read.
    """

    article_id: str
    outlet: str
    url: str
    title: str
    reason: str
    source: str
    text: str
    size: int
    other_source: str
    other: str
    other_size: int
    at: datetime


_COLUMNS = [disputed_pages.c[field.name] for field in fields(DisputedPage)]


def save_disputed(connection: Connection, page: DisputedPage) -> None:
    """Store a disputed page, in place of an earlier reading of it."""
    values = asdict(page)
    new = insert(connection, disputed_pages).values(values)
    connection.execute(new.on_conflict_do_update(index_elements=["article_id"], set_=values))


def delete_disputed(connection: Connection, article_id: str) -> None:
    """Delete a page that is no longer disputed."""
    connection.execute(disputed_pages.delete().where(disputed_pages.c.article_id == article_id))


def list_disputed(
    connection: Connection, *, outlet: str | None = None, limit: int = 200
) -> list[DisputedPage]:
    """Return disputed pages, newest first; only those of an outlet if one is given."""
    query = select(*_COLUMNS)
    if outlet is not None:
        query = query.where(disputed_pages.c.outlet == outlet)
    query = query.order_by(disputed_pages.c.at.desc(), disputed_pages.c.article_id).limit(limit)
    return [DisputedPage(**row) for row in connection.execute(query).mappings()]


def find_disputed(connection: Connection, article_id: str) -> DisputedPage | None:
    """Return the disputed page of an article, or None if it is not disputed."""
    query = select(*_COLUMNS).where(disputed_pages.c.article_id == article_id)
    row = connection.execute(query).mappings().one_or_none()
    return DisputedPage(**row) if row else None


def forget_disputed(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete pages that were read before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, disputed_pages, disputed_pages.c.at < before, limit=limit)
