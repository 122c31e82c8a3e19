"""Sentences of German, English, French, Russian and Ukrainian text, by rule.

A line feed always ends one. So do ``.``, ``!``, ``?`` and ``…`` before a space and anything but a
small letter, unless the full stop belongs to an abbreviation, an initial or an ordinal
(``z. B.``, ``Dr.``, ``U.S.``, ``12. Januar``); and even then where the next word is one that
begins sentences. The rules know no language: the abbreviations of all five are in one set.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_END = re.compile(r"[.!?…]+[\"'»«“”’)\]]*(?=\s)")
_LAST_WORD = re.compile(r"[^\W_]+$")
_NEXT_WORD = re.compile(r"[\"'»«„“”‘’(\[\s–—-]*(\w+)")
_WORD_BACK = 24
"""No abbreviation is longer; looking back further would make long words quadratic."""

_ABBREVIATIONS_TEXT = """
abs allg bd bzw ca dr dipl ehem einschl etc evtl exkl gem ggf hbf hl hr hrn ing inkl insb
jh jhd kap lt mfg mind mio mrd nachf nr pkt prof qm sen sog std str tel ua usw verf
verm vgl vs wg zb zt zzgl bspw sogen zw frl st stv phil med jur rer nat okt dez jan feb apr
jul aug sep sept nov
mr mrs ms messrs gen col lt sgt capt cpt maj adm gov rep hon rev jr inc ltd corp co dept est
fig jun oct dec approx al ave blvd mt ft
mm mme mlle mgr av janv févr juil déc env
г гг им ул д обл р тыс млн млрд руб т п см др проф акад ст стр рис напр вул м грн тис пл
просп св
"""
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())
_STARTERS_TEXT = """
der die das den dem ein eine es er sie wir ich in im am an auf auch aber und doch so zudem
nach bei mit für seit während wenn dies diese dieser dort damit laut
the a an it he she they we but and this that these in on at for with after
le la les il elle ils un une mais et ce cette
он она они это но и в на мы его он він вона вони це але у й та
"""
_STARTERS = frozenset(_STARTERS_TEXT.split())


def sentences(text: str) -> list[int]:
    """Where sentences begin, ascending; the first is 0. An empty text has one sentence."""
    starts, at = [0], 0
    while True:
        end = _line_end(text, at)
        starts += _within(text, at, end)
        if end == len(text):
            return starts
        at = end + 1
        starts.append(at)


class Sentences:
    """The sentences of one text, found line by line, and only where somebody asks.

    Args:
        text: The field.
        one: Take the whole text for one sentence.
    """

    def __init__(self, text: str, *, one: bool = False) -> None:
        self._text = text
        self._one = one
        self._lines: dict[int, tuple[list[int], int]] = {}

    def around(self, start: int, end: int) -> tuple[int, int]:
        """The sentences from the one ``start`` lies in to the one ``end`` ends in.

        Returns:
            Where the first begins, and where the one behind the last begins or the text ends.
        """
        begins, after = self._line(start)
        first = begins[bisect_right(begins, start) - 1]
        at = max(start, end - 1)
        if at >= after:
            begins, after = self._line(at)
        behind = bisect_right(begins, at)
        return first, begins[behind] if behind < len(begins) else after

    def shown(self, start: int, end: int, *, limit: int = 400) -> str:
        """The text of the sentences around a span, cut at word borders where it is too long.

        Args:
            start: First code point of the span.
            end: One past its last code point.
            limit: Longest answer in code points, unless the span itself is longer.
        """
        first, last = self.around(start, end)
        if last - first > limit:
            first, last = _window(self._text, first, last, start, end, limit)
        return self._text[first:last].strip()

    def _line(self, at: int) -> tuple[list[int], int]:
        """Where the sentences of the line around ``at`` begin, and where the next line does."""
        text = self._text
        begin = 0 if self._one else text.rfind("\n", 0, at) + 1
        known = self._lines.get(begin)
        if known is None:
            end = len(text) if self._one else _line_end(text, at)
            inside = [] if self._one else _within(text, begin, end)
            known = self._lines[begin] = [begin, *inside], min(end + 1, len(text))
        return known


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _within(text: str, begin: int, end: int) -> list[int]:
    """Where sentences begin inside a line, without its own beginning."""
    starts = []
    for mark in _END.finditer(text, begin, end):
        following = _NEXT_WORD.match(text, mark.end(), end)
        if following and _ends(text, mark, following):
            starts.append(following.end() - _rest(following))
    return starts


def _rest(following: re.Match[str]) -> int:
    """Length of what belongs to the new sentence: its first word and an opening mark before it."""
    gap = following.group()[: following.start(1) - following.start()]
    return len(following.group(1)) + len(gap.lstrip())


def _ends(text: str, end: re.Match[str], following: re.Match[str]) -> bool:
    word = following.group(1)
    if word[0].islower():
        return False
    if not end.group().startswith(".") or len(end.group().rstrip("\"'»«“”’)]")) > 1:
        return True
    if word.casefold() in _STARTERS:
        return True
    before = _LAST_WORD.search(text, max(0, end.start() - _WORD_BACK), end.start())
    return before is None or not _shortens(before.group())


def _shortens(word: str) -> bool:
    ordinal = word.isdecimal() and len(word) <= 2
    initial = len(word) == 1 and word.isalpha()
    return ordinal or initial or word.casefold() in _ABBREVIATIONS


def _window(text: str, first: int, last: int, start: int, end: int, limit: int) -> tuple[int, int]:
    """Room left and right of the span, shrunk to word borders."""
    room = max(0, limit - (end - start)) // 2
    left, right = max(first, start - room), min(last, end + room)
    if left > first:
        left = min((i + 1 for i in range(left, start) if text[i].isspace()), default=start)
    if right < last:
        right = max((i for i in range(end, right) if text[i].isspace()), default=end)
    return left, right
