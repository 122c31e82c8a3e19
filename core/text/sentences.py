"""Sentence boundaries, by rule and without knowing which language a text is in.

A line feed always ends a sentence. So does ``.``, ``!``, ``?`` or ``…`` before a space and
anything but a small letter, unless the full stop belongs to an abbreviation, an initial or an
ordinal (``z. B.``, ``Dr.``, ``U.S.``, ``12. Januar``). Even then a sentence ends where the next
word is one that begins sentences. Abbreviations and such words are those of all languages
(:mod:`core.text.languages`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from core.text.languages import Language, Words, languages

# A run of marks is tried from its first one only: from each of them, thousands take minutes.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'»«“”’)\]]*+(?=\s)")
_LAST_WORD = re.compile(r"[^\W_]+$")
_NEXT_WORD = re.compile(r"[\"'»«„“”‘’(\[\s–—-]*(\w+)")
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


def _starts_inside(text: str, begin: int, end: int) -> list[int]:
    """Return where the second and later sentences of a line begin."""
    abbreviations, starters = _boundary_words(languages())
    starts = []
    for mark in _END.finditer(text, begin, end):
        following = _NEXT_WORD.match(text, mark.end(), end)
        if following is None or following.group(1)[0].islower():
            continue
        if (
            not _is_full_stop(mark.group())
            or following.group(1).casefold() in starters
            or not _shortens(text, mark.start(), abbreviations)
        ):
            starts.append(following.end() - _opening_length(following))
    return starts


@cache
def _boundary_words(known: tuple[Language, ...]) -> tuple[Words, Words]:
    """Return the abbreviations and the sentence starters of all languages."""
    abbreviations = frozenset[str]().union(*(one.abbreviations for one in known))
    return abbreviations, frozenset[str]().union(*(one.sentence_starters for one in known))


def _opening_length(following: re.Match[str]) -> int:
    """Return the length of a sentence's first word and of the quote or bracket before it."""
    gap = following.group()[: following.start(1) - following.start()]
    return len(following.group(1)) + len(gap.lstrip())


def _is_full_stop(mark: str) -> bool:
    """Return whether an end mark is one full stop, which may belong to an abbreviation."""
    return mark.startswith(".") and len(mark.rstrip("\"'»«“”’)]")) == 1


def _shortens(text: str, stop: int, abbreviations: Words) -> bool:
    """Return whether a full stop ends an abbreviation, an initial or an ordinal."""
    found = _LAST_WORD.search(text, max(0, stop - _LONGEST_ABBREVIATION), stop)
    if found is None:
        return False
    word = found.group()
    is_ordinal = word.isdecimal() and len(word) <= 2
    is_initial = len(word) == 1 and word.isalpha()
    return is_ordinal or is_initial or word.casefold() in abbreviations


def _window(text: str, first: int, last: int, start: int, end: int, limit: int) -> tuple[int, int]:
    """Return a span around another, shrunk to word borders."""
    room = max(0, limit - (end - start)) // 2
    left, right = max(first, start - room), min(last, end + room)
    if left > first:
        left = min((i + 1 for i in range(left, start) if text[i].isspace()), default=start)
    if right < last:
        right = max((i for i in range(end, right) if text[i].isspace()), default=end)
    return left, right
