"""Choose the lead from the page, its JSON-LD and the feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from core.text.clean import clean
from ingest.extract.blocks import Block, Location, body_location
from ingest.extract.models import PageHints
from ingest.extract.tree import ParsedPage
from ingest.extract.vocabulary import alternatives
from ingest.extract.zones import distinct_words
from ingest.titles import letters_of

_MARKUP = re.compile(r"<[^<>]{1,500}>")
_ELLIPSIS = re.compile(
    rf"\s*(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*(?:{'|'.join(alternatives('read_more'))})?\s*$",
    re.IGNORECASE,
)
_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|intro|introduction|standfirst|summary|dek|subtitle|sub-?headline"
    r"|subhead|vorspann|excerpt|chapo|chapeau|teaser-?text|lead-?text|anons|preview-?text|anriss"
    r"|einleitung)(?:$|[\s_-])",
    re.IGNORECASE,
)  # fmt: skip
_MIN_LEAD, _MAX_LEAD = 30, 1200
# A description that is only in the page's head is often written for search engines. It becomes the
# lead if the body is short, or if the feed has the same teaser.
_SHORT = 1500


def descriptions_of(page: ParsedPage, hints: PageHints) -> list[str]:
    """Return what the page's head, its JSON-LD and the feed say that the article is about."""
    descriptions = [
        page.data.description,
        page.meta.get("description", ""),
        page.meta.get("og:description", ""),
        hints.summary,
    ]
    plain = (_ELLIPSIS.sub("", strip_markup(text)) for text in descriptions)
    return [text for text in plain if len(text) >= _MIN_LEAD]


def word_overlap(one: str, other: str) -> float:
    """Return the share of words that two texts have in common, 0 to 1 (Jaccard index)."""
    a, b = distinct_words(one), distinct_words(other)
    return len(a & b) / len(a | b) if a or b else 0.0


def choose_lead(
    blocks: Sequence[Block], descriptions: Sequence[str], summary: str, title: int
) -> tuple[str, list[Block]]:
    """Return the lead and its blocks; no blocks if it is only in the page's head or the feed.

    Args:
        blocks: The blocks with their zones.
        descriptions: What :func:`descriptions_of` returns.
        summary: The feed's teaser.
        title: Index of the headline, -1 if there is none.
    """
    body = [b for i, b in enumerate(blocks) if b.zone is None and i > title]
    location = body_location(body)
    for block in body[:8]:
        if _is_standfirst(block, descriptions) or (
            block.prose and _is_set_apart(block, body, location)
        ):
            return block.text, [block]
        if block.prose:
            break
    body_letters = ""
    short = sum(len(b.text) for b in body if b.prose) < _SHORT
    for text in descriptions:
        if not short and not (summary and word_overlap(text, summary) >= 0.4):
            continue
        body_letters = body_letters or letters_of(
            " ".join(b.text for b in blocks if b.zone is None)
        )
        if (
            letters_of(text)[:60]
            and letters_of(text)[:60] not in body_letters
            and len(text) <= _MAX_LEAD
            and (title < 0 or text != blocks[title].text)
        ):
            return text, []
    return "", []


def _open_letters(blocks: Sequence[Block]) -> str:
    return letters_of(" ".join(b.text for b in blocks if b.zone is None))


def _is_set_apart(block: Block, body: Sequence[Block], location: Location) -> bool:
    """Return whether only the first paragraph of four is outside the location of the body."""
    prose = [b for b in body if b.prose][:4]
    outside = [b.location != location for b in prose]
    return len(block.text) <= 600 and len(prose) == 4 and outside == [True, False, False, False]


def strip_markup(text: str) -> str:
    """Return clean text from a value that may contain markup, even escaped."""
    return clean(_MARKUP.sub(" ", unescape(text)) if "<" in text or "&" in text else text)


def _is_standfirst(block: Block, teasers: Sequence[str]) -> bool:
    if not _MIN_LEAD <= len(block.text) <= _MAX_LEAD or block.mostly_links:
        return False
    letters = letters_of(block.text)
    if any(letters == letters_of(text) for text in teasers):
        return True
    if block.container.tag in ("h2", "h3") and block.prose:
        return True
    element = block.container
    for _ in range(3):
        if (
            _STANDFIRST.search(element.get("class") or "")
            or element.get("itemprop") == "description"
        ):
            return block.sentence or len(block.text) >= 60
        parent = element.getparent()
        if parent is None or len(parent) > 3:
            break
        element = parent
    return False
