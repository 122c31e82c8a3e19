"""Choose the headline and the lead from the page, its JSON-LD and the feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from urllib.parse import urlsplit

from core.text.clean import clean, clean_line
from ingest.extract.blocks import Block, Location, body_location, location_of
from ingest.extract.models import PageHints
from ingest.extract.tree import ParsedPage
from ingest.extract.vocabulary import alternatives
from ingest.extract.zones import distinct_words

_SEPARATOR = re.compile(r"\s+[|–—·•:»-]\s+|\s*\|\s*")
_MARKUP = re.compile(r"<[^<>]{1,500}>")
_PLAIN = re.compile(r"[\W_]+")
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
_AGREE = 0.5
_MIN_LEAD, _MAX_LEAD = 30, 1200
# A description that is only in the page's head is often written for search engines. It becomes the
# lead if the body is short, or if the feed has the same teaser.
_SHORT = 1500


def title_candidates(page: ParsedPage, hints: PageHints, url: str) -> list[str]:
    """Return the titles of all sources, best first: JSON-LD, og:title, feed, ``<title>``.

    A title that several sources agree on occurs several times.
    """
    names = _outlet_names(page, url)
    titles = [
        page.data.title,
        page.meta.get("og:title", ""),
        page.meta.get("twitter:title", ""),
        hints.title,
        page.html_title,
    ]
    plain = [clean_line(strip_markup(title)) for title in titles]
    cleaned = [strip_outlet(title, names, plain) for title in plain]
    return [title for title in cleaned if title]


def _outlet_names(page: ParsedPage, url: str) -> list[str]:
    names = [
        page.data.publisher,
        page.meta.get("og:site_name", ""),
        page.meta.get("application-name", ""),
    ]
    host = urlsplit(page.canonical or url).hostname or ""
    names += [host.removeprefix("www."), *host.split(".")[-2:-1]]
    return [_letters(n) for n in names if len(_letters(n)) > 1]


def _letters(text: str) -> str:
    return _PLAIN.sub("", text.lower())


def strip_outlet(title: str, names: Sequence[str], others: Sequence[str]) -> str:
    """Remove ``" - Outlet"`` from the end of a title.

    Args:
        title: The title.
        names: Names of the outlet, letters only.
        others: Other titles of the page. The last part of the title is removed as well if the rest
            is one of them.
    """
    for _ in range(2):
        parts = list(_SEPARATOR.finditer(title))
        if not parts:
            return title
        head, tail = title[: parts[-1].start()].rstrip(), _letters(title[parts[-1].end() :])
        named = any(
            tail == n or (len(n) > 3 and (tail.startswith(n) or tail.endswith(n))) for n in names
        )
        if not head or not (named or (head in others and len(head) >= 12)):
            return title
        title = head
    return title


def choose_title(candidates: Sequence[str], headline: str, hint: str) -> str:
    """Return the title that agrees most with the feed's, or else with the other candidates.

    Args:
        candidates: From :func:`title_candidates`.
        headline: The heading found on the page; may be empty.
        hint: The feed's title; may be empty.
    """
    titles = [t for t in (*candidates[:1], headline, *candidates[1:]) if t]
    if not titles:
        return ""
    if (
        hint
        and (best := max(titles, key=lambda t: word_overlap(t, hint)))
        and word_overlap(best, hint) >= _AGREE
    ):
        return best
    return max(titles, key=lambda t: sum(word_overlap(t, other) >= _AGREE for other in titles))


def word_overlap(one: str, other: str) -> float:
    """Return the share of words that two texts have in common, 0 to 1 (Jaccard index)."""
    a, b = distinct_words(one), distinct_words(other)
    return len(a & b) / len(a | b) if a or b else 0.0


def choose_lead(
    blocks: Sequence[Block], page: ParsedPage, hints: PageHints, title: int
) -> tuple[str, list[Block]]:
    """Return the lead and its blocks; no blocks if it is only in the page's head or the feed.

    Args:
        blocks: The blocks with their zones.
        page: The parsed page.
        hints: What the feed says.
        title: Index of the headline, -1 if there is none.
    """
    body = [b for i, b in enumerate(blocks) if b.zone is None and i > title]
    descriptions = [
        page.data.description,
        page.meta.get("description", ""),
        page.meta.get("og:description", ""),
        hints.summary,
    ]
    teasers = [
        text
        for text in (_ELLIPSIS.sub("", strip_markup(d)) for d in descriptions)
        if len(text) >= _MIN_LEAD
    ]
    location = body_location(body)
    for block in body[:8]:
        if _is_standfirst(block, teasers) or (block.prose and _is_set_apart(block, body, location)):
            return block.text, [block]
        if block.prose:
            break
    body_letters = _letters(" ".join(b.text for b in blocks if b.zone is None))
    short = sum(len(b.text) for b in body if b.prose) < _SHORT
    for text in teasers:
        if not short and not (hints.summary and word_overlap(text, hints.summary) >= 0.4):
            continue
        if (
            _letters(text)[:60]
            and _letters(text)[:60] not in body_letters
            and len(text) <= _MAX_LEAD
            and (title < 0 or text != blocks[title].text)
        ):
            return text, []
    return "", []


def _is_set_apart(block: Block, body: Sequence[Block], location: Location) -> bool:
    """Return whether only the first paragraph of four is outside the location of the body."""
    prose = [b for b in body if b.prose][:4]
    outside = [location_of(b) != location for b in prose]
    return len(block.text) <= 600 and len(prose) == 4 and outside == [True, False, False, False]


def strip_markup(text: str) -> str:
    """Return clean text from a value that may contain markup, even escaped."""
    return clean(_MARKUP.sub(" ", unescape(text)) if "<" in text or "&" in text else text)


def _is_standfirst(block: Block, teasers: Sequence[str]) -> bool:
    if not _MIN_LEAD <= len(block.text) <= _MAX_LEAD or block.mostly_links:
        return False
    letters = _letters(block.text)
    if any(letters == _letters(text) for text in teasers):
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
