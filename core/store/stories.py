"""Stories and their articles, and what a new article is compared with.

::

    story_articles   one row for each (topic, article): its newest revision, its role in the story,
          │          what people are shown of it, and what it is compared by
          ├── stories           one row for each event
          └── story_shingles    index from shingle hashes to articles, by which copies are found

Shingles and features, by which texts are compared, are deleted when an article is older than the
window within which stories grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Subquery,
    Table,
    Text,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)

from core.messages import Evidence
from core.messages.base import Moment
from core.store import leases
from core.store.column_types import UtcDateTime, metadata
from core.store.sightings import Listing

stories = Table(
    "stories",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("topic_id", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("outlets", Integer, nullable=False),
    Column("independent_outlets", Integer, nullable=False, server_default="0"),
    Column("growth", Integer, nullable=False, server_default="0"),
    Index("ix_stories_topic", "topic_id", "last_seen"),
)

story_articles = Table(
    "story_articles",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("article_id", String(32), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("story_id", String(32), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("copy_of", String(32)),
    Column("similarity", Float, nullable=False),
    Column("moment", UtcDateTime, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("outlet", String(200), nullable=False),
    Column("exact", String(32), nullable=False),
    Column("facts", Text, nullable=False),
    Column("features", Text, nullable=False),
    Column("shingles", LargeBinary, nullable=False),
    Column("provider", String(200), nullable=False, server_default=""),
    Index("ix_story_articles_moment", "topic_id", "moment"),
    Index("ix_story_articles_exact", "topic_id", "exact"),
)

# A literal: SQLite does not use a partial index where the query's condition is a parameter.
_IS_COMPARED = story_articles.c.features != literal_column("''")
Index(
    "ix_story_articles_compared",
    story_articles.c.moment,
    sqlite_where=_IS_COMPARED,
    postgresql_where=_IS_COMPARED,
)

story_shingles = Table(
    "story_shingles",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("hash", LargeBinary(8), primary_key=True),
    Column("article_id", String(32), primary_key=True),
    Column("moment", UtcDateTime, nullable=False, index=True),
    Index("ix_story_shingles_article", "article_id", "topic_id"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """Articles about one event, within one topic.

    Attributes:
        title: Title of the first article.
        first_seen: When its first article was first seen.
        last_seen: When its newest article was first seen.
        outlets: Number of outlets that have it, copies included.
        independent_outlets: Number of providers of its texts that are not copies: outlets with a
            text of their own, and agencies, each of which counts once.
        growth: The highest number of independent outlets about which it was decided whether
            people are notified of the story's growth; 0 where there was none.
    """

    id: str
    topic_id: str
    title: str
    first_seen: datetime
    last_seen: datetime
    outlets: int
    independent_outlets: int = 0
    growth: int = 0


class ArticleFacts(BaseModel):
    """What people are shown of an article in a story.

    Attributes:
        evidence: The spans that made rules fire, each with its sentence.
        gone: Whether its page has vanished.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    revision: int
    url: str
    title: str
    outlet: str
    language: str
    published_at: Moment | None
    first_seen_at: Moment
    score: int
    rules: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """An article in a story of one topic.

    Attributes:
        role: ``original`` (it began the story), ``development`` (it said something new and people
            were told), ``minor`` (it did not) or ``copy``.
        copy_of: For a copy, the article whose text it is.
        similarity: Similarity to the story when the article joined it; 1 for an original.
        moment: When it was published, else first seen; windows of time are measured by it.
        exact: Hash of its normalised text; empty where the text is too short to count as copied.
        facts: JSON of :class:`ArticleFacts`.
        features: JSON by which stories are compared; empty once that is over.
        shingles: Its shingle hashes, eight bytes each; empty once comparing is over.
        provider: The agency that the text is credited to, or else the outlet.
        listings: Other outlets whose feeds show this very article, with their links. Not stored
            here: :func:`core.store.told_revisions.load_shown_articles` adds them.
    """

    topic_id: str
    article_id: str
    revision: int
    story_id: str
    role: str
    copy_of: str | None
    similarity: float
    moment: datetime
    first_seen_at: datetime
    outlet: str
    exact: str
    facts: str
    features: str
    shingles: bytes
    provider: str = ""
    listings: tuple[Listing, ...] = ()

    def shown(self) -> ArticleFacts:
        """Return what people are shown of it."""
        return ArticleFacts.model_validate_json(self.facts)


