"""When a page is read again, and when it has vanished: a table of pure calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.store.rereads import TOLD, RereadRecord
from ingest.rereads.next_reread import Schedule, next_reread
from ingest.rereads.page_state import PageState
from tests.support.scripted_publisher import MONDAY

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SCHEDULE = Schedule((15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR), confirm_after=HOUR)
ROW = RereadRecord("a" * 32, TOLD, "kurier", "https://a.example/1", "a.example", MONDAY, MONDAY)
READ, UNCHANGED = PageState.READ, PageState.UNCHANGED
MISSING, UNKNOWN = PageState.MISSING, PageState.UNKNOWN

CASES = [
    # at, missing since, what the attempt has shown, due next, missing since, vanished
    (15 * MINUTE, None, UNCHANGED, HOUR, None, False),
    (3 * HOUR, None, READ, 6 * HOUR, None, False),
    (24 * HOUR, None, READ, None, None, False),
    (15 * MINUTE, None, UNKNOWN, HOUR, None, False),
    (15 * MINUTE, None, MISSING, 75 * MINUTE, 15 * MINUTE, False),
    (70 * MINUTE, 15 * MINUTE, MISSING, 75 * MINUTE, 15 * MINUTE, False),
    (75 * MINUTE, 15 * MINUTE, MISSING, 6 * HOUR, None, True),
    (75 * MINUTE, 15 * MINUTE, UNKNOWN, 135 * MINUTE, 15 * MINUTE, False),
    (75 * MINUTE, 15 * MINUTE, READ, 6 * HOUR, None, False),
    (25 * HOUR, 24 * HOUR, MISSING, None, None, True),
    (25 * HOUR, 24 * HOUR, UNKNOWN, 26 * HOUR, 24 * HOUR, False),
    (28 * HOUR, 24 * HOUR, UNKNOWN, None, 24 * HOUR, False),
]


@pytest.mark.parametrize(("at", "since", "state", "due", "missing", "vanished"), CASES)
def test_an_attempt_decides_when_the_page_is_read_next(
    at: timedelta,
    since: timedelta | None,
    state: PageState,
    due: timedelta | None,
    missing: timedelta | None,
    vanished: bool,
) -> None:
    row = replace(ROW, missing_since=None if since is None else MONDAY + since)
    step = next_reread(row, state, "x", MONDAY + at, SCHEDULE, is_gone=False)
    assert step.has_vanished is vanished
    if due is None:
        assert step.record is None
        return
    assert step.record is not None
    assert step.record.due_at - MONDAY == due
    assert (step.record.missing_since and step.record.missing_since - MONDAY) == missing
    assert (step.record.attempts, step.record.outcome) == (1, "x")


def test_a_page_that_has_vanished_does_so_once_until_it_is_back() -> None:
    row = replace(ROW, missing_since=MONDAY)
    step = next_reread(row, MISSING, "x", MONDAY + 3 * HOUR, SCHEDULE, is_gone=True)
    assert step.record is not None
    assert (step.has_vanished, step.record.due_at) == (False, MONDAY + 6 * HOUR)
