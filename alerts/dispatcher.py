"""The dispatcher: claims the deliveries that are due and makes one attempt at each.

::

    deliveries ──claim (lease)──▶ notify ──▶ outcome ──one transaction──▶ deliveries, news.alerts
        ▲                                      │
        └───────────── retry ──────────────────┘

A target gets one message at a time, and its outcome is saved before the next one is sent; different
targets are notified concurrently. If the process is killed between the attempt and saving its
outcome, its lease ends with it: another dispatcher sends the same bytes with the same id and marks
the delivery as a possible repeat.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from alerts.attempts import AttemptOutcome, attempt_of, final_event, log_fields, outcome_of
from alerts.receivers import Receipt, ReceiverTools, definition_of, receiver_kind
from config.catalog.models import Catalog
from config.errors import DeliveryError, StoreError
from config.i18n import Phrase, in_english
from config.settings import Settings
from core import metrics
from core.backoff import exponential
from core.clock import Clock
from core.http.client import HttpClient
from core.messages.envelope import to_record
from core.processes.instance import Instance
from core.store import Connection, Store, claims, outbox
from core.store import deliveries as delivery_store
from core.store.claims import ClaimedDelivery

CONCURRENCY = 8
POLL_SECONDS = 0.25
"""How often the store is asked for deliveries that are due."""

FIRST_STORE_BACKOFF, LONGEST_STORE_BACKOFF = 0.5, 5.0
"""Seconds between tries to claim while the store is unavailable."""

FIRST_SAVE_BACKOFF, LONGEST_SAVE_BACKOFF = 0.2, 2.0
"""Seconds between tries to save an outcome while the store is unavailable."""

SHARED_POLL_SECONDS = 0.05
"""How often ``run_once`` asks whether another process that is sending has left it something."""

LEASE_MARGIN = timedelta(seconds=30)
"""How much longer than an attempt a claim lasts."""

log = structlog.get_logger(__name__)


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
        self._ttl = timedelta(seconds=settings.delivery_timeout) + LEASE_MARGIN

    def run(self, stop: threading.Event) -> None:
        """Deliver until stopped; attempts that are being made are finished."""
        asyncio.run(self._run(stop))

    def run_once(self, *, attempt_all_due: bool = True) -> dict[str, int]:
        """Make one attempt at each delivery.

        Args:
            attempt_all_due: Attempt deliveries that wait for a retry too, unless the target asked
                for the wait; else only what is due by the clock.

        Returns:
            ``delivered`` and ``failed`` (given up) by this call, ``pending`` after it.
        """
        ended = asyncio.run(self._run_once(ignore_backoff=attempt_all_due))
        with self._store.read() as connection:
            by_state = delivery_store.count_by_state(connection)
        return {
            "delivered": ended[delivery_store.DELIVERED],
            "failed": ended[delivery_store.FAILED],
            "pending": sum(by_state.get(state, 0) for state in delivery_store.UNFINISHED),
        }

    async def _run_once(self, *, ignore_backoff: bool) -> Counter[str]:
        ended: Counter[str] = Counter()
        attempted: set[str] = set()
        async with self._http(self._settings) as http:
            while claimed := await self._claim_shared(attempted, ignore_backoff=ignore_backoff):
                states = await asyncio.gather(*(self._attempt(http, each) for each in claimed))
                ended.update(states)
                attempted.update(
                    each.delivery.id
                    for each, state in zip(claimed, states, strict=True)
                    if state in delivery_store.UNFINISHED
                )
        return ended

    async def _claim_shared(
        self, attempted: set[str], *, ignore_backoff: bool
    ) -> list[ClaimedDelivery]:
        """Claim what was not attempted yet; wait for what another process may leave of its own."""
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            is_left, is_shared = self._look(attempted, ignore_backoff=ignore_backoff)
            if is_left and (
                claimed := self._claim(
                    CONCURRENCY, ignore_backoff=ignore_backoff, exclude=attempted
                )
            ):
                return claimed
            if not is_left and not is_shared:
                break
            await asyncio.sleep(SHARED_POLL_SECONDS)
        return []

    def _look(self, attempted: set[str], *, ignore_backoff: bool) -> tuple[bool, bool]:
        """Return whether anything is due, and whether another process is sending, in one read."""
        now = self._clock()
        with self._store.read() as connection:
            due = claims.find_due(
                connection,
                self._instance,
                now=now,
                limit=1,
                ignore_backoff=ignore_backoff,
                exclude=attempted,
            )
            return bool(due), claims.is_another_sending(connection, self._instance, now=now)

    async def _run(self, stop: threading.Event) -> None:
        attempts: set[asyncio.Task[str]] = set()
        failures = 0
        async with self._http(self._settings) as http:
            while not stop.is_set():
                claimed = await asyncio.to_thread(
                    self._claim_if_up, CONCURRENCY - len(attempts), failures
                )
                failures = 0 if claimed is not None else failures + 1
                for each in claimed or ():
                    attempts.add(asyncio.create_task(self._attempt(http, each)))
                attempts = await _settle(attempts, _store_backoff(failures))
            while attempts:
                attempts = await _settle(attempts, None)

    def _claim_if_up(self, limit: int, failures: int) -> list[ClaimedDelivery] | None:
        """Claim deliveries; None where the store is unavailable, which must not end the loop."""
        try:
            return self._claim(limit)
        except StoreError as error:
            retry_in = _store_backoff(failures + 1)
            log.warning("claiming_deliveries_failed", retry_in=retry_in, reason=str(error))
            return None

    def _claim(
        self, limit: int, *, ignore_backoff: bool = False, exclude: set[str] | None = None
    ) -> list[ClaimedDelivery]:
        now = self._clock()

        def find_due(connection: Connection) -> list[delivery_store.Delivery]:
            return claims.find_due(
                connection,
                self._instance,
                now=now,
                limit=limit,
                ignore_backoff=ignore_backoff,
                exclude=exclude or set(),
            )

        def claim(connection: Connection) -> list[ClaimedDelivery]:
            claims.lock_claiming(connection)
            due = find_due(connection)
            return claims.claim(connection, due, self._instance, now=now, ttl=self._ttl)

        with self._store.read() as connection:
            if limit < 1 or not find_due(connection):
                return []
        return self._store.transact(claim)

    async def _attempt(self, http: HttpClient, claimed: ClaimedDelivery) -> str:
        """Make one attempt and save its outcome; return the state of the delivery after it."""
        delivery, notification = claimed.delivery, claimed.notification
        if delivery.attempts == 1 or delivery.possible_repeat:
            log.info("notification", **log_fields(claimed))
        kind, result = await self._notify(http, claimed)
        now = self._clock()
        outcome = outcome_of(
            result,
            attempt=delivery.attempts,
            age=now - delivery.created_at,
            give_up=self._settings.delivery_give_up,
            chance=self._chance(),
        )
        await self._save(claimed, outcome, now)
        metrics.DELIVERIES.labels(kind, outcome.state).inc()
        if outcome.state == delivery_store.DELIVERED:
            seconds = (now - notification.created_at).total_seconds()
            metrics.END_TO_END.labels("decided_to_delivered").observe(max(0.0, seconds))
        return outcome.state

    async def _notify(
        self, http: HttpClient, claimed: ClaimedDelivery
    ) -> tuple[str, Receipt | DeliveryError]:
        """Return the receiver's kind, and what it returned or raised."""
        receiver = claimed.notification.receiver
        definition = definition_of(self._catalog().alerts.receivers, receiver)
        if definition is None:
            reason = Phrase("delivery.receiver_removed", receiver=receiver)
            return "gone", DeliveryError(reason, permanent=True)
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

    async def _save(self, claimed: ClaimedDelivery, outcome: AttemptOutcome, now: datetime) -> None:
        """Save the outcome of an attempt; retry until the lease ends if the store is unavailable.

        Otherwise a message that was delivered would be sent again.
        """
        is_delivered = outcome.state == delivery_store.DELIVERED
        retry_at = None if outcome.wait is None else now + timedelta(seconds=outcome.wait)

        def finish(connection: Connection) -> None:
            is_ours = claims.finish(
                connection,
                claimed.delivery,
                state=outcome.state,
                now=now,
                error="" if is_delivered else outcome.reason.dump(),
                next_attempt_at=retry_at,
                target_asked=outcome.is_wait_requested,
            )
            if is_ours and (event := final_event(claimed, outcome, now)):
                outbox.put(connection, [to_record(event, at=now)])

        await _insist(lambda: self._store.transact(finish), for_seconds=self._ttl.total_seconds())
        if not is_delivered:
            log.warning(
                "delivery_attempt_failed",
                state=outcome.state,
                receiver=claimed.notification.receiver,
                target=claimed.delivery.target,
                attempt=claimed.delivery.attempts,
                reason=in_english(outcome.reason),
                retry_in=outcome.wait,
            )


async def _insist(save: Callable[[], None], *, for_seconds: float) -> None:
    """Call until it succeeds or the time is over.

    Raises:
        StoreError: The store was unavailable for all that time, or a retry cannot help.
    """
    deadline = time.monotonic() + for_seconds
    failures = 0
    while True:
        try:
            return await asyncio.to_thread(save)
        except StoreError as error:
            failures += 1
            pause = exponential(FIRST_SAVE_BACKOFF, failures, LONGEST_SAVE_BACKOFF)
            if not error.retry or time.monotonic() + pause > deadline:
                raise
            log.warning("saving_delivery_failed", retry_in=pause, reason=str(error))
            await asyncio.sleep(pause)


async def _settle(tasks: set[asyncio.Task[str]], timeout: float | None) -> set[asyncio.Task[str]]:
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
