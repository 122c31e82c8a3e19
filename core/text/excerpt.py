"""Excerpts: the sentence that matched, with its terms marked. Pure.

::

    evidence ──best_span──▶ one span ──excerpt_around──▶ pieces: text, marked or not

Pages, messages and terminals differ only in how they write a marked piece. The text is untrusted;
a piece is part of one bounded line without control and direction characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.messages import Evidence, Field
from core.text import clean_line

MAX_LENGTH = 500
"""Most characters of an excerpt; the longest sentences of agencies have about 400."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an excerpt.

    Attributes:
        marked: Whether a rule matched this text.
    """

    text: str
    marked: bool


def best_span(evidence: Sequence[Evidence]) -> Evidence | None:
    """Return the span to show: the first one outside the title, which is shown anyway.

    Where all spans are in the title, the first of them; None where there is no evidence.
    """
    below = (e for e in evidence if e.field is not Field.TITLE)
    return next(below, evidence[0] if evidence else None)


def shown_spans(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the spans of the sentence to show; empty without evidence."""
    best = best_span(evidence)
    return tuple(_of_same_sentence(best, evidence)) if best else ()


def excerpt(evidence: Sequence[Evidence], limit: int = MAX_LENGTH) -> tuple[Piece, ...]:
    """Return the sentence of the best span with every term in it marked; empty without evidence."""
    best = best_span(evidence)
    return excerpt_around(best, evidence, limit) if best else ()


def excerpt_around(
    span: Evidence, evidence: Iterable[Evidence], limit: int = MAX_LENGTH
) -> tuple[Piece, ...]:
    """Return the sentence of a span with every term in it marked.

    Args:
        span: One of ``evidence``.
        evidence: All spans; those in the same sentence of the same field are marked too.
        limit: Most characters.
    """
    same = _of_same_sentence(span, evidence)
    return mark_terms(span.sentence, [span.surface, *(e.surface for e in same)], limit)


def _of_same_sentence(span: Evidence, evidence: Iterable[Evidence]) -> Iterator[Evidence]:
    return (e for e in evidence if e.sentence == span.sentence and e.field is span.field)


def mark_terms(
    sentence: str, surfaces: Iterable[str], limit: int = MAX_LENGTH
) -> tuple[Piece, ...]:
    """Split a sentence into pieces, with terms marked wherever they are whole words.

    Where no term is a whole word, terms inside words are marked. A long sentence is cut around the
    first mark.

    Args:
        sentence: Untrusted text.
        surfaces: The terms to mark, as the text writes them.
        limit: Most characters of all pieces together.
    """
    terms = sorted({s for raw in surfaces if (s := clean_line(raw))}, key=lambda s: (-len(s), s))
    line = clean_line(sentence, 4 * limit)
    if not terms:
        return (Piece(clean_line(line, limit), marked=False),) if line else ()
    any_of = "|".join(map(re.escape, terms))
    word = re.compile(rf"(?<!\w)({any_of})(?!\w)")
    pattern = word if word.search(line) else re.compile(f"({any_of})")
    first = pattern.search(line)
    parts = pattern.split(_cut_around(line, first.start() if first else 0, limit))
    return tuple(Piece(text, marked=n % 2 == 1) for n, text in enumerate(parts) if text)


def _cut_around(line: str, at: int, limit: int) -> str:
    """Return at most ``limit`` characters around the offset ``at``, cut at spaces."""
    if len(line) <= limit:
        return line
    start = max(0, min(at - limit // 3, len(line) - limit))
    cut = line[start : start + limit]
    if start and " " in cut[: limit // 4]:
        cut = cut.partition(" ")[2]
    is_end = start + limit >= len(line)
    if not is_end and " " in cut[-limit // 4 :]:
        cut = cut.rpartition(" ")[0]
    return f"{'… ' if start else ''}{cut.strip()}{'' if is_end else ' …'}"
