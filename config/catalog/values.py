"""Parsers of single values: each takes a text and returns the value or an :class:`InvalidValue`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlsplit

from config.durations import parse_duration
from config.yaml.nodes import one_line

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MAX_ID: Final = 100
"""Longest id: a topic's id is part of a stream name, which Kafka limits to 249 characters."""

MAX_OWNER: Final = 80
"""Longest name of an owner, as of an account."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_TERM = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INTEGER = re.compile(r"[-+]?[0-9]{1,6}")
_CODE = re.compile(r"[A-Za-z]{2}")
_WIKIDATA = re.compile(r"Q[1-9][0-9]{0,11}")


@dataclass(frozen=True, slots=True)
class InvalidValue:
    """Why a value is not valid, and what to write instead.

    Attributes:
        message: What is wrong, one sentence.
        mend: What to write instead, one sentence.
        code: The fault's code.
    """

    message: str
    mend: str
    code: str = "E221"


Parse = Callable[[str], T | InvalidValue]


def shown(value: str) -> str:
    """Return a value of a file as messages quote it."""
    return f"`{one_line(value, 60)}`"


def nearest(value: str, known: Collection[str]) -> str:
    """Return ``Did you mean …?``, or all known values where none is similar."""
    close = get_close_matches(value, sorted(known), n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    if not known:
        return "None is defined."
    return "Known: " + ", ".join(sorted(known)[:20]) + ("." if len(known) <= 20 else ", …")


def text(value: str) -> str | InvalidValue:
    """Parse one line of text: runs of white space become one space, empty text is invalid."""
    return " ".join(value.split()) or InvalidValue("This value is empty.", "Write some text.")


def owner(value: str) -> str | InvalidValue:
    """Parse the name of a person or team: one line of at most :data:`MAX_OWNER` characters."""
    name = text(value)
    if isinstance(name, InvalidValue) or len(name) <= MAX_OWNER:
        return name
    message = f"{shown(name)} is longer than {MAX_OWNER} characters."
    return InvalidValue(message, "Write the name of a person or of a team.")


def identifier(value: str) -> str | InvalidValue:
    """Parse an id: ``[a-z0-9-]``, at most 100 characters, not starting with a hyphen."""
    if _ID.fullmatch(value) and len(value) <= MAX_ID:
        return value
    better = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:MAX_ID]
    mend = f"Write `{better}`." if better else "Write letters a-z, digits and hyphens."
    return InvalidValue(f"{shown(value)} is not a valid id: use a-z, 0-9 and hyphens.", mend)


def term_name(value: str) -> str | InvalidValue:
    """Parse a name that a query can use as ``$name``."""
    if _TERM.fullmatch(value):
        return value
    mend = f"Write `{re.sub('[^A-Za-z0-9_]+', '_', value) or 'name'}`."
    message = f"{shown(value)} is not a valid term name: use letters, digits and `_`."
    return InvalidValue(message, mend)


def concept_name(value: str) -> str | InvalidValue:
    """Parse the id of a concept, a term's name that may have hyphens too."""
    name = term_name(value.replace("-", "_"))
    return name if isinstance(name, InvalidValue) else value


def duration(value: str) -> timedelta | InvalidValue:
    """Parse a duration: ``90s``, ``10m``, ``48h``, ``2d``."""
    parsed = parse_duration(value)
    mend = "Write it like 90s, 10m, 48h or 2d."
    return InvalidValue(f"{shown(value)} is not a duration.", mend) if parsed is None else parsed


def text_limit(value: str) -> timedelta | InvalidValue | None:
    """Parse how long full texts are kept: ``always`` (None), ``never`` (zero) or a duration."""
    words = {"always": None, "never": timedelta()}
    if value in words:
        return words[value]
    mend = "Write always, never, or for how long, such as 30d."
    return parse_duration(value) or InvalidValue(f"{shown(value)} is not a duration.", mend)


def url(value: str) -> str | InvalidValue:
    """Parse an http or https URL with a host."""
    mend = "Write a complete URL: https://example.org/feed.xml."
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f]", value):
        return InvalidValue(f"{shown(value)} is not an http or https URL.", mend)
    return value


def css_selector(value: str) -> str | InvalidValue:
    """Parse a CSS selector of elements: ``main a.teaser``; pseudo-elements are invalid."""
    from cssselect import GenericTranslator, SelectorError

    mend = "Write it like `main article a` or `div.article-body`."
    try:
        GenericTranslator().css_to_xpath(value)
    except SelectorError:
        return InvalidValue(f"{shown(value)} is not a CSS selector.", mend)
    return value


def country(value: str) -> str | InvalidValue:
    """Parse a country code: two letters (ISO 3166-1), returned in upper case."""
    if _CODE.fullmatch(value):
        return value.upper()
    return InvalidValue(f"{shown(value)} is not a country code.", "Write two letters: DE, US, UA.")


def language(value: str) -> str | InvalidValue:
    """Parse a language code: two letters (ISO 639-1), returned in lower case."""
    if _CODE.fullmatch(value):
        return value.lower()
    better = value[:2].lower() if re.match(r"[A-Za-z]{2}[-_]", value) else ""
    mend = f"Write `{better}`." if better else "Write two letters: de, en, uk."
    return InvalidValue(f"{shown(value)} is not a language code.", mend)


def integer(value: str) -> int | InvalidValue:
    """Parse a whole number of at most six digits."""
    if _INTEGER.fullmatch(value):
        return int(value)
    return InvalidValue(f"{shown(value)} is not a whole number.", "Write digits, like 30 or -60.")


def positive(value: str) -> int | InvalidValue:
    """Parse a whole number of 1 or more."""
    number = integer(value)
    if isinstance(number, int) and number < 1:
        return InvalidValue(f"{shown(value)} is less than 1.", "Write 1 or a larger whole number.")
    return number


def boolean(value: str) -> bool | InvalidValue:
    """Parse ``true`` or ``false``; in YAML 1.2 ``yes`` and ``no`` are text."""
    known = {"true": True, "false": False}
    if value.lower() in known:
        return known[value.lower()]
    return InvalidValue(f"{shown(value)} is not true or false.", "Write true or false.")


def moment(value: str) -> str | InvalidValue:
    """Parse an RFC 3339 time with its zone; the text is returned unchanged."""
    mend = "Write it like 2026-11-22T09:00:00Z."
    try:
        time = datetime.fromisoformat(value)
        zoned = time.tzinfo is not None
        time.astimezone(UTC)
    except (ValueError, OverflowError):  # year 1 or 9999 in a zone that leaves the calendar
        return InvalidValue(f"{shown(value)} is not a time.", mend)
    return value if zoned else InvalidValue(f"{shown(value)} has no time zone.", mend)


def wikidata(value: str) -> str | InvalidValue:
    """Parse a Wikidata item: Q and a number."""
    if _WIKIDATA.fullmatch(value):
        return value
    return InvalidValue(f"{shown(value)} is not a Wikidata id.", "Write it like Q3874799.")


def one_of(*known: str) -> Parse[str]:
    """Return a parser that accepts one of the given words."""

    def parse(value: str) -> str | InvalidValue:
        if value in known:
            return value
        return InvalidValue(
            f"{shown(value)} is not one of {', '.join(known)}.", nearest(value, known)
        )

    return parse


def member(kind: type[E]) -> Parse[E]:
    """Return a parser that accepts the values of an enumeration."""

    def parse(value: str) -> E | InvalidValue:
        word = one_of(*kind)(value)
        return word if isinstance(word, InvalidValue) else kind(word)

    return parse
