"""How many outlets had articles of a topic on each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, func, literal, select, union_all

from core.store.stories import story_articles


def count_outlets(connection: Connection, topic_id: str, days: Sequence[date]) -> dict[date, int]:
    """Return the number of outlets by day; copies count too.

    One query reads the topic's articles of these days along one index.

    Args:
        connection: Any transaction.
        topic_id: The topic.
        days: Days (UTC), some dozens at most.
    """
    columns = story_articles.c
    counts = [
        select(literal(number), func.count(columns.outlet.distinct())).where(
            columns.topic_id == topic_id,
            columns.moment >= _start(day),
            columns.moment < _start(day) + timedelta(days=1),
        )
        for number, day in enumerate(days)
    ]
    if not counts:
        return {}
    return {days[number]: count for number, count in connection.execute(union_all(*counts))}


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
