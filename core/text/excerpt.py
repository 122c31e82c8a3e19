"""The sentence that matched, as people are shown it: one excerpt with its terms marked. Pure.

::

    evidence ──most_telling──▶ one span ──excerpt──▶ pieces: text, marked or not

A page, a mail and a terminal differ only in how they write a marked piece. The text is untrusted:
it is one line without control or direction characters, and bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.messages import Evidence, Field
from core.text import clean_line

LONGEST = 500
"""Characters of an excerpt; an agency's longest sentences have about 400."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence.

    Attributes:
        marked: Whether a rule matched here.
    """

    text: str
    marked: bool


def most_telling(evidence: Sequence[Evidence]) -> Evidence | None:
    """Return the first span outside the title, which stands above the excerpt anyway.

    Where there is none it is the first span; None where there is no evidence at all.
    """
    below = (e for e in evidence if e.field is not Field.TITLE)
    return next(below, evidence[0] if evidence else None)


def excerpt(evidence: Sequence[Evidence], limit: int = LONGEST) -> tuple[Piece, ...]:
    """Return the most telling sentence with every term in it marked; empty without evidence."""
    best = most_telling(evidence)
    return sentence_of(best, evidence, limit) if best else ()


def sentence_of(
    span: Evidence, evidence: Iterable[Evidence], limit: int = LONGEST
) -> tuple[Piece, ...]:
    """Return the sentence of a span with every term in it marked.

    Args:
        span: One of ``evidence``.
        evidence: All spans; those of the same sentence and field are marked too.
        limit: Most characters.
    """
    same = (e for e in evidence if e.sentence == span.sentence and e.field is span.field)
    return marked(span.sentence, [span.surface, *(e.surface for e in same)], limit)


def marked(sentence: str, surfaces: Iterable[str], limit: int = LONGEST) -> tuple[Piece, ...]:
    """Split a sentence into pieces, the given surfaces marked wherever they stand as words.

    Where none stands as a word they are marked inside words. A long sentence is cut around the
    first mark.

    Args:
        sentence: Untrusted text.
        surfaces: What to mark, as the text has it.
        limit: Most characters of the whole.
    """
    known = sorted({s for raw in surfaces if (s := clean_line(raw))}, key=lambda s: (-len(s), s))
    line = clean_line(sentence, 4 * limit)
    if not known:
        return (Piece(clean_line(line, limit), marked=False),) if line else ()
    any_of = "|".join(map(re.escape, known))
    word = re.compile(rf"(?<!\w)({any_of})(?!\w)")
    pattern = word if word.search(line) else re.compile(f"({any_of})")
    first = pattern.search(line)
    parts = pattern.split(_around(line, first.start() if first else 0, limit))
    return tuple(Piece(text, marked=n % 2 == 1) for n, text in enumerate(parts) if text)


def _around(line: str, at: int, limit: int) -> str:
    """At most ``limit`` characters, cut at spaces, with the offset ``at`` in them."""
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
