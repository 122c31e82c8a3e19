"""Sentence boundaries, by rule and without knowing which language a text is in.

A line feed always ends a sentence, and so does what separates cells, items and the entries of a
live blog (:mod:`core.text.separators`). So does ``.``, ``!``, ``?`` or ``…`` before a space and
anything but a small letter, unless the full stop belongs to an abbreviation, an initial or an
ordinal (``z. B.``, ``Dr.``, ``Art. 5``, ``U.S.``, ``12. Januar``, ``der 3. Senat``). Even then a
sentence ends where the next word is one that begins sentences. A number is no ordinal where it
counts what precedes it (``Nummer 3.``), and abbreviations that end lists end sentences too
(``usw.``). Abbreviations and such words are those of all languages (:mod:`core.text.languages`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from core.text.languages import Language, Words, languages
from core.text.separators import SEPARATOR

# A run of marks is tried from its first one only: from each of them, thousands take minutes. The
# set of marks comes first, so that the search skips everything else four times as fast.
_END = re.compile(r"([.!?…](?<![.!?…][.!?…])[.!?…]*+)(?:\[\d{1,3}\])*+[\"'»«“”’)\]¹²³⁰⁴-⁹]*+(?=\s)")
_LAST_WORD = re.compile(r"[^\W_]+$")
_WORD_BEFORE = re.compile(r"([^\W_]+)[\"'»«„“”‘’(\s]+$")
_NEXT_WORD = re.compile(r"[\"'»«„“”‘’(\[\s–—-]*(\w+)")
_NEXT = re.compile(r"\s+(?=\S)")
_DECLINED = ("en", "em", "er", "es")
"""Endings of the adjectives and pronouns that precede an ordinal: *seinem 3. Buch*."""
_LONGEST_ABBREVIATION = 24
"""Code points searched for one before a full stop; without a limit long words cost quadratic time.
"""


def sentence_starts(text: str) -> list[int]:
    """Return where the sentences of a text begin, ascending; the first is always 0."""
    starts, at = [0], 0
    while True:
        end = _line_end(text, at)
        starts += _starts_inside(text, at, end)
        if end == len(text):
            return starts
        at = end + 1
        starts.append(at)


class Sentences:
    """The sentences of one text. Lines are split when a position in them is first asked for.

    Args:
        text: The text of a field.
        one: Treat the whole text as one sentence.
    """

    def __init__(self, text: str, *, one: bool = False) -> None:
        self._text = text
        self._one = one
        self._lines: dict[int, tuple[list[int], int]] = {}

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the sentences that a span touches.

        Returns:
            The start of the sentence that ``start`` is in, and the start of the sentence after
            the one that ``end`` is in, or the end of the text.
        """
        starts, after = self._line(start)
        first = starts[bisect_right(starts, start) - 1]
        last = max(start, end - 1)
        if last >= after:
            starts, after = self._line(last)
        following = bisect_right(starts, last)
        return first, starts[following] if following < len(starts) else after

    def excerpt(self, start: int, end: int, *, limit: int = 400) -> str:
        """Return the text of the sentences that a span touches.

        Args:
            start: First code point of the span.
            end: One past its last code point.
            limit: Most code points; a longer text is cut at word borders around the span. The
                span itself is never cut.
        """
        first, last = self.around(start, end)
        if last - first > limit:
            first, last = _window(self._text, first, last, start, end, limit)
        return self._text[first:last].strip()

    def _line(self, at: int) -> tuple[list[int], int]:
        """Return the sentence starts of the line around ``at``, and where the next line begins."""
        text = self._text
        begin = 0 if self._one else text.rfind("\n", 0, at) + 1
        line = self._lines.get(begin)
        if line is None:
            end = len(text) if self._one else _line_end(text, at)
            inside = [] if self._one else _starts_inside(text, begin, end)
            line = self._lines[begin] = [begin, *inside], min(end + 1, len(text))
        return line


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def has_boundary(text: str, end: int, next_end: int) -> bool:
    """Return whether a sentence ends between two successive words of a line.

    Args:
        text: The text.
        end: One past the last code point of the first word.
        next_end: One past the last code point of the second.
    """
    return bool(_starts_inside(text, end, next_end))


