"""From a match to its delivery, killed at a named step and started again.

::

    child: matches ─▶ decisions ─▶ news.alerts ─▶ webhooks ─▶ resend ─▶ webhooks, two hours later
             ▲ SIGKILL at a CrashPoint, before or after the call of a function of the program
    test:  starts the next child until one reaches the end, then `find_faults` reads what came of it

The day has everything that can be between a match and its delivery: an article of two topics, a
copy, messages over the cap, a silence, messages that a target refuses until they are resent, an
escalation and a scheduled digest.
"""

from __future__ import annotations

import os
import pkgutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from alerts.decide import Decision, ReasonCode
from alerts.digest_body import DIGEST
from alerts.notification_body import NotificationBody, told_topics
from alerts.plan import URGENT
from alerts.worker import GROUP, join
from config.catalog.models import (
    AlertPolicy,
    AlertsDefinition,
    Catalog,
    DigestDefinition,
    EscalationStep,
    RouteDefinition,
)
from config.cron import CronSchedule, parse_cron
from core.clock import utc_now
from core.messages import AlertEvent, Match
from core.messages.envelope import ALERTS, MATCHES, to_record
from core.relay import Relay
from core.store import Connection
from core.store import deliveries as delivery_store
from core.store import resend as resend_store
from core.store import silences as silence_store
from core.streams import open_streams
from core.streams.consume_loop import ConsumePolicy, drained
from core.streams.port import StreamLog
from core.streams.topology import stream_specs
from tests.alerts.harness import NOON, PLACE, Harness, match, open_harness, topic, webhook
from tests.support import fork_server
from tests.support.event_faults import find_event_faults
from tests.support.faultserver import Exchange, FaultServer
from tests.support.fork_server import ForkedProcess

BEFORE, AFTER = "before", "after"
BATCH_SIZE = 4
HALF_PAST_ONE = "30 13 * * *"
TARGETS = 3

CONSUMER = "core.streams.embedded.consumer.EmbeddedConsumer"
DISPATCHER = "alerts.dispatcher"
WEBHOOK = "alerts.receivers.webhook.WebhookReceiver"


@dataclass(frozen=True)
class CrashPoint:
    """A step at which the process dies.

    Attributes:
        name: What has just happened.
        function: ``package.module.name`` of a function, or ``package.module.Class.name``.
        moment: Whether the process dies before or after its call.
        applies: Whether a call counts, from its arguments and, after it, its result.
        is_sent: Whether a message may have reached its target without that being stored.
    """

    name: str
    function: str
    moment: str
    applies: Callable[..., bool] = lambda *_: True
    is_sent: bool = False


def _is_silenced(decision: Any, *_: Any) -> bool:
    return isinstance(decision, Decision) and decision.code is ReasonCode.SILENCED


def _is_any(result: Any, *_: Any) -> bool:
    return bool(result)


def _has_digest(_result: Any, _connection: Any, _catalog: Any, now: datetime) -> bool:
    return bool(now > NOON + timedelta(hours=1))


def _joins_roll_up(_result: Any, _connection: Any, item: Any) -> bool:
    return bool(item.hold_code) and item.number > 0


def _is_digest(_connection: Any, claimed: Any, *_: Any) -> bool:
    return bool(claimed.notification.kind == DIGEST)


