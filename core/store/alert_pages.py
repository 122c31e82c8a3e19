"""Reading long lists of alerts in pages, each in a transaction of its own.

An open reader makes the commits of SQLite's writers wait and, if it lasts, fail. A page ends before
it is used, so that no list, however long, keeps the stages from writing.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.store import Store
from core.store.alerts import Alert, list_alerts
from core.store.stories import Story, find_story

PAGE = 100
"""Alerts of a page: some milliseconds."""


def scan_alerts(
    store: Store,
    *,
    topic_id: str | None = None,
    state: str | None = None,
    assigned_to: str | None = None,
    limit: int,
    page: int = PAGE,
) -> Iterator[tuple[Alert, Story | None]]:
    """Yield alerts with their stories, newest first, as :func:`core.store.alerts.list_alerts` does.

    Alerts that are opened while it runs are newer than those it yields next, and left out.

    Args:
        store: The store.
        topic_id: Only alerts of this topic.
        state: Only alerts in this state.
        assigned_to: Only alerts that this person takes care of.
        limit: How many at most.
        page: Alerts to read at once.

    Raises:
        StoreError: The database is away or refuses.
    """
    last: Alert | None = None
    while limit > 0:
        size = min(page, limit)
        with store.read() as connection:
            alerts = list_alerts(
                connection,
                topic_id=topic_id,
                state=state,
                assigned_to=assigned_to,
                after=last,
                limit=size,
            )
            rows = [(alert, find_story(connection, alert.story_id)) for alert in alerts]
        yield from rows
        if len(alerts) < size:
            return
        last, limit = alerts[-1], limit - size
