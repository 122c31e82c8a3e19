"""Streams by the names people give them, with or without the configured prefix."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

from config.errors import UsageError
from config.settings import Settings
from core.streams.prefix import Prefix

if TYPE_CHECKING:
    from core.streams.port import StreamSpec

Start = Literal["start", "end"] | datetime


def wanted_specs(settings: Settings) -> list[StreamSpec]:
    """The streams that settings and topic files ask for, as far as those files can be read."""
    from core.streams.topology import stream_specs
    from wirewatch.run.bootstrap import load_files

    catalog, _ = load_files(settings)
    return stream_specs(settings, published=[t.id for t in catalog.topics if t.publish])


def own_name(settings: Settings, given: str) -> str:
    """The name as the program knows it."""
    return Prefix(settings.streams_prefix).strip(given) or given


def unknown(kind: str, given: str, known: Iterable[str]) -> UsageError:
    """The error for a name that is not there: it says which ones are nearest."""
    names = sorted(known)
    near = get_close_matches(given, names, n=3, cutoff=0.5)
    there = f"There are: {', '.join(names)}." if names else f"There is no {kind} at all."
    mend = f"Did you mean {' or '.join(near)}?" if near else there
    return UsageError(f"There is no {kind} {given!r}.", mend=mend)


def parse_start(text: str) -> Start:
    """Where to begin; a time without a zone is UTC.

    Raises:
        UsageError: It is neither a word nor a time.
    """
    if text == "start":
        return "start"
    if text == "end":
        return "end"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--from {text!r} is no time.", mend="Write start, end or 2026-11-22T09:00:00Z."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
