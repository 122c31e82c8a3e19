"""Stories and their articles: what a topic has seen, and what a new text is compared with.

::

    story_articles   one row per (topic, article): its newest revision, role, what it is shown by
          │              and what it is compared by
          ├── stories           one row per event
          └── story_shingles    inverted index: shingle hash -> article (copies are found by it)

What texts are compared by (shingles, features) is forgotten once it lies behind the story window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Subquery,
    Table,
    Text,
    cast,
    func,
    select,
    true,
)

from core.messages import Evidence
from core.messages.base import Moment
from core.store import leases
from core.store.column_types import UtcDateTime, metadata

stories = Table(
    "stories",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("topic_id", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("outlets", Integer, nullable=False),
    Index("ix_stories_topic", "topic_id", "last_seen"),
)

story_articles = Table(
    "story_articles",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("article_id", String(32), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("story_id", String(32), nullable=False, index=True),
    Column("role", String(10), nullable=False),
    Column("copy_of", String(32)),
    Column("similarity", Float, nullable=False),
    Column("moment", UtcDateTime, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("outlet", String(200), nullable=False),
    Column("exact", String(32), nullable=False),
    Column("facts", Text, nullable=False),
    Column("features", Text, nullable=False),
    Column("shingles", LargeBinary, nullable=False),
    Index("ix_story_articles_moment", "topic_id", "moment"),
    Index("ix_story_articles_exact", "topic_id", "exact"),
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
        outlets: How many outlets have it, copies included.
    """

    id: str
    topic_id: str
    title: str
    first_seen: datetime
    last_seen: datetime
    outlets: int


