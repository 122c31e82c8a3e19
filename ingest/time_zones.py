"""Time zones as dates name them: offsets, names in several languages, and those of publishers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

_HOURS_EAST = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "mez": 1,
    "met": 1, "cest": 2, "mesz": 2, "mest": 2, "eet": 2, "eest": 3, "oesz": 3, "oez": 2, "msk": 3,
    "trt": 3, "gst": 4, "ist": 5.5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10,
    "aedt": 11, "nzst": 12, "nzdt": 13, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "мск": 3,
}  # fmt: skip
_REGIONS = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}  # fmt: skip
_MONTH_FIRST = frozenset(
    f"America/{city}"
    for city in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Detroit")
)
ZONE_NAMES = frozenset(_HOURS_EAST) - {"z"} | frozenset(_REGIONS)
"""Names of time zones that may follow a time of day, in lower case."""

_OFFSET = re.compile(r"(?:(?:UTC|GMT)\s*)?([+-])(\d{1,2}):?(\d{2})?$", re.IGNORECASE)


@cache
def find_zone(name: str) -> tzinfo | None:
    """Return a time zone of the IANA database, or None for an empty or unknown name."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def is_month_first(zone: tzinfo | None) -> bool:
    """Return whether 11/5/2026 is the fifth of November where the publisher is."""
    return getattr(zone, "key", "") in _MONTH_FIRST


def offset_of(zone: str, local: datetime) -> timedelta | None:
    """Return how far east of UTC a zone is, or None for a name that is none.

    Args:
        zone: An offset (``+01:00``) or a name (``MEZ``, ``ET``), as written.
        local: The local time, for names that have a summer time.

    Raises:
        ValueError: No zone is that far from UTC.
    """
    parts = _OFFSET.fullmatch(zone)
    if parts:
        if int(parts[2]) > 15:
            raise ValueError("no zone is that far from UTC")
        size = timedelta(hours=int(parts[2]), minutes=int(parts[3] or 0))
        return -size if parts[1] == "-" else size
    name = zone.strip("()").lower()
    if name in _REGIONS:
        return local.replace(tzinfo=ZoneInfo(_REGIONS[name])).utcoffset()
    hours = _HOURS_EAST.get(name)
    return None if hours is None else timedelta(hours=hours)
