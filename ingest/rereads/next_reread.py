"""Decide when a page is read again, and whether it has vanished. Pure.

::

    begun ── 15 min ── 1 h ── 6 h ── 24 h ──▶ done
                  │ missing
                  └── an hour ── missing ──▶ vanished
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.store.rereads import RereadRecord
from ingest.rereads.page_state import PageState

RETRY = timedelta(minutes=5)
"""Shortest wait after an attempt that has not shown whether a missing page is still missing."""

PATIENCE = timedelta(hours=3)
"""How long such attempts go on after the last of the times."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When pages are read again.

    Attributes:
        times: Counted from the moment when the reason occurred, ascending.
        confirm_after: How long a page must be missing until it has vanished.
        until_read: Whether it is over as soon as the page could be read; the times are then those
            of further attempts.
    """

    times: tuple[timedelta, ...]
    confirm_after: timedelta
    until_read: bool = False


@dataclass(frozen=True, slots=True)
class NextReread:
    """What follows from an attempt.

    Attributes:
        record: The row with the time when it is due next; None where it is not due any more.
        has_vanished: Whether the page was missing for long enough.
    """

    record: RereadRecord | None
    has_vanished: bool = False


def next_reread(
    record: RereadRecord,
    state: PageState,
    outcome: str,
    now: datetime,
    schedule: Schedule,
    *,
    is_gone: bool,
) -> NextReread:
    """Return what follows from an attempt at a page.

    Args:
        record: The row before the attempt.
        state: What the attempt has shown.
        outcome: Why, of a bounded set.
        now: The present.
        schedule: When pages are read again.
        is_gone: Whether it was announced before that the page has vanished: it is only noticed
            whether it is back.
    """
    tried = replace(record, attempts=record.attempts + 1, outcome=outcome)
    if is_gone or state in (PageState.READ, PageState.UNCHANGED):
        if schedule.until_read:
            return NextReread(None)
        return NextReread(_scheduled(replace(tried, missing_since=None), now, schedule))
    if state is PageState.MISSING:
        return _after_missing(tried, now, schedule)
    if tried.missing_since is None or _is_over(tried, now, schedule):
        return NextReread(_scheduled(tried, now, schedule))
    return NextReread(replace(tried, due_at=now + max(schedule.confirm_after, RETRY)))


def _after_missing(record: RereadRecord, now: datetime, schedule: Schedule) -> NextReread:
    since = record.missing_since
    if since is None:
        due = now + schedule.confirm_after
        return NextReread(replace(record, missing_since=now, due_at=due))
    if now - since < schedule.confirm_after:
        return NextReread(replace(record, due_at=since + schedule.confirm_after))
    found = replace(record, missing_since=None)
    return NextReread(_scheduled(found, now, schedule), has_vanished=True)


def _scheduled(record: RereadRecord, now: datetime, schedule: Schedule) -> RereadRecord | None:
    """Return the row, due at the next of the times; those that have passed are left out."""
    later = (record.begun_at + time for time in schedule.times)
    due = next((moment for moment in later if moment > now), None)
    return None if due is None else replace(record, due_at=due)


def _is_over(record: RereadRecord, now: datetime, schedule: Schedule) -> bool:
    """Return whether a missing page is not waited for any longer."""
    last = schedule.times[-1] if schedule.times else timedelta()
    return now - record.begun_at > last + PATIENCE
