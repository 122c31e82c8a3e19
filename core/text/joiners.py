"""What the marks between letters or digits join: figures, addresses and gendered forms.

::

    2.500 · 3,5 · 20:15            a figure is one word
    spiegel.de · info@nato.int     an address is one word, so that no word inside it is a word
    Lehrer:innen · Lehrer*innen    is compared as Lehrerinnen

What any other mark is between stays apart: ``U.S.`` is *u s*. Each run of characters without a
space is parsed once, so that the time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.text.characters import DIGIT, HYPHEN, WORD
from core.text.languages import words

ADDRESS_HYPHEN = "‐"
"""Replaces the hyphens of an address, which join no chain."""
THOUSANDS = "."
"""Replaces the spaces of a figure: *2 500* is *2.500*."""

_DIGITS = frozenset("0123456789")
_FIGURE_MARKS = ".,:"
_NO_MARKS = str.maketrans("", "", _FIGURE_MARKS)
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_FIGURE_SPACES = "\u00a0\u2009\u202f"
_THREE_DIGITS = re.compile(r"\d{3}(?!\w)")
_GENDERED = re.compile(
    r"[.:*_/·]innen\w*|[:*_/·]in\b|[:*_·][rnm]\b|\((?:innen|in)\)(?!\w)", re.IGNORECASE
)
_INNER = "Innen"
_MIN_STEM = 3
"""Letters before a gendered ending."""

_BORDER = r"\s()\[\]{}<>\"'„“”‚‘’«»|,;\x1f"
_RUN = re.compile(rf"[^{_BORDER}]*")
_IS_BORDER = re.compile(rf"[{_BORDER}]")
_TRAILING = ".:!?…-–*_/@=&"
_LONGEST_RUN = 2_000
"""Code points of a run that is searched for addresses without a scheme."""
_HOST = re.compile(r"[\w.-]+")
_SCHEME = re.compile(r"(?:https?|ftp|mailto)://?", re.IGNORECASE)
_DOMAINS = words(
    """
    com org net int edu gov mil info biz eu de at ch li lu fr be nl uk ie es pt it gr cy mt dk se
    no fi is ee lv lt pl cz sk hu si hr rs ba me mk al bg ro md ua by ru su ge am az kz uz kg tj
    tr il ir iq sy lb eg sa ae qa cn hk tw jp kr in pk af au nz ca us mx br ar cl za ng ke io tv
    co cc ly fm to ws app dev ai xyz news media online site blog club shop wiki live berlin koeln
    hamburg bayern nrw saarland ruhr wien tirol swiss рф укр
    """
)
"""Endings of addresses; without them a missing space after a full stop would make one."""


def is_figure(word: str) -> bool:
    """Return whether a folded word is a figure: *41*, *2.500*, *3,5*, *20:15*."""
    return word.isdigit() or (word[:1].isdigit() and word.translate(_NO_MARKS).isdigit())


def plain_figure(word: str) -> str:
    """Return a folded word, a figure without what groups its thousands: *2500* for *2.500*."""
    return word.translate(_NO_MARKS) if _GROUPED.fullmatch(word) else word


@dataclass
class Joined:
    """What the marks of a text join.

    Attributes:
        dropped: Marks that are part of their word but not compared.
        gendered: The mark of each gendered form.
    """

    dropped: list[int] = field(default_factory=list)
    gendered: list[int] = field(default_factory=list)


NOTHING_JOINED = Joined()


def inner_capitals(text: str) -> list[int]:
    """Return where the ending of a gendered form begins with a capital: *LehrerInnen*."""
    found = []
    at = text.find(_INNER)
    while at >= 0:
        if text[at - _MIN_STEM : at].isalpha() and text[at - 1].islower():
            found.append(at)
        at = text.find(_INNER, at + 1)
    return found


def join_words(
    text: str,
    marks: Iterable[int],
    kinds: npt.NDArray[np.uint8],
    word: npt.NDArray[np.bool_],
    folds: npt.NDArray[np.uint32],
) -> Joined:
    """Decide what each mark between two parts of words is; change the arrays accordingly.

    Args:
        text: The text that the arrays are of, with a space at each end.
        marks: Where the marks are, ascending.
        kinds: The kind of each character.
        word: Whether it is part of a word.
        folds: What it is compared as.
    """
    joined = Joined()
    run: _Run | None = None
    done = 0
    for at in marks:
        if at < done:
            continue
        if text[at - 1] in _DIGITS and text[at + 1] in _DIGITS:
            if text[at] in _FIGURE_MARKS:
                word[at], folds[at] = True, ord(text[at])
            elif text[at] in _FIGURE_SPACES and _THREE_DIGITS.match(text, at + 1):
                word[at], folds[at] = True, ord(THOUSANDS)
            continue
        gendered = _GENDERED.match(text, at)
        if gendered and text[at - _MIN_STEM : at].isalpha():
            closing = [gendered.end() - 1] if text[at] == "(" else []
            word[[at, *closing]] = True
            joined.dropped += [at, *closing]
            joined.gendered.append(at)
            done = gendered.end()
        elif text[at] in ".@":
            if run is None or at >= run.end:
                run = _Run.around(text, at, max(done, run.end if run else 0))
            start, end = run.address(at)
            if end:
                word[start:end] = True
                _keep_marks(text, start, end, kinds, folds)
                done = end
    return joined


def _keep_marks(
    text: str,
    start: int,
    end: int,
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint32],
) -> None:
    """Let the marks of an address be compared too."""
    marks = (start + np.flatnonzero(kinds[start:end] < DIGIT)).tolist()
    for at in marks:
        folds[at] = ord(ADDRESS_HYPHEN if kinds[at] == HYPHEN else text[at])
    kinds[marks] = WORD


class _Run:
    """A run of characters that may contain an address.

    Args:
        text: The characters.
        start: Where they begin.

    Attributes:
        end: One past the last one.
    """

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._start = start
        self.end = start + len(text)
        self._scheme = _SCHEME.search(text)
        self._tried = 0
        hosts = _HOST.finditer(text) if len(text) <= _LONGEST_RUN else ()
        self._hosts = [(m.start(), m.end()) for m in hosts]

    @classmethod
    def around(cls, text: str, at: int, begin: int) -> _Run:
        """Return the run around a mark, from ``begin`` on."""
        start = at
        while start > begin and not _IS_BORDER.match(text, start - 1):
            start -= 1
        found = _RUN.match(text, start)
        return cls(found.group() if found else "", start)

    def address(self, at: int) -> tuple[int, int]:
        """Return the span of the address that a mark is in; (0, 0) where it is in none."""
        begin, end = self._find(at - self._start)
        return (self._start + begin, self._start + end) if end else (0, 0)

    def _find(self, at: int) -> tuple[int, int]:
        text = self._text
        if at < self._tried:
            return 0, 0
        scheme = self._scheme
        if scheme and scheme.end() <= at:
            return scheme.start(), len(text.rstrip(_TRAILING))
        while self._hosts and self._hosts[0][1] < at:
            self._hosts.pop(0)
        if not self._hosts:
            return 0, 0
        begin, end = self._hosts[0]
        if text[end : end + 1] == "@" and len(self._hosts) > 1:
            return begin, end + len(text[end : self._hosts[1][1]].rstrip(_TRAILING))
        host = text[begin:end]
        length = _host_length(host)
        if length == 0:
            self._tried = end  # once for each host: thousands of full stops take minutes
            return 0, 0
        if length == len(host) and text[end : end + 1] in ("/", "?", "#", ":"):
            return begin, len(text.rstrip(_TRAILING))
        return begin, begin + length


def _host_length(text: str) -> int:
    """Return the length of the host's name that a text begins with; 0 where it is none.

    The rest of a chain is no part of it: *Booking.com-Chef*.
    """
    labels = text.rstrip(_TRAILING).split(".")
    domain, _, rest = labels[-1].partition("-")
    if len(labels) < 2 or not all(labels) or (rest and not rest[0].isupper()):
        return 0
    is_known = domain.casefold() in _DOMAINS and (len(labels[-2]) > 1 or len(domain) > 2)
    is_written_so = domain.islower() or "".join(labels).isupper()
    if not (is_known and is_written_so) and labels[0].casefold() != "www":
        return 0
    return len(".".join([*labels[:-1], domain]))
