"""Compares two versions of a text word by word. Pure.

::

    before, after ──first 3,000 words──▶ difflib ──▶ parts: same | gone | added | gap

A gap stands for a long unchanged stretch. The number of words is limited because difflib's worst
case is quadratic in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_WORDS = 3_000
"""A long article; difflib needs a tenth of a second for 3,000 words that all differ."""

CONTEXT = 12
"""Words shown on each side of a change."""

MAX_PARTS = 400


@dataclass(frozen=True, slots=True)
class DiffPart:
    """Consecutive words of one kind.

    Attributes:
        kind: ``same``, ``gone``, ``added``, or ``gap`` for unchanged words that are left out.
        text: The words; empty for a gap.
    """

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diff:
    """The differences between two texts.

    Attributes:
        parts: In reading order.
        cut: Whether only the beginning was compared.
    """

    parts: tuple[DiffPart, ...]
    cut: bool

    @property
    def is_empty(self) -> bool:
        """Return whether nothing changed."""
        return all(part.kind in ("same", "gap") for part in self.parts)


def diff(before: str, after: str) -> Diff:
    """Compare two texts; the end of a paragraph counts as a word."""
    old, new = _words(before), _words(after)
    cut = len(old) > MAX_WORDS or len(new) > MAX_WORDS
    old, new = old[:MAX_WORDS], new[:MAX_WORDS]
    parts = tuple(_parts(old, new))
    return Diff(parts[:MAX_PARTS], cut or len(parts) > MAX_PARTS)


def _words(text: str) -> list[str]:
    return re.findall(r"\n|[^\s]+", text)


def _parts(old: list[str], new: list[str]) -> Iterator[DiffPart]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    codes = matcher.get_opcodes()
    for number, (tag, a, b, c, d) in enumerate(codes):
        if tag == "equal":
            yield from _same(old[a:b], first=number == 0, last=number == len(codes) - 1)
            continue
        if a < b:
            yield DiffPart("gone", _join(old[a:b]))
        if c < d:
            yield DiffPart("added", _join(new[c:d]))


def _same(words: list[str], *, first: bool, last: bool) -> Iterator[DiffPart]:
    head = [] if first else words[:CONTEXT]
    tail = [] if last else words[-CONTEXT:]
    if len(words) <= len(head) + len(tail) + 3:
        yield DiffPart("same", _join(words))
        return
    if head:
        yield DiffPart("same", _join(head))
    yield DiffPart("gap")
    if tail:
        yield DiffPart("same", _join(tail))


def _join(words: list[str]) -> str:
    return " ".join(words).replace(" \n ", "\n")
