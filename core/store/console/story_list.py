"""The console's list: stories as the start page shows and filters them.

::

    StoryFilter, StoryCursor ──▶ list_stories ──▶ [StoryCard]     five queries, however many cards
                             ├─▶ count_newer                      the line "12 new"
                             ├─▶ load_facets                      what the filter can be set to
                             └─▶ last_change                      has anything changed at all?

A story here is a (topic, story) that was told, with an alert, or suppressed. The page of one is
:mod:`core.store.console.story_page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Text,
    false,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
    union_all,
)

from config.errors import UsageError
from core.store.alerts import alerts
from core.store.cards import COUNTRY, LANGUAGE, OUTLET, SUPPRESSED, card_labels, cards, search_words
from core.store.console.story_card import (
    DeliveryCount,
    StoryCard,
    StoryCursor,
    SuppressedCount,
    cursor_as_sql,
    load_cards,
)
from core.store.held_items import held_alert_ids
from core.store.sql import chunks, is_storable

__all__ = [
    "DeliveryCount",
    "Facets",
    "StoryCard",
    "StoryCursor",
    "StoryFilter",
    "SuppressedCount",
    "count_newer",
    "last_change",
    "list_stories",
    "load_cards",
    "load_facets",
    "newest_cursor",
    "select_page",
]

HELD = "held"

STATES = ("told", "open", "acked", "closed", "relevant", "irrelevant", HELD, SUPPRESSED, "all")
"""Values of :attr:`StoryFilter.state`; ``told`` is everything except suppressed stories, ``held``
the stories about which a message is held, whatever people did with them."""

MAX_LIMIT = 200
MOST_COUNTED = 100
"""Newer stories are counted up to this number: "100 or more" says enough."""

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which stories to list. Empty values do not filter.

    Attributes:
        topic: Id of a topic.
        outlet: Id of one of the outlets that have the story.
        language: Language code of one of its articles.
        country: Country of one of its outlets, as in sources.yaml.
        severity: As in the topic's file.
        state: One of :data:`STATES`.
        text: Every word of it must occur in headlines or matched sentences, in any case.
        since: Told (or suppressed) at this time or later.
        until: Told before this time.
    """

    topic: str = ""
    outlet: str = ""
    language: str = ""
    country: str = ""
    severity: str = ""
    state: str = "told"
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse values that some database cannot be asked for.

        Raises:
            UsageError: A time is out of range, or a text has a NUL or half a surrogate pair.
        """
        texts = (self.topic, self.outlet, self.language, self.country, self.severity, self.text)
        if not all(map(is_storable, texts)):
            raise UsageError("The filter contains a character that is none.")
        for moment in (self.since, self.until):
            if moment is not None and not _EARLIEST <= moment <= _LATEST:
                raise UsageError("The filter names a year there is no news of.")


@dataclass(frozen=True, slots=True)
class Facets:
    """The values that stories can be filtered by, sorted; each of them belongs to some story.

    Attributes:
        topics: Id and title of each topic.
    """

    topics: tuple[tuple[str, str], ...]
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    severities: tuple[str, ...]


def list_stories(
    connection: Connection,
    story_filter: StoryFilter,
    *,
    before: StoryCursor | None = None,
    limit: int = 50,
) -> list[StoryCard]:
    """Return stories, newest first.

    Args:
        connection: Any transaction.
        story_filter: Which stories.
        before: Only stories after this position of the list, for the next page.
        limit: How many at most, 1 to :data:`MAX_LIMIT`.

    Raises:
        UsageError: The filter's state is unknown, or the limit is out of bounds.
    """
    query = select_page(story_filter, before=before, limit=limit)
    return load_cards(connection, [row.alert_id for row in connection.execute(query)])


def select_page(
    story_filter: StoryFilter, *, before: StoryCursor | None = None, limit: int = 50
) -> Select[Any]:
    """Return the query for the alert ids of a page of the list, in its order.

    Args:
        story_filter: Which stories.
        before: Only stories after this position of the list.
        limit: How many at most, 1 to :data:`MAX_LIMIT`.

    Raises:
        UsageError: The filter's state is unknown, or the limit is out of bounds.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"{limit} is no number of stories.", mend=f"Ask for 1 to {MAX_LIMIT}.")
    query = _select_ids(story_filter)
    position = _position(story_filter)
    if before is not None:
        query = query.where(tuple_(*position) < cursor_as_sql(before))
    return query.order_by(*(column.desc() for column in position)).limit(limit)


def count_newer(connection: Connection, story_filter: StoryFilter, than: StoryCursor) -> int:
    """Return the number of stories before a position of the list, up to :data:`MOST_COUNTED`."""
    is_newer = tuple_(*_position(story_filter)) > cursor_as_sql(than)
    newer = _select_ids(story_filter).where(is_newer).limit(MOST_COUNTED).subquery()
    return int(connection.scalar(select(func.count()).select_from(newer)) or 0)


