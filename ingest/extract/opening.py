"""Find the paragraph that opens an article, so that a short article is not lost beside longer text.

::

    headline, descriptions, the feed's summary ─▶ Announcement
    blocks below the headline ─ the first that is about the same ─▶ opening paragraph
    paragraphs where it is ─ not in the text ─▶ put back

The body is the location that holds most of the prose. A flash of two sentences has less text than
the teasers, boxes or comments around it, and where there is too little evidence to cut those, they
would be taken for the body. The paragraph that says what the headline says belongs to the article,
whatever else is on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from ingest.extract.blocks import Block, is_statement
from ingest.extract.opinion.support import letters_of, stems_of

_LEAST_COMMON = 2
_LEAST_SHARE = 0.3
_KEY = 40
_LONG = 1500  # characters of a text that is believed if one of its first paragraphs agrees
_FIRST = 3
_IN_ARTICLE = (None, "lead")
_MOST_TEXTS = 60  # paragraphs below the headline among which the first one of the article is
_REPEATED = 2.0  # agreement of a paragraph that is the description; the share of a title is up to 1


class Announcement:
    """What the page's head and the feed say of an article.

    Args:
        titles: Its headlines.
        descriptions: Its descriptions and teasers, which often repeat its first sentence.
    """

    def __init__(self, titles: Sequence[str], descriptions: Sequence[str]) -> None:
        self._titles = [stems for stems in map(stems_of, set(titles)) if len(stems) > 1]
        letters = {letters_of(description)[:_KEY] for description in descriptions}
        self._beginnings = [one for one in letters if len(one) == _KEY]

    def agreement(self, text: str) -> float:
        """Return how much a text agrees with the announcement.

        Returns:
            2 if a description is in it, else the share of a headline's words that it has, 0 to 1,
            and 0 if these are too few to prove anything.
        """
        if self._beginnings and any(one in letters_of(text) for one in self._beginnings):
            return _REPEATED
        stems = stems_of(text)
        common = ((len(stems & title), len(title)) for title in self._titles)
        shares = (n / of for n, of in common if n >= max(_LEAST_COMMON, _LEAST_SHARE * of))
        return max(shares, default=0.0)


def with_opening(
    text: str, lead: str, blocks: Sequence[Block], title: int, announced: Announcement
) -> str:
    """Return the text of a page, with the paragraphs of the article that it lacks.

    Args:
        text: The body, one paragraph a line.
        lead: The lead; empty if there is none.
        blocks: The blocks with their zones.
        title: Index of the headline, -1 if there is none.
        announced: What is known of the article besides its text.
    """
    if _is_article(text, announced):
        return text
    below = range(title + 1, len(blocks))
    texts = [i for i in below if blocks[i].zone in _IN_ARTICLE and _is_text(blocks[i])]
    present = [i for i in texts if blocks[i].text in text]
    lost = [i for i in set(texts).difference(present) if blocks[i].zone is None]
    if not lost:
        return text
    letters = letters_of(f"{lead} {text}")
    lost = [i for i in sorted(lost) if letters_of(blocks[i].text) not in letters]
    opening = _find_opening(blocks, texts[:_MOST_TEXTS], lost, announced)
    if opening is None or opening in present:
        return text
    location = blocks[opening].location
    lost = [i for i in lost if i >= opening and blocks[i].location == location]
    first = present[0] if present else -1
    before = [blocks[i].text for i in lost if i < first]
    after = [blocks[i].text for i in lost if i > first]
    return "\n".join(filter(None, (*before, text, *after)))


def _is_article(text: str, announced: Announcement) -> bool:
    """Return whether a text is long, and one of its first paragraphs about the article."""
    if len(text) <= _LONG:
        return False
    return any(map(announced.agreement, text.split("\n", _FIRST)[:_FIRST]))


def _find_opening(
    blocks: Sequence[Block], texts: Sequence[int], lost: Sequence[int], announced: Announcement
) -> int | None:
    """Return the index of the first paragraph that is about the article.

    That is a lost one if it repeats the description of the article.
    """
    repeated = (i for i in lost if announced.agreement(blocks[i].text) == _REPEATED)
    agreeing = (i for i in texts if announced.agreement(blocks[i].text))
    return next(chain(repeated, agreeing), None)


def _is_text(block: Block) -> bool:
    """Return whether a block is a paragraph or a sentence."""
    return block.sentence or block.prose or (not block.heading and is_statement(block))
