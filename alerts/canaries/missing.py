"""When a canary is missing, and when it is back. Pure.

A canary is missing when it was sent two hours ago and neither it nor a later one has arrived. Time
in which no process could send one does not count, so that a program that was stopped for a night
does not report itself when it starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from config.i18n import Phrase
from core.canary import EVERY, MISSING_AFTER
from core.store.canaries import CanaryState


@dataclass(frozen=True, slots=True)
class CanaryChanges:
    """What people have to be told about canaries.

    Attributes:
        missing: Targets whose canary is missing since ``waiting_since``.
        back: Targets whose canary was missing since ``missing_since`` and has arrived.
    """

    missing: tuple[CanaryState, ...]
    back: tuple[CanaryState, ...]

    def __bool__(self) -> bool:
        """Return whether there is anything to tell."""
        return bool(self.missing or self.back)


def after_sending(state: CanaryState, now: datetime, due: datetime) -> CanaryState:
    """Return the state of a target after a canary was sent.

    Args:
        state: The state before.
        now: When it was sent.
        due: When it should have been sent.
    """
    was_stopped = now - due > EVERY
    if state.waiting_since is None or was_stopped:
        return replace(state, waiting_since=now)
    return state


def after_arrival(state: CanaryState, now: datetime) -> CanaryState:
    """Return the state of a target that has accepted a canary."""
    return replace(state, waiting_since=None, arrived_at=now)


def is_missing(state: CanaryState, now: datetime) -> bool:
    """Return whether the canary of a target is missing."""
    return state.waiting_since is not None and now - state.waiting_since >= MISSING_AFTER


def find_changes(states: Iterable[CanaryState], now: datetime) -> CanaryChanges:
    """Return what changed since people were told last."""
    states = tuple(states)
    return CanaryChanges(
        missing=tuple(s for s in states if s.missing_since is None and is_missing(s, now)),
        back=tuple(s for s in states if _is_back(s)),
    )


def after_telling(state: CanaryState, changes: CanaryChanges) -> CanaryState:
    """Return the state of a target once people are told of the changes."""
    if state in changes.missing:
        return replace(state, missing_since=state.waiting_since)
    return replace(state, missing_since=None) if state in changes.back else state


def find_problems(
    states: Iterable[CanaryState], due: datetime | None, now: datetime
) -> tuple[Phrase, ...]:
    """Return why the program is ill; empty where no canary is missing.

    Args:
        states: The canaries of all targets.
        due: When the next canary is due; None where none was sent yet.
        now: The present.
    """
    problems = tuple(
        Phrase("canary.missing", receiver=s.receiver, target=s.target, since=s.waiting_since)
        for s in states
        if s.waiting_since is not None and is_missing(s, now)
    )
    if due is not None and now - due >= MISSING_AFTER:
        return (*problems, Phrase("canary.none_sent", since=due - EVERY))
    return problems


def _is_back(state: CanaryState) -> bool:
    arrived, missing = state.arrived_at, state.missing_since
    return arrived is not None and missing is not None and arrived > missing
