"""The desk's list: stories as the console's start page shows and filters them.

::

    StoryFilter, Cursor ──▶ stories ──▶ [StoryCard]     five queries, however many cards
                        └─▶ count_newer                 the "12 new" line
                            facets                      what the filter can be set to
                            pulse                       has anything changed at all?

One story of the desk is a (topic, story): what was told (an alert) or held back (a suppressed one).
Its page is :mod:`core.store.console.story_page`, actions are :mod:`core.store.console.actions`,
feeds, topics and deliveries :mod:`core.store.console.overviews`.
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
]

STATES = ("told", "open", "acked", "closed", "relevant", "irrelevant", SUPPRESSED, "all")
"""What :attr:`StoryFilter.state` may be; ``told`` is everything but what was held back."""

MAX_LIMIT = 200
MOST_COUNTED = 100
"""Newer stories are counted up to so many: "100 or more new" is as good as the number."""

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which stories; all that is empty does not filter.

    Attributes:
        topic: Id of a topic.
        outlet: Id of an outlet, one of those that have the story.
        language: Of one of its articles, as a code.
        country: Of one of its outlets, as the files have it.
        severity: As the topic's file has it.
        state: One of :data:`STATES`.
        words: Free text: every word must occur in headlines or matched sentences, in any case.
        since: Told (or held back) at this time or later.
        until: Told before this time.
    """

    topic: str = ""
    outlet: str = ""
    language: str = ""
    country: str = ""
    severity: str = ""
    state: str = "told"
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what no database takes.

        Raises:
            UsageError: A moment outside the calendar, a text with a NUL or half a surrogate pair.
        """
        texts = (self.topic, self.outlet, self.language, self.country, self.severity, self.words)
        if not all(map(is_storable, texts)):
            raise UsageError("The filter holds a character that is none.")
        for moment in (self.since, self.until):
            if moment is not None and not _EARLIEST <= moment <= _LATEST:
                raise UsageError("The filter names a year there is no news of.")


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to filter by, each in order: only values some story has."""

    topics: tuple[tuple[str, str], ...]
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    severities: tuple[str, ...]


def list_stories(
    connection: Connection, wish: StoryFilter, *, before: StoryCursor | None = None, limit: int = 50
) -> list[StoryCard]:
    """Stories, newest first.

    Args:
        connection: Any transaction.
        wish: Which ones.
        before: Those after this place of the list: the next page.
        limit: At most so many, 1 to :data:`MAX_LIMIT`.

    Raises:
        UsageError: The filter names a state there is none of, or the limit is out of bounds.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"{limit} is no number of stories.", mend=f"Ask for 1 to {MAX_LIMIT}.")
    query = _listed(wish)
    if before is not None:
        query = query.where(_place(wish) < cursor_as_sql(before))
    place = _place_columns(wish)
    query = query.order_by(*(column.desc() for column in place)).limit(limit)
    return load_cards(connection, [row.alert_id for row in connection.execute(query)])


def count_newer(connection: Connection, wish: StoryFilter, than: StoryCursor) -> int:
    """How many stories stand before a place of the list; at most :data:`MOST_COUNTED`."""
    newer = _listed(wish).where(_place(wish) > cursor_as_sql(than)).limit(MOST_COUNTED).subquery()
    return int(connection.scalar(select(func.count()).select_from(newer)) or 0)


def newest_cursor(connection: Connection, wish: StoryFilter) -> StoryCursor | None:
    """The first place of the list, None where it is empty."""
    place = _place_columns(wish)
    query = _listed(wish, *place).order_by(*(column.desc() for column in place)).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else StoryCursor(row[1], row[2])


def last_change(connection: Connection) -> datetime | None:
    """When any story last changed; None while there is none."""
    query = select(cards.c.changed_at).order_by(cards.c.changed_at.desc()).limit(1)
    return connection.scalar(query)


def load_facets(connection: Connection) -> Facets:
    """What there is to filter by; in time for as many values as there are, not stories."""
    ids = _distinct(connection, "cards", "topic_id")
    titles = _topic_titles(connection, ids)
    labels = {
        kind: _distinct(connection, "card_labels", "value", kind)
        for kind in (OUTLET, LANGUAGE, COUNTRY)
    }
    return Facets(
        topics=tuple((topic, titles.get(topic, topic)) for topic in ids),
        outlets=labels[OUTLET],
        languages=labels[LANGUAGE],
        countries=labels[COUNTRY],
        severities=tuple(s for s in _distinct(connection, "cards", "severity") if s),
    )


def _listed(wish: StoryFilter, *more: ColumnElement[Any]) -> Select[Any]:
    """The ids of the filter's stories, in no order."""
    if wish.state not in STATES:
        mend = f"There are: {', '.join(STATES)}."
        raise UsageError(f"{wish.state[:40]!r} is no state of a story.", mend=mend)
    query = select(cards.c.alert_id, *more)
    labels = _wished_labels(wish)
    if labels:  # the first is walked, the others are looked up
        (kind, value), *labels = labels
        query = query.join(card_labels, card_labels.c.alert_id == cards.c.alert_id)
        query = query.where(card_labels.c.kind == kind, card_labels.c.value == value)
    for kind, value in labels:
        query = query.where(_has(kind, value))
    for condition in _conditions(wish):
        query = query.where(condition)
    return query


