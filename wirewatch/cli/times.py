"""Times as options of commands write them."""

from __future__ import annotations

from datetime import UTC, datetime

from config.durations import parse_duration
from config.errors import UsageError

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""The earliest time that a duration can reach."""


def parse_since(text: str, now: datetime, *, option: str = "--since", others: str = "") -> datetime:
    """Return a time, or the time that is a duration ago; one without a zone is UTC.

    Args:
        text: What the user wrote.
        now: The present.
        option: Its name, for the error.
        others: What else it may be, for the error, with a comma behind.

    Raises:
        UsageError: The text is neither.
    """
    if (ago := parse_duration(text)) is not None:
        return now - min(ago, now - EARLIEST)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} {text!r} is neither a time nor a duration.",
            mend=f"Write {others}2026-11-22T09:00:00Z or 2d.",
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
