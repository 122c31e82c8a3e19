"""The reader's language and time zone, as the browser names them."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from config.i18n import LANGUAGES, Translator, translator

ZONE_COOKIE: Final = "wirewatch_zone"
"""Cookie in which the script of the pages names the browser's time zone."""

_ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30}){0,2}")


def preferred_translator(header: str, zone_name: str = "") -> Translator:
    """Return the translator of the language that the browser prefers, English by default.

    Args:
        header: The ``Accept-Language`` header; untrusted.
        zone_name: The browser's time zone, such as ``Europe/Berlin``; untrusted.
    """
    best, highest = "en", 0.0
    for part in header[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        code, quality = tag.strip().lower().split("-")[0], _quality(parameter)
        if code in LANGUAGES and quality > highest:
            best, highest = code, quality
    return translator(best, find_zone(zone_name))


def find_zone(name: str) -> tzinfo:
    """Return the time zone of a name; UTC where the name is empty or unknown."""
    if name in ("", "UTC", "Etc/UTC") or not _ZONE_NAME.fullmatch(name):
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, or a folder of the database
        return UTC


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