class ArticleFacts(BaseModel):
    """What people are shown of an article, kept with its place in a story.

    Attributes:
        evidence: The spans that made rules fire, each with its sentence.
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


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """An article's place in a story of one topic.

    Attributes:
        role: original (began the story), member (own text), copy (another article's text).
        copy_of: The article whose text it is, for a copy.
        similarity: How much it resembled the story when it joined; 1 for an original.
        moment: When it was published, else first seen: what windows are measured by.
        exact: Hash of its normalised text; empty where that is too short to be copied.
        facts: JSON of :class:`ArticleFacts`, parsed when asked for.
        features: JSON: what stories compare; empty once forgotten.
        shingles: Its shingle hashes, eight bytes each; empty once forgotten.
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

    def shown(self) -> ArticleFacts:
        """Return what people are shown of it."""
        return ArticleFacts.model_validate_json(self.facts)


def lock_topics(connection: Connection, topics: Iterable[str]) -> None:
    """Wait until nobody else decides about any of these topics, before looking what there is.

    Args:
        connection: A write transaction, at its beginning.
        topics: Ids; all in one call.
    """
    leases.lock_names(connection, "topic", *topics)


def add_story(connection: Connection, story: Story) -> None:
    """Begin a story."""
    connection.execute(
        stories.insert().values(
            id=story.id,
            topic_id=story.topic_id,
            title=story.title,
            first_seen=story.first_seen,
            last_seen=story.last_seen,
            outlets=story.outlets,
        )
    )


def find_story(connection: Connection, story_id: str) -> Story | None:
    """The story of that id."""
    query = select(stories).where(stories.c.id == story_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Story(**row)


def put_article(connection: Connection, article: StoryArticle, sketch: Iterable[bytes]) -> None:
    """Place an article in its story, or its newer revision on the place it has.

    The story's times and count of outlets follow.

    Args:
        connection: A write transaction.
        article: The article with everything it is compared by.
        sketch: Shingle hashes under which copies of it are found.
    """
    key = (
        story_articles.c.topic_id == article.topic_id,
        story_articles.c.article_id == article.article_id,
    )
    values = {name: getattr(article, name) for name in StoryArticle.__slots__}
    if connection.execute(story_articles.update().where(*key).values(values)).rowcount:
        _unindex(connection, article)
    else:
        connection.execute(story_articles.insert().values(values))
    _index(connection, article, sketch)
    _follow(connection, article)


def find_article(connection: Connection, topic_id: str, article_id: str) -> StoryArticle | None:
    """An article's place in the topic's stories, None where it has none."""
    query = select(story_articles).where(
        story_articles.c.topic_id == topic_id, story_articles.c.article_id == article_id
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _article(row)


def load_articles(connection: Connection, story_id: str) -> list[StoryArticle]:
    """The articles of a story, in the order they were seen."""
    query = (
        select(story_articles)
        .where(story_articles.c.story_id == story_id)
        .order_by(story_articles.c.first_seen_at, story_articles.c.article_id)
    )
    return [_article(row) for row in connection.execute(query).mappings()]


def find_articles_between(
    connection: Connection, topic_id: str, since: datetime, until: datetime
) -> list[StoryArticle]:
    """The topic's articles with a text of their own, by moment, ends included."""
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
    return [_article(row) for row in connection.execute(query).mappings()]


def find_articles_sharing_text(
    connection: Connection, topic_id: str, exact: str, sketch: Sequence[bytes], *, limit: int
) -> list[StoryArticle]:
    """Articles of the topic with the same text, or any of these shingles: most shared first.

    An empty ``exact`` is no text.
    """
    having = _having(connection, topic_id, sketch)
    shared = select(having.c.article_id).group_by(having.c.article_id)
    shared = shared.order_by(func.count().desc(), having.c.article_id).limit(limit)
    same = select(story_articles.c.article_id).where(
        story_articles.c.topic_id == topic_id, story_articles.c.exact == exact
    )
    equal = connection.scalars(same.limit(limit)) if exact else ()
    ids = [*equal, *connection.scalars(shared)]
    query = select(story_articles).where(
        story_articles.c.topic_id == topic_id, story_articles.c.article_id.in_(ids)
    )
    found = {row["article_id"]: _article(row) for row in connection.execute(query).mappings()}
    return [found[i] for i in dict.fromkeys(ids) if i in found]


def _having(connection: Connection, topic_id: str, sketch: Sequence[bytes]) -> Subquery:
    """Articles of the topic that have one of these shingles, once for each they have.

    While PostgreSQL has no statistics of a young table it would read all of the topic's rows: there
    each shingle is looked up by itself (OFFSET keeps the planner from merging that again).
    """
    row = story_shingles.c
    if connection.dialect.name == "sqlite":
        query = select(row.article_id).where(row.topic_id == topic_id, row.hash.in_(sketch))
        return query.subquery()
    given = func.unnest(cast(list(sketch), ARRAY(LargeBinary))).table_valued("hash", name="given")
    each = given.render_derived()
    found = select(row.article_id).where(row.topic_id == topic_id, row.hash == each.c.hash)
    held = found.offset(0).lateral("held")
    return select(held.c.article_id).select_from(each.join(held, true())).subquery()


def forget_comparisons(connection: Connection, before: datetime) -> int:
    """Forget what texts older than ``before`` are compared by; how many index rows went."""
    leases.lock_names(connection, "forgetting", "stories")
    gone = connection.execute(story_shingles.delete().where(story_shingles.c.moment < before))
    connection.execute(
        story_articles.update()
        .where(story_articles.c.moment < before, story_articles.c.features != "")
        .values(features="", shingles=b"")
    )
    return int(gone.rowcount)


def _article(row: RowMapping) -> StoryArticle:
    return StoryArticle(**row)


def _unindex(connection: Connection, article: StoryArticle) -> None:
    connection.execute(
        story_shingles.delete().where(
            story_shingles.c.topic_id == article.topic_id,
            story_shingles.c.article_id == article.article_id,
        )
    )


def _index(connection: Connection, article: StoryArticle, sketch: Iterable[bytes]) -> None:
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


def _follow(connection: Connection, article: StoryArticle) -> None:
    inside = story_articles.c.story_id == article.story_id
    first, last, outlets = connection.execute(
        select(
            func.min(story_articles.c.first_seen_at),
            func.max(story_articles.c.first_seen_at),
            func.count(story_articles.c.outlet.distinct()),
        ).where(inside)
    ).one()
    connection.execute(
        stories.update()
        .where(stories.c.id == article.story_id)
        .values(first_seen=first, last_seen=last, outlets=outlets)
    )