def lock_topics(connection: Connection, topics: Iterable[str]) -> None:
    """Lock topics until the transaction ends. Block while another process decides about them.

    Args:
        connection: A write transaction in which nothing was done yet.
        topics: Ids of topics; all of them in one call.
    """
    leases.lock_names(connection, "topic", *topics)


def add_story(connection: Connection, story: Story) -> None:
    """Add a story."""
    connection.execute(stories.insert().values(asdict(story)))


def find_story(connection: Connection, story_id: str) -> Story | None:
    """Return a story, or None where there is none of this id."""
    query = select(stories).where(stories.c.id == story_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Story(**row)


def put_article(connection: Connection, article: StoryArticle, sketch: Iterable[bytes]) -> None:
    """Add an article to its story, or replace it by a newer revision.

    The story's times and its numbers of outlets are updated.

    Args:
        connection: A write transaction.
        article: The article with everything it is compared by.
        sketch: Shingle hashes by which copies of it are found.
    """
    values = {column.key: getattr(article, column.key) for column in story_articles.c}
    row = story_articles.update().where(*_is(story_articles, article))
    if connection.execute(row.values(values)).rowcount:
        connection.execute(story_shingles.delete().where(*_is(story_shingles, article)))
    else:
        connection.execute(story_articles.insert().values(values))
    _add_shingles(connection, article, sketch)
    update_story(connection, article.story_id)


def mark_growth(connection: Connection, story_id: str, outlets: int) -> bool:
    """Mark that the growth of a story to a number of outlets is decided.

    Returns:
        Whether it was not decided before.
    """
    row = stories.update().where(stories.c.id == story_id, stories.c.growth < outlets)
    return connection.execute(row.values(growth=outlets)).rowcount == 1


def inherit_growth(connection: Connection, source: str, story_id: str) -> None:
    """Mark the growth of a story that was decided for another one, which it comes from."""
    story = find_story(connection, source)
    if story is not None:
        mark_growth(connection, story_id, story.growth)


def set_role(
    connection: Connection, topic_id: str, article_id: str, role: str
) -> StoryArticle | None:
    """Set the role of an article in its story; return the article, None where it is in none."""
    row = story_articles.c
    is_article = (row.topic_id == topic_id, row.article_id == article_id)
    connection.execute(story_articles.update().where(*is_article).values(role=role))
    return find_article(connection, topic_id, article_id)


def find_article(connection: Connection, topic_id: str, article_id: str) -> StoryArticle | None:
    """Return an article in the stories of a topic, or None where it is in none."""
    query = select(story_articles).where(
        story_articles.c.topic_id == topic_id, story_articles.c.article_id == article_id
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else StoryArticle(**row)


def load_articles(connection: Connection, story_id: str) -> list[StoryArticle]:
    """Return the articles of a story in the order in which they were first seen."""
    query = (
        select(story_articles)
        .where(story_articles.c.story_id == story_id)
        .order_by(story_articles.c.first_seen_at, story_articles.c.article_id)
    )
    return [StoryArticle(**row) for row in connection.execute(query).mappings()]


def find_articles_between(
    connection: Connection, topic_id: str, since: datetime, until: datetime
) -> list[StoryArticle]:
    """Return a topic's articles of a span of time, ends included, in the order of their moments.

    Copies are left out, and articles whose features were deleted.
    """
    query = (
        select(story_articles)
        .where(
            story_articles.c.topic_id == topic_id,
            story_articles.c.moment.between(since, until),
            story_articles.c.role != "copy",
            story_articles.c.features != "",
        )
        .order_by(story_articles.c.moment, story_articles.c.article_id)
    )
    return [StoryArticle(**row) for row in connection.execute(query).mappings()]


def find_articles_sharing_text(
    connection: Connection, topic_id: str, exact: str, sketch: Sequence[bytes], *, limit: int
) -> list[StoryArticle]:
    """Return a topic's articles with the same text or with any of these shingles.

    Articles with the same text come first, then those that share the most shingles.

    Args:
        connection: Any transaction.
        topic_id: The topic.
        exact: Hash of the normalised text; an empty one equals no text.
        sketch: Shingle hashes.
        limit: How many of each kind at most.
    """
    shared = _sharing_shingles(connection, topic_id, sketch)
    ranked = select(shared.c.article_id).group_by(shared.c.article_id)
    ranked = ranked.order_by(func.count().desc(), shared.c.article_id).limit(limit)
    same = select(story_articles.c.article_id).where(
        story_articles.c.topic_id == topic_id, story_articles.c.exact == exact
    )
    equal = connection.scalars(same.limit(limit)) if exact else ()
    ids = [*equal, *connection.scalars(ranked)]
    query = select(story_articles).where(
        story_articles.c.topic_id == topic_id, story_articles.c.article_id.in_(ids)
    )
    rows = {row["article_id"]: row for row in connection.execute(query).mappings()}
    return [StoryArticle(**rows[i]) for i in dict.fromkeys(ids) if i in rows]


def _sharing_shingles(connection: Connection, topic_id: str, sketch: Sequence[bytes]) -> Subquery:
    """Return the articles of a topic with any of these shingles, one row for each they share.

    On PostgreSQL each shingle is looked up by itself, and OFFSET keeps the planner from merging
    the lookups: without statistics of a young table it would read all of the topic's rows.
    """
    row = story_shingles.c
    if connection.dialect.name == "sqlite":
        query = select(row.article_id).where(row.topic_id == topic_id, row.hash.in_(sketch))
        return query.subquery()
    hashes = func.unnest(cast(list(sketch), ARRAY(LargeBinary))).table_valued(
        "hash", name="searched"
    )
    searched = hashes.render_derived()
    lookup = select(row.article_id).where(row.topic_id == topic_id, row.hash == searched.c.hash)
    shared = lookup.offset(0).lateral("shared")
    return select(shared.c.article_id).select_from(searched.join(shared, true())).subquery()


def forget_comparisons(connection: Connection, before: datetime) -> int:
    """Delete what articles from before a time are compared by. Return the index rows deleted."""
    leases.lock_names(connection, "forgetting", "stories")
    old = story_shingles.delete().where(story_shingles.c.moment < before)
    deleted = connection.execute(old).rowcount
    connection.execute(
        story_articles.update()
        .where(story_articles.c.moment < before, _IS_COMPARED)
        .values(features="", shingles=b"")
    )
    return int(deleted)


def _is(table: Table, article: StoryArticle) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.topic_id == article.topic_id, table.c.article_id == article.article_id


def _add_shingles(connection: Connection, article: StoryArticle, sketch: Iterable[bytes]) -> None:
    rows = [
        {
            "topic_id": article.topic_id,
            "hash": h,
            "article_id": article.article_id,
            "moment": article.moment,
        }
        for h in dict.fromkeys(sketch)
    ]
    if rows:
        connection.execute(story_shingles.insert(), rows)


def update_story(connection: Connection, story_id: str) -> None:
    """Count the outlets of a story, and set its times, from its articles."""
    provider = case((story_articles.c.copy_of.is_(None), story_articles.c.provider))
    first, last, outlets, independent = connection.execute(
        select(
            func.min(story_articles.c.first_seen_at),
            func.max(story_articles.c.first_seen_at),
            func.count(story_articles.c.outlet.distinct()),
            func.count(provider.distinct()),
        ).where(story_articles.c.story_id == story_id)
    ).one()
    connection.execute(
        stories.update()
        .where(stories.c.id == story_id)
        .values(first_seen=first, last_seen=last, outlets=outlets, independent_outlets=independent)
    )
