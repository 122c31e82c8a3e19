"""Weights by field: a rule that gives different points in the title, the lead and the text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

SCORED_FIELDS: Final = ("title", "lead", "text")
"""The fields of an article in which hits give points, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """Points by the places in which the hits of a rule lie. No two of them have opposite signs.

    Attributes:
        title: Points for hits in the title, once.
        lead: Points for hits in the lead, once.
        text: Points for each sentence of the text in which a hit lies.
        most: Bound of the absolute value of all points together; positive.
    """

    title: int
    lead: int
    text: int
    most: int

    def points(self, title: int, lead: int, text: int) -> int:
        """Return the points of an article.

        Args:
            title: 1 if a hit lies in the title, else 0.
            lead: 1 if a hit lies in the lead, else 0.
            text: Sentences of the text in which a hit lies.
        """
        points = self.title * title + self.lead * lead + self.text * text
        return max(-self.most, min(self.most, points))

    @property
    def sentences(self) -> int:
        """How many sentences of the text give all points; further ones change nothing."""
        return -(-self.most // abs(self.text)) if self.text else 0

    @property
    def reachable(self) -> int:
        """The points furthest from 0 that an article can get."""
        return self.points(1, 1, self.sentences)

    def within(self, fields: Collection[str]) -> FieldWeight:
        """Return the weight of a query whose hits lie in these fields only."""
        title, lead, text = (
            getattr(self, field) if field in fields else 0 for field in SCORED_FIELDS
        )
        return FieldWeight(title, lead, text, self.most)
