"""What an attempt means for its target, and how long the target is left alone. Pure.

::

    success                    ▶ working
    a message rejected         ▶ broken after five of five within ten minutes
    the target's own fault     ▶ broken once it has lasted for two hours
    5 failures of any kind     ▶ paused: one attempt after a pause that widens, all others wait

A *broken* target keeps what waits for it: nothing is given up, and its oldest delivery is the
probe. A paused one is expected back soon, and deliveries that it keeps waiting are given up as
usual.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.receivers import Receipt
from config.errors import DeliveryError
from core.backoff import exponential, jittered
from core.store.targets import TargetState

FAULT_PATIENCE = timedelta(hours=2)
"""How long a target may refuse before it is broken: a proxy restarts, a token is renewed."""

REJECTIONS, REJECTION_WINDOW = 5, timedelta(minutes=10)
"""So many rejected messages in a row within this time are the target's fault, not the messages'."""

BREAKER_FAILURES = 5
"""Failures in a row after which a target gets one attempt at a time."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
"""Seconds between the attempts at a target that is paused."""

FIRST_PROBE, LONGEST_PROBE = 300.0, 3600.0
"""Seconds between the attempts at a target that is broken."""


def after_attempt(
    state: TargetState, result: Receipt | DeliveryError, *, now: datetime, chance: float
) -> TargetState:
    """Return the state of a target after an attempt.

    Args:
        state: The state before.
        result: What the receiver returned or raised.
        now: The present moment.
        chance: Evenly distributed from 0 to 1; spreads the pauses.
    """
    if isinstance(result, Receipt):
        return _working(state, now)
    failed = replace(state, reason=result.reason.dump(), updated_at=now)
    if state.is_broken and (state.rejects_everything or not result.permanent):
        changed = replace(failed, failures=state.failures + 1, probes=state.probes + 1)
    elif result.permanent:
        changed = _rejected(failed, now)
    else:
        changed = _failed(failed, now, is_target_fault=result.target_fault)
    pause = _pause(changed, chance)
    probe_at = None if pause is None else now + timedelta(seconds=pause)
    return replace(changed, probe_at=probe_at)


def _working(state: TargetState, now: datetime) -> TargetState:
    return TargetState(
        state.receiver,
        state.target,
        now,
        paid_until=state.paid_until,
        send_after=state.send_after,
    )


def _rejected(state: TargetState, now: datetime) -> TargetState:
    """Count a rejected message; a target that judges messages has no fault of its own."""
    recent = (now - REJECTION_WINDOW).timestamp()
    times = (*(t for t in state.rejected_at if t >= recent), now.timestamp())[-REJECTIONS:]
    return replace(
        state,
        failures=0,
        failing_since=None,
        rejected_at=times,
        broken_since=now if len(times) == REJECTIONS else None,
        probes=0,
    )


def _failed(state: TargetState, now: datetime, *, is_target_fault: bool) -> TargetState:
    since = state.failing_since or (now if is_target_fault else None)
    is_broken = is_target_fault and since is not None and now - since >= FAULT_PATIENCE
    return replace(
        state,
        failures=state.failures + 1,
        failing_since=since,
        rejected_at=(),
        broken_since=now if is_broken else None,
    )


def _pause(state: TargetState, chance: float) -> float | None:
    """Return the seconds until the next attempt at a target that is broken or fails often."""
    if state.is_broken:
        pause = exponential(FIRST_PROBE, state.probes + 1, LONGEST_PROBE)
    elif state.failures >= BREAKER_FAILURES:
        pause = exponential(FIRST_PAUSE, state.failures - BREAKER_FAILURES + 1, LONGEST_PAUSE)
    else:
        return None
    return jittered(pause, chance, least=0.5)
