"""Articles: an identity, its revisions, and the feeds that have shown it.

A revision is added in the transaction that announces it through the outbox::

    with store.write() as connection:
        articles.lock_links(connection, *links)
        articles.add_revision(connection, article, message)
        outbox.put(connection, [to_record(message, at=message.fetched_at)])
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    literal,
    or_,
    select,
    tuple_,
)

from core.messages import ArticleRevision
from core.store import leases
from core.store.alerts import decisions
from core.store.column_types import UtcDateTime, metadata
from core.store.engine import Store
from core.store.entries import entries
from core.store.sightings import sightings
from core.store.sql import FORGET_LIMIT, Step, chunks

SCAN_PAGE = 200
"""Revisions that :func:`scan` reads at once: some megabytes, and some milliseconds."""

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
Index(
    "ix_article_revisions_fetched_at",
    article_revisions.c.fetched_at,
    article_revisions.c.article_id,
    article_revisions.c.revision,
)


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """A row of ``articles``: the identity, and a summary of the newest revision.

    Attributes:
        url_key: The canonical URL, from which the identity is made.
        url: Where a reader finds the article.
        feed_id: The feed that showed it first.
        revision: Number of the newest revision; it was fetched at ``revised_at``.
        text_source: ``page``, or ``feed`` where the page could not be read.
        title_hash: Hash of the newest revision's title; ``text_hash`` that of its lead and text.
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
    """Return an article by its id."""
    query = select(*_COLUMNS).where(articles.c.article_id == article_id)
    row = connection.execute(query).mappings().one_or_none()
    return ArticleRecord(**row) if row else None


def find_ids_by_url_keys(connection: Connection, url_keys: Iterable[str]) -> dict[str, str]:
    """Return the ids of the articles at these canonical URLs, by URL.

    Args:
        connection: A write transaction. The articles are not forgotten until it ends.
        url_keys: Canonical URLs; unknown ones are missing in the result.
    """
    ids: dict[str, str] = {}
    for chunk in chunks(set(url_keys)):
        query = select(articles.c.url_key, articles.c.article_id)
        query = query.where(articles.c.url_key.in_(chunk)).order_by(articles.c.article_id)
        rows = connection.execute(query.with_for_update(read=True, key_share=True))
        ids |= {row.url_key: row.article_id for row in rows}
    return ids


def find_by_id_or_url(connection: Connection, id_or_url: str) -> ArticleRecord | None:
    """Return an article by its id, its URL, its canonical URL, or the link a feed had for it."""
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


def find_newest_urls(connection: Connection, outlet: str, since: datetime) -> list[str]:
    """Return URLs of an outlet's articles first seen since a time, newest first, at most 20."""
    query = (
        select(articles.c.url)
        .where(articles.c.outlet == outlet, articles.c.first_seen_at >= since)
        .order_by(articles.c.first_seen_at.desc(), articles.c.article_id)
        .limit(20)
    )
    return list(connection.scalars(query))


def load_revisions(connection: Connection, article_id: str) -> list[ArticleRevision]:
    """Return every revision of an article, oldest first."""
    query = (
        select(article_revisions.c.record)
        .where(article_revisions.c.article_id == article_id)
        .order_by(article_revisions.c.revision)
    )
    return [ArticleRevision.model_validate_json(text) for text in connection.scalars(query)]


def load_latest_revisions(
    connection: Connection, article_id: str, limit: int
) -> list[ArticleRevision]:
    """Return the newest revisions of an article, at most ``limit``, oldest first."""
    columns = article_revisions.c
    query = select(columns.record).where(columns.article_id == article_id)
    newest = connection.scalars(query.order_by(columns.revision.desc()).limit(limit))
    return [ArticleRevision.model_validate_json(text) for text in newest][::-1]


def load_hashes(connection: Connection, article_id: str) -> list[tuple[str, str]]:
    """Return the hashes of title and text of every revision of an article, oldest first."""
    columns = article_revisions.c
    query = select(columns.title_hash, columns.text_hash).where(columns.article_id == article_id)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(columns.revision))]


def scan(
    store: Store, since: datetime, until: datetime, *, page: int = SCAN_PAGE
) -> Iterator[ArticleRevision]:
    """Yield the revisions that were fetched in a span of time, in the order they were fetched.

    Each page is read in a transaction of its own that ends before the page is yielded, so that a
    scan never keeps other processes from writing. Revisions written while it runs are part of it
    where they were fetched after those already yielded.

    Args:
        store: The store.
        since: The beginning of the span, included.
        until: The end of the span, excluded.
        page: Revisions to read at once.

    Raises:
        StoreError: The database is away or refuses.
    """
    columns = article_revisions.c
    key = (columns.fetched_at, columns.article_id, columns.revision)
    query = (
        select(*key, columns.record).where(columns.fetched_at < until).order_by(*key).limit(page)
    )
    next_page = query.where(columns.fetched_at >= since)
    while True:
        with store.read() as connection:
            rows = connection.execute(next_page).all()
        yield from (ArticleRevision.model_validate_json(row.record) for row in rows)
        if len(rows) < page:
            return
        next_page = query.where(tuple_(*key) > _key_after(rows[-1]))


