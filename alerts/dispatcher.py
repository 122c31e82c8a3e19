"""The dispatcher: takes deliveries that are due and makes one attempt at each.

::

    deliveries ──claim (lease)──▶ notify ──▶ outcome ──one transaction──▶ deliveries, news.alerts
        ▲                                      │
        └── wait: Retry-After, else full jitter over 2 s x 2^n up to 5 min ── until 6 h are over

One message at a time goes to a target, its outcome written before the next is sent; different
targets are told side by side. Killed between the attempt and its mark, the lease dies with the
process: another dispatcher sends the same bytes with the same id, and marks that it may be a
repeat.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from alerts.notification import NotificationBody
from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools, definition_of, receiver_kind
from config.catalog.models import Catalog
from config.errors import DeliveryError, StoreError
from config.settings import Settings
from core import metrics
from core.clock import Clock
from core.http import HttpClient
from core.messages import AlertEvent, AlertEventKind
from core.messages.envelope import to_record
from core.processes.instance import Instance
from core.store import Connection, Store, claims, outbox
from core.store import deliveries as delivery_store
from core.text import for_log

BACKOFF_BASE = 2.0
BACKOFF_CAP = 300.0
CONCURRENCY = 8
IDLE_SECONDS = 0.25
"""How long a new delivery may wait to be seen."""

AWAY_SECONDS = 5.0
"""Longest pause while the store is away."""

SHARING_SECONDS = 0.05
"""How often ``run --once`` looks whether another process has left it something."""

LEASE_MARGIN = timedelta(seconds=30)

FIRST_MARK_PAUSE, LONGEST_MARK_PAUSE = 0.2, 2.0
"""Between two tries to write an outcome down while the store is away, in seconds."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """What one attempt means for a delivery.

    Attributes:
        state: delivered, pending, unknown or failed.
        reason: In words.
        wait: Seconds to the next attempt, where there is one.
        asked: Whether the target asked for that wait.
    """

    state: str
    reason: str
    wait: float | None = None
    asked: bool = False


def outcome_of(
    outcome: Receipt | DeliveryError,
    *,
    attempt: int,
    age: timedelta,
    give_up: timedelta,
    chance: float,
) -> AttemptOutcome:
    """What an attempt means. Pure.

    Args:
        outcome: What came of it.
        attempt: 1 for the first.
        age: How long the delivery has been under way.
        give_up: A delivery undone for so long has failed.
        chance: From 0 to 1, spreads the waits (full jitter: Brooker 2015).
    """
    if isinstance(outcome, Receipt):
        return AttemptOutcome(delivery_store.DELIVERED, outcome.detail)
    if outcome.permanent:
        return AttemptOutcome(delivery_store.FAILED, outcome.message)
    wait, asked = outcome.retry_after, outcome.retry_after is not None
    if wait is None:
        wait = chance * min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(attempt - 1, 30))
    if age + timedelta(seconds=wait) > give_up:
        return AttemptOutcome(
            delivery_store.FAILED, f"Given up after {attempt} attempts. {outcome.message}"
        )
    state = delivery_store.UNKNOWN if outcome.unknown else delivery_store.PENDING
    return AttemptOutcome(state, outcome.message, wait, asked)


class Dispatcher:
    """Delivers what the store says is due. One per process; several processes may share a store.

    Args:
        store: Where deliveries are.
        catalog: Gives the files in force.
        settings: Time-out and give-up.
        me: This process, for leases.
        clock: The present.
        http: Opens the client deliveries use.
        chance: Spreads the waits, 0 to 1.
        patience: Seconds ``run_once`` waits for what another process is sending.
    """

    def __init__(
        self,
        store: Store,
        catalog: Callable[[], Catalog],
        settings: Settings,
        me: Instance,
        clock: Clock,
        *,
        http: Callable[[Settings], HttpClient] = HttpClient.open,
        chance: Callable[[], float] = random.random,
        patience: float = 30.0,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._settings = settings
        self._me = me
        self._clock = clock
        self._http = http
        self._chance = chance
        self._patience = patience
        self._ttl = timedelta(seconds=settings.delivery_timeout) + LEASE_MARGIN

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; attempts under way are finished."""
        asyncio.run(self._run(stop))

    def run_once(self, *, attempt_all_due: bool = True) -> dict[str, int]:
        """Make one attempt at each delivery.

        Args:
            attempt_all_due: Treat retry waits as over, those the targets asked for excepted; else
                only what is due by the clock.

        Returns:
            ``delivered`` and ``failed`` (given up) in this run, ``pending`` after it.
        """
        ended = asyncio.run(self._once(ignore_backoff=attempt_all_due))
        with self._store.read() as connection:
            waiting = delivery_store.count_by_state(connection)
        return {
            "delivered": ended[delivery_store.DELIVERED],
            "failed": ended[delivery_store.FAILED],
            "pending": sum(waiting.get(state, 0) for state in delivery_store.UNFINISHED),
        }

    async def _once(self, *, ignore_backoff: bool) -> Counter[str]:
        ended: Counter[str] = Counter()
        done: set[str] = set()
        async with self._http(self._settings) as http:
            while claimed := await self._claim_shared(done, ignore_backoff=ignore_backoff):
                states = await asyncio.gather(*(self._attempt(http, due) for due in claimed))
                ended.update(states)
                pairs = zip(claimed, states, strict=True)
                done.update(
                    due.delivery.id for due, state in pairs if state in delivery_store.UNFINISHED
                )
        return ended

    async def _claim_shared(
        self, done: set[str], *, ignore_backoff: bool
    ) -> list[claims.ClaimedDelivery]:
        """What is left to attempt; while another process sends, what it leaves is waited for."""
        until = time.monotonic() + self._patience
        while time.monotonic() < until:
            left, shared = self._left(done, ignore_backoff=ignore_backoff)
            if left and (
                claimed := self._claim(CONCURRENCY, ignore_backoff=ignore_backoff, exclude=done)
            ):
                return claimed
            if not left and not shared:
                break
            await asyncio.sleep(SHARING_SECONDS)
        return []

    def _left(self, done: set[str], *, ignore_backoff: bool) -> tuple[bool, bool]:
        """Whether anything is left for us, and whether another process sends, at one moment."""
        now = self._clock()
        with self._store.read() as connection:
            left = claims.find_due(
                connection, self._me, now=now, limit=1, ignore_backoff=ignore_backoff, exclude=done
            )
            return bool(left), claims.is_another_sending(connection, self._me, now=now)

    async def _run(self, stop: threading.Event) -> None:
        under_way: set[asyncio.Task[str]] = set()
        pause = IDLE_SECONDS
        async with self._http(self._settings) as http:
            while not stop.is_set():
                room = CONCURRENCY - len(under_way)
                claimed = await asyncio.to_thread(self._claim_if_up, room, pause)
                pause = IDLE_SECONDS if claimed is not None else min(pause * 2, AWAY_SECONDS)
                for due in claimed or ():
                    under_way.add(asyncio.create_task(self._attempt(http, due)))
                under_way = await _settle(under_way, pause)
            while under_way:
                under_way = await _settle(under_way, None)

    def _claim_if_up(self, limit: int, pause: float) -> list[claims.ClaimedDelivery] | None:
        """A store that is away must not end the dispatcher: None, and asked less often."""
        try:
            return self._claim(limit)
        except StoreError as error:
            log.warning("deliveries_not_claimed", again_in=pause, reason=str(error))
            return None

    def _claim(
        self, limit: int, *, ignore_backoff: bool = False, exclude: set[str] | None = None
    ) -> list[claims.ClaimedDelivery]:
        now = self._clock()

        def due(connection: Connection) -> list[delivery_store.Delivery]:
            return claims.find_due(
                connection,
                self._me,
                now=now,
                limit=limit,
                ignore_backoff=ignore_backoff,
                exclude=exclude or set(),
            )

        def claim(connection: Connection) -> list[claims.ClaimedDelivery]:
            claims.lock_claiming(connection)
            return claims.claim(connection, due(connection), self._me, now=now, ttl=self._ttl)

        with self._store.read() as connection:
            if limit < 1 or not due(connection):
                return []
        return self._store.transact(claim)

    async def _attempt(self, http: HttpClient, due: claims.ClaimedDelivery) -> str:
        """One attempt and its mark; the state it led to."""
        if due.delivery.attempts == 1 or due.delivery.possible_repeat:
            _say(due)
        kind, outcome = await self._notify(http, due)
        now = self._clock()
        verdict = outcome_of(
            outcome,
            attempt=due.delivery.attempts,
            age=now - due.delivery.created_at,
            give_up=self._settings.delivery_give_up,
            chance=self._chance(),
        )
        await self._mark(due, verdict, now)
        metrics.DELIVERIES.labels(kind, verdict.state).inc()
        if verdict.state == delivery_store.DELIVERED:
            taken = (now - due.notification.created_at).total_seconds()
            metrics.END_TO_END.labels("decided_to_delivered").observe(max(0.0, taken))
        return verdict.state

    async def _notify(
        self, http: HttpClient, due: claims.ClaimedDelivery
    ) -> tuple[str, Receipt | DeliveryError]:
        about = due.notification
        definition = definition_of(self._catalog().alerts.receivers, about.receiver)
        if definition is None:
            gone = f"The receiver {about.receiver!r} is no longer in alerts.yaml."
            return "gone", DeliveryError(gone, permanent=True)
        tools = ReceiverTools(http, self._clock, self._settings.delivery_timeout)
        try:
            notifier = receiver_kind(definition.kind).open(definition, tools)
            return definition.kind, await notifier.notify(_outgoing(due))
        except DeliveryError as error:
            return definition.kind, error
        except Exception as error:
            log.exception("receiver_defect", receiver=about.receiver, kind=definition.kind)
            words = f"Our own defect: {type(error).__name__}."
            return definition.kind, DeliveryError(words, unknown=True)

    async def _mark(
        self, due: claims.ClaimedDelivery, verdict: AttemptOutcome, now: datetime
    ) -> None:
        """Write the outcome down; a store that is away is asked until the lease is over.

        What a target was told must not be told again because we could not say so.
        """
        at = None if verdict.wait is None else now + timedelta(seconds=verdict.wait)
        error = "" if verdict.state == delivery_store.DELIVERED else verdict.reason

        def finish(connection: Connection) -> None:
            ours = claims.finish(
                connection,
                due.delivery,
                state=verdict.state,
                now=now,
                error=error,
                next_attempt_at=at,
                asked=verdict.asked,
            )
            if ours and (event := _event(due, verdict, now)):
                outbox.put(connection, [to_record(event, at=now)])

        await _insist(lambda: self._store.transact(finish), for_seconds=self._ttl.total_seconds())
        if verdict.state != delivery_store.DELIVERED:
            log.warning(
                "delivery_attempt_failed",
                state=verdict.state,
                receiver=due.notification.receiver,
                target=due.delivery.target,
                attempt=due.delivery.attempts,
                reason=verdict.reason,
                wait=verdict.wait,
            )


