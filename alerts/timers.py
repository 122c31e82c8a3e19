"""Timers of the alerts stage: what has to happen at a time before deliveries are claimed.

::

    steps of escalations that are due ─▶ their messages          (alerts.escalation)
    digests that are due ──────────────▶ their messages          (alerts.digests)
    silences that are new ─────────────▶ what waits is withdrawn (alerts.silencing)
    growth of a closed alert ──────────▶ is withdrawn            (alerts.stale_growth)

The dispatcher runs the timers each time before it claims deliveries, at the same time of the clock:
what a digest takes over cannot be sent on its own, because its hold ends when the digest is due.
Everything that has to survive a restart is in the store.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from alerts import digests
from alerts.escalation import escalate_due
from alerts.plan import Silence
from alerts.silencing import load_silences, withdraw_silenced
from alerts.stale_growth import withdraw_stale_growth
from config.catalog.models import Catalog
from core.store import Connection, Store, escalations, waiting_items
from core.store import digests as digest_store


class Timers:
    """Runs what is due. One per process; several processes may share a store.

    Args:
        store: Has the timers.
        catalog: Returns the operator's files in force.
    """

    def __init__(self, store: Store, catalog: Callable[[], Catalog]) -> None:
        self._store = store
        self._catalog = catalog
        self._silences: tuple[Silence, ...] = ()

    def run_due(self, now: datetime) -> None:
        """Run what is due at a time.

        Raises:
            StoreError: The store is unavailable; what was not done is due again.
        """
        catalog = self._catalog()
        escalate_due(self._store, catalog.alerts, now)
        with self._store.read() as connection:
            is_digest_due = digests.is_due(connection, catalog.alerts, now)
            silences = load_silences(connection, catalog.alerts, now)
            is_growth_stale = bool(waiting_items.find_unwanted_growth(connection, now))
        if is_digest_due:
            self._store.transact(lambda c: digests.send_due(c, catalog, now))
        if any(silence not in self._silences for silence in silences):
            self._store.transact(lambda c: withdraw_silenced(c, silences, catalog, now))
        if is_growth_stale:
            url = catalog.alerts.console_url
            self._store.transact(lambda c: withdraw_stale_growth(c, url, now))
        self._silences = silences

    def next_due(self, connection: Connection) -> datetime | None:
        """Return when the next escalation or digest is due, or None where there is none."""
        timers = digest_store.load_timers(connection).values()
        escalation = escalations.next_due_time(connection)
        return min((*(timer.due_at for timer in timers), *filter(None, [escalation])), default=None)