def _key_after(row: Any) -> Any:
    return tuple_(
        literal(row.fetched_at, UtcDateTime), literal(row.article_id), literal(row.revision)
    )


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
    """Return the article at a canonical URL, or the one made of an entry that links there."""
    row = connection.execute(_BY_LINK, {"link": url_key}).mappings().one_or_none()
    return ArticleRecord(**row) if row else None


def lock_links(connection: Connection, *links: str) -> None:
    """Lock links until the transaction ends. Block while another process makes articles of them.

    Args:
        connection: A write transaction.
        links: Canonical URLs; all of them in one call.
    """
    leases.lock_names(connection, "link", *links)


def add_revision(connection: Connection, article: ArticleRecord, message: ArticleRevision) -> None:
    """Add a revision, and write the article as it is with it.

    Raises:
        StoreConflictError: Another process has added this revision. Nothing is written.
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


def replace_latest(
    connection: Connection, article: ArticleRecord, message: ArticleRevision
) -> None:
    """Let the newest revision of an article have another text, without announcing it.

    Nothing happens where another process has added a revision meanwhile.
    """
    key = articles.c.article_id == article.article_id, articles.c.revision == article.revision
    texts = {"title_hash": article.title_hash, "text_hash": article.text_hash}
    if connection.execute(articles.update().where(*key).values(texts)).rowcount:
        columns = article_revisions.c
        row = columns.article_id == article.article_id, columns.revision == article.revision
        record = texts | {"record": message.model_dump_json()}
        connection.execute(article_revisions.update().where(*row).values(record))


def load_feed_sizes(connection: Connection, article_ids: Collection[str]) -> dict[str, int]:
    """Return the characters of articles of which only the text of a feed is known, by article."""
    sizes: dict[str, int] = {}
    for chunk in chunks(article_ids):
        query = select(article_revisions.c.article_id, article_revisions.c.record).where(
            articles.c.article_id.in_(chunk),
            articles.c.text_source == "feed",
            article_revisions.c.article_id == articles.c.article_id,
            article_revisions.c.revision == articles.c.revision,
        )
        for article_id, record in connection.execute(query):
            message = ArticleRevision.model_validate_json(record)
            sizes[article_id] = len(message.lead) + len(message.text)
    return sizes


def forget(
    connection: Connection,
    before: datetime,
    after: tuple[datetime, str] | None,
    *,
    limit: int = FORGET_LIMIT,
) -> Step:
    """Delete articles last revised before a time, with their revisions and sightings.

    Left alone are articles that an entry or a decision refers to: forget those first.

    Args:
        connection: A write transaction in which nothing was done yet.
        before: Articles revised later stay.
        after: Where the step before ended; None for the first.
        limit: How many articles to look at.
    """
    query = _PAGE.params(before=before, limit=limit)
    if after is not None:
        moment, article_id = after
        query = query.where(
            articles.c.first_seen_at >= moment,
            (articles.c.first_seen_at > moment) | (articles.c.article_id > article_id),
        )
    page = connection.execute(query).all()
    deleted = _forget_free(connection, [row.url_key for row in page if row.is_free], before)
    return Step(deleted, tuple(page[-1][:2]) if page else None)


def _forget_free(connection: Connection, links: list[str], before: datetime) -> int:
    """Delete the articles with some links that are still free under the lock of the links."""
    if not links:
        return 0
    lock_links(connection, *links)
    candidates = articles.c.url_key.in_(links)
    connection.execute(select(articles.c.article_id).where(candidates).with_for_update())
    free = select(articles.c.article_id).where(candidates, _IS_FREE).params(before=before)
    ids = list(connection.scalars(free))  # sees what was committed meanwhile
    return sum(
        connection.execute(table.delete().where(table.c.article_id.in_(chunk))).rowcount
        for chunk in chunks(ids)
        for table in (sightings, article_revisions, articles)
    )


def _is_free() -> ColumnElement[bool]:
    """Return the condition that an article is old and nothing refers to it."""
    in_entry = select(entries.c.id).where(entries.c.article_id == articles.c.article_id)
    decided = select(decisions.c.topic_id).where(decisions.c.article_id == articles.c.article_id)
    before = bindparam("before", type_=UtcDateTime)
    return and_(articles.c.revised_at < before, ~in_entry.exists(), ~decided.exists())


_IS_FREE = _is_free()
_PAGE = (
    select(
        articles.c.first_seen_at,
        articles.c.article_id,
        articles.c.url_key,
        _IS_FREE.label("is_free"),
    )
    .where(articles.c.first_seen_at < bindparam("before", type_=UtcDateTime))
    .order_by(articles.c.first_seen_at, articles.c.article_id)
    .limit(bindparam("limit", type_=Integer))
)
