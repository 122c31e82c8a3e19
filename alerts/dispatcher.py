"""The dispatcher: claims the deliveries that are due and makes one attempt at each.

::

    deliveries ──claim (lease)──▶ notify ──▶ outcome ──one transaction──▶ deliveries, news.alerts
        ▲                                      │
        └───────────── retry ──────────────────┘

A target gets one message at a time, and its outcome is saved before the next one is sent; different
targets are notified concurrently. The timers of the stage (:mod:`alerts.timers`) run before it
claims. If the process is killed before the outcome is saved, its lease ends with it: another
dispatcher sends the same bytes with the same id and marks the delivery as a possible repeat.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from alerts.attempts import AttemptOutcome, attempt_of, log_fields, released_events
from alerts.canaries.timer import CanaryTimer
from alerts.rates import rate_limit
from alerts.receivers import Receipt, ReceiverTools, definition_of, receiver_kind
from alerts.save_outcome import SaveContext, log_target_change, save_outcome
from alerts.store_retries import insist
from alerts.timers import Timers
from config.catalog.models import AlertsDefinition, Catalog
from config.errors import DeliveryError, StoreError
from config.i18n import Phrase, in_english
from config.settings import Settings
from core import metrics
from core.backoff import exponential
from core.clock import Clock
from core.http.client import HttpClient
from core.loop_delay import ReportTurn, ignore_turn
from core.messages.envelope import to_record
from core.processes.instance import Instance
from core.store import Connection, Store, claims, outbox, targets
from core.store import deliveries as delivery_store
from core.store.claims import ClaimedDelivery
from core.store.deliveries import Delivery
from core.store.targets import TargetState
from core.store.threads import StoreThreads

CONCURRENCY = 8
POLL_SECONDS = 0.25
"""How often the store is asked for deliveries that are due."""

FIRST_STORE_BACKOFF, LONGEST_STORE_BACKOFF = 0.5, 5.0
"""Seconds between tries to claim while the store is unavailable."""

SHARED_POLL_SECONDS = 0.05
"""How often ``run_once`` asks whether another process that is sending has left it something."""

LEASE_MARGIN = timedelta(seconds=30)
"""How much longer than an attempt a claim lasts."""

_Result = tuple[AttemptOutcome, TargetState]
"""What an attempt means for its delivery, and the state of its target after it."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Round:
    """What ``run_once`` has attempted: it makes one attempt at each delivery.

    Attributes:
        ignore_backoff: Whether deliveries that wait for a retry are attempted too.
        attempted: Ids of the deliveries that wait again after their attempt.
        broken: Targets that failed their only probe of this round: receiver and target.
    """

    ignore_backoff: bool = False
    attempted: set[str] = field(default_factory=set)
    broken: set[tuple[str, str]] = field(default_factory=set)

    def add(self, delivery: Delivery, outcome: AttemptOutcome, target: TargetState) -> None:
        """Record an attempt."""
        if outcome.state in delivery_store.UNFINISHED:
            self.attempted.add(delivery.id)
        if target.is_broken:
            self.broken.add((target.receiver, target.target))


