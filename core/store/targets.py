"""How the targets of receivers are doing: a row for each that failed, or whose rate is limited.

::

    working ──5 failures──▶ paused ──success──▶ working      (probe_at: no attempt earlier)
       │                       │
       └───── broken for longer, or rejects everything ──▶ broken ──success──▶ working

The row is shared by all processes that deliver: none of them makes an attempt at a target before
``probe_at`` (the circuit breaker) or ``send_after`` (the rate limit). :mod:`alerts.target_health`
decides what an attempt means for a target.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)

from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.deliveries import (
    PENDING,
    SYSTEM,
    UNFINISHED,
    UNKNOWN,
    deliveries,
    is_no_canary,
    notifications,
)
from core.store.sql import FORGET_LIMIT, delete_rows, insert

receiver_targets = Table(
    "receiver_targets",
    metadata,
    Column("receiver", String(200), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcDateTime),
    Column("rejected_at", JSON, nullable=False),
    Column("broken_since", UtcDateTime, index=True),
    Column("reason", SafeText, nullable=False),
    Column("probes", Integer, nullable=False),
    Column("probe_at", UtcDateTime),
    Column("paid_until", UtcDateTime),
    Column("send_after", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False, index=True),
)


CLOCK_MARGIN = timedelta(minutes=1)
"""A row that was written later than this from now was written while the clock was ahead.

