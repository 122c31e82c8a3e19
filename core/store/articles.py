"""Articles: one identity, its revisions, and the feeds that showed it.

``add_revision`` and the outbox row that announces it belong in one transaction::

    with store.write() as connection:
        articles.take_turn(connection, *links)
        articles.add_revision(connection, identity, message, hashes)
        outbox.put(connection, [to_record(message, at=message.fetched_at)])
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    Text,
    bindparam,
    or_,
    select,
)

from core.messages import ArticleRevision
from core.store import leases
from core.store.column_types import UtcDateTime, metadata
from core.store.entries import entries
from core.store.sql import chunks, insert

articles = Table(
    "articles",
    metadata,
    Column("article_id", String(32), primary_key=True),
    Column("url_key", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("outlet", String(100), nullable=False),
    Column("feed_id", String(120), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("origin", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("revised_at", UtcDateTime, nullable=False),
    Column("text_source", String(10), nullable=False),
    Column("title_hash", String(32), nullable=False),
    Column("text_hash", String(32), nullable=False),
)
Index("ix_articles_url", articles.c.url)
Index("ix_articles_first_seen_at", articles.c.first_seen_at)

article_revisions = Table(
    "article_revisions",
    metadata,
    Column("article_id", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("title_hash", String(32), nullable=False),
    Column("text_hash", String(32), nullable=False),
    Column("record", Text, nullable=False),
    PrimaryKeyConstraint("article_id", "revision"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("article_id", String(32), nullable=False),
    Column("feed_id", String(120), nullable=False),
    Column("url", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("article_id", "feed_id"),
)


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """A row of ``articles``: the identity, and what the newest revision was.

    Attributes:
        url_key: The canonical URL the identity is made of.
        url: Where a reader finds it.
        feed_id: The feed that showed it first.
        revision: Number of the newest revision, read at ``revised_at``.
        text_source: ``page``, or ``feed`` where the page could not be read.
        title_hash: Of the newest revision; so is ``text_hash``, of lead and text.
    """

    article_id: str
    url_key: str
    url: str
    outlet: str
    feed_id: str
    first_seen_at: datetime
    origin: str
    revision: int
    revised_at: datetime
    text_source: str
    title_hash: str
    text_hash: str


_COLUMNS = [articles.c[f.name] for f in fields(ArticleRecord)]


def find(connection: Connection, article_id: str) -> ArticleRecord | None:
    """An article by its id."""
    query = select(*_COLUMNS).where(articles.c.article_id == article_id)
    row = connection.execute(query).mappings().one_or_none()
    return ArticleRecord(**row) if row else None


def find_ids_by_url_keys(connection: Connection, url_keys: Iterable[str]) -> dict[str, str]:
    """Ids of the articles at these canonical URLs."""
    found: dict[str, str] = {}
    for some in chunks(set(url_keys)):
        query = select(articles.c.url_key, articles.c.article_id)
        rows = connection.execute(query.where(articles.c.url_key.in_(some)))
        found |= {row.url_key: row.article_id for row in rows}
    return found


def find_by_id_or_url(connection: Connection, id_or_url: str) -> ArticleRecord | None:
    """An article by its id, its URL, its canonical URL, or the link a feed had for it."""
    linked = select(entries.c.article_id).where(entries.c.url_key == id_or_url)
    query = select(*_COLUMNS).where(
        or_(
            articles.c.article_id == id_or_url,
            articles.c.url_key == id_or_url,
            articles.c.url == id_or_url,
            articles.c.article_id.in_(linked),
        )
    )
    oldest = query.order_by(articles.c.first_seen_at).limit(1)
    row = connection.execute(oldest).mappings().one_or_none()
    return ArticleRecord(**row) if row else None


def load_revisions(connection: Connection, article_id: str) -> list[ArticleRevision]:
    """Every revision of an article, the first first."""
    query = (
        select(article_revisions.c.record)
        .where(article_revisions.c.article_id == article_id)
        .order_by(article_revisions.c.revision)
    )
    return [ArticleRevision.model_validate_json(text) for text in connection.scalars(query)]


def _by_link() -> Select[Any]:
    link = bindparam("link", type_=Text)
    linked = select(entries.c.article_id).where(entries.c.url_key == link)
    return (
        select(*_COLUMNS)
        .where(or_(articles.c.url_key == link, articles.c.article_id.in_(linked)))
        .order_by((articles.c.url_key == link).desc(), articles.c.first_seen_at)
        .limit(1)
    )


_BY_LINK = _by_link()


def find_by_link(connection: Connection, url_key: str) -> ArticleRecord | None:
    """The article at a canonical URL, or the one that entries linking there became."""
    row = connection.execute(_BY_LINK, {"link": url_key}).mappings().one_or_none()
    return ArticleRecord(**row) if row else None


def lock_links(connection: Connection, *links: str) -> None:
    """Wait until nobody else makes articles of these links, before looking what there is.

    Args:
        connection: A write transaction.
        links: Canonical URLs; all in one call.
    """
    leases.lock_names(connection, "link", *links)


def has_sighting(connection: Connection, article_id: str, feed_id: str) -> bool:
    """Whether a feed is known to show an article."""
    key = sightings.c.article_id == article_id, sightings.c.feed_id == feed_id
    return connection.execute(select(sightings.c.seen_at).where(*key)).first() is not None


def add_revision(connection: Connection, article: ArticleRecord, message: ArticleRevision) -> None:
    """Write a revision, and the article as it is with it.

    Raises:
        StoreConflictError: The revision is there already: two processes read one page. Nothing is
            kept.
    """
    known = articles.update().where(
        articles.c.article_id == article.article_id, articles.c.revision == article.revision - 1
    )
    if article.revision == 1 or not connection.execute(known.values(asdict(article))).rowcount:
        connection.execute(articles.insert().values(asdict(article)))
    connection.execute(
        article_revisions.insert().values(
            article_id=article.article_id,
            revision=article.revision,
            fetched_at=message.fetched_at,
            title_hash=article.title_hash,
            text_hash=article.text_hash,
            record=message.model_dump_json(),
        )
    )


def add_sighting(
    connection: Connection, article_id: str, feed_id: str, url: str, now: datetime
) -> bool:
    """Note that a feed shows an article; False where that was known."""
    seen = insert(connection, sightings).values(
        article_id=article_id, feed_id=feed_id, url=url, seen_at=now
    )
    return connection.execute(seen.on_conflict_do_nothing()).rowcount == 1


def load_sightings(connection: Connection, article_id: str) -> list[tuple[str, str, datetime]]:
    """The feeds that show an article: feed id, its link there, since when."""
    query = (
        select(sightings.c.feed_id, sightings.c.url, sightings.c.seen_at)
        .where(sightings.c.article_id == article_id)
        .order_by(sightings.c.seen_at, sightings.c.feed_id)
    )
    return [(row.feed_id, row.url, row.seen_at) for row in connection.execute(query)]
