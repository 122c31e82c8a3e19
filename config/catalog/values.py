"""Parsers of single values: a text in, the value or what is wrong with it out. All pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlsplit

from config.durations import parse_duration
from config.yaml.nodes import one_line

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MAX_ID: Final = 100
"""A topic's id becomes part of a stream name, which Kafka ends at 249 characters."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_TERM = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INTEGER = re.compile(r"[-+]?[0-9]{1,6}")
_CODE = re.compile(r"[A-Za-z]{2}")
_WIKIDATA = re.compile(r"Q[1-9][0-9]{0,11}")


@dataclass(frozen=True, slots=True)
class InvalidValue:
    """Why a value cannot be used, and what to write instead."""

    message: str
    mend: str
    code: str = "E221"


Parse = Callable[[str], T | InvalidValue]


def shown(value: str) -> str:
    """A value of the file as a message shows it."""
    return f"`{one_line(value, 60)}`"


def nearest(value: str, known: Collection[str]) -> str:
    """``Did you mean …?``, or all there is to choose from."""
    close = get_close_matches(value, sorted(known), n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    if not known:
        return "There is none so far."
    return "Known: " + ", ".join(sorted(known)[:20]) + ("." if len(known) <= 20 else ", …")


def text(value: str) -> str | InvalidValue:
    """One line of text, white space single, not empty."""
    return " ".join(value.split()) or InvalidValue("This text is empty.", "Write something.")


def identifier(value: str) -> str | InvalidValue:
    """An id: ``[a-z0-9-]``, at most 100 characters, not beginning with a hyphen."""
    if _ID.fullmatch(value) and len(value) <= MAX_ID:
        return value
    better = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:MAX_ID]
    mend = f"Write `{better}`." if better else "Write letters a-z, digits and hyphens."
    return InvalidValue(f"{shown(value)} is not an id: only a-z, 0-9 and hyphens.", mend)


def term_name(value: str) -> str | InvalidValue:
    """A name usable as ``$name`` in a query."""
    if _TERM.fullmatch(value):
        return value
    mend = f"Write `{re.sub('[^A-Za-z0-9_]+', '_', value) or 'name'}`."
    return InvalidValue(f"{shown(value)} is not a term's name: only letters, digits and `_`.", mend)


def duration(value: str) -> timedelta | InvalidValue:
    """``90s``, ``10m``, ``48h``, ``2d``."""
    found = parse_duration(value)
    mend = "Write it like 90s, 10m, 48h or 2d."
    return InvalidValue(f"{shown(value)} is not a duration.", mend) if found is None else found


def url(value: str) -> str | InvalidValue:
    """An http or https URL with a host."""
    mend = "Write a whole URL: https://example.org/feed.xml."
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f]", value):
        return InvalidValue(f"{shown(value)} is not an http or https URL.", mend)
    return value


def country(value: str) -> str | InvalidValue:
    """Two letters of ISO 3166-1, in capitals."""
    if _CODE.fullmatch(value):
        return value.upper()
    return InvalidValue(f"{shown(value)} is not a country code.", "Write two letters: DE, US, UA.")


def language(value: str) -> str | InvalidValue:
    """Two letters of ISO 639-1, small."""
    if _CODE.fullmatch(value):
        return value.lower()
    better = value[:2].lower() if re.match(r"[A-Za-z]{2}[-_]", value) else ""
    mend = f"Write `{better}`." if better else "Write two letters: de, en, uk."
    return InvalidValue(f"{shown(value)} is not a language code.", mend)


def integer(value: str) -> int | InvalidValue:
    """A whole number of at most six digits."""
    if _INTEGER.fullmatch(value):
        return int(value)
    return InvalidValue(f"{shown(value)} is not a whole number.", "Write digits, like 30 or -60.")


def positive(value: str) -> int | InvalidValue:
    """A whole number from 1."""
    number = integer(value)
    if isinstance(number, int) and number < 1:
        return InvalidValue(f"{shown(value)} is less than 1.", "Write a whole number from 1.")
    return number


def boolean(value: str) -> bool | InvalidValue:
    """``true`` or ``false``; in YAML 1.2 ``yes`` and ``no`` are texts."""
    known = {"true": True, "false": False}
    found = known.get(value.lower())
    return (
        InvalidValue(f"{shown(value)} is not a truth value.", "Write true or false.")
        if found is None
        else found
    )


def moment(value: str) -> str | InvalidValue:
    """A time of RFC 3339 with its zone, kept as it is written."""
    mend = "Write it like 2026-11-22T09:00:00Z."
    try:
        zoned = datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return InvalidValue(f"{shown(value)} is not a time.", mend)
    return value if zoned else InvalidValue(f"{shown(value)} has no time zone.", mend)


def wikidata(value: str) -> str | InvalidValue:
    """A Wikidata item: Q and a number."""
    if _WIKIDATA.fullmatch(value):
        return value
    return InvalidValue(f"{shown(value)} is not a Wikidata id.", "Write it like Q3874799.")


def one_of(*known: str) -> Parse[str]:
    """One of a few words."""

    def parse(value: str) -> str | InvalidValue:
        if value in known:
            return value
        return InvalidValue(f"{shown(value)} is none of {', '.join(known)}.", nearest(value, known))

    return parse


def member(kind: type[E]) -> Parse[E]:
    """One of an enumeration's values."""

    def parse(value: str) -> E | InvalidValue:
        word = one_of(*kind)(value)
        return word if isinstance(word, InvalidValue) else kind(word)

    return parse