def newest_cursor(connection: Connection, story_filter: StoryFilter) -> StoryCursor | None:
    """Return the first position of the list, or None where the list is empty."""
    position = _position(story_filter)
    query = _select_ids(story_filter, *position)
    query = query.order_by(*(column.desc() for column in position)).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else StoryCursor(row[1], row[2])


def last_change(connection: Connection) -> datetime | None:
    """Return when any story last changed, or None where there is no story."""
    query = select(cards.c.changed_at).order_by(cards.c.changed_at.desc()).limit(1)
    return connection.scalar(query)


def load_facets(connection: Connection) -> Facets:
    """Return the values to filter by. The time it takes depends on their number, not on stories."""
    topic_ids = _distinct(connection, "cards", "topic_id")
    titles = _load_topic_titles(connection, topic_ids)
    labels = {
        kind: _distinct(connection, "card_labels", "value", kind)
        for kind in (OUTLET, LANGUAGE, COUNTRY)
    }
    return Facets(
        topics=tuple((topic, titles.get(topic, topic)) for topic in topic_ids),
        outlets=labels[OUTLET],
        languages=labels[LANGUAGE],
        countries=labels[COUNTRY],
        severities=tuple(s for s in _distinct(connection, "cards", "severity") if s),
    )


def _select_ids(story_filter: StoryFilter, *columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query for the alert ids of a filter's stories, without an order."""
    if story_filter.state not in STATES:
        mend = f"There are: {', '.join(STATES)}."
        raise UsageError(f"{story_filter.state[:40]!r} is no state of a story.", mend=mend)
    query = select(cards.c.alert_id, *columns)
    labels = _labels(story_filter)
    if labels:  # the index is walked by the first label; the others are looked up
        (kind, value), *labels = labels
        query = query.join(card_labels, card_labels.c.alert_id == cards.c.alert_id)
        query = query.where(card_labels.c.kind == kind, card_labels.c.value == value)
    for kind, value in labels:
        query = query.where(_has_label(kind, value))
    for condition in _conditions(story_filter):
        query = query.where(condition)
    return query


def _labels(story_filter: StoryFilter) -> list[tuple[str, str]]:
    labels = (
        (OUTLET, story_filter.outlet),
        (COUNTRY, story_filter.country),
        (LANGUAGE, story_filter.language),
    )
    return [(kind, value) for kind, value in labels if value]


def _has_label(kind: str, value: str) -> ColumnElement[bool]:
    other = card_labels.alias(f"has_{kind}").c
    same = other.alert_id == cards.c.alert_id
    return select(other.alert_id).where(same, other.kind == kind, other.value == value).exists()


def _conditions(story_filter: StoryFilter) -> list[ColumnElement[bool]]:
    columns = cards.c
    conditions = [] if story_filter.state == "all" else [_is_in_state(story_filter.state)]
    if story_filter.topic:
        conditions.append(columns.topic_id == story_filter.topic)
    if story_filter.severity:
        conditions.append(columns.severity == story_filter.severity)
    at = _position(story_filter)[0]
    if story_filter.since is not None:
        conditions.append(at >= story_filter.since)
    if story_filter.until is not None:
        conditions.append(at < story_filter.until)
    words = search_words(story_filter.text)
    return [*conditions, *(columns.words.contains(word, autoescape=True) for word in words)]


def _is_in_state(state: str) -> ColumnElement[bool]:
    if state == HELD:
        return cards.c.alert_id.in_(held_alert_ids())
    if state in ("told", SUPPRESSED):
        return cards.c.told == (true() if state == "told" else false())
    column = cards.c.verdict if state in ("relevant", "irrelevant") else cards.c.state
    return column == state


def _position(story_filter: StoryFilter) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return the columns that order the list, of the table whose index is walked."""
    table = card_labels if _labels(story_filter) else cards
    return table.c.at, table.c.alert_id


def _distinct(
    connection: Connection, table: str, column: str, kind: str | None = None
) -> tuple[str, ...]:
    """Return the values of an indexed column, each found by one index lookup (a "skip scan")."""
    only = "AND kind = :kind" if kind else ""
    query = text(
        f"WITH RECURSIVE found(v) AS (SELECT min({column}) FROM {table} WHERE 1 = 1 {only}"  # noqa: S608
        f" UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > found.v {only})"
        " FROM found WHERE found.v IS NOT NULL) SELECT v FROM found WHERE v IS NOT NULL LIMIT 1000"
    )
    parameters = {"kind": kind} if kind else {}
    return tuple(connection.scalars(query.columns(v=Text), parameters))


def _load_topic_titles(connection: Connection, topic_ids: Sequence[str]) -> dict[str, str]:
    """Return the titles of topics, by id, as their alerts have them."""
    titles: dict[str, str] = {}
    for chunk in chunks(topic_ids, 100):
        query = union_all(*(select(literal(i), _topic_title(i)) for i in chunk))
        titles |= {topic: title for topic, title in connection.execute(query) if title}
    return titles


def _topic_title(topic_id: str) -> ScalarSelect[str]:
    query = select(alerts.c.topic_title).where(alerts.c.topic_id == topic_id)
    return query.limit(1).scalar_subquery()
