"""Ask for a second opinion on a page, where the first one left much less than there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.text.clean import cut
from ingest.extract import vocabulary
from ingest.extract.blocks import Block, Location
from ingest.extract.byline_patterns import byline_patterns
from ingest.extract.comments import looks_like_name
from ingest.extract.opinion.decide import (
    PageEvidence,
    Reading,
    Verdict,
    belongs,
    decide,
    lacks_article,
)
from ingest.extract.opinion.dispute import LONGEST_OTHER, Dispute
from ingest.extract.opinion.readings import read_hidden, read_plainly
from ingest.extract.opinion.support import Headline, Text, is_much_more, letters_of

_SHORTEST_BLOCK = 25
_LONG_ENOUGH = 1000
_KEY = 60
_CONFIRMING = 600
_SCANT = 300
_LONGEST_COMMENT = 1500
_LONGEST_SIGNATURE = 110
_ABOUT = 0.3
_MOST_BLOCKS = 5_000
_NOTHING = 120
_DATA = ("jsonld", "scripts", "noscript")


@dataclass(frozen=True, slots=True)
class FirstOpinion:
    """What extraction made of a page, and what else there is.

    Attributes:
        markup: The page.
        blocks: Its blocks with their zones.
        titles: Return its titles, without that of the JSON-LD. It is called if there is a doubt.
        text: The body that was kept.
        lead: The lead, if it was taken from the body; else empty.
        linked_title: The title in its JSON-LD.
        linked: ``articleBody`` of its JSON-LD.
        feed: The text that the feed has.
        marked_short: Whether a paywall cuts the article short.
        removed_selector: CSS selector of what the operator says is not part of the text.
    """

    markup: bytes
    blocks: Sequence[Block]
    titles: Callable[[], Sequence[str]]
    text: str
    lead: str
    linked_title: str
    linked: str
    feed: str
    marked_short: bool
    removed_selector: str = ""


def ask(first: FirstOpinion) -> Verdict | None:
    """Return which of two readings is the article, or None if nothing disputes the first one."""
    kept = Text("\n".join(filter(None, (first.lead, first.text))))
    size = len(kept)
    others_have_more = is_much_more(first.linked, size) or is_much_more(first.feed, size)
    blocks_have_more = _blocks_have_more(first, kept)
    if not (size < _SCANT or others_have_more or blocks_have_more):
        return None
    page = PageEvidence(
        headline=Headline(first.titles()),
        letters=letters_of("\n".join(b.text for b in first.blocks)),
        marked_short=first.marked_short,
    )
    outside = _outside_readings(first, kept, page)
    is_longer = any(is_much_more(one.text, size) for one in outside)
    plain: list[Reading] = []
    if blocks_have_more or is_longer or lacks_article(kept, page.headline):
        plain = _plain_readings(first, kept, page)
        within = _share_cut_within(first, kept, plain[0].text, page.headline) if plain else 0.0
        page = replace(page, cut_within=within)
    return decide(Reading("page", kept), plain, outside, page)


def use_reading(reading: Reading, blocks: Sequence[Block], lead: str, titles: Sequence[str]) -> str:
    """Return the body of a reading, and take its blocks back from what was cut.

    Args:
        reading: The chosen one.
        blocks: The blocks of the page.
        lead: The article's lead, which the body does not repeat.
        titles: Its headline in all wordings, likewise.
    """
    for block in blocks:
        if block.zone not in (None, "title", "lead") and _is_in(block, reading.text):
            block.zone = None
    lines = reading.text.value.split("\n")
    above = {letters_of(one) for one in (lead, *titles)}
    return "\n".join(line for i, line in enumerate(lines) if i > 2 or letters_of(line) not in above)


def as_dispute(verdict: Verdict, blocks: Sequence[Block]) -> Dispute | None:
    """Return what is stored of a verdict for people.

    Returns:
        None if the page shows next to nothing, because scripts build it: the text of its data is
        then the only one.
    """
    shown = sum(len(b.text) for b in blocks if b.sentence)
    if verdict.chosen.source in _DATA and shown < _NOTHING:
        return None
    other = verdict.other.text.value
    return Dispute(
        reason=verdict.reason.value,
        source=verdict.chosen.source,
        other_source=verdict.other.source,
        other=cut(other, LONGEST_OTHER),
        other_size=len(other),
    )


def _blocks_have_more(first: FirstOpinion, kept: Text) -> bool:
    """Return whether the blocks of a page have much more text than was kept of them.

    That is not asked where the JSON-LD has what was kept, and nothing that is longer. Beside a long
    text only sentences count, because lists and menus are longer than many articles.
    """
    size, linked = len(kept), Text(first.linked)
    if len(linked) >= _CONFIRMING and linked.share_in(kept.letters) > 0.7:
        return False
    texts = [
        (i, b)
        for i, b in enumerate(first.blocks)
        if len(b.text) >= _SHORTEST_BLOCK
        and not b.mostly_links
        and b.zone not in ("title", "removed")
        and not b.outside
        and (b.sentence or size < _LONG_ENOUGH)
    ]
    count = sum(len(b.text) for _, b in texts)
    if size < _LONG_ENOUGH or not is_much_more(range(count), size):
        return is_much_more(range(count), size)
    signed_from = _signed_from(first.blocks)
    signed = sum(len(b.text) for i, b in texts if b.zone == "comments" and i >= signed_from)
    return is_much_more(range(count - signed), size)


def _outside_readings(first: FirstOpinion, kept: Text, page: PageEvidence) -> list[Reading]:
    """Return the texts of this article that are not among the page's own blocks."""
    linked, feed, title = Text(first.linked), Text(first.feed), first.linked_title
    readings = []
    if linked.value and belongs(linked, title, page):
        agrees = bool(title) and page.headline.agrees(title)
        readings.append(Reading("jsonld", linked, has_title=agrees))
    if len(kept) < _SCANT:
        hidden = read_hidden(first.markup, first.titles())
        if hidden.article is not None:
            text = Text(hidden.article.text)
            readings.append(Reading("scripts", text, has_title=True, article=hidden.article))
        texts = map(Text, hidden.texts)
        readings += [Reading("noscript", t) for t in texts if belongs(t, "", page)]
    if feed.value and belongs(feed, "", page):
        readings.append(Reading("feed", feed))
    return readings


