"""How processes without a console tell a container or a supervisor that they are well.

::

    Stages.ill ──every 5 s──▶ the file of the slot ──▶ `wirewatch health` ──▶ exit code
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock, rfc3339
from core.text import for_log

SAY_SECONDS = 5.0

SILENCE = timedelta(seconds=30)
"""A process that has said nothing for so long hangs, or is being started again."""

MOST, LONGEST = 5, 100
"""Reasons told, and characters of each: what a slot's file takes."""


@dataclass(frozen=True, slots=True)
class ProcessHealth:
    """One process as it showed itself last; it is well where nothing is wrong."""

    slot: str
    wrong: tuple[str, ...]
    at: datetime


def keep_saying(
    say: Callable[[str], object], ill: Callable[[], list[str]], clock: Clock, stop: threading.Event
) -> None:
    """Tell what is wrong again and again until told to stop."""
    while not stop.is_set():
        say(report(ill(), clock()))
        stop.wait(SAY_SECONDS)


def report(wrong: list[str], now: datetime) -> str:
    """What a process says of itself."""
    reasons = [for_log(reason, LONGEST) for reason in wrong[:MOST]]
    return json.dumps({"at": rfc3339(now), "wrong": reasons})


def judge(said: Mapping[str, str], now: datetime) -> list[ProcessHealth]:
    """What to think of the processes that live.

    Args:
        said: By slot, what each said last; one that has not spoken yet does not count: it is still
            starting, or a command that will soon be over.
        now: The present.
    """
    return [_judge(slot, text, now) for slot, text in said.items() if text]


def _judge(slot: str, text: str, now: datetime) -> ProcessHealth:
    told = json.loads(text)
    at = datetime.fromisoformat(told["at"])
    silent = now - at
    if silent > SILENCE:
        return ProcessHealth(
            slot, (f"It has said nothing for {silent.total_seconds():.0f} s.",), at
        )
    return ProcessHealth(slot, tuple(told["wrong"]), at)
