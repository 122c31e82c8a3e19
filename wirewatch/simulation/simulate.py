"""Run articles through topics, stories and plan on a simulated clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alerts.decide import Decision
from alerts.decision_context import TopicWindows, prepare
from alerts.timers import Timers
from alerts.worker import AlertsWorker
from config.catalog.models import Catalog
from config.settings import Settings
from core.dispositions import Dispositions, Drop
from core.messages import ArticleRevision, Match
from core.processes.instance import Instance
from core.store import Connection, Store, claims
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from core.store.told_articles import find_told_revision
from processors import Processors
from wirewatch.simulation.articles import Arrival
from wirewatch.simulation.report import MessageRows, SimulationReport, decision_row

RUN_ON = timedelta(hours=48)
"""How long the clock runs on after the last article, so that messages that wait go out."""

WINDOW_REFRESH = timedelta(hours=12)
"""How long the recent articles of the topics are kept before they are read again: until then some
are kept that are older than the window, which spans five days by default."""

CLAIM_LIMIT = 100
"""Deliveries that are made in one transaction."""

LEASE = timedelta(minutes=1)

TICK = timedelta(microseconds=1)
"""The shortest step of the simulated clock; the report does not show it."""

Watch = Callable[[SimulationReport], object]


def simulate(
    arrivals: Iterable[Arrival],
    catalog: Catalog,
    settings: Settings,
    *,
    watch: Watch = lambda _report: None,
) -> SimulationReport:
    """Return which messages the articles would have caused. Nothing is stored or sent.

    Args:
        arrivals: The articles, in the order of time.
        catalog: The operator's files without errors, with the outlets of the articles.
        settings: Languages and the story window.
        watch: Called after each arrival with the report so far.

    Raises:
        CatalogError: A query has an error.
    """
    with _open_simulation(catalog, settings) as simulation:
        for arrival in arrivals:
            simulation.take(arrival)
            watch(simulation.report)
        simulation.finish()
        return simulation.report


class SimulatedClock:
    """A clock that stands still until it is moved. It never goes back."""

    def __init__(self) -> None:
        self._now = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the simulated time."""
        return self._now

    def advance(self, moment: datetime) -> None:
        """Move to a moment, unless it has passed."""
        self._now = max(self._now, moment)

    def advance_past(self, moment: datetime) -> None:
        """Move to a moment or, where it has come already, by the shortest time.

        So events of one moment keep their order.
        """
        self._now = max(self._now + TICK, moment)


class ReusedWindows:
    """Opens the windows of recent articles, and keeps them from one transaction to the next.

    That is only right where nothing else writes to the store. Decisions keep the windows up to
    date; they are read again when the clock has moved on, without the articles that are too old.
    """

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._windows: TopicWindows | None = None
        self._read_at = clock()

    def __call__(self, connection: Connection, span: timedelta) -> TopicWindows:
        """Return the windows for this transaction."""
        if self._windows is None or self._clock() - self._read_at >= WINDOW_REFRESH:
            self._windows, self._read_at = TopicWindows(connection, span), self._clock()
        self._windows.connection = connection
        return self._windows


