"""The match of a canary becomes a delivery to each target that gets canaries.

It is decided about like every match, but the decision is stored nowhere: it is in no story, alert,
card or count, and ``news.alerts`` does not have it. A canary that fails is logged and dropped, so
that it never becomes a dead letter, which is public; the timer reports that it is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from alerts.decide import decide
from alerts.decision_context import TopicWindows, load_context, prepare
from alerts.notification_body import NotificationBody, NotificationStory, NotificationTopic
from alerts.receivers import receiver_kind
from config.catalog.models import AlertsDefinition, ReceiverDefinition
from config.errors import retryable
from config.i18n import Phrase, in_english, translator
from core.canary import CANARY_MATCHES, CANARY_TOPIC
from core.dispositions import Drop
from core.messages import Match
from core.messages.envelope import from_record
from core.store import Connection, Store, canaries
from core.store import deliveries as delivery_store
from core.store.deliveries import CANARY, CANARY_ALERT, Notification
from core.streams.port import Record

log = structlog.get_logger(__name__)


def is_canary(record: Record) -> bool:
    """Return whether a record has the match of a canary."""
    return record.stream == CANARY_MATCHES


def receive_canary(
    store: Store,
    record: Record,
    definition: AlertsDefinition,
    windows: Callable[[Connection, timedelta], TopicWindows],
    window: timedelta,
    now: datetime,
) -> None:
    """Decide about a canary, and queue it for its targets.

    Args:
        store: Has the canaries of the targets.
        record: The match.
        definition: The operator's receivers.
        windows: Opens the windows of a transaction.
        window: How far articles of a story may be apart.
        now: The present.

    Raises:
        StoreError: Nothing was written; the canary can be received again.
    """

    def receive(connection: Connection) -> None:
        match = from_record(record, Match)
        context = load_context(windows(connection, window), prepare(match), CANARY_TOPIC, now=now)
        decision = decide(match, context)
        code = decision.reason if isinstance(decision, Drop) else decision.code.value
        if isinstance(decision, Drop) or not decision.notify:
            log.error("canary_suppressed", reason_code=code)
            return
        _queue(connection, match, definition, now)

    try:
        store.transact(receive)
    except Exception as error:
        if retryable(error):
            raise
        log.exception("canary_failed", stage="alerts")


def _queue(
    connection: Connection, match: Match, definition: AlertsDefinition, now: datetime
) -> None:
    """Queue a canary for each target that has not got it and for which none waits."""
    sent_at = match.article.first_seen_at
    waiting = canaries.find_waiting(connection)
    ready = {
        (state.receiver, state.target)
        for state in canaries.load_canaries(connection)
        if state.arrived_at is None or state.arrived_at < sent_at
    }
    for receiver in definition.receivers:
        names = receiver_kind(receiver.kind).targets(receiver) if receiver.canary else ()
        targets = [name for name in names if (receiver.id, name) in ready - waiting]
        if targets:
            row = _notification(receiver, sent_at, definition.console_url, now)
            delivery_store.add_notification(connection, row, targets, due=now)


def _notification(
    receiver: ReceiverDefinition, sent_at: datetime, console_url: str, now: datetime
) -> Notification:
    seq = int(sent_at.timestamp()) // 60  # there is at most one a minute
    id_ = delivery_store.notification_id(CANARY_ALERT, receiver.id, CANARY, seq)
    body = canary_body(id_, receiver, sent_at, console_url)
    return Notification(id_, CANARY_ALERT, receiver.id, CANARY, seq, body, now)


def canary_body(
    notification_id: str, receiver: ReceiverDefinition, sent_at: datetime, console_url: str
) -> str:
    """Return the JSON of a canary's message, which says plainly what it is."""
    t = translator(receiver.options.get("language") or "en")
    reason = Phrase("notification.meaning.canary")
    body = NotificationBody(
        id=notification_id,
        kind=CANARY,
        alert_id=CANARY_ALERT,
        topic=NotificationTopic(id=CANARY_TOPIC.id, title=CANARY_TOPIC.title),
        severity=CANARY_TOPIC.alert.severity,
        story=NotificationStory(
            id=CANARY_ALERT, title=t("notification.canary_title"), first_seen=sent_at, outlets=0
        ),
        articles=(),
        reason=in_english(reason),
        reason_code=CANARY,
        reason_phrase=json.loads(reason.dump()),
        console_url=console_url,
    )
    return body.model_dump_json()
