"""The worker of the alerts stage: from ``news.matches`` to decisions, some in each transaction.

::

    poll ─▶ prepare (CPU) ─▶ ┌ a write transaction of the store for ten ────────┐ ─▶ commit
                             │ load_context ─▶ decide ─▶ persist   for each match │
                             │ growth, spikes, queue_notifications,               │
                             │ withdraw_inhibited, rereads         for the ten    │
                             └──────────────────────────────────────────────────┘

If the process is killed after a transaction and before the commit, the batch is read again: every
match then finds its decision and is dropped as ``repeated``. The key of the decision prevents
repeats, not the offset: a stream file that was created again starts at 0, and its records must all
be decided. A record that cannot be decoded is poison and becomes a dead letter
(:mod:`core.streams.consume_loop`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence, Set
from datetime import timedelta
from typing import Unpack

from alerts.canaries.receive import is_canary, receive_canary
from alerts.decide import Decision, decide
from alerts.decision_context import PreparedMatch, TopicWindows, load_context, prepare
from alerts.inhibition import apply_inhibition, decision_order, related_topics, withdraw_inhibited
from alerts.pending import PendingNotification
from alerts.persist import notification_labels, persist_decision
from alerts.plan import Silence
from alerts.queueing import queue_notifications
from alerts.retractions import decide_about_vanished
from alerts.silencing import apply_silences, load_silences
from alerts.volume import BatchContext, find_growth_and_spikes
from alerts.volume_content import VOLUME_KINDS, load_named_articles
from alerts.wordings import derive
from config.catalog.models import AlertPolicy, Catalog
from config.settings import Settings
from core import metrics
from core.clock import Clock
from core.dispositions import Dispositions, Drop
from core.ids import alert_id
from core.loop_delay import ReportTurn, ignore_turn
from core.messages import Match
from core.messages.envelope import MATCHES, from_record
from core.store import Connection, Store, rereads
from core.store import silences as silence_store
from core.store import stories as story_store
from core.store.inactivity import close_inactive
from core.store.told_articles import TELLING
from core.streams.consume_loop import LoopOptions, LoopResult, consume
from core.streams.port import Batch, Consumer, StreamLog

GROUP = "alerts"
STAGE = "alerts"
RETENTION_MARGIN = timedelta(days=1)
"""How much longer than needed texts can be compared; covers a clock that is off."""

MATCHES_AT_ONCE = 10
"""Matches that are decided in one transaction, or more where one article has more. Each is compared
with the recent articles of its topic, some 40 ms where there are 600, and others wait meanwhile."""

EVENTS = ("opened", "updated", "suppressed")


OpenWindows = Callable[[Connection, timedelta], TopicWindows]
"""Returns the windows of a transaction, for articles that are at most this far apart."""


class AlertsWorker:
    """Decides about batches of matches.

    Args:
        store: Where decisions are persisted.
        catalog: Returns the operator's files in force.
        settings: Has the story window.
        clock: Returns the present.
        dispositions: Counts what became of each match.
        windows: Opens the windows of recent articles of a transaction.
    """

    def __init__(
        self,
        store: Store,
        catalog: Callable[[], Catalog],
        settings: Settings,
        clock: Clock,
        dispositions: Dispositions,
        windows: OpenWindows = TopicWindows,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._window = settings.story_window
        self._reread_times = settings.reread_times
        self._open_windows = windows
        self._clock = clock
        self._dispositions = dispositions
        self._events: Counter[str] = Counter()
        self._report_turn: ReportTurn = ignore_turn

    @property
    def counts(self) -> dict[str, int]:
        """How many matches opened an alert, updated one or were suppressed since the start."""
        return {name: self._events[name] for name in EVENTS}

    def run(self, consumer: Consumer, **options: Unpack[LoopOptions]) -> LoopResult:
        """Decide until stopped or idle; the options are passed to the consume loop."""
        self._report_turn = options.get("report_turn", ignore_turn)

        def attempt(batch: Batch) -> None:
            self.handle(batch)
            consumer.commit(batch)

        return consume(
            consumer,
            attempt,
            stage=STAGE,
            clock=self._clock,
            dispositions=self._dispositions,
            **options,
        )

    def handle(self, batch: Batch) -> None:
        """Decide about a batch; canaries follow, each in a transaction of its own.

        Raises:
            PoisonError: A record is not a match; nothing was written.
            StoreError: The batch can be handled again.
        """
        news = [record for record in batch.records if not is_canary(record)]
        if news:
            matches = [prepare(from_record(record, Match)) for record in news]
            self._derive_recent({prepared.match.topic_id for prepared in matches})
            self.decide(matches)
        for record in filter(is_canary, batch.records):
            alerts, now = self._catalog().alerts, self._clock()
            receive_canary(self._store, record, alerts, self._open_windows, self._window, now)

    def decide(self, matches: Sequence[PreparedMatch]) -> list[Decision | Drop]:
        """Decide about matches, some in each transaction; return the decisions in the same order.

        Raises:
            StoreError: The matches can be decided again; those that were are dropped then.
        """
        catalog = self._catalog()
        by_number: dict[int, Decision | Drop] = {}
        order = decision_order([m.match.topic_id for m in matches], catalog.alerts)
        for numbers in transactions([matches[n].match.article_id for n in order], MATCHES_AT_ONCE):
            chosen = [order[n] for n in numbers]
            decided = self._decide_some(catalog, [matches[n] for n in chosen])
            by_number |= dict(zip(chosen, decided, strict=True))
        return [by_number[number] for number in range(len(matches))]

    def _decide_some(
        self, catalog: Catalog, matches: Sequence[PreparedMatch]
    ) -> list[Decision | Drop]:
        """Decide about matches in one transaction and count the decisions."""
        decisions = self._store.transact(lambda c: self._decide_all(c, catalog, matches))
        made = [decision for decision in decisions if isinstance(decision, Decision)]
        self._events.update(decision.event.value for decision in made)
        codes = Counter(d.reason if isinstance(d, Drop) else d.code.value for d in decisions)
        for code, number in codes.items():
            self._dispositions.count(STAGE, code, number)
        return decisions

    def forget(self) -> int:
        """Delete what articles are compared by once no topic can match them.

        It is cheap; run it hourly.

        Returns:
            How many rows of the index were deleted.
        """
        ages = [topic.alert.max_age for topic in self._catalog().topics]
        reach = max(ages, default=AlertPolicy().max_age) + self._window
        before = self._clock() - reach - RETENTION_MARGIN
        return self._store.transact(lambda c: story_store.forget_comparisons(c, before))

    def close_inactive(self) -> int:
        """Close the alerts of stories that have ended; run it every hour. Return how many."""
        closed = 0
        while number := self._store.transact(lambda c: close_inactive(c, self._clock())):
            closed += number
        return closed

    def _derive_recent(self, topic_ids: Set[str]) -> None:
        """Compute what recent articles are compared by, before the transactions that compare."""
        catalog, now, stored = self._catalog(), self._clock(), list[str]()
        for topic_id in topic_ids:
            topic = catalog.topic(topic_id)
            max_age = (AlertPolicy() if topic is None else topic.alert).max_age
            since, until = now - max_age - self._window, now + self._window
            with self._store.read() as connection:
                rows = story_store.find_articles_between(connection, topic_id, since, until)
            stored += [row.features for row in rows]
        derive(stored)

    def _decide_all(
        self, connection: Connection, catalog: Catalog, matches: Sequence[PreparedMatch]
    ) -> list[Decision | Drop]:
        topics = {prepared.match.topic_id for prepared in matches}
        story_store.lock_topics(connection, related_topics(topics, catalog))
        silence_store.lock_silences(connection, shared=True)
        windows = self._open_windows(connection, self._window)
        silences = load_silences(connection, catalog.alerts, self._clock())
        order = decision_order([m.match.topic_id for m in matches], catalog.alerts)
        by_number = {n: self._decide(windows, catalog, silences, matches[n]) for n in order}
        decided = [by_number[number] for number in range(len(matches))]
        notifications = [notification for _, notification in decided if notification is not None]
        context = BatchContext(connection, catalog, silences, self._clock())
        made = ((p.match, d) for p, (d, _) in zip(matches, decided, strict=True))
        notifications += find_growth_and_spikes(context, made)
        changed = {
            alert_id(prepared.match.topic_id, decision.story_id)
            for prepared, (decision, _) in zip(matches, decided, strict=True)
            if isinstance(decision, Decision)
        }
        now = self._clock()
        queue_notifications(connection, notifications, changed, catalog.alerts, now=now)
        notifying = [
            (prepared, decision)
            for prepared, (decision, notification) in zip(matches, decided, strict=True)
            if isinstance(decision, Decision) and notification is not None
        ]
        withdraw_inhibited(windows, notifying, catalog, now)
        told = {n.article_id for n in notifications if n.kind in (*TELLING, *VOLUME_KINDS)}
        self._schedule_rereads(connection, told | load_named_articles(connection, notifications))
        return [decision for decision, _ in decided]

    def _schedule_rereads(self, connection: Connection, article_ids: Collection[str]) -> None:
        """Have ingest read the pages of articles again that people are told of."""
        now = self._clock()
        for article_id in sorted(article_ids) if self._reread_times else ():
            due = now + self._reread_times[0]
            rereads.schedule(connection, article_id, reason=rereads.TOLD, now=now, due_at=due)

    def _decide(
        self,
        windows: TopicWindows,
        catalog: Catalog,
        silences: Sequence[Silence],
        prepared: PreparedMatch,
    ) -> tuple[Decision | Drop, PendingNotification | None]:
        self._report_turn(0.0)
        now = self._clock()
        topic = catalog.topic(prepared.match.topic_id)
        if prepared.match.article.gone:
            decision = decide_about_vanished(windows.connection, prepared.match, topic, now)
        else:
            decision = decide(prepared.match, load_context(windows, prepared, topic, now=now))
        if isinstance(decision, Drop):
            return decision, None
        if topic is not None:
            labels = notification_labels(prepared.match, decision, topic, catalog)
            decision = apply_silences(decision, labels, silences, now)
            decision = apply_inhibition(decision, prepared, windows, catalog, now)
        if decision.notify:
            waited = (now - prepared.match.article.fetched_at).total_seconds()
            metrics.END_TO_END.labels("fetched_to_decided").observe(max(0.0, waited))
        notification = persist_decision(windows, prepared, decision, topic, catalog, now=now)
        return decision, notification


def transactions(article_ids: Sequence[str], size: int) -> list[list[int]]:
    """Return the numbers of the matches that are decided together, in order.

    Matches of one article stay together, so that people get one message about it.

    Args:
        article_ids: The article of each match.
        size: Matches of a transaction, where no article has more.
    """
    by_article: dict[str, list[int]] = {}
    for number, article in enumerate(article_ids):
        by_article.setdefault(article, []).append(number)
    made: list[list[int]] = []
    for numbers in by_article.values():
        if made and len(made[-1]) + len(numbers) <= size:
            made[-1] += numbers
        else:
            made.append(numbers)
    return [sorted(numbers) for numbers in made]


def join(streams: StreamLog, slot: str) -> Consumer:
    """Join the group of the alerts stage.

    Args:
        streams: The engine.
        slot: Name of the member, unique among living ones.
    """
    return streams.consumer(GROUP, [MATCHES], slot=slot)
