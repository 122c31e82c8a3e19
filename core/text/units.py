"""Which words of a text belong together: paragraphs, list items, table cells and sentences.

A text has one paragraph, list item or table cell in each line; that is how pages and feeds are
written out. Where a text comes from elsewhere, a bar, a bullet or an arrow between spaces separates
cells and items too, ``Kiew | Moskau``, and a run of pluses, slashes or arrows the entries of a live
blog: ``Kiew +++ Moskau``. Fields that are tokenised together are separated by a mark.

A phrase stays within a sentence, and a NEAR of some words within a paragraph, item or cell.
"""

from __future__ import annotations

import re

from core.text.characters import FIELD_MARK
from core.text.sentences import has_boundary
from core.text.separators import SEPARATOR
from core.text.tokens import Tokens

_BARS = "|‖•‣·▪●■◆►▶▸➤➡"
PLAIN_GAPS = frozenset((" ", "-", ", ", "- ", " -"))
"""What is between most words; it ends no sentence and no paragraph."""
_END_MARKS = re.compile("[.!?…]")


def separators(text: str, headline: int = 0) -> list[int]:
    """Return where paragraphs, items, cells and fields are separated.

    Args:
        text: The text.
        headline: Code points at the beginning that are a headline, in which bars separate nothing.
    """
    return [m.start() for m in SEPARATOR.finditer(text) if _separates(m, headline)]


def has_separator(text: str, start: int, end: int, headline: int = 0) -> bool:
    """Return whether something separates two words that enclose a span of a text."""
    found = SEPARATOR.search(text, start, end)
    return found is not None and _separates(found, headline)


def _separates(mark: re.Match[str], headline: int) -> bool:
    return mark.start() >= headline or mark.group() in ("\n", FIELD_MARK)


def are_joined(tokens: Tokens, first: int, last: int) -> bool:
    """Return whether a phrase may reach from one position to another, both included."""
    text, start_of, end_of = tokens.text, tokens.starts.item, tokens.ends.item
    if text[start_of(first)] == FIELD_MARK:
        return False
    for at in range(first, last):
        end, begin = end_of(at), start_of(at + 1)
        if text[begin] == FIELD_MARK:
            return False
        gap = text[end:begin]
        if gap in PLAIN_GAPS:
            continue
        if SEPARATOR.search(text, end, begin):
            return False
        if _END_MARKS.search(gap) and has_boundary(text, end, end_of(at + 1)):
            return False
    return True
