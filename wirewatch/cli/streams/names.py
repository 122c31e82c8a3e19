"""Names of streams on the command line, with or without the configured prefix."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

from config.errors import UsageError
from core.streams.prefix import Prefix
from wirewatch.cli.times import parse_since

if TYPE_CHECKING:
    from config.settings import Settings
    from core.streams.port import StreamSpec

Start = Literal["start", "end"] | datetime


def configured_specs(settings: Settings) -> list[StreamSpec]:
    """Return the streams that the settings and the valid topic files need."""
    from core.streams.topology import stream_specs
    from wirewatch.run.bootstrap import load_files

    catalog, _ = load_files(settings)
    return stream_specs(settings, published=[t.id for t in catalog.topics if t.publish])


def without_prefix(settings: Settings, name: str) -> str:
    """Return a stream's name without the configured prefix, if it has it."""
    return Prefix(settings.streams_prefix).strip(name) or name


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """Return the error for an unknown name, with the most similar known ones."""
    names = sorted(known)
    similar = get_close_matches(name, names, n=3, cutoff=0.5)
    existing = f"There are: {', '.join(names)}." if names else f"There is no {kind} yet."
    mend = f"Did you mean {' or '.join(similar)}?" if similar else existing
    return UsageError(f"There is no {kind} {name!r}.", mend=mend)


def parse_start(text: str, now: datetime) -> Start:
    """Parse where to start reading; a time without a zone is UTC.

    Raises:
        UsageError: The text is neither ``start``, ``end``, a time nor a duration.
    """
    if text == "start":
        return "start"
    if text == "end":
        return "end"
    return parse_since(text, now, option="--from", others="start, end, ")