The clocks of different processes differ by less (:mod:`core.store.postgres`).
"""


@dataclass(frozen=True, slots=True)
class TargetState:
    """A row of ``receiver_targets``.

    Attributes:
        receiver: Id of the receiver.
        target: The destination, without its secrets.
        failures: Failed attempts since the last success.
        failing_since: When the target first failed in a way that is its own fault
            (:class:`config.errors.DeliveryError`) since the last success.
        rejected_at: Times of the last messages that it rejected, in seconds since 1970, if it gave
            no other answer since.
        broken_since: When it was marked as broken.
        reason: Why its last attempt failed (:class:`config.i18n.Phrase`, dumped).
        probes: Failed attempts since it was marked as broken.
        probe_at: No attempt is made earlier, because the target fails.
        paid_until: When the messages sent so far are within its rate limit.
        send_after: No attempt is made earlier, because of its rate limit.
    """

    receiver: str
    target: str
    updated_at: datetime
    failures: int = 0
    failing_since: datetime | None = None
    rejected_at: tuple[float, ...] = ()
    broken_since: datetime | None = None
    reason: str = ""
    probes: int = 0
    probe_at: datetime | None = None
    paid_until: datetime | None = None
    send_after: datetime | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the target is marked as broken."""
        return self.broken_since is not None

    @property
    def rejects_everything(self) -> bool:
        """Whether it is broken because it rejected one message after the other."""
        return self.is_broken and self.failing_since is None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many messages a target may get.

    Attributes:
        per_minute: Messages per minute in the long run.
        burst: Messages that may follow each other at once after a pause.
    """

    per_minute: int
    burst: int = 1


def load_target(
    connection: Connection, receiver: str, target: str, *, now: datetime
) -> TargetState:
    """Return the state of a target; a working one where nothing is stored."""
    query = select(receiver_targets).where(_is(receiver, target)).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return TargetState(receiver, target, now)
    return _state(dict(row))


def save_target(connection: Connection, state: TargetState) -> None:
    """Store the state of a target; it replaces the one before."""
    row = asdict(state) | {"rejected_at": list(state.rejected_at)}
    new = insert(connection, receiver_targets).values(row)
    key = ["receiver", "target"]
    connection.execute(new.on_conflict_do_update(index_elements=key, set_=row))


def charge(
    connection: Connection, receiver: str, target: str, limit: RateLimit, *, now: datetime
) -> None:
    """Count a message against a target's rate limit.

    The generic cell rate algorithm (ITU-T I.371): one time per target says how far the messages
    already sent have used up the future.
    """
    state = load_target(connection, receiver, target, now=now)
    interval = timedelta(seconds=60 / limit.per_minute)
    was_ahead = state.updated_at > now + CLOCK_MARGIN
    paid_until = max(now if was_ahead else state.paid_until or now, now) + interval
    send_after = paid_until - interval * (limit.burst - 1)
    save_target(
        connection,
        replace(state, paid_until=paid_until, send_after=send_after, updated_at=now),
    )


def release_waiting(connection: Connection, receiver: str, target: str, now: datetime) -> None:
    """Make everything due that was attempted before and waits for a target.

    Messages whose own wait was asked for by the target (Retry-After), and those that are not due
    for the first time yet, keep their time.
    """
    columns = deliveries.c
    connection.execute(
        deliveries.update()
        .where(columns.receiver == receiver, columns.target == target)
        .where(columns.state.in_((PENDING, UNKNOWN)), columns.attempts > 0)
        .where(columns.next_attempt_at > now)
        .where(or_(columns.asked_until.is_(None), columns.asked_until <= now))
        .values(next_attempt_at=now)
    )


def probe_now(connection: Connection, names: Collection[tuple[str, str]], now: datetime) -> None:
    """Let the next attempts at these targets (receiver, target) be made at once."""
    for receiver, target in sorted(set(names)):
        failing = receiver_targets.c.probe_at > now
        row = receiver_targets.update().where(_is(receiver, target), failing)
        connection.execute(row.values(probe_at=now))


def list_broken(connection: Connection) -> list[tuple[TargetState, int]]:
    """Return the broken targets with the number of deliveries that wait for each."""
    waiting = (
        select(func.count())
        .where(
            deliveries.c.receiver == receiver_targets.c.receiver,
            deliveries.c.target == receiver_targets.c.target,
            deliveries.c.state.in_(UNFINISHED),
            is_no_canary(),
        )
        .scalar_subquery()
    )
    columns = receiver_targets.c
    query = select(receiver_targets, waiting.label("waiting"))
    query = query.where(columns.broken_since.is_not(None)).order_by(columns.broken_since)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    counts = [row.pop("waiting") for row in rows]
    return list(zip(map(_state, rows), counts, strict=True))


def may_be_tried(
    now: datetime | BindParameter[datetime],
    ahead: datetime | BindParameter[datetime],
    *,
    ignore_probe: bool,
    ignore_rate: bool,
) -> ColumnElement[bool]:
    """Return the SQL condition that a target's row, where it has one, allows an attempt.

    Args:
        now: The present moment.
        ahead: :data:`CLOCK_MARGIN` later: a row that was written after it does not count.
        ignore_probe: Whether targets that fail may be tried all the same.
        ignore_rate: Whether targets whose rate is used up may.
    """
    columns = receiver_targets.c
    was_ahead = columns.updated_at > ahead
    probe = or_(columns.probe_at.is_(None), columns.probe_at <= now, was_ahead)
    rate = or_(columns.send_after.is_(None), columns.send_after <= now, was_ahead)
    allowed = [c for c, ignored in ((probe, ignore_probe), (rate, ignore_rate)) if not ignored]
    return and_(True, *allowed)


def forget_targets(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete the states of targets, and the messages of the system, from before a time.

    A target that still fails is probed and so never old. Messages that wait to be sent stay.
    """
    states = delete_rows(
        connection, receiver_targets, receiver_targets.c.updated_at < before, limit=limit
    )
    unfinished = select(deliveries.c.id).where(
        deliveries.c.notification_id == notifications.c.id, deliveries.c.state.in_(UNFINISHED)
    )
    query = (
        select(notifications.c.id)
        .where(notifications.c.kind == SYSTEM, notifications.c.created_at < before)
        .where(~unfinished.exists())
        .order_by(notifications.c.id)
        .limit(limit)
    )
    ids = list(connection.scalars(query))
    connection.execute(deliveries.delete().where(deliveries.c.notification_id.in_(ids)))
    messages = connection.execute(notifications.delete().where(notifications.c.id.in_(ids)))
    return states + messages.rowcount


def _state(row: dict[str, Any]) -> TargetState:
    return TargetState(**row | {"rejected_at": tuple(row["rejected_at"])})


def _is(receiver: str, target: str) -> ColumnElement[bool]:
    columns = receiver_targets.c
    return and_(columns.receiver == receiver, columns.target == target)