class Simulation:
    """One simulation; its state is that of the store and the clock.

    Attributes:
        report: What it has shown so far.
    """

    def __init__(
        self, catalog: Catalog, settings: Settings, store: Store, instance: Instance
    ) -> None:
        self.report = SimulationReport()
        self._store = store
        self._instance = instance
        self._alerts = catalog.alerts
        self._clock = SimulatedClock()
        self._processors = Processors.compile(catalog, settings.language_codes)
        self._worker = AlertsWorker(
            store,
            lambda: catalog,
            settings,
            self._clock,
            Dispositions(),
            windows=ReusedWindows(self._clock),
        )
        self._timers = Timers(store, lambda: catalog)
        self._rows = MessageRows()
        self._matched: dict[str, dict[int, ArticleRevision]] = {}
        self._sent: set[str] = set()
        self._may_have_due = False
        self._has_begun = False

    def take(self, arrival: Arrival) -> None:
        """Send what is due before an article arrives, then decide about the article."""
        self._deliver_before(arrival.at)
        self._clock.advance_past(arrival.at)
        if not self._has_begun:
            self._has_begun = self._may_have_due = True
            self._timers.run_due(self._clock())
        article = arrival.revision
        if article is None or article.gone:
            self.report.gone += 1
        else:
            self.report.articles += 1
        if article is not None:
            self._decide(self._with_told_text(article) if article.gone else article)

    def finish(self) -> None:
        """Let the clock run on, and report what still waits at its end as held."""
        self._deliver_before(self._clock() + RUN_ON)
        with self._store.read() as connection:
            waiting = delivery_store.load_unfinished(connection)
        for notification, delivery in waiting:
            if notification.id not in self._sent:
                self._sent.add(notification.id)
                held_until = delivery.next_attempt_at
                row = self._rows.row(notification, notification.created_at, held_until)
                self.report.messages.append(row)

    def _decide(self, article: ArticleRevision) -> None:
        matches = self._processors.process(article).matches
        self.report.matches += len(matches)
        if not matches:
            return
        self._matched.setdefault(article.article_id, {})[article.revision] = article
        decisions = self._worker.decide([prepare(match) for match in matches])
        self._may_have_due = True
        roles = self._load_roles(matches, decisions)
        now = self._clock()
        self.report.decisions.extend(
            decision_row(match, decision, role, now)
            for match, decision, role in zip(matches, decisions, roles, strict=True)
        )

    def _with_told_text(self, gone: ArticleRevision) -> ArticleRevision:
        """Return a vanished article with the text that people were told of, as ingest does."""
        with self._store.read() as connection:
            revision = find_told_revision(connection, gone.article_id)
        matched = self._matched.get(gone.article_id, {})
        told = matched.get(revision or max(matched, default=0), gone)
        return told.vanished(gone.revision, gone.fetched_at)

    def _load_roles(
        self, matches: Sequence[Match], decisions: Sequence[Decision | Drop]
    ) -> list[str]:
        """Return the role of each match's article as it is stored; empty where it is in no story.

        Roles that the decisions state are not read.
        """
        if all(isinstance(decision, Decision) and decision.role for decision in decisions):
            return [""] * len(decisions)
        with self._store.read() as connection:
            rows = [story_store.find_article(connection, m.topic_id, m.article_id) for m in matches]
        return ["" if row is None else row.role for row in rows]

    def _deliver_before(self, moment: datetime) -> None:
        """Send what is due before a moment, each message at its own time."""
        while self._may_have_due and (due := self._next_due()) is not None and due < moment:
            self._clock.advance(due)
            self._timers.run_due(self._clock())
            if not self._deliver_due() and self._next_due() == due:
                return  # a target cannot be sent to yet, although the message's time has come

    def _next_due(self) -> datetime | None:
        with self._store.read() as connection:
            times = claims.next_due_time(connection), self._timers.next_due(connection)
        due = min((time for time in times if time is not None), default=None)
        self._may_have_due = due is not None
        return due

    def _deliver_due(self) -> bool:
        """Mark the deliveries that are due as delivered; return whether there was any."""
        claimed = self._store.transact(self._claim_and_finish)
        for each in claimed:
            if each.notification.id not in self._sent:
                self._sent.add(each.notification.id)
                self.report.messages.append(self._row(each))
        return bool(claimed)

    def _row(self, sent: claims.ClaimedDelivery) -> dict[str, Any]:
        """Return the row of a message that goes out now."""
        held_until = sent.delivery.held_until
        if held_until is None:
            return self._rows.row(sent.notification, self._clock())
        return self._rows.row(sent.notification, sent.notification.created_at, held_until)

    def _claim_and_finish(self, connection: Connection) -> list[claims.ClaimedDelivery]:
        now = self._clock()
        claims.lock_claiming(connection)
        due = claims.find_due(connection, self._instance, now=now, limit=CLAIM_LIMIT)
        claimed = claims.claim(connection, due, self._instance, now=now, ttl=LEASE)
        for each in claimed:
            claims.finish(connection, each.delivery, state=delivery_store.DELIVERED, now=now)
        return sorted(claimed, key=lambda c: (c.notification.created_at, c.notification.receiver))


@contextmanager
def _open_simulation(catalog: Catalog, settings: Settings) -> Iterator[Simulation]:
    """Open a simulation with a store of its own, which is deleted afterwards."""
    with TemporaryDirectory(prefix="wirewatch-simulation-") as name:
        folder = Path(name)
        instance, store = Instance.start(folder), Store.open_temporary(folder)
        try:
            yield Simulation(catalog, settings, store, instance)
        finally:
            store.close()
            instance.close()
