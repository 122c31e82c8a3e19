"""Cards: what the console's list is searched by, one for each (topic, story).

::

    record_decision ──▶ add_decision ─┬─▶ cards         one row for each alert id, suppressed ones
    open_alert ───────▶ mark_told ────┤                 too
    ack, close ───────▶ set_state ────┘
                                      ├─▶ card_labels   the story's outlets, languages, countries
                                      └─▶ topic_days    matches of each topic and day

Everything is written in the transaction that made it true. A list is one walk along an index, the
newest first. A card's ``at`` changes only when people are told something new about its story.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    select,
)

from core.store.alerts import Alert, DecisionRow
from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert
from core.store.stories import ArticleFacts
from core.text.tokens import folded_words

SUPPRESSED = "suppressed"
"""State of a card without an alert; the other states are those of the alert."""

OUTLET, LANGUAGE, COUNTRY = "outlet", "language", "country"

MAX_WORDS = 8_000
"""Characters of headlines and sentences by which a card is found: those of thirty articles."""

SENTENCES, SENTENCE_LENGTH = 3, 400
"""How many matched sentences of an article are searched, and how many characters of each."""

cards = Table(
    "cards",
    metadata,
    Column("alert_id", String(32), primary_key=True),
    Column("story_id", String(32), nullable=False),
    Column("topic_id", String(200), nullable=False),
    Column("article_id", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("outlet", String(200), nullable=False),
    Column("severity", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("told", Boolean, nullable=False),
    Column("score", Integer, nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False, index=True),
    Column("verdict", String(12), nullable=False, server_default=""),
    Column("verdict_reason", String(40), nullable=False, server_default=""),
    Column("verdict_by", SafeText, nullable=False, server_default=""),
    Column("verdict_at", UtcDateTime),
    Column("verdict_note", SafeText, nullable=False, server_default=""),
    Column("words", Text, nullable=False),
    Index("ix_cards_told", "told", "at", "alert_id"),
    Index("ix_cards_state", "state", "at", "alert_id"),
    Index("ix_cards_topic", "topic_id", "told", "at", "alert_id"),
    Index("ix_cards_severity", "severity", "told", "at", "alert_id"),
    Index("ix_cards_verdict", "verdict", "at", "alert_id"),
    Index("ix_cards_quality", "topic_id", "state", "verdict"),
)

card_labels = Table(
    "card_labels",
    metadata,
    Column("alert_id", String(32), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("value", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_card_labels_walk", "kind", "value", "at", "alert_id"),
)

topic_days = Table(
    "topic_days",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("matches", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("suppressed", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class ToldDevelopment:
    """A development of a story that people are told.

    Attributes:
        title: Headline of the article that reports it, which is ``article_id``.
        reason: What is new (:class:`config.i18n.Phrase`, dumped).
        reason_code: Code of the decision.
        at: When it was decided.
        url: Where readers find the article; empty where the card keeps the address that it has.
        outlet: Id of its publisher; empty likewise.
    """

    title: str
    article_id: str
    reason: str
    reason_code: str
    at: datetime
    url: str = ""
    outlet: str = ""


def fold(text: str) -> str:
    """Return text as it is searched: lower-case words without accents, separated by a space."""
    return " ".join(folded_words(text))


def add_decision(connection: Connection, row: DecisionRow, sentences: Iterable[str]) -> None:
    """Add a decision to its story's card, or make the card.

    Args:
        connection: The transaction that recorded the decision.
        row: The decision.
        sentences: The sentences of the article that matched.
    """
    _count(connection, row)
    lines = _searchable_lines(row.title, sentences)
    card = insert(connection, cards).values(
        alert_id=row.alert_id,
        story_id=row.story_id,
        topic_id=row.topic_id,
        article_id=row.article_id,
        title=row.title,
        url=row.url,
        outlet=row.outlet,
        severity=row.severity,
        state=SUPPRESSED,
        told=False,
        score=row.score,
        reason_code=row.reason_code,
        reason=row.reason,
        at=row.decided_at,
        changed_at=row.decided_at,
        words="\n".join(lines)[:MAX_WORDS],
    )
    is_new = connection.execute(card.on_conflict_do_nothing()).rowcount
    at = row.decided_at if is_new else _extend(connection, row, lines)
    labels = ((OUTLET, row.outlet), (LANGUAGE, row.language), (COUNTRY, row.country))
    _add_labels(connection, row.alert_id, labels, at)


def mark_told(connection: Connection, alert: Alert) -> None:
    """Mark a card as told, by the alert that was opened, and move it to that time in the list."""
    values = {
        "title": alert.title,
        "severity": alert.severity,
        "state": alert.state,
        "told": True,
        "reason_code": alert.reason_code,
        "reason": alert.reason,
        "at": alert.opened_at,
        "changed_at": alert.opened_at,
        "article_id": alert.article_id,
    }
    rest = {"alert_id": alert.id, "story_id": alert.story_id, "topic_id": alert.topic_id}
    rest |= {"url": "", "outlet": "", "words": fold(alert.title)[:MAX_WORDS]}
    card = insert(connection, cards).values(**values, **rest, score=0)
    connection.execute(card.on_conflict_do_update(index_elements=["alert_id"], set_=values))
    connection.execute(
        card_labels.update().where(card_labels.c.alert_id == alert.id).values(at=alert.opened_at)
    )


def tell_development(connection: Connection, alert_id: str, told: ToldDevelopment) -> None:
    """Give a card the newest headline, and move it to the time of the development in the list."""
    address = {"url", "outlet"} if not told.url else set()
    values = {name: value for name, value in asdict(told).items() if name not in address}
    values |= {"changed_at": told.at}
    connection.execute(cards.update().where(cards.c.alert_id == alert_id).values(values))
    labels = card_labels.update().where(card_labels.c.alert_id == alert_id)
    connection.execute(labels.values(at=told.at))


def set_state(connection: Connection, alert_id: str, state: str, at: datetime) -> None:
    """Set the state of a card to that of its alert."""
    connection.execute(
        cards.update().where(cards.c.alert_id == alert_id).values(state=state, changed_at=at)
    )


def lock_card(connection: Connection, alert_id: str) -> RowMapping | None:
    """Return a card and lock its row until the transaction ends; None where there is none."""
    query = select(cards).where(cards.c.alert_id == alert_id).with_for_update()
    return connection.execute(query).mappings().one_or_none()


def touch(connection: Connection, alert_id: str, at: datetime) -> None:
    """Record that a card has changed."""
    connection.execute(cards.update().where(cards.c.alert_id == alert_id).values(changed_at=at))


def absorb_card(connection: Connection, gone: str, kept: str) -> None:
    """Delete the card of a story that became part of another one, whose card moves up to it."""
    at = select(cards.c.at).where(cards.c.alert_id == gone).scalar_subquery()
    is_older = (cards.c.alert_id == kept, cards.c.at < at)
    connection.execute(cards.update().where(*is_older).values(at=at))
    for table in (card_labels, cards):
        connection.execute(table.delete().where(table.c.alert_id == gone))


def set_headline(connection: Connection, alert_id: str, lead: ArticleFacts) -> None:
    """Show another article of the story on its card."""
    values = {
        "title": lead.title,
        "article_id": lead.id,
        "url": lead.url,
        "outlet": lead.outlet,
        "score": lead.score,
    }
    connection.execute(cards.update().where(cards.c.alert_id == alert_id).values(values))


def rebuild(
    connection: Connection,
    alert_id: str,
    texts: Iterable[tuple[str, Iterable[str]]],
    labels: Iterable[tuple[str, str, str]],
) -> None:
    """Let a card be found by the articles that its story has now.

    Args:
        connection: The transaction that changed the story.
        alert_id: The alert.
        texts: The headline of each article, and the sentences that matched.
        labels: Outlet, language and country of each article.
    """
    lines = (line for title, sentences in texts for line in _searchable_lines(title, sentences))
    words = "\n".join(dict.fromkeys(lines))[:MAX_WORDS]
    is_card = cards.c.alert_id == alert_id
    connection.execute(cards.update().where(is_card).values(words=words))
    at: datetime = connection.execute(select(cards.c.at).where(is_card)).scalar_one()
    connection.execute(card_labels.delete().where(card_labels.c.alert_id == alert_id))
    kinds = (OUTLET, LANGUAGE, COUNTRY)
    pairs = dict.fromkeys(pair for row in labels for pair in zip(kinds, row, strict=True))
    _add_labels(connection, alert_id, pairs, at)


def search_words(text: str) -> list[str]:
    """Return the words to search cards for, at most ten."""
    return folded_words(text[:200])[:10]


def forget_topic_days(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete counts of days before a day, at most ``limit``. Return how many."""
    return delete_rows(connection, topic_days, topic_days.c.day < before.date(), limit=limit)


