"""Conditional requests: 304 where the client has what would be sent (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.datastructures import Headers

from core.clock import Clock


def etag_of(body: bytes) -> str:
    """Return the ETag of a body; a weak one, because the answer may be compressed."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def is_known(headers: Headers, etag: str, modified: datetime | None = None) -> bool:
    """Return whether the client has what would be sent.

    Args:
        headers: Of the request. If it names ETags, they decide (RFC 9110, 13.2.2).
        etag: Of what would be sent.
        modified: When that last changed; None where it is not known.
    """
    if names := headers.get("if-none-match"):
        tags = (part.strip().removeprefix("W/") for part in names.split(","))
        return any(tag in (etag.removeprefix("W/"), "*") for tag in tags)
    since = _date(headers.get("if-modified-since", ""))
    return modified is not None and since is not None and modified <= since


def last_modified(modified: datetime, clock: Clock) -> str:
    """Return the value of a Last-Modified header.

    Seconds are rounded up, else a change within the second of the last answer would be missed; it
    is never in the future (RFC 9110, 8.8.2.1), so that such a second is answered once more.
    """
    whole = modified.astimezone(UTC).replace(microsecond=0)
    seconds = whole.timestamp() + (modified > whole)
    latest = min(seconds, int(clock().timestamp()))
    return format_datetime(datetime.fromtimestamp(latest, UTC), usegmt=True)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
