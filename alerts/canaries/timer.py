"""The timer of the canary: sends one every hour, and says when one is missing or back.

The dispatcher runs it before it claims deliveries. When the next canary is due is a row of the
store, which one process moves on in the transaction that puts the article into the outbox, so that
several processes send one canary an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from alerts.canaries.missing import after_sending, after_telling, find_changes
from alerts.receivers import receiver_kind
from alerts.system_messages import queue_canary_changes
from config.catalog.models import Catalog
from core.canary import CANARY_ARTICLES, EVERY, canary_article, has_canaries
from core.messages.envelope import to_record
from core.store import Connection, Store, canaries, outbox
from core.store.canaries import Target

LOOK_EVERY = timedelta(seconds=5)
"""How often the store is asked whether a canary is due, missing or back."""

ONCE_EARLY = timedelta(minutes=5)
"""How much too early ``run --once`` may send one: a timer that starts it hourly is not exact."""

log = structlog.get_logger(__name__)


class CanaryTimer:
    """Runs what is due of the canary. One per process; several processes may share a store.

    Args:
        store: Has the timer and the canaries.
        catalog: Returns the operator's files in force.
    """

    def __init__(self, store: Store, catalog: Callable[[], Catalog]) -> None:
        self._store = store
        self._catalog = catalog
        self._looked: tuple[Catalog, datetime] | None = None

    def run_due(self, now: datetime, early: timedelta = timedelta()) -> None:
        """Send the canary if one is due; queue messages about those that are missing or back.

        Raises:
            StoreError: The store is unavailable; what was not done is due again.
        """
        catalog = self._catalog()
        if self._looked is not None:
            known, at = self._looked
            if known is catalog and (not has_canaries(catalog) or now - at < LOOK_EVERY):
                return
        if self._has_work(catalog, now, early):
            self._store.transact(lambda c: _run(c, catalog, now, early))
        self._looked = catalog, now

    def _has_work(self, catalog: Catalog, now: datetime, early: timedelta) -> bool:
        with self._store.read() as connection:
            due = canaries.due_at(connection)
            states = canaries.load_canaries(connection)
        if {(s.receiver, s.target) for s in states} != canary_targets(catalog):
            return True
        is_due = due is None or due <= now + early
        return has_canaries(catalog) and (is_due or bool(find_changes(states, now)))


def canary_targets(catalog: Catalog) -> set[Target]:
    """Return the targets of all receivers that get canaries."""
    receivers = (r for r in catalog.alerts.receivers if r.canary)
    return {(r.id, target) for r in receivers for target in receiver_kind(r.kind).targets(r)}


def _run(connection: Connection, catalog: Catalog, now: datetime, early: timedelta) -> None:
    canaries.sync(connection, canary_targets(catalog))
    if not has_canaries(catalog):
        return
    due = canaries.take_due(connection, now, EVERY, early)
    states = canaries.load_canaries(connection, lock=True)
    if due is not None:
        record = to_record(canary_article(now), at=now, stream=CANARY_ARTICLES)
        outbox.put(connection, [record])
        log.info("canary_sent", targets=len(states))
        states = [after_sending(state, now, due) for state in states]
    changes = find_changes(states, now)
    if changes:
        queue_canary_changes(connection, catalog.alerts, changes, now=now)
        for state in changes.missing:
            log.error("canary_missing", receiver=state.receiver, target=state.target)
        for state in changes.back:
            log.info("canary_back", receiver=state.receiver, target=state.target)
    for state in states:
        canaries.save(connection, after_telling(state, changes))
