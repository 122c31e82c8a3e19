"""The health of each process, for containers and service managers without a console.

::

    diagnose ──every 5 s──▶ the file of its slot ──▶ `wirewatch health` ──▶ exit code

Reasons are stored as phrases, because only the reader knows the language.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.i18n import Phrase
from core.clock import Clock, rfc3339
from core.text import for_log

REPORT_SECONDS = 5.0

STALE_AFTER = timedelta(seconds=REPORT_SECONDS + 10)
"""A process that has not reported for longer hangs, or is being restarted: as with every loop, its
report may be ten seconds late."""

MAX_REASONS, MAX_REASON_LENGTH = 5, 100
"""Reasons in a report, and characters of each text in them: what fits into a slot's file."""


@dataclass(frozen=True, slots=True)
class ProcessHealth:
    """The last report of one process; it is healthy where ``wrong`` is empty.

    Attributes:
        slot: Its slot.
        wrong: Why it is not healthy.
        at: When it reported.
    """

    slot: str
    wrong: tuple[Phrase, ...]
    at: datetime


def keep_reporting(
    write: Callable[[str], object],
    ill: Callable[[], list[Phrase]],
    clock: Clock,
    stop: threading.Event,
) -> None:
    """Write a report every few seconds until ``stop`` is set."""
    while not stop.is_set():
        write(report(ill(), clock()))
        stop.wait(REPORT_SECONDS)


def report(wrong: Sequence[Phrase], now: datetime) -> str:
    """Return the report of a process, as JSON."""
    reasons = [_shorten(reason).dump() for reason in wrong[:MAX_REASONS]]
    return json.dumps({"at": rfc3339(now), "wrong": reasons}, ensure_ascii=False)


def _shorten(reason: Phrase) -> Phrase:
    """Return a reason whose texts are short and of one line."""
    texts = {
        n: for_log(v, MAX_REASON_LENGTH) for n, v in reason.params.items() if isinstance(v, str)
    }
    return Phrase(reason.code, **{**reason.params, **texts})


def parse_reports(reports: Mapping[str, str], now: datetime) -> list[ProcessHealth]:
    """Return the health of the living processes.

    Args:
        reports: The last report of each process by slot; an empty one is left out: that process is
            still starting, or it is a command that will soon end.
        now: The present.
    """
    return [_parse(slot, text, now) for slot, text in reports.items() if text]


def are_healthy(processes: Sequence[ProcessHealth]) -> bool:
    """Return whether processes report, and all of them that they are healthy."""
    return bool(processes) and not any(process.wrong for process in processes)


def _parse(slot: str, text: str, now: datetime) -> ProcessHealth:
    report = json.loads(text)
    at = datetime.fromisoformat(report["at"])
    age = now - at
    if age > STALE_AFTER:
        silent = timedelta(seconds=round(age.total_seconds()))
        return ProcessHealth(slot, (Phrase("health.silent", silent=silent),), at)
    return ProcessHealth(slot, tuple(Phrase.load(reason) for reason in report["wrong"]), at)
