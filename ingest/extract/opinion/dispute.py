"""The result of a second opinion."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_OTHER = 20_000
"""Characters of the text that was not chosen which are kept for people to compare."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two readings of a page of which one has less than half of the other.

    Attributes:
        reason: Why one was chosen: a code of :class:`ingest.extract.opinion.decide.Support`.
        source: Where the article's text comes from: ``page`` (what is left after cutting),
            ``plain`` (another extractor), ``jsonld``, ``scripts``, ``noscript`` or ``feed``.
        other_source: Where the other text comes from.
        other: The other text, at most :data:`LONGEST_OTHER` characters.
        other_size: Characters of all of it.
    """

    reason: str
    source: str
    other_source: str
    other: str
    other_size: int
