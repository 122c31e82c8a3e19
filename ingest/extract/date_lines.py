"""Find dates in short lines near the headline: ``Stand: 28.11.2026, 14:05 Uhr``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from core.text.languages import Language, languages
from ingest.extract.blocks import HEADINGS, Block
from ingest.extract.date_elements import ArticlePlace, first_prose
from ingest.time_zones import ZONE_NAMES

_LONGEST_LINE = 160
_LONGEST_PLAIN = 120
_FEW_WORDS = 2
_ABOVE, _BELOW, _ANYWHERE = 6, 25, 400
_ZONES = frozenset((None, "author", "agency", "chrome", "service", "caption"))
_PLACES = re.compile(
    r"date|datum|time|zeit|meta|byline|publish|posted|stand|info|author|autor|entry-header",
    re.IGNORECASE,
)
_AS_OF = frozenset(("stand",))


@dataclass(frozen=True, slots=True)
class DateLine:
    """A date in a line of its own.

    Attributes:
        date: The date as it is written, in lower case.
        is_change: Whether it says when the article was changed.
        rank: 0 if the line says that it was published then, 1 if it says nothing, 2 for a state.
    """

    date: str
    is_change: bool
    rank: int


@dataclass(frozen=True, slots=True)
class _Patterns:
    date: re.Pattern[str]
    digit: re.Pattern[str]
    published: re.Pattern[str]
    changed: re.Pattern[str]
    byline: re.Pattern[str]
    weekday: re.Pattern[str]


def lines_with_dates(blocks: Sequence[Block], title: int) -> list[DateLine]:
    """Return the dates in lines near the headline, the most telling first.

    Args:
        blocks: The blocks with their zones.
        title: Index of the headline, -1 if there is none.
    """
    patterns = _patterns(languages())
    place = ArticlePlace.of(blocks, title)
    lines: list[DateLine] = []
    top = max(title, 0)
    prose = first_prose(blocks, title)
    for index in _indexes(blocks, top):
        block = blocks[index]
        is_near = top - _ABOVE <= index <= max(top + 3, prose + 1)
        if block.zone in _ZONES and index != title and len(block.text) <= _LONGEST_LINE:
            found = list(_dates_in(block, patterns, is_near=is_near))
            is_told = any(line.rank == 0 for line in found)
            if found and not place.is_elsewhere(block.container, is_told=is_told):
                lines += found
    return sorted(lines, key=lambda line: line.rank)


def _indexes(blocks: Sequence[Block], top: int) -> Iterable[int]:
    """Return the blocks to look at: below the headline, then above it, the nearest first."""
    return (
        *range(top, min(len(blocks), top + _ANYWHERE)),
        *range(top - 1, max(top - _ABOVE, 0) - 1, -1),
    )


def _dates_in(block: Block, patterns: _Patterns, *, is_near: bool) -> Iterable[DateLine]:
    if not patterns.digit.search(block.lower) or block.mostly_links:
        return
    end = 0
    for match in patterns.date.finditer(block.lower):
        before = block.lower[end : match.start()]
        end = match.end()
        changed = patterns.changed.search(before)
        if patterns.published.search(before):
            yield DateLine(match[0], False, 0)
        elif changed and changed[0] not in _AS_OF:
            yield DateLine(match[0], True, 0)
        elif changed:
            yield DateLine(match[0], False, 2)
        elif is_near and _is_plain(block, before, block.lower[end:], patterns):
            yield DateLine(match[0], False, 1)


def _is_plain(block: Block, before: str, behind: str, patterns: _Patterns) -> bool:
    """Return whether a line is about a date, and not about something that happened then."""
    if len(block.text) > _LONGEST_PLAIN or block.container.tag in HEADINGS:
        return False
    if block.sentence and len(behind.split()) > _FEW_WORDS:
        return False
    if patterns.weekday.fullmatch(before) or patterns.byline.match(before):
        return not block.prose
    return bool(_PLACES.search(block.container.get("class") or "")) and not block.prose


@cache
def _patterns(known: tuple[Language, ...]) -> _Patterns:
    dates = [one.dates for one in known]
    published = _any_of(word for one in dates for word in one.published_words)
    changed = _any_of(word for one in known for word in one.update_words)
    days = _any_of(word for one in dates for word in one.relative_days)
    elapsed = [pattern for one in dates for pattern in one.elapsed]
    cues = _any_of(cue.strip() for one in dates for cue in one.elapsed_cues)
    weekdays = _any_of(w for one in dates for w in (*one.weekdays, *one.short_weekdays))
    joiners = _any_of(w for one in dates for w in (*one.joiners, *one.fillers))
    openers = _any_of(pattern for one in known for pattern in one.bylines.openers)
    return _Patterns(
        date=re.compile(_date(dates_of=known, days=days, elapsed=elapsed)),
        digit=re.compile(rf"\d|{cues}|{days}"),
        published=re.compile(rf"(?<!\w)(?:{published})"),
        changed=re.compile(rf"(?<!\w)(?:{changed})(?!\w)"),
        weekday=re.compile(rf"[\W\d_]*(?:(?:{weekdays})\b[\W\d_]*)?(?:(?:{joiners})\b[\W\d_]*)?"),
        byline=re.compile(rf"^[\s|•·–—-]*(?:{openers})\s"),
    )


def _any_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(set(patterns), key=lambda p: (-len(p), p)))})"


def _date(*, dates_of: tuple[Language, ...], days: str, elapsed: Sequence[str]) -> str:
    dates = [one.dates for one in dates_of]
    months = _any_of(name for one in dates for names in one.months for name in names) + r"\.?(?!\w)"
    endings = _any_of((r"\.", *(e for one in dates for e in one.ordinal_endings)))
    prefixes = _any_of(p for one in dates for p in one.year_prefixes)
    after_year = _any_of(p for one in dates for p in one.year_endings)
    joiners = _any_of(w for one in dates for w in (*one.joiners, *one.fillers) if w != "uhr")
    year = r"(?:\d{4})(?!\d)"
    day = (
        rf"(?:\d{{1,2}}\.\s?\d{{1,2}}\.\s?(?:{year}|\d{{2}}(?!\d))|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
        rf"|\d{{1,2}}[/-]\d{{1,2}}[/-]{year}"
        rf"|\d{{1,2}}{endings}?[\s-]+(?:{prefixes}\s)?{months}(?:,?[\s-]+(?:{prefixes}\s)?{year}(?:\s?{after_year})?)?"
        rf"|{months}\s\d{{1,2}}(?!\d){endings}?(?:,?\s{year})?)"
    )
    half = r"\s?(?:uhr|[ap]\.?m\.?)"
    clock = rf"\d{{1,2}}(?:[:.h]\d{{2}}(?!\d)(?::\d{{2}})?(?:{half})?|{half})(?!\w)"
    zones = _any_of(re.escape(zone) for zone in ZONE_NAMES)
    zone = rf"(?:\s\(?{zones}\b\)?)?"
    gap = rf"(?:\s?[,|·•–—/-]\s?|\s)(?:[,|·•–—/-]\s?)?(?:{joiners}\s)?"
    some_day = rf"(?:{day}|{days}(?!\w))(?:{gap}{clock}{zone})?"
    return rf"(?<![\w.])(?:{some_day}|{clock}{zone}{gap}{day}|{_any_of(elapsed)}(?!\w))"
