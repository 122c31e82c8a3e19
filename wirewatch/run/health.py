"""The health of each process, for containers and service managers without a console.

::

    Stages.ill ──every 5 s──▶ the file of its slot ──▶ `wirewatch health` ──▶ exit code
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock, rfc3339
from core.text import for_log

REPORT_SECONDS = 5.0

STALE_AFTER = timedelta(seconds=30)
"""A process that has not reported for longer hangs, or is being restarted."""

MAX_REASONS, MAX_REASON_LENGTH = 5, 100
"""Reasons in a report, and characters of each: what fits into a slot's file."""


@dataclass(frozen=True, slots=True)
class ProcessHealth:
    """The last report of one process; it is healthy where ``wrong`` is empty.

    Attributes:
        slot: Its slot.
        wrong: Why it is not healthy.
        at: When it reported.
    """

    slot: str
    wrong: tuple[str, ...]
    at: datetime


def keep_reporting(
    write: Callable[[str], object],
    ill: Callable[[], list[str]],
    clock: Clock,
    stop: threading.Event,
) -> None:
    """Write a report every few seconds until ``stop`` is set."""
    while not stop.is_set():
        write(report(ill(), clock()))
        stop.wait(REPORT_SECONDS)


def report(wrong: list[str], now: datetime) -> str:
    """Return the report of a process, as JSON."""
    reasons = [for_log(reason, MAX_REASON_LENGTH) for reason in wrong[:MAX_REASONS]]
    return json.dumps({"at": rfc3339(now), "wrong": reasons})


def parse_reports(reports: Mapping[str, str], now: datetime) -> list[ProcessHealth]:
    """Return the health of the living processes.

    Args:
        reports: The last report of each process by slot; an empty one is left out: that process is
            still starting, or it is a command that will soon end.
        now: The present.
    """
    return [_parse(slot, text, now) for slot, text in reports.items() if text]


def _parse(slot: str, text: str, now: datetime) -> ProcessHealth:
    report = json.loads(text)
    at = datetime.fromisoformat(report["at"])
    age = now - at
    if age > STALE_AFTER:
        reason = f"It has not reported for {age.total_seconds():.0f} s."
        return ProcessHealth(slot, (reason,), at)
    return ProcessHealth(slot, tuple(report["wrong"]), at)