STEPS = (
    CrashPoint("a silence is written", "core.store.silences.add_silence", AFTER),
    CrashPoint("a batch is polled", "alerts.worker.AlertsWorker.decide", BEFORE),
    CrashPoint("a message gets its body", "core.store.notification_items.rewrite_body", AFTER),
    CrashPoint("a batch is decided", "alerts.worker.AlertsWorker.handle", AFTER),
    CrashPoint("its offset is committed", f"{CONSUMER}.commit", AFTER),
    CrashPoint("records are in the stream", "core.store.outbox.delete", BEFORE),
    CrashPoint("deliveries are leased", "core.store.claims.claim", AFTER),
    CrashPoint("deliveries are claimed", f"{WEBHOOK}.notify", BEFORE, is_sent=True),
    CrashPoint("an answer is there", f"{DISPATCHER}.save_outcome", BEFORE, is_sent=True),
    CrashPoint("an outcome is written", f"{DISPATCHER}.save_outcome", AFTER, is_sent=True),
    CrashPoint("failed messages are made due", "core.store.resend.resend_selected", AFTER),
    CrashPoint("a step is escalated", "core.store.escalations.mark_sent", AFTER),
    CrashPoint("a digest is made", "alerts.digests.send_due", AFTER, _has_digest),
    CrashPoint("a digest is released", f"{DISPATCHER}.released_events", AFTER, _is_any),
    CrashPoint(
        "a digest has its answer", f"{DISPATCHER}.save_outcome", BEFORE, _is_digest, is_sent=True
    ),
)
"""One point of each step, in the order of the day."""

POINTS = (
    *STEPS,
    CrashPoint("a match is silenced", "alerts.worker.apply_silences", AFTER, _is_silenced),
    CrashPoint("a decision is written", "alerts.worker.persist_decision", AFTER),
    CrashPoint("a message is written", "core.store.deliveries.add_notification", AFTER),
    CrashPoint(
        "a message joins a roll-up", "core.store.notification_items.add_item", AFTER, _joins_roll_up
    ),
    CrashPoint("records are claimed", "core.streams.embedded.log.EmbeddedLog.append", BEFORE),
    CrashPoint("records are relayed", "core.relay.Relay.run_once", AFTER),
    CrashPoint("deliveries are chosen", "core.store.claims.claim", BEFORE),
    CrashPoint("an outcome is saved", f"{DISPATCHER}.log_target_change", BEFORE, is_sent=True),
)
"""All points: the others of a step differ in how far a transaction came that is rolled back."""


# ── the day ──────────────────────────────────────────────────────────────────────────────────────


def event_number(number: int, topic_id: str, outlet: str = "kurier") -> Match:
    """Return a match on an article about an event of its own."""
    text = " ".join(f"Wort{number * 104729 + n}" for n in range(12))
    return match(
        f"https://{outlet}.example.org/{number}",
        topic=topic_id,
        title=f"Nummer{number * 7919}",
        text=f"Ganz {text}.",
    )


MATCHES_OF_THE_DAY = (
    event_number(1, "trade"), event_number(1, "port"), event_number(2, "trade"),
    event_number(3, "muted"),
    event_number(4, "rail"), event_number(5, "trade"), event_number(1, "trade", "bote"),
    event_number(6, "rail"),
    event_number(7, "trade"), event_number(8, "rail"), event_number(9, "port"),
    event_number(10, "trade"),
    event_number(11, "alarm"), event_number(12, "calm"), event_number(13, "calm"),
)  # fmt: skip
"""Four make a batch. At two messages per hour and topic, the third about `trade` is held."""

TOLD = Counter(
    (each.topic_id, each.article_id)
    for each in MATCHES_OF_THE_DAY
    if each.topic_id != "muted" and each.article.outlet != "bote"
)
"""What people must be told, each once: what is neither silenced nor a copy."""


def _catalog(url: str) -> Catalog:
    names = ("trade", "port", "rail", "muted", "calm")
    topics = [topic(id=name, alert=AlertPolicy()) for name in names]
    topics.append(topic(id="alarm", alert=AlertPolicy(URGENT)))
    receivers = [webhook(f"{url}/{name}", name=name) for name in ("desk", "strict", "boss")]
    escalation = EscalationStep(timedelta(minutes=10), ("boss",))
    routes = (
        RouteDefinition({"topic": "rail"}, ("strict",), PLACE),
        RouteDefinition({"topic": "alarm"}, ("desk",), PLACE, escalate=(escalation,)),
        RouteDefinition({"topic": "calm"}, ("desk",), PLACE, digest="afternoon"),
        RouteDefinition({}, ("desk",), PLACE, max_per_hour=2),
    )
    cron = parse_cron(HALF_PAST_ONE)
    assert cron is not None
    schedule = CronSchedule(cron, HALF_PAST_ONE, "UTC")
    digest = DigestDefinition("afternoon", ("desk",), schedule, {"topic": "calm"}, False, PLACE)
    alerts = AlertsDefinition("http://127.0.0.1:8080", tuple(receivers), routes, digests=(digest,))
    return Catalog((), tuple(topics), (), alerts)


