"""What one delivery attempt means: for its delivery, for ``news.alerts`` and for the log. Pure.

::

    Receipt ───────────────▶ delivered
    DeliveryError ─permanent─▶ failed
                  ─unknown───▶ unknown ┐ retried after Retry-After, or else after full jitter over
                  ─else──────▶ pending ┘ 2 s x 2^n, at most 5 min; failed once give_up is over

While the target itself is at fault, or broken (:mod:`alerts.target_health`), nothing is given up: a
message waits until its target is back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.digest_body import DIGEST, LISTED, TARGET_BROKEN
from alerts.notification_body import NotificationBody, names_of_told, told_topics
from alerts.public_reason import answered_status, public_reason
from alerts.receivers import DeliveryAttempt, Receipt
from alerts.topic_events import topic_event
from config.errors import DeliveryError
from config.i18n import Phrase
from core.backoff import exponential, jittered
from core.messages import RELEASED, UNNAMED, AlertEvent, AlertEventKind
from core.store import deliveries as delivery_store
from core.store.claims import ClaimedDelivery
from core.store.targets import TargetState
from core.text import for_log

FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 300.0
"""Seconds between attempts."""

ANOTHER_PROBE_FIRST = 1.25
"""How much longer than its target a message waits that may itself be at fault."""

_EVENTS = {
    delivery_store.DELIVERED: AlertEventKind.DELIVERED,
    delivery_store.FAILED: AlertEventKind.FAILED,
}
"""The event of each final state."""

_WITHOUT_ALERT = (delivery_store.SYSTEM, delivery_store.CANARY)


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """What an attempt means for its delivery.

    Attributes:
        state: ``delivered``, ``pending``, ``unknown`` or ``failed``.
        reason: Why.
        wait: Seconds until the next attempt; None where there is none.
        is_wait_requested: Whether the target asked for that wait.
    """

    state: str
    reason: Phrase
    wait: float | None = None
    is_wait_requested: bool = False


def outcome_of(
    result: Receipt | DeliveryError,
    *,
    attempt: int,
    age: timedelta,
    give_up: timedelta,
    chance: float,
    before: TargetState,
    after: TargetState,
) -> AttemptOutcome:
    """Return what an attempt means for its delivery.

    Args:
        result: What the receiver returned or raised.
        attempt: 1 for the first.
        age: How long the delivery has been tried.
        give_up: A delivery that has been tried for so long has failed.
        chance: Evenly distributed from 0 to 1; spreads the waits.
        before: The state of the target before the attempt.
        after: The state of the target after it.
    """
    if isinstance(result, Receipt):
        return AttemptOutcome(delivery_store.DELIVERED, result.reason)
    if result.permanent and not before.rejects_everything:
        return AttemptOutcome(delivery_store.FAILED, result.reason)
    wait = _wait(result, after, attempt, chance)
    is_kept = result.target_fault or after.is_broken
    if not is_kept and age + timedelta(seconds=wait) > give_up:
        reason = Phrase("delivery.given_up", n=attempt, why=result.reason)
        return AttemptOutcome(delivery_store.FAILED, reason)
    state = delivery_store.UNKNOWN if result.unknown else delivery_store.PENDING
    return AttemptOutcome(state, result.reason, wait, result.retry_after is not None)


def _wait(result: DeliveryError, after: TargetState, attempt: int, chance: float) -> float:
    """Return the seconds until the next attempt at a delivery.

    The probe of a broken target is its oldest delivery. Where the message rather than the target
    may be at fault, the next probe is another one.
    """
    if result.retry_after is not None:
        return result.retry_after
    own = jittered(exponential(FIRST_BACKOFF, attempt, LONGEST_BACKOFF), chance)
    if after.probe_at is None:
        return own
    probe = (after.probe_at - after.updated_at).total_seconds()
    if after.is_broken and not after.rejects_everything:
        return probe
    return max(own, ANOTHER_PROBE_FIRST * probe)


def attempt_of(claimed: ClaimedDelivery) -> DeliveryAttempt:
    """Return the attempt that a claimed delivery is due for."""
    notification = claimed.notification
    return DeliveryAttempt(
        id=notification.id,
        receiver=claimed.delivery.receiver,
        target=claimed.delivery.target,
        kind=notification.kind,
        body=notification.body.encode(),
        attempt=claimed.delivery.attempts,
        possible_repeat=claimed.delivery.possible_repeat,
        created_at=claimed.delivery.held_until or notification.created_at,
    )


def final_events(
    claimed: ClaimedDelivery, outcome: AttemptOutcome, now: datetime
) -> list[AlertEvent]:
    """Return the events of ``news.alerts`` for a delivery that has ended; none for a retry.

    There is one for each alert that the notification is about; a message of the system and a canary
    belong to none. What the target said is left out: the stream has many readers.
    """
    if outcome.state not in _EVENTS or claimed.notification.kind in _WITHOUT_ALERT:
        return []
    reason = public_reason(outcome.reason)
    if claimed.delivery.possible_repeat:
        reason = Phrase("delivery.possible_repeat", outcome=reason)
    body = _body(claimed)
    names = names_of_told(body)
    return [
        topic_event(
            topic,
            _EVENTS[outcome.state],
            reason,
            outcome.state,
            names=names.get(topic.article_id, UNNAMED),
            notification_id=claimed.notification.id,
            target=claimed.delivery.target,
            at=now,
            status=answered_status(outcome.reason),
        )
        for topic in told_topics(body)
    ]


def released_events(claimed: ClaimedDelivery, now: datetime) -> list[AlertEvent]:
    """Return the events of ``news.alerts`` for held messages at the first attempt to send them."""
    is_held = claimed.notification.kind == DIGEST or claimed.delivery.held_until is not None
    if not is_held or claimed.delivery.attempts > 1:
        return []
    body = _body(claimed)
    if body.items and all(item.held_code == TARGET_BROKEN for item in body.items):
        return []  # it was not held: its messages waited for their target
    names = names_of_told(body)
    return [
        topic_event(
            topic,
            AlertEventKind.UPDATED,
            Phrase("plan.released"),
            RELEASED,
            names=names.get(topic.article_id, UNNAMED),
            notification_id=claimed.notification.id,
            target=claimed.notification.receiver,
            at=now,
        )
        for topic in told_topics(_without_listed(body))
    ]


def _without_listed(body: NotificationBody) -> NotificationBody:
    """Return a digest without the stories that it only lists: they were not held."""
    held = tuple(item for item in body.items if item.held_code != LISTED)
    return body.model_copy(update={"items": held})


def _body(claimed: ClaimedDelivery) -> NotificationBody:
    return NotificationBody.model_validate_json(claimed.notification.body)


def log_fields(claimed: ClaimedDelivery) -> dict[str, Any]:
    """Return the notification as one readable log line; text from outside is cleaned."""
    body = _body(claimed)
    article = body.articles[0] if body.articles else None
    evidence = next(iter(article.evidence), None) if article else None
    repeat = {"possible_repeat": True} if claimed.delivery.possible_repeat else {}
    escalation = {"escalation": body.escalation} if body.escalation else {}
    return {
        "topic": ", ".join(dict.fromkeys(topic.id for topic in told_topics(body))),
        "title": for_log(body.story.title if body.story else body.reason),
        "outlet": article.outlet if article else "",
        "sentence": for_log(evidence.sentence) if evidence else "",
        "url": for_log(article.url) if article else "",
        "kind": body.kind,
        "severity": body.severity,
        "receiver": claimed.delivery.receiver,
        "alert": body.alert_id,
        **escalation,
        **repeat,
    }
