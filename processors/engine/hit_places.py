"""The places in which the hits of a rule lie: the title, the lead, and sentences of the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from processors.engine.article_index import ArticleIndex, Span


class Places(NamedTuple):
    """Where hits lie.

    Attributes:
        title: 1 if one lies in the title, else 0.
        lead: 1 if one lies in the lead, else 0.
        text: The number of sentences of the text in which one lies.
    """

    title: int = 0
    lead: int = 0
    text: int = 0


NOWHERE = Places()
"""The places of a query without hits."""


def find_places(
    spans: Iterable[Span], index: ArticleIndex, most_sentences: int | None = None
) -> Places:
    """Return where hits lie; each lies where its first position is.

    Args:
        spans: The hits, in any order.
        index: The article.
        most_sentences: Stop at so many sentences of the text; None counts all.
    """
    title = lead = text = 0
    after = -1
    for position in sorted({span[0] for span in spans}):
        if position < after:
            continue  # in the field or sentence counted last
        field = index.field_at(position)
        if field.field == "title":
            title, after = 1, field.after
        elif field.field == "lead":
            lead, after = 1, field.after
        elif field.field == "text" and text != most_sentences:
            text, after = text + 1, index.sentence_at(position)[1]
    return Places(title, lead, text)