def spend_day(harness: Harness, streams: StreamLog, folder: Path, processes: int = 1) -> None:
    """Do everything from the first match to the last delivery, in one process."""
    relay = Relay(harness.store, streams, harness.me, harness.clock)
    harness.store.transact(lambda c: _silence_once(c, harness))
    with closing(join(streams, f"slot-{os.getpid()}")) as consumer:
        harness.worker.run(
            consumer,
            stop=lambda: False,
            idle=lambda: drained(streams, GROUP, [MATCHES], slot="any"),
            policy=ConsumePolicy(batch_size=BATCH_SIZE, poll_seconds=0.01),
        )
    relay.drain()
    harness.dispatcher().run_once()
    (folder / "fixed").touch()
    failed = resend_store.Selection(failed_only=True)
    harness.store.transact(lambda c: resend_store.resend_selected(c, failed, now=harness.clock()))
    harness.dispatcher().run_once()
    fork_server.await_children(folder, processes)
    harness.advance(hours=2)
    harness.dispatcher().run_once()
    relay.drain()
    relay.release()


def _silence_once(connection: Connection, harness: Harness) -> None:
    if not silence_store.load_in_force(connection, harness.now):
        silence_store.add_silence(
            connection,
            {"topic": "muted"},
            reason="Noise",
            author="Anna",
            now=harness.now,
            until=harness.now + timedelta(days=1),
        )


# ── the process that dies ────────────────────────────────────────────────────────────────────────


def main() -> None:
    """Spend the day on a folder, database and server until the step that is named, if one is."""
    folder, database_url, url, name, occurrence, processes = sys.argv[1:]
    with ExitStack() as stack:
        if name:
            [point] = [point for point in POINTS if point.name == name]
            stack.enter_context(_dying_at(point, int(occurrence)))
        harness, streams = stack.enter_context(_open(Path(folder), database_url, url))
        spend_day(harness, streams, Path(folder), int(processes))


@contextmanager
def _dying_at(point: CrashPoint, occurrence: int) -> Iterator[None]:
    """Kill this process at a step, when it comes for the given time."""
    calls = Counter[str]()
    original = pkgutil.resolve_name(point.function)

    def die_if(*values: Any) -> None:
        if point.applies(*values):
            calls[point.name] += 1
            if calls[point.name] == occurrence:
                os.kill(os.getpid(), signal.SIGKILL)

    def instead(*args: Any, **kwargs: Any) -> Any:
        if point.moment == BEFORE:
            die_if(*args)
        result = original(*args, **kwargs)
        if point.moment == AFTER:
            die_if(result, *args)
        return result

    with patch(point.function, instead):
        yield


@contextmanager
def _open(folder: Path, database_url: str, url: str) -> Iterator[tuple[Harness, StreamLog]]:
    with open_harness(folder, database_url=database_url) as harness:
        harness.catalog = _catalog(url)
        with closing(open_streams(harness.settings, instance=harness.me, clock=utc_now)) as streams:
            yield harness, streams


# ── the test ─────────────────────────────────────────────────────────────────────────────────────


