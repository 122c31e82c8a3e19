"""Read the text of an entry: what belongs to the article, without what feeds put around it.

::

    markup ─ parse ─ zones: related, service, adverts ─▶ cut
           ─ text ─ "The post … appeared first on …", "Continue reading", "[…]" ─▶ cut

The zones are those of pages (:mod:`ingest.extract.zone_reader`), so that the text of a feed and
that of the page have the same parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from ingest.extract import vocabulary
from ingest.extract.blocks import Block, collect_blocks, ends_sentence, is_statement
from ingest.extract.inline import prepare_tree, separate_teasers
from ingest.extract.teasers import mark_teasers
from ingest.extract.zone_reader import ZoneReader
from ingest.sources.text import to_text

_CUT_ZONES = frozenset({"related", "service", "advert"})
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:feedflare|sharedaddy|jp-relatedposts|yarpp|related-?posts|addtoany)(?:$|[\s_-])",
    re.IGNORECASE,
)
_MAY_HAVE_ZONES = re.compile(r"<a\s|class=|<aside|<button|<label|<del", re.IGNORECASE)
_MOST_TAILS = 4
_LONGEST_TAIL = 300
_LONGEST_LINE = 200
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?…\]»“”\")] ))(?=\S)")
_MARK = re.compile(
    r"\s*(?:\[\s*(?:…|\.\.\.|&#8230;|&hellip;|&#x2026;)\s*\]|&#8230;|&hellip;)\s*$", re.IGNORECASE
)
_READ_ON = re.compile(
    rf"(?:^|(?<=[.!?…\]»“”\")|–-]\s))[\s(\[→►▶»›>]*(?:{'|'.join(vocabulary.alternatives('read_on'))})"
    r"[\s→►▶»›>….)\]]*$",
    re.IGNORECASE,
)


def article_text(markup: str, url: str) -> str:
    """Return the clean text of a summary or a content, one paragraph a line.

    Args:
        markup: The field of the entry, as it is in the document.
        url: That relative links are relative to.
    """
    if not _MAY_HAVE_ZONES.search(markup):
        return without_tails(to_text(markup))
    return without_tails(to_text(markup, change=lambda root: _cut_zones(root, url)))


def without_tails(text: str) -> str:
    """Return a text without the lines and sentences with which feeds lead to their pages."""
    lines = [line for line in text.split("\n") if line]
    if len(lines) > 1:
        lines = [x for x in lines if not _is_invitation(x)] or lines
    for _ in range(_MOST_TAILS):
        if not lines:
            break
        shorter = _without_tail(lines[-1])
        if shorter == lines[-1]:
            break
        lines[-1:] = [shorter] if shorter else []
    return "\n".join(lines)


def _is_invitation(line: str) -> bool:
    """Return whether a line such as "Read also: …" names another article."""
    return (
        len(line) <= _LONGEST_LINE
        and not ends_sentence(line)
        and vocabulary.READ_ALSO.match(line.lower()) is not None
    )


def _without_tail(line: str) -> str:
    """Return a line without the last sentence, if that leads to the page."""
    line = _MARK.sub("", line).rstrip()
    start = max(len(line) - _LONGEST_TAIL, 0)
    phrase = _READ_ON.search(line, start)
    if phrase and (phrase.start() > start or not start):
        return line[: phrase.start()].rstrip(" |–-([")
    for sentence in _SENTENCE_START.finditer(line, max(len(line) - 2 * _LONGEST_TAIL, 0)):
        if vocabulary.FEED_TAIL.matches_start(line[sentence.start() :].lower()):
            return line[: sentence.start()].rstrip()
    return line


def _cut_zones(root: HtmlElement, url: str) -> None:
    """Remove teasers, appeals and the services of the feed from the tree."""
    for element in [e for e in root.iter("div", "p", "ul", "table") if _is_around(e)]:
        tail = element.tail
        element.clear()
        element.tail = tail
    prepare_tree(root, b"")
    blocks = _zoned_blocks(root, url)
    kept = [b for b in blocks if b.zone not in _CUT_ZONES]
    if len(kept) < len(blocks) and any(b.prose or is_statement(b) for b in kept):
        for block in blocks:
            if block.zone in _CUT_ZONES:
                block.cut()


def _is_around(element: HtmlElement) -> bool:
    return _AROUND.search(element.get("class") or "") is not None


def _zoned_blocks(root: HtmlElement, url: str) -> Sequence[Block]:
    """Return the blocks of a text with their zones, as those of a page."""
    blocks = collect_blocks(root)
    if separate_teasers(blocks):
        blocks = collect_blocks(root)
    if len(blocks) < 2:
        return blocks  # there must be something left beside what is cut
    for block in blocks:
        block.zone = next((x.zone for x in block.labels if x.zone in _CUT_ZONES), None)
    mark_teasers(blocks, -1, url)
    ZoneReader(blocks, -1).run()
    return blocks