async def _insist(mark: Callable[[], None], *, for_seconds: float) -> None:
    """Call until it succeeds or the time is over.

    Raises:
        StoreError: The store was away for all that time, or no retry can help.
    """
    until = time.monotonic() + for_seconds
    pause = FIRST_MARK_PAUSE
    while True:
        try:
            return await asyncio.to_thread(mark)
        except StoreError as error:
            if not error.retry or time.monotonic() + pause > until:
                raise
            log.warning("delivery_not_marked_yet", again_in=pause, reason=str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_MARK_PAUSE)


async def _settle(tasks: set[asyncio.Task[str]], timeout: float | None) -> set[asyncio.Task[str]]:
    """Wait for any of the tasks, or just wait; the ones still under way. Their defects rise."""
    if not tasks:
        await asyncio.sleep(timeout or 0)
        return tasks
    done, under_way = await asyncio.wait(
        tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
    )
    for task in done:
        if isinstance(error := task.exception(), StoreError):
            log.warning("delivery_not_marked", reason=str(error))  # its lease will expire
        elif error is not None:
            raise error
    return under_way


def _say(due: claims.ClaimedDelivery) -> None:
    """The line by which somebody at the terminal hears of it too, whoever else is told."""
    body = NotificationBody.model_validate_json(due.notification.body)
    first = body.articles[0] if body.articles else None
    found = next(iter(first.evidence), None) if first else None
    repeat = {"possible_repeat": True} if due.delivery.possible_repeat else {}
    log.info(
        "notification",
        topic=body.topic.id,
        title=for_log(body.story.title),
        outlet=first.outlet if first else "",
        sentence=for_log(found.sentence) if found else "",
        url=for_log(first.url) if first else "",
        kind=body.kind,
        severity=body.severity,
        receiver=due.notification.receiver,
        alert=body.alert_id,
        **repeat,
    )