def _searchable_lines(title: str, sentences: Iterable[str]) -> list[str]:
    """Return what the list shows of an article, as it is searched, each line once."""
    first = islice(dict.fromkeys(sentences), SENTENCES)
    return list(dict.fromkeys(map(fold, (title, *(s[:SENTENCE_LENGTH] for s in first)))))


def _extend(connection: Connection, row: DecisionRow, lines: list[str]) -> datetime:
    """Let a card be found by another article too. Return the card's time in the list."""
    is_card = cards.c.alert_id == row.alert_id
    card = connection.execute(select(cards.c.at, cards.c.words).where(is_card)).one()
    at: datetime = card.at
    words: str = card.words
    extended = "\n".join([words, *(line for line in lines if line not in words)])[:MAX_WORDS]
    values = {"words": extended, "changed_at": row.decided_at}
    connection.execute(cards.update().where(is_card).values(values))
    return at


def _add_labels(
    connection: Connection, alert_id: str, labels: Iterable[tuple[str, str]], at: datetime
) -> None:
    rows = [
        {"alert_id": alert_id, "kind": kind, "value": value, "at": at}
        for kind, value in labels
        if value
    ]
    if rows:
        connection.execute(insert(connection, card_labels).on_conflict_do_nothing(), rows)


def _count(connection: Connection, row: DecisionRow) -> None:
    counts = {
        "matches": 1,
        "opened": int(row.event == "opened"),
        "suppressed": int(row.event == SUPPRESSED),
    }
    new = insert(connection, topic_days).values(
        topic_id=row.topic_id, day=row.decided_at.date(), **counts
    )
    sums = {name: topic_days.c[name] + number for name, number in counts.items()}
    connection.execute(new.on_conflict_do_update(index_elements=["topic_id", "day"], set_=sums))
