"""The health of each process, for containers and service managers without a console.

::

    diagnose ──every 5 s──▶ the file of its slot ──▶ `wirewatch health` ──▶ exit code
    the parent: starting, ended ──▶ │           └──▶ /healthz and every page of the console

Reasons are stored as phrases, because only the reader knows the language.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.i18n import Phrase, in_english
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
        is_reporting: Whether it runs and reports in time.
    """

    slot: str
    wrong: tuple[Phrase, ...]
    at: datetime
    is_reporting: bool = True

    def as_row(self) -> dict[str, Any]:
        """Return it as a row of a table or of a JSON answer."""
        return {
            "slot": self.slot,
            "status": "ill" if self.wrong else "ok",
            "wrong": [in_english(reason) for reason in self.wrong],
            "at": rfc3339(self.at),
        }


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
    return _dump(wrong, now)


def ended_report(reason: Phrase, now: datetime) -> str:
    """Return the report that the parent writes for a process that ended."""
    return _dump([reason], now, ended=True)


def starting_report(now: datetime) -> str:
    """Return the report that the parent writes for a process that it starts for the first time."""
    return _dump([], now, starting=True)


def _dump(wrong: Sequence[Phrase], now: datetime, **state: bool) -> str:
    reasons = [shorten(reason).dump() for reason in wrong[:MAX_REASONS]]
    return json.dumps({"at": rfc3339(now), "wrong": reasons, **state}, ensure_ascii=False)


def shorten(reason: Phrase) -> Phrase:
    """Return a reason whose texts are short and of one line."""
    texts = {
        n: for_log(v, MAX_REASON_LENGTH) for n, v in reason.params.items() if isinstance(v, str)
    }
    return Phrase(reason.code, **{**reason.params, **texts})


def parse_reports(reports: Mapping[str, str], now: datetime) -> list[ProcessHealth]:
    """Return the health of the living processes.

    Args:
        reports: The last report of each process by slot; an empty one is left out: that slot
            belongs to a command that will soon end. So is a process that is starting, unless it
            takes too long.
        now: The present.
    """
    parsed = (_parse(slot, text, now) for slot, text in reports.items() if text)
    return [health for health in parsed if health is not None]


def are_healthy(processes: Sequence[ProcessHealth]) -> bool:
    """Return whether processes report, and all of them that they are healthy."""
    return bool(processes) and not any(process.wrong for process in processes)


def _parse(slot: str, text: str, now: datetime) -> ProcessHealth | None:
    report = json.loads(text)
    at = datetime.fromisoformat(report["at"])
    age = now - at
    if age > STALE_AFTER:
        silent = timedelta(seconds=round(age.total_seconds()))
        reason = Phrase("health.silent", silent=silent)
        return ProcessHealth(slot, (reason,), at, is_reporting=False)
    if "starting" in report:
        return None
    wrong = tuple(Phrase.load(reason) for reason in report["wrong"])
    return ProcessHealth(slot, wrong, at, is_reporting="ended" not in report)