def _wished_labels(wish: StoryFilter) -> list[tuple[str, str]]:
    labels = ((OUTLET, wish.outlet), (COUNTRY, wish.country), (LANGUAGE, wish.language))
    return [(kind, value) for kind, value in labels if value]


def _has(kind: str, value: str) -> ColumnElement[bool]:
    other = card_labels.alias(f"has_{kind}").c
    same = other.alert_id == cards.c.alert_id
    return select(other.alert_id).where(same, other.kind == kind, other.value == value).exists()


def _conditions(wish: StoryFilter) -> list[ColumnElement[bool]]:
    own, found = cards.c, [] if wish.state == "all" else [_state(wish.state)]
    if wish.topic:
        found.append(own.topic_id == wish.topic)
    if wish.severity:
        found.append(own.severity == wish.severity)
    at = _place_columns(wish)[0]
    if wish.since is not None:
        found.append(at >= wish.since)
    if wish.until is not None:
        found.append(at < wish.until)
    found += [own.words.contains(word, autoescape=True) for word in search_words(wish.words)]
    return found


def _state(state: str) -> ColumnElement[bool]:
    if state in ("told", SUPPRESSED):
        return cards.c.told == (true() if state == "told" else false())
    column = cards.c.verdict if state in ("relevant", "irrelevant") else cards.c.state
    return column == state


def _place_columns(wish: StoryFilter) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    table = card_labels if _wished_labels(wish) else cards
    return table.c.at, table.c.alert_id


def _place(wish: StoryFilter) -> Any:
    return tuple_(*_place_columns(wish))


def _distinct(
    connection: Connection, table: str, column: str, kind: str | None = None
) -> tuple[str, ...]:
    """Values of an indexed column, each found by one look into the index (a "skip scan")."""
    only = "AND kind = :kind" if kind else ""
    query = text(
        f"WITH RECURSIVE found(v) AS (SELECT min({column}) FROM {table} WHERE 1 = 1 {only}"  # noqa: S608
        f" UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > found.v {only})"
        " FROM found WHERE found.v IS NOT NULL) SELECT v FROM found WHERE v IS NOT NULL LIMIT 1000"
    )
    parameters = {"kind": kind} if kind else {}
    return tuple(connection.scalars(query.columns(v=Text), parameters))


def _topic_titles(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The titles that alerts of these topics have; a topic nobody was told of has none."""
    found: dict[str, str] = {}
    for some in chunks(ids, 100):
        query = union_all(*(select(literal(i), _title_of(i)) for i in some))
        found |= {topic: title for topic, title in connection.execute(query) if title}
    return found


def _title_of(topic_id: str) -> ScalarSelect[str]:
    query = select(alerts.c.topic_title).where(alerts.c.topic_id == topic_id)
    return query.limit(1).scalar_subquery()
