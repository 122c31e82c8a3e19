"""Patterns of who wrote something and when: ``Name | Sa., 8. Januar 2022 - 18:19``, ``3 h ago``.

They match lower-case text. The words are those of all known languages (:mod:`core.text.languages`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from core.text.languages import BylineWords, DateWords, Language, languages

_NAME = r"(?P<name>[^\s.,;:!?|(){}<>\d«»„“\"][^;:!?|(){}<>«»„“\"\n]{0,45}?)"


@dataclass(frozen=True, slots=True)
class BylinePatterns:
    """The patterns of all languages.

    Attributes:
        signature: Who and when, and nothing else; the group ``name`` is who.
        when_only: When, and nothing else.
        who_says: A name, perhaps with a word for *wrote*; the group ``name`` is the name.
        clock_only: Begins with a time of day.
        maybe_when: Found in every text that has a date or a time; most texts do not have it.
        clocked: Found where there is a time of day or an elapsed time, not only a date.
        opener: The word for *by* before a name, but no noun such as *author:*.
        particles: Words inside a name that are written small.
    """

    signature: re.Pattern[str]
    when_only: re.Pattern[str]
    who_says: re.Pattern[str]
    clock_only: re.Pattern[str]
    maybe_when: re.Pattern[str]
    clocked: re.Pattern[str]
    opener: re.Pattern[str]
    particles: frozenset[str]


def byline_patterns() -> BylinePatterns:
    """Return the patterns of all known languages, compiled at the first call."""
    return _compiled(languages())


@cache
def _compiled(known: tuple[Language, ...]) -> BylinePatterns:
    dates, bylines = [one.dates for one in known], [one.bylines for one in known]
    when = _when(dates)
    says = rf"(?:\s*{_any_of(p for b in bylines for p in b.says)})"
    joiners = _any_of(w for d in dates for w in d.joiners)
    ending = _signature_ending(bylines)
    hours = _any_of(w for d in dates for w in d.hours)
    cues = [p for d in dates for p in d.elapsed_cues]
    openers = _any_of(p for b in bylines for p in (*b.openers, *b.prefixes) if p.isalpha())
    return BylinePatterns(
        signature=re.compile(
            rf"(?:#?\d{{1,4}}[.)]?\s+|{_comment_by(bylines)}\s)?"
            rf"{_NAME}{says}?[\s,|•·:/(–—-]+(?:{joiners}\s+)?{when}\)?{ending}$"
        ),
        when_only=re.compile(rf"(?:{joiners}\s|\(|\|\s?|·\s?|•\s?)*{when}\)?{ending}$"),
        who_says=re.compile(rf"{_NAME}{says}?\s*:?$"),
        clock_only=re.compile(rf"{_clock(dates)}$"),
        maybe_when=re.compile(
            "|".join((r"\d", *cues, *_flat(dates, "relative_days"), *_flat(dates, "just_now")))
        ),
        clocked=re.compile(
            "|".join(
                (
                    r"\d[:h]\d\d",
                    r"(?<![\d.])\d\d?\.\d\d(?![\d.])",
                    rf"\d\s?{hours}",
                    rf"\b{_any_of(map(str.strip, cues))}\b",
                )
            )
        ),
        opener=re.compile(rf"^{openers}\s"),
        particles=frozenset().union(*(b.particles for b in bylines)),
    )


def _any_of(patterns: Iterable[str]) -> str:
    """Return a pattern that matches any of them, the longer ones first."""
    return f"(?:{'|'.join(sorted(set(patterns), key=lambda p: (-len(p), p)))})"


def _flat(dates: Sequence[DateWords], name: str) -> list[str]:
    return sorted({word for one in dates for word in getattr(one, name)})


def _when(dates: Sequence[DateWords]) -> str:
    """Match a date, a time with a date, or the time since."""
    day, clock = _day(dates), _clock(dates)
    weekday = (
        rf"(?:{_any_of(_flat(dates, 'short_weekdays'))}\.?,?\s"
        rf"|{_any_of(_flat(dates, 'weekdays'))},?\s)"
    )
    today = rf"{_any_of(_flat(dates, 'relative_days'))}\b"
    joiners = _any_of((",", "-", "–", "—", r"\|", "•", "·", "/", *_flat(dates, "joiners")))
    join = rf"(?:\s*{joiners}\s*|\s+)"
    elapsed = _any_of(p for one in dates for p in (*one.elapsed, *one.just_now))
    return (
        rf"(?:{weekday}?(?:(?:{day}|{today})(?:{join}{join}?{clock})?"
        rf"|{clock}{join}{day})|{elapsed})"
    )


def _day(dates: Sequence[DateWords]) -> str:
    months = _any_of(name for one in dates for names in one.months for name in names) + r"\.?"
    endings = _any_of((r"\.", *_flat(dates, "ordinal_endings")))
    before_year = _any_of(_flat(dates, "year_prefixes"))
    after_year = _any_of(_flat(dates, "year_endings"))
    return (
        r"(?:\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d\d-\d\d"
        r"|\d{1,2}-\d{1,2}-\d{4}"
        rf"|\d{{1,2}}{endings}?\s{months},?(?:\s(?:{before_year}\s)?\d{{4}})?(?:\s?{after_year})?"
        rf"|{months}\s\d{{1,2}}{endings}?,?(?:\s\d{{4}})?)"
    )


def _clock(dates: Sequence[DateWords]) -> str:
    hours = _flat(dates, "hours")
    endings = _any_of((*hours, *_flat(dates, "clock_endings")))
    return (
        rf"(?:\d{{1,2}}\s?[:.h]\s?\d{{2}}(?::\d\d)?(?:\s?{endings})?|\d{{1,2}}\s?{_any_of(hours)})"
    )


def _comment_by(bylines: Sequence[BylineWords]) -> str:
    nouns = _any_of(word for one in bylines for word in one.comment_nouns)
    return rf"{nouns}\s{_any_of(word for one in bylines for word in one.comment_prepositions)}"


def _signature_ending(bylines: Sequence[BylineWords]) -> str:
    endings = _any_of(p for one in bylines for p in one.signature_endings)
    return rf"(?:{endings}|[|·•:()\s#\d])*"
