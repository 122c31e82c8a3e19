"""The clock: an argument everywhere, so that tests and replays decide what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC datetime."""


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def rfc3339(moment: datetime) -> str:
    """``2026-11-22T09:00:00.123456Z``: every time we publish has this form."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