@dataclass
class CrashDay:
    """One day on one store, spent by processes that die.

    Attributes:
        folder: Data folder of the processes.
        database_url: A store without rows.
        server: Takes the messages; ``/strict`` refuses them until they are resent.
        kills: The steps at which a process died.
    """

    folder: Path
    database_url: str
    server: FaultServer
    kills: list[CrashPoint] = field(default_factory=list)
    _accepted: list[bytes] = field(default_factory=list)

    def begin(self) -> None:
        """Put the day's matches into the stream."""
        self.server.requests.clear()
        self.serve()
        with self.opened() as (harness, streams):
            streams.create(stream_specs(harness.settings))
            streams.append([to_record(each, at=NOON) for each in MATCHES_OF_THE_DAY])

    def serve(self) -> None:
        """Let the server take this day's messages."""
        self.server.on("/desk", self._accept)
        self.server.on("/strict", self._accept_once_fixed)
        self.server.on("/boss", self._accept)

    @property
    def accepted(self) -> Counter[str]:
        """How often each message was accepted, by its id."""
        return Counter(NotificationBody.model_validate_json(body).id for body in self._accepted)

    def spend(self, point: CrashPoint | None = None, occurrence: int = 1) -> bool:
        """Start a process and wait for its end. Return whether it died at the point."""
        process = self.start(point, occurrence)
        _, errors = process.communicate(timeout=60)
        is_killed = process.returncode == -signal.SIGKILL
        assert is_killed or process.returncode == 0, errors
        if is_killed and point is not None:
            self.kills.append(point)
        return is_killed

    def spend_with_kill(self, point: CrashPoint, occurrence: int) -> list[str]:
        """Spend the day with one kill, if a process comes to the point. Return the faults."""
        self.begin()
        if self.spend(point, occurrence):
            self.spend()
        return self.find_faults()

    def start(
        self, point: CrashPoint | None = None, occurrence: int = 1, processes: int = 1
    ) -> ForkedProcess:
        """Start one of some processes that spend the day, or what is left of it."""
        where = [str(self.folder), self.database_url, self.server.url("")]
        name = point.name if point else ""
        numbers = str(occurrence), str(processes)
        return fork_server.start([*where, name, *numbers], main=f"{__name__}:main")

    def find_faults(self) -> list[str]:
        """Return what is wrong at the end of the day: lost, told twice, decided twice, left."""
        with self.opened() as (harness, streams):
            left = [
                f"{delivery.state}: {notification.body[:80]}"
                for notification, delivery in harness.notifications()
                if delivery.state != delivery_store.DELIVERED
            ]
            events = list(streams.read(ALERTS))
            parsed = [AlertEvent.model_validate_json(record.value or b"") for record in events]
        by_id = dict(zip((record.header("ce_id") for record in events), parsed, strict=True))
        if harness.store.dialect == "sqlite" and len(by_id) < len(events):
            left.append("an event is in the stream twice")
        return [
            *left,
            *self._find_message_faults(),
            *find_event_faults(list(by_id.values()), MATCHES_OF_THE_DAY, TOLD),
        ]

    def _find_message_faults(self) -> list[str]:
        requests = [*self.server.requests_to("/desk"), *self.server.requests_to("/strict")]
        bodies = {request.body for request in requests}
        messages = [NotificationBody.model_validate_json(body) for body in bodies]
        told = Counter((t.id, t.article_id) for body in messages for t in told_topics(body))
        escalated = len(set(self.server.requests_to("/boss")))
        faults = [] if escalated else ["lost: the escalation"]
        faults += [f"lost: {each}" for each in TOLD - told]
        faults += [f"told twice: {each}" for each in told - TOLD]
        if len({body.id for body in messages}) < len(bodies):
            faults.append("two messages have one id")
        repeats = len(self._accepted) - len(set(self._accepted))
        if not 0 <= repeats <= TARGETS * sum(point.is_sent for point in self.kills):
            faults.append(f"{repeats} messages were repeated")
        return faults

    def _accept(self, exchange: Exchange) -> bool:
        self._accepted.append(exchange.request.body)
        return exchange.reply()

    def _accept_once_fixed(self, exchange: Exchange) -> bool:
        is_fixed = (self.folder / "fixed").exists()
        return self._accept(exchange) if is_fixed else exchange.reply(status=400)

    def opened(self) -> AbstractContextManager[tuple[Harness, StreamLog]]:
        """Open the store and the streams in this process."""
        return _open(self.folder, self.database_url, self.server.url(""))
