"""Whether events of ``news.alerts`` name the articles that they are about."""

from __future__ import annotations

from core.messages import AlertEvent, article_names
from core.store.alerts import decisions
from tests.alerts.harness import Harness


def find_misnamed(harness: Harness) -> list[AlertEvent]:
    """Return the events that do not name their article as a decision about it does."""
    with harness.store.read() as connection:
        rows = connection.execute(decisions.select()).all()
    return [
        event
        for event in harness.events()
        if all(
            (event.topic_id, event.article_id) != (row.topic_id, row.article_id)
            or AlertEvent(**event.model_dump() | {**article_names(row)}) != event
            for row in rows
        )
    ]