def _starts_inside(text: str, begin: int, end: int) -> list[int]:
    """Return where the second and later sentences of a line begin."""
    ends = (_NEXT.match(text, mark.end(), end) for mark in SEPARATOR.finditer(text, begin, end))
    starts = [following.end() for following in ends if following]
    found = _starts_after_marks(text, begin, end)
    return sorted({*starts, *found}) if starts else found


def _starts_after_marks(text: str, begin: int, end: int) -> list[int]:
    known = _boundary_words(languages())
    starts = []
    for mark in _END.finditer(text, begin, end):
        following = _NEXT_WORD.match(text, mark.end(), end)
        if following is None or following.group(1)[0].islower():
            continue
        word = following.group(1).casefold()
        if (
            mark.group(1) != "."
            or word in known.starters
            or not _shortens(text, mark.start(), word, known)
        ):
            starts.append(following.end() - _opening_length(following))
    return starts


@dataclass(frozen=True, slots=True)
class _BoundaryWords:
    """What tells whether a full stop ends a sentence; of all languages."""

    abbreviations: Words
    numbered: Words
    closing: tuple[str, ...]
    starters: Words
    ordinal_openers: Words
    ordinal_nouns: Words
    counted: Words


@cache
def _boundary_words(known: tuple[Language, ...]) -> _BoundaryWords:
    def union(words: Iterable[Words]) -> Words:
        return frozenset[str]().union(*words)

    months = (month for one in known for month in one.dates.months)
    return _BoundaryWords(
        abbreviations=union(one.abbreviations for one in known),
        numbered=union(one.numbered_abbreviations for one in known),
        closing=tuple(text for one in known for text in one.closing_abbreviations),
        starters=union(one.sentence_starters for one in known),
        ordinal_openers=union(one.ordinal_openers for one in known),
        ordinal_nouns=union((*(one.ordinal_nouns for one in known), *months)),
        counted=union(one.counted_nouns for one in known),
    )


def _opening_length(following: re.Match[str]) -> int:
    """Return the length of a sentence's first word and of the quote or bracket before it."""
    gap = following.group()[: following.start(1) - following.start()]
    return len(following.group(1)) + len(gap.lstrip())


def _shortens(text: str, stop: int, following: str, known: _BoundaryWords) -> bool:
    """Return whether a full stop ends an abbreviation, an initial or an ordinal.

    Args:
        text: The text.
        stop: Where the full stop is.
        following: The next word, case folded.
        known: The words of all languages.
    """
    begin = max(0, stop - _LONGEST_ABBREVIATION)
    last = _LAST_WORD.search(text, begin, stop)
    if last is None:
        return False
    word = last.group().casefold()
    if word.isdecimal():
        return len(word) <= 2 and _is_ordinal(_word_before(text, last.start()), following, known)
    if following[0].isdecimal() and word in known.numbered:
        return True
    if len(word) == 1 and word.isalpha():
        if text[begin:stop].casefold().endswith(known.closing):
            return False
        return (_word_before(text, last.start()) or "").casefold() not in known.counted
    return word in known.abbreviations


def _is_ordinal(before: str | None, following: str, known: _BoundaryWords) -> bool:
    """Return whether a number with a full stop is an ordinal: *am 3. Mai*, not *Nummer 3. Dann*."""
    if before is None or following in known.ordinal_nouns:
        return True
    folded = before.casefold()
    if before[0].isupper() and folded not in known.ordinal_openers:
        return False
    return folded in known.ordinal_openers or folded.endswith(_DECLINED)


def _word_before(text: str, start: int) -> str | None:
    """Return the word before a word in the same line, or None where another sign is between."""
    found = _WORD_BEFORE.search(text, max(0, start - _LONGEST_ABBREVIATION), start)
    if found is None or "\n" in found.group():
        return None
    return found.group(1)


def _window(text: str, first: int, last: int, start: int, end: int, limit: int) -> tuple[int, int]:
    """Return a span around another, shrunk to word borders."""
    room = max(0, limit - (end - start)) // 2
    left, right = max(first, start - room), min(last, end + room)
    if left > first:
        left = min((i + 1 for i in range(left, start) if text[i].isspace()), default=start)
    if right < last:
        right = max((i for i in range(end, right) if text[i].isspace()), default=end)
    return left, right
