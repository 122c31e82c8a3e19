"""When a canary is missing and when it is back, as tables."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.canaries.missing import (
    after_arrival,
    after_sending,
    after_telling,
    find_changes,
    find_problems,
)
from config.i18n import in_english
from core.store.canaries import CanaryState
from tests.alerts.harness import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NEW = CanaryState("desk", "host")


@pytest.mark.parametrize(
    ("waiting", "late", "expected"),
    [
        (None, 0, NOON),
        (NOON - HOUR, 0, NOON - HOUR),  # the last one has not arrived either
        (NOON - HOUR, 60, NOON - HOUR),
        (NOON - 9 * HOUR, 61, NOON),  # no process was there to send or deliver it
    ],
)
def test_a_canary_is_waited_for_since_the_first_that_has_not_arrived(
    waiting: object, late: int, expected: object
) -> None:
    before = CanaryState("desk", "host", waiting)  # type: ignore[arg-type]
    assert after_sending(before, NOON, NOON - late * MINUTE).waiting_since == expected


def test_a_canary_is_missing_after_two_hours_which_is_told_once_and_so_is_that_it_is_back() -> None:
    states, told = [after_sending(NEW, NOON, NOON)], []
    for minutes in range(0, 300, 10):
        now = NOON + minutes * MINUTE
        if minutes == 200:
            states = [after_arrival(states[0], now)]
        elif minutes % 60 == 0:
            states = [after_sending(states[0], now, now)]
        changes = find_changes(states, now)
        told += [(minutes, "missing") for _ in changes.missing]
        told += [(minutes, "back") for _ in changes.back]
        states = [after_telling(state, changes) for state in states]
    assert told == [(120, "missing"), (200, "back")]


@pytest.mark.parametrize(
    ("waiting", "due", "problems"),
    [
        (None, NOON, ()),
        (NOON - 119 * MINUTE, NOON, ()),
        (
            NOON - 2 * HOUR,
            NOON,
            ("canary: missing at desk (host) since 22 Nov 2026, 10:00 UTC",),
        ),
        (None, NOON - 2 * HOUR, ("canary: none was sent since 22 Nov 2026, 09:00 UTC",)),
        (None, None, ()),
    ],
)
def test_a_program_is_ill_while_a_canary_is_missing_or_none_is_sent(
    waiting: object, due: object, problems: tuple[str, ...]
) -> None:
    state = CanaryState("desk", "host", waiting)  # type: ignore[arg-type]
    found = find_problems([state], due, NOON)  # type: ignore[arg-type]
    assert tuple(map(in_english, found)) == problems
