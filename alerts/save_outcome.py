"""Saving what an attempt means, in one transaction: its delivery, its target, what is said of both.

::

    result ─┬─▶ deliveries                    delivered, failed, or when to try again
            ├─▶ news.alerts                   where the delivery has ended
            ├─▶ canaries                      where a canary has arrived
            └─▶ receiver_targets ─▶ where it broke, a message of the system
                                 ─▶ where it works again, what waits is due or in a digest
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from alerts.attempts import AttemptOutcome, final_events, outcome_of
from alerts.backlog import bundle_backlog
from alerts.canaries.missing import after_arrival
from alerts.receivers import Receipt
from alerts.system_messages import queue_broken_target
from alerts.target_health import after_attempt
from config.catalog.models import AlertsDefinition
from config.errors import DeliveryError
from config.i18n import Phrase, in_english
from core.messages.envelope import to_record
from core.store import Connection, canaries, claims, outbox, replaced_deliveries, targets
from core.store import deliveries as delivery_store
from core.store.claims import ClaimedDelivery
from core.store.deliveries import Delivery
from core.store.targets import TargetState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SaveContext:
    """What the meaning of an attempt depends on besides its result.

    Attributes:
        now: When the attempt ended.
        chance: Evenly distributed from 0 to 1; spreads the waits.
        give_up: A delivery that has been tried for so long has failed.
        definition: The operator's receivers, of which one reports a broken target.
    """

    now: datetime
    chance: float
    give_up: timedelta
    definition: AlertsDefinition


def save_outcome(
    connection: Connection,
    claimed: ClaimedDelivery,
    result: Receipt | DeliveryError,
    context: SaveContext,
) -> tuple[AttemptOutcome, TargetState, TargetState]:
    """Write what an attempt means.

    Args:
        connection: A write transaction in which nothing was done yet.
        claimed: The delivery as it was claimed.
        result: What the receiver returned or raised.
        context: See :class:`SaveContext`.

    Returns:
        The outcome, and the state of the target before and after. Where the claim was lost to
        another instance nothing is written, and the two states are the same.
    """
    delivery, now = claimed.delivery, context.now
    before = targets.load_target(connection, delivery.receiver, delivery.target, now=now)
    after = after_attempt(before, result, now=now, chance=context.chance)
    outcome = outcome_of(
        result,
        attempt=delivery.attempts,
        age=now - delivery.created_at,
        give_up=context.give_up,
        chance=context.chance,
        before=before,
        after=after,
    )
    if not _finish(connection, claimed, outcome, now):
        return outcome, before, before
    events = final_events(claimed, outcome, now)
    outbox.put(connection, [to_record(event, at=now) for event in events])
    _save_target(connection, before, after, context)
    if claimed.notification.kind == delivery_store.CANARY:
        _finish_canary(connection, delivery, outcome, now)
    return outcome, before, after


def log_target_change(before: TargetState, after: TargetState) -> None:
    """Log that a target broke, or works again after it was broken."""
    if after.is_broken and not before.is_broken:
        log.error(
            "target_broken",
            receiver=after.receiver,
            target=after.target,
            reason=in_english(Phrase.load(after.reason)),
            mend="Check the receiver in alerts.yaml and the service behind it. "
            "Its messages wait and go out when it answers again.",
        )
    if before.is_broken and not after.is_broken:
        log.info("target_recovered", receiver=after.receiver, target=after.target)


def _finish(
    connection: Connection, claimed: ClaimedDelivery, outcome: AttemptOutcome, now: datetime
) -> bool:
    is_delivered = outcome.state == delivery_store.DELIVERED
    is_finished = claims.finish(
        connection,
        claimed.delivery,
        state=outcome.state,
        now=now,
        error="" if is_delivered else outcome.reason.dump(),
        next_attempt_at=None if outcome.wait is None else now + timedelta(seconds=outcome.wait),
        target_asked=outcome.is_wait_requested,
    )
    if is_finished and outcome.state not in delivery_store.UNFINISHED:
        replaced_deliveries.finish_replaced(connection, claimed.notification.id, outcome.state, now)
    return is_finished


def _finish_canary(
    connection: Connection, delivery: Delivery, outcome: AttemptOutcome, now: datetime
) -> None:
    """Record that a canary has arrived, and delete what has ended: no list shows it."""
    if outcome.state in delivery_store.UNFINISHED:
        return
    canaries.delete_delivery(connection, delivery)
    state = canaries.find_canary(connection, delivery.receiver, delivery.target)
    if state is not None and outcome.state == delivery_store.DELIVERED:
        canaries.save(connection, after_arrival(state, now))


def _save_target(
    connection: Connection, before: TargetState, after: TargetState, context: SaveContext
) -> None:
    if replace(after, updated_at=before.updated_at) == before:
        return  # it works as it did before: there is nothing to store
    targets.save_target(connection, after)
    if after.is_broken and not before.is_broken:
        queue_broken_target(connection, context.definition, after, now=context.now)
    if before.probe_at is not None and after.probe_at is None:
        targets.release_waiting(connection, after.receiver, after.target, context.now)
    if before.is_broken and not after.is_broken:
        bundle_backlog(connection, before, context.definition.console_url, now=context.now)
