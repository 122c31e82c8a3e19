"""How long a server asks clients to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRY_AFTER_CAP = 24 * 3600.0
"""Longest wait that is respected, in seconds. Servers have asked for 88 hours."""

_SECONDS = re.compile(r"[+-]?[0-9]{1,18}")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds from now that ``Retry-After`` asks for (RFC 9110, 10.2.3).

    A date counts from the response's own ``Date`` header, so that it is understood although the
    server's clock is wrong. A time in the past counts as 0, more than a day as a day.

    Args:
        headers: Headers of the response, in any case.
        now: The present moment, aware.

    Returns:
        Seconds, or None where the header is missing or unusable.
    """
    raw = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(raw):
        return min(max(float(raw), 0.0), RETRY_AFTER_CAP)
    at = _http_date(raw)
    if at is None:
        return None
    wait = (at - (_http_date(headers.get("Date", "")) or now)).total_seconds()
    return min(max(wait, 0.0), RETRY_AFTER_CAP)


def _http_date(raw: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
