"""What the console's list is searched by: one card a story and topic, kept as decisions are made.

::

    record_decision ──▶ decided ─┬─▶ cards         one row per alert id, held back ones too
    open_alert ───────▶ opened ──┤                 ("the story as the desk sees it")
    ack, close ───────▶ moved ───┘
                                 ├─▶ card_labels   its outlets, languages, countries
                                 └─▶ topic_days    matches a topic and day

Everything is written in the transaction that made it true. A list is one walk along an index,
newest first; ``at`` never changes once people were told, so that nothing moves under their eyes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    select,
)

from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert
from core.text.tokens import folded_words

if TYPE_CHECKING:
    from core.store.alerts import Alert, DecisionRow

SUPPRESSED = "suppressed"
"""State of a card nobody was told of; the others are the alert's."""

OUTLET, LANGUAGE, COUNTRY = "outlet", "language", "country"

MAX_WORDS = 8_000
"""Characters of headlines and matched sentences a card is found by: some thirty articles' worth."""

SENTENCES, SENTENCE_LENGTH = 3, 400
"""Of one article."""

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


def fold(text: str) -> str:
    """Text as it is searched: words in small letters without accents, one space between."""
    return " ".join(folded_words(text))


def add_decision(connection: Connection, row: DecisionRow, sentences: Iterable[str]) -> None:
    """Follow a decision that was just kept; ``sentences`` are those that matched."""
    _count(connection, row)
    lines = _lines(row.title, sentences)
    made = connection.execute(
        insert(connection, cards)
        .values(
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
        .on_conflict_do_nothing()
    ).rowcount
    at = row.decided_at if made else _grow(connection, row, lines)
    labels = ((OUTLET, row.outlet), (LANGUAGE, row.language), (COUNTRY, row.country))
    _label(connection, row.alert_id, labels, at)


def mark_told(connection: Connection, alert: Alert) -> None:
    """Make the card one people were told of; it takes its place in the list now."""
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


def set_state(connection: Connection, alert_id: str, state: str, at: datetime) -> None:
    """Follow an alert that was acked, closed or opened again."""
    connection.execute(
        cards.update().where(cards.c.alert_id == alert_id).values(state=state, changed_at=at)
    )


def touch(connection: Connection, alert_id: str, at: datetime) -> None:
    """Say that a card shows something else now."""
    connection.execute(cards.update().where(cards.c.alert_id == alert_id).values(changed_at=at))


def _lines(title: str, sentences: Iterable[str]) -> list[str]:
    """What a reader sees of an article in the list, as it is searched, each once."""
    told = islice(dict.fromkeys(sentences), SENTENCES)
    return list(dict.fromkeys(map(fold, (title, *(s[:SENTENCE_LENGTH] for s in told)))))


def _grow(connection: Connection, row: DecisionRow, lines: list[str]) -> datetime:
    """Let the card be found by what this article says too; its place in the list."""
    mine = cards.c.alert_id == row.alert_id
    found = connection.execute(select(cards.c.at, cards.c.words).where(mine)).one()
    at: datetime = found.at
    words: str = found.words
    grown = "\n".join([words, *(line for line in lines if line not in words)])[:MAX_WORDS]
    connection.execute(cards.update().where(mine).values(words=grown, changed_at=row.decided_at))
    return at


def _label(
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
    days = topic_days.c
    opened, held = int(row.event == "opened"), int(row.event == SUPPRESSED)
    day = insert(connection, topic_days).values(
        topic_id=row.topic_id,
        day=row.decided_at.date(),
        matches=1,
        opened=opened,
        suppressed=held,
    )
    more = {
        "matches": days.matches + 1,
        "opened": days.opened + opened,
        "suppressed": days.suppressed + held,
    }
    connection.execute(day.on_conflict_do_update(index_elements=["topic_id", "day"], set_=more))


def forget_topic_days(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete counts of days before a day, at most ``limit``. Return how many."""
    return delete_rows(connection, topic_days, topic_days.c.day < before.date(), limit=limit)


def search_words(words: str) -> list[str]:
    """The words a free text asks for, as cards have them; at most ten."""
    return folded_words(words[:200])[:10]