class Dispatcher:
    """Delivers what is due in the store. One per process; several processes may share a store.

    Args:
        store: Has the deliveries.
        catalog: Returns the operator's files in force.
        settings: Has the time limit of an attempt and the time after which a delivery is given up.
        instance: This process, which holds the claims.
        clock: Returns the present.
        http: Opens the client that receivers use.
        chance: Rolls the dice for the waits: evenly distributed from 0 to 1.
        patience: Seconds that ``run_once`` waits for what another process is sending.
    """

    def __init__(
        self,
        store: Store,
        catalog: Callable[[], Catalog],
        settings: Settings,
        instance: Instance,
        clock: Clock,
        *,
        http: Callable[[Settings], HttpClient] = HttpClient.open,
        chance: Callable[[], float] = random.random,
        patience: float = 30.0,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._settings = settings
        self._instance = instance
        self._clock = clock
        self._http = http
        self._chance = chance
        self._patience = patience
        self._renamed: AlertsDefinition | None = None
        self._sending: set[str] = set()
        self._canary = CanaryTimer(store, catalog)
        self._timers = Timers(store, catalog)
        self._threads = StoreThreads("deliveries-store")
        self._ttl = timedelta(seconds=settings.delivery_timeout) + LEASE_MARGIN

    def run(self, stop: threading.Event, report_turn: ReportTurn = ignore_turn) -> None:
        """Deliver until stopped; attempts that are being made are finished."""
        asyncio.run(self._run(stop, report_turn))

    def run_once(self, *, attempt_all_due: bool = True) -> dict[str, int]:
        """Make one attempt at each delivery.

        Args:
            attempt_all_due: Attempt deliveries that wait for a retry too, unless the target asked
                for the wait; else only what is due by the clock.

        Returns:
            ``delivered`` and ``failed`` (given up) by this call; after it ``pending``, and
            ``held`` by a cap or quiet hours.
        """
        ended = asyncio.run(self._run_once(ignore_backoff=attempt_all_due))
        with self._store.read() as connection:
            by_state = delivery_store.count_by_state(connection)
            held = delivery_store.count_held(connection, self._clock())
        unfinished = sum(by_state.get(state, 0) for state in delivery_store.UNFINISHED)
        return {
            "delivered": ended[delivery_store.DELIVERED],
            "failed": ended[delivery_store.FAILED],
            "pending": unfinished - held,
            "held": held,
        }

    async def _run_once(self, *, ignore_backoff: bool) -> Counter[str]:
        ended: Counter[str] = Counter()
        made = _Round(ignore_backoff)
        self._timers.run_due(self._clock())
        async with self._http(self._settings) as http:
            while claimed := await self._claim_shared(made):
                results = await asyncio.gather(*(self._attempt(http, each) for each in claimed))
                for each, (outcome, target) in zip(claimed, results, strict=True):
                    ended[outcome.state] += each.notification.kind != delivery_store.CANARY
                    made.add(each.delivery, outcome, target)
        return ended

    async def _claim_shared(self, made: _Round) -> list[ClaimedDelivery]:
        """Claim what was not attempted yet.

        Wait for what another process may leave of its own, and for targets whose rate limit is used
        up for the moment.
        """
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            is_left, is_coming = self._look(made)
            if is_left and (claimed := self._claim(CONCURRENCY, made)):
                return claimed
            if not is_left and not is_coming:
                break
            await asyncio.sleep(SHARED_POLL_SECONDS)
        return []

    def _look(self, made: _Round) -> tuple[bool, bool]:
        """Return whether anything is due, and whether anything may be soon, in one read."""
        now = self._clock()
        with self._store.read() as connection:
            is_left = bool(self._find_due(connection, now, 1, made))
            is_coming = claims.is_another_sending(connection, self._instance, now=now) or bool(
                self._find_due(connection, now, 1, made, ignore_rate=True)
            )
        return is_left, is_coming

    def _find_due(
        self,
        connection: Connection,
        now: datetime,
        limit: int,
        made: _Round,
        *,
        ignore_rate: bool = False,
    ) -> list[Delivery]:
        return claims.find_due(
            connection,
            self._instance,
            now=now,
            limit=limit,
            ignore_backoff=made.ignore_backoff,
            ignore_rate=ignore_rate,
            exclude=made.attempted | self._sending,
            exclude_targets=made.broken,
        )

    async def _run(self, stop: threading.Event, report_turn: ReportTurn) -> None:
        attempts: set[asyncio.Task[_Result]] = set()
        failures = 0
        async with self._http(self._settings) as http:
            while not stop.is_set():
                report_turn(_store_backoff(failures))
                room = CONCURRENCY - len(attempts)
                claimed = await self._threads.run(partial(self._claim_if_up, room, failures))
                failures = 0 if claimed is not None else failures + 1
                for each in claimed or ():
                    attempts.add(asyncio.create_task(self._attempt(http, each)))
                attempts = await _settle(attempts, _store_backoff(failures))
            while attempts:
                attempts = await _settle(attempts, None)

    def _claim_if_up(self, limit: int, failures: int) -> list[ClaimedDelivery] | None:
        """Claim deliveries; None where the store is unavailable, which must not end the loop."""
        try:
            self._canary.run_due(self._clock())
            return self._claim(limit, _Round())
        except StoreError as error:
            retry_in = _store_backoff(failures + 1)
            log.warning("claiming_deliveries_failed", retry_in=retry_in, reason=str(error))
            return None

    def _claim(self, limit: int, made: _Round) -> list[ClaimedDelivery]:
        now = self._clock()
        self._timers.run_due(now)
        if self._renamed is not (renamed := self._catalog().alerts):
            self._store.transact(self._hand_over)
            self._renamed = renamed

        def claim(connection: Connection) -> list[ClaimedDelivery]:
            self._hand_over(connection)
            due = self._find_due(connection, now, limit, made)
            claimed = claims.claim(connection, due, self._instance, now=now, ttl=self._ttl)
            for each in claimed:
                self._charge(connection, each.delivery, now)
            released = (c for c in claimed if delivery_store.is_first(connection, c.delivery))
            events = [event for each in released for event in released_events(each, now)]
            outbox.put(connection, [to_record(event, at=now) for event in events])
            return claimed

        with self._store.read() as connection:
            if limit < 1 or not self._find_due(connection, now, limit, made):
                return []
        return self._store.transact(claim)

    def _hand_over(self, connection: Connection) -> None:
        """Give what waits for a receiver that was renamed to its successor; lock claiming."""
        claims.lock_claiming(connection)
        receivers = self._catalog().alerts.receivers
        for receiver in receivers:
            if receiver.was and definition_of(receivers, receiver.was) is None:
                names = receiver_kind(receiver.kind).targets(receiver)
                claims.hand_over(connection, receiver.was, receiver.id, names)

    def _charge(self, connection: Connection, delivery: Delivery, now: datetime) -> None:
        """Count an attempt against the rate limit of its target."""
        definition = definition_of(self._catalog().alerts.receivers, delivery.receiver)
        limit = rate_limit(definition) if definition else None
        if limit:
            targets.charge(connection, delivery.receiver, delivery.target, limit, now=now)

    async def _attempt(self, http: HttpClient, claimed: ClaimedDelivery) -> _Result:
        """Make one attempt and save what it means; return that."""
        delivery = claimed.delivery
        if delivery.attempts == 1 or delivery.possible_repeat:
            log.info("notification", **log_fields(claimed))
        self._sending.add(delivery.id)
        try:
            kind, result = await self._notify(http, claimed)
            now = self._clock()
            outcome, target = await self._save(claimed, result, now)
        finally:
            self._sending.remove(delivery.id)
        if claimed.notification.kind == delivery_store.CANARY:
            return outcome, target
        metrics.DELIVERIES.labels(delivery.receiver, kind, outcome.state).inc()
        if outcome.state == delivery_store.DELIVERED:
            seconds = (now - delivery.created_at).total_seconds()
            metrics.END_TO_END.labels("decided_to_delivered").observe(max(0.0, seconds))
        return outcome, target

    async def _notify(
        self, http: HttpClient, claimed: ClaimedDelivery
    ) -> tuple[str, Receipt | DeliveryError]:
        """Return the receiver's kind, and what it returned or raised."""
        receiver = claimed.delivery.receiver
        definition = definition_of(self._catalog().alerts.receivers, receiver)
        if definition is None:
            reason = Phrase("delivery.receiver_removed", receiver=receiver)
            return "gone", DeliveryError(reason)
        tools = ReceiverTools(http, self._clock, self._settings.delivery_timeout)
        try:
            notifier = receiver_kind(definition.kind).open(definition, tools)
            return definition.kind, await notifier.notify(attempt_of(claimed))
        except DeliveryError as error:
            return definition.kind, error
        except Exception as error:
            log.exception("receiver_crashed", receiver=receiver, kind=definition.kind)
            reason = Phrase("delivery.defect", error=type(error).__name__)
            return definition.kind, DeliveryError(reason, unknown=True)

    async def _save(
        self, claimed: ClaimedDelivery, result: Receipt | DeliveryError, now: datetime
    ) -> _Result:
        """Save what an attempt means; retry until the lease ends if the store is unavailable.

        Otherwise a message that was delivered would be sent again.
        """
        context = SaveContext(
            now, self._chance(), self._settings.delivery_give_up, self._catalog().alerts
        )
        outcome, before, after = await insist(
            self._threads,
            lambda: self._store.transact(lambda c: save_outcome(c, claimed, result, context)),
            for_seconds=self._ttl.total_seconds(),
        )
        if outcome.state != delivery_store.DELIVERED:
            log.warning(
                "delivery_attempt_failed",
                state=outcome.state,
                receiver=after.receiver,
                target=after.target,
                attempt=claimed.delivery.attempts,
                reason=in_english(outcome.reason),
                retry_in=outcome.wait,
            )
        log_target_change(before, after)
        return outcome, after


async def _settle(
    tasks: set[asyncio.Task[_Result]], timeout: float | None
) -> set[asyncio.Task[_Result]]:
    """Wait until a task ends or the time is over; return those still running.

    Raises:
        Exception: A task raised it, and it is not a :class:`StoreError`.
    """
    if not tasks:
        await asyncio.sleep(timeout or 0)
        return tasks
    done, running = await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        if isinstance(error := task.exception(), StoreError):
            log.warning("delivery_not_saved", reason=str(error))  # sent again when its lease ends
        elif error is not None:
            raise error
    return running


def _store_backoff(failures: int) -> float:
    """Return the seconds until the store is asked again."""
    if not failures:
        return POLL_SECONDS
    return exponential(FIRST_STORE_BACKOFF, failures, LONGEST_STORE_BACKOFF)