def _plain_readings(first: FirstOpinion, kept: Text, page: PageEvidence) -> list[Reading]:
    """Return what a plain extractor finds, in both modes unless the quick one finds no more."""
    if len(first.blocks) > _MOST_BLOCKS:
        return []
    quick = _read_article(first, thorough=False)
    readings = [Reading("plain", quick)]
    if is_much_more(quick, len(kept)) or lacks_article(kept, page.headline):
        readings.append(Reading("plain", _read_article(first, thorough=True)))
    return readings


def _read_article(first: FirstOpinion, *, thorough: bool) -> Text:
    """Return what a plain extractor finds, without what is certainly not the article."""
    outside = {letters_of(b.text)[:_KEY] for b in first.blocks if b.outside}
    lines = read_plainly(first.markup, first.removed_selector, thorough=thorough).split("\n")
    return Text("\n".join(line for line in lines if letters_of(line)[:_KEY] not in outside))


def _share_cut_within(first: FirstOpinion, kept: Text, plain: Text, headline: Headline) -> float:
    """Return how much of what the plain reading has more was cut from within the body, 0 to 1.

    Within is between two paragraphs that were kept, above the first one, or in the element of most
    of them. Where none was kept, and among unsigned comments, it is everything, if it
    is about the headline. Comments that are signed are not counted, wherever they are.
    """
    blocks = first.blocks
    inside = [i for i, b in enumerate(blocks) if b.sentence and _is_in(b, kept)]
    title = next((i for i, b in enumerate(blocks) if b.zone == "title"), -1)
    location = _largest_location(blocks, inside)
    signed_from = _signed_from(blocks)
    lost = [
        i
        for i, b in enumerate(blocks)
        if i > title
        and len(b.text) >= _SHORTEST_BLOCK
        and not (b.zone == "comments" and i >= signed_from)
        and _is_in(b, plain)
        and not _is_in(b, kept)
    ]
    last = inside[-1] if inside else -1
    within = {i for i in lost if i < last or (location and blocks[i].location == location)}
    unsigned = [i for i in lost if not inside or blocks[i].zone == "comments"]
    if headline.coverage(Text("\n".join(blocks[i].text for i in unsigned))) >= _ABOUT:
        within |= set(unsigned)
    more = sum(map(len, plain.without(kept.letters).value.split("\n")))
    return sum(len(blocks[i].text) for i in within) / more if more else 0.0


def _largest_location(blocks: Sequence[Block], inside: Sequence[int]) -> Location:
    sizes: dict[Location, int] = {}
    for block in (blocks[i] for i in inside):
        sizes[block.location] = sizes.get(block.location, 0) + len(block.text)
    return max(sizes, key=sizes.__getitem__) if sizes else ()


def _is_in(block: Block, text: Text) -> bool:
    letters = letters_of(block.text)
    return bool(letters) and letters[:_KEY] in text.letters


def _signed_from(blocks: Sequence[Block]) -> int:
    """Return from which block on comments have the names of those who wrote them.

    More text than that of a comment before a name is not one, whatever it was taken for.

    Returns:
        The number of blocks if no comments are signed.
    """
    start, unsigned = len(blocks), 0
    for i, block in enumerate(blocks):
        if block.zone == "comments" and _is_signature(block):
            start = i if start == len(blocks) or unsigned > _LONGEST_COMMENT else start
            unsigned = 0
        elif block.zone == "comments":
            unsigned += len(block.text)
    return start if unsigned <= _LONGEST_COMMENT else len(blocks)


def _is_signature(block: Block) -> bool:
    if len(block.text) > _LONGEST_SIGNATURE:
        return False
    is_reply = len(block.text) <= 60 and bool(vocabulary.REPLY.matches(block.lower, block.sections))
    signature = byline_patterns().signature
    return is_reply or bool(signature.match(block.lower)) or looks_like_name(block)
