"""The worker: from ``news.matches`` to decisions, each batch in one transaction of the store.

::

    poll ─▶ read (CPU) ─▶ ┌ one write transaction ─────────────────────────┐ ─▶ commit
                          │ gather ─▶ decide ─▶ record  each match, in order │
                          │ tell                        then what is to tell │
                          └────────────────────────────────────────────────┘

Killed after the transaction and before the commit, the batch comes again: every match finds its
decision and is dropped as ``repeated``. The decision's key guards that, not an offset: a stream
file that was made anew begins at 0 again, and nothing of it may be passed over. What cannot be
decoded is poison: :mod:`core.streams.consume_loop` sets it aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Unpack

import structlog

from alerts.context import PreparedMatch, TopicWindows, gather, read
from alerts.decide import decide
from alerts.persist import PendingNotification, persist_decision, queue_notifications
from config.catalog.models import AlertPolicy, Catalog
from config.settings import Settings
from core import metrics
from core.clock import Clock
from core.dispositions import Dispositions, Drop
from core.messages import Match
from core.messages.envelope import MATCHES, from_record
from core.store import Connection, Store
from core.store import stories as story_store
from core.streams.consume_loop import LoopOptions, LoopResult, consume
from core.streams.port import Batch, Consumer, StreamLog

GROUP = "alerts"
STAGE = "alerts"
SLACK = timedelta(days=1)
EVENTS = ("opened", "updated", "suppressed")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Tally:
    events: Counter[str] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)


class AlertsWorker:
    """Decides batches of matches.

    Args:
        store: Where decisions are kept.
        catalog: Gives the files in force.
        settings: The story window.
        clock: The present.
        dispositions: Where each match's end is counted.
    """

    def __init__(
        self,
        store: Store,
        catalog: Callable[[], Catalog],
        settings: Settings,
        clock: Clock,
        dispositions: Dispositions,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._window = settings.story_window
        self._clock = clock
        self._dispositions = dispositions
        self._events: Counter[str] = Counter()

    @property
    def counts(self) -> dict[str, int]:
        """How many matches opened an alert, updated one, or were suppressed, since the start."""
        return {name: self._events[name] for name in EVENTS}

    def run(self, consumer: Consumer, **how: Unpack[LoopOptions]) -> LoopResult:
        """Work until told to stop or idle; ``how`` goes to the consume loop."""

        def attempt(batch: Batch) -> None:
            self.handle(batch)
            consumer.commit(batch)

        return consume(
            consumer,
            attempt,
            stage=STAGE,
            clock=self._clock,
            dispositions=self._dispositions,
            **how,
        )

    def handle(self, batch: Batch) -> None:
        """Decide a batch; when this returns, all of it is kept.

        Raises:
            PoisonError: A record that is no match; nothing was kept.
            StoreError: Nothing was kept; give the batch again.
        """
        readings = [read(from_record(record, Match)) for record in batch.records]
        catalog = self._catalog()
        tally = self._store.transact(lambda c: self._decide_all(c, catalog, readings))
        self._events.update(tally.events)
        for name, number in tally.dispositions.items():
            self._dispositions.count(STAGE, name, number)

    def forget(self) -> int:
        """Forget what texts out of every topic's reach are compared by; cheap, call it hourly.

        Returns:
            How many rows of the index went.
        """
        ages = [topic.alert.max_age for topic in self._catalog().topics]
        reach = max(ages, default=AlertPolicy().max_age) + self._window
        return self._store.transact(
            lambda c: story_store.forget_comparisons(c, self._clock() - reach - SLACK)
        )

    def _decide_all(
        self, connection: Connection, catalog: Catalog, readings: list[PreparedMatch]
    ) -> _Tally:
        story_store.lock_topics(connection, {reading.match.topic_id for reading in readings})
        tally = _Tally()
        windows = TopicWindows(connection, self._window)
        tellings = [self._decide(windows, catalog, reading, tally) for reading in readings]
        wanted = [t for t in tellings if t is not None]
        queue_notifications(connection, wanted, catalog.alerts, now=self._clock())
        return tally

    def _decide(
        self, windows: TopicWindows, catalog: Catalog, reading: PreparedMatch, tally: _Tally
    ) -> PendingNotification | None:
        now = self._clock()
        topic = catalog.topic(reading.match.topic_id)
        context = gather(windows, reading, topic, now=now)
        decision = decide(reading.match, context)
        if isinstance(decision, Drop):
            tally.dispositions[decision.reason] += 1
            return None
        tally.events[decision.event.value] += 1
        tally.dispositions[decision.code.value] += 1
        if decision.notify:
            waited = (now - reading.match.article.fetched_at).total_seconds()
            metrics.END_TO_END.labels("fetched_to_decided").observe(max(0.0, waited))
        return persist_decision(windows, reading, decision, topic, catalog.alerts, now=now)


def join(streams: StreamLog, slot: str) -> Consumer:
    """A member of the group that decides.

    Args:
        streams: The engine.
        slot: Name of the member, unique among living ones.
    """
    return streams.consumer(GROUP, [MATCHES], slot=slot)
