"""Decide which reading of a page is its article. Pure.

::

    kept text + other readings ── much more text? ── confirmed, cut within, nothing kept ─▶ it wins
                                                 └── else ──────────────────────────────▶ kept stays

Cutting needs more evidence than keeping, but length alone is none: a page has comments, teasers and
whole other articles. Another reading wins only where something supports the text that it has more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.extract.opinion.support import Headline, Text, is_much_more
from ingest.extract.scripts.article import ScriptArticle

_HOLLOW = 120
_SOME = 0.3
_HALF = 0.5
_MOST = 0.8
_SHORT = 600
_THIN = 300
_HALF_A_LINE = 50  # characters that the data has more than a page without an article


class Support(StrEnum):
    """Why one of two readings is the article.

    Attributes:
        NOTHING_KEPT: Almost nothing, or nothing that the headline names, was left of the page.
        CONFIRMED: What was cut is in the JSON-LD or in the feed.
        CUT_WITHIN: What was cut is between the paragraphs that were kept, or looks like them.
        PAGE_SHORT: The page shows only the beginning of what the JSON-LD or the feed has.
        NOT_SUPPORTED: Nothing speaks for the longer text but its length, so it was not chosen.
    """

    NOTHING_KEPT = "nothing_kept"
    CONFIRMED = "confirmed"
    CUT_WITHIN = "cut_within"
    PAGE_SHORT = "page_short"
    NOT_SUPPORTED = "not_supported"


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that may be the article.

    Attributes:
        source: ``page``, ``plain``, ``jsonld``, ``scripts``, ``noscript`` or ``feed``.
        text: What it is.
        has_title: Whether it comes with a title, which is that of the page.
        article: What else the data has that it comes from; None if it comes from no scripts.
    """

    source: str
    text: Text
    has_title: bool = False
    article: ScriptArticle | None = None


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """What a page says about texts that may be its article.

    Attributes:
        headline: The words of its headline.
        letters: The letters of everything on the page, cut or not.
        cut_within: Given a reading, how much of the text that it has more than the kept text was
            cut between the paragraphs of the body or from the body's own element, 0 to 1.
        marked_short: Whether the page says that its text is cut short (a paywall).
    """

    headline: Headline
    letters: str
    cut_within: float = 0.0
    marked_short: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which reading is the article, which one is not, and why."""

    chosen: Reading
    other: Reading
    reason: Support


def decide(
    kept: Reading, plain: Sequence[Reading], outside: Sequence[Reading], page: PageEvidence
) -> Verdict | None:
    """Decide between the text that was kept and other readings.

    Args:
        kept: What extraction leaves of the page.
        plain: What other extractors find on the whole page, the most careful one first.
        outside: The article's text by JSON-LD, scripts and feed.
        page: What else the page says.

    Returns:
        None where no reading has much more text than the kept one.
    """
    is_hollow = lacks_article(kept.text, page.headline)
    longer_outside = _fullest_first(
        [
            one
            for one in outside
            if is_much_more(one.text, len(kept.text))
            or (is_hollow and one.has_title and len(one.text) > len(kept.text) + _HALF_A_LINE)
        ]
    )
    longer_plain = [one for one in plain if is_much_more(one.text, len(kept.text))]
    for reading in longer_outside:
        if reason := _why_outside(kept, reading, page, is_hollow=is_hollow):
            return Verdict(_as_on_page(reading, longer_plain), kept, reason)
    agreed = is_hollow or len(longer_plain) == len(plain)
    for reading in longer_plain:
        if agreed and (reason := _why_plain(kept, reading, page, is_hollow=is_hollow)):
            return Verdict(reading, kept, reason)
    longer = [*longer_outside, *longer_plain]
    return Verdict(kept, longer[0], Support.NOT_SUPPORTED) if longer else None


def _fullest_first(readings: list[Reading]) -> list[Reading]:
    """Return readings in their order, but behind those that have much more text than they."""
    return sorted(
        readings,
        key=lambda one: sum(is_much_more(other.text, len(one.text)) for other in readings),
    )


def lacks_article(text: Text, headline: Headline) -> bool:
    """Return whether a text is too little for an article: a few words, or not about its headline.

    A flash of one sentence that has the headline's words is an article.
    """
    about = headline.coverage(text)
    if len(text) < _HOLLOW:
        return not text.sentences or about < _HALF
    return len(text) < _SHORT and about == 0


def belongs(reading: Text, title: str, page: PageEvidence) -> bool:
    """Return whether a text is of the article of this page, not of another one.

    Args:
        reading: The text.
        title: The title that comes with it; empty where it has none.
        page: The page.
    """
    if title and page.headline.agrees(title):
        return True
    if reading.share_in(page.letters) >= _HALF:
        return True
    return not title and page.headline.coverage(reading) >= _HALF


def _why_outside(
    kept: Reading, reading: Reading, page: PageEvidence, *, is_hollow: bool
) -> Support | None:
    """Return why a text from the JSON-LD or the feed is the article, or None if it is not."""
    more = reading.text.without(kept.text.letters)
    if more.share_in(page.letters) >= _HALF:
        return Support.NOTHING_KEPT if is_hollow else Support.CONFIRMED
    if is_hollow:
        return Support.PAGE_SHORT
    # The page has less. Either it is cut short, or the longer text is more than this article.
    is_beginning = kept.text.share_in(reading.text.letters) >= _HALF
    is_teaser = reading.has_title and len(kept.text) < _THIN
    is_same = page.marked_short or reading.has_title or page.headline.coverage(more) >= _SOME
    return Support.PAGE_SHORT if (is_beginning or is_teaser) and is_same else None


def _why_plain(
    kept: Reading, reading: Reading, page: PageEvidence, *, is_hollow: bool
) -> Support | None:
    """Return why the text of a plain extractor is the article, or None if it is not."""
    about = page.headline.coverage(reading.text)
    if is_hollow:
        has_more = not kept.text.sentences or about > page.headline.coverage(kept.text)
        is_article = len(reading.text.sentences) > 1 and about >= _SOME
        return Support.NOTHING_KEPT if has_more and is_article else None
    return Support.CUT_WITHIN if page.cut_within >= _HALF else None


def _as_on_page(reading: Reading, plain: Sequence[Reading]) -> Reading:
    """Return the same text as the page shows it, with its paragraphs, if one has all of it."""
    for one in plain:
        has_all = reading.text.share_in(one.text.letters) >= _MOST
        if has_all and one.text.share_in(reading.text.letters) >= _HALF:
            return one
    return reading