def _outgoing(due: claims.ClaimedDelivery) -> DeliveryAttempt:
    about = due.notification
    return DeliveryAttempt(
        id=about.id,
        receiver=about.receiver,
        target=due.delivery.target,
        kind=about.kind,
        body=about.body.encode(),
        attempt=due.delivery.attempts,
        possible_repeat=due.delivery.possible_repeat,
        created_at=about.created_at,
    )


def _event(
    due: claims.ClaimedDelivery, verdict: AttemptOutcome, now: datetime
) -> AlertEvent | None:
    """What ``news.alerts`` is told of an end; nothing of a wait."""
    kinds = {
        delivery_store.DELIVERED: AlertEventKind.DELIVERED,
        delivery_store.FAILED: AlertEventKind.FAILED,
    }
    if verdict.state not in kinds:
        return None
    body = NotificationBody.model_validate_json(due.notification.body)
    repeat = " An earlier attempt may have arrived too." if due.delivery.possible_repeat else ""
    return AlertEvent(
        alert_id=due.notification.alert_id,
        event=kinds[verdict.state],
        topic_id=body.topic.id,
        story_id=body.story.id,
        article_id=body.articles[0].id if body.articles else "",
        severity=body.severity,
        reason=verdict.reason + repeat,
        reason_code=verdict.state,
        notification_id=due.notification.id,
        target=due.delivery.target,
        at=now,
    )
