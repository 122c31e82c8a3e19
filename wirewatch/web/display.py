"""Untrusted text made fit for a page: cleaned, bounded, marked. Pure.

Templates escape; what is cut and cleaned here can neither reorder the line it stands in nor fill
the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.messages import Evidence, Field
from core.text import clean_line

LONGEST_TITLE = 300
"""Characters; real headlines have a third of that."""

LONGEST_SENTENCE = 700


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence, marked where a rule matched."""

    text: str
    marked: bool


def title(text: str) -> str:
    """A headline on one line; empty where there is none."""
    return clean_line(text, LONGEST_TITLE)


def line(text: str, limit: int = 400) -> str:
    """Any other words on one line."""
    return clean_line(text, limit)


def marked(evidence: Evidence, *others: Evidence) -> tuple[Piece, ...]:
    """The evidence's sentence with its surface, and those of others in it, marked.

    Each surface is marked at its first occurrence as a word, else wherever it first stands.
    """
    sentence = clean_line(evidence.sentence, LONGEST_SENTENCE)
    same = [e for e in others if e.sentence == evidence.sentence and e.field is evidence.field]
    spans = [_place(sentence, clean_line(e.surface)) for e in (evidence, *same)]
    pieces, end = [], 0
    for start, stop in sorted(span for span in spans if span):
        if start >= end:
            pieces += [Piece(sentence[end:start], False), Piece(sentence[start:stop], True)]
            end = stop
    pieces.append(Piece(sentence[end:], False))
    return tuple(piece for piece in pieces if piece.text)


def _place(sentence: str, surface: str) -> tuple[int, int] | None:
    if not surface:
        return None
    word = re.search(rf"(?<!\w){re.escape(surface)}(?!\w)", sentence)
    at = word.start() if word else sentence.find(surface)
    return None if at < 0 else (at, at + len(surface))


def telling(evidence: Sequence[Evidence]) -> tuple[Piece, ...]:
    """The sentence that tells most: outside the title, which stands above it anyway."""
    below = [e for e in evidence if e.field is not Field.TITLE]
    best = next(iter(below or evidence), None)
    return marked(best, *evidence) if best else ()


def link(url: str) -> str:
    """The URL where it is one a page may link to, else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def language(code: str) -> str:
    """A language code fit for a ``lang`` attribute, else nothing."""
    return code if re.fullmatch(r"[a-z]{2,3}", code) else ""
