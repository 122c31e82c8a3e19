"""The headline and the lead, out of what the page, its JSON-LD and the feed call them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from urllib.parse import urlsplit

from core.text.clean import clean, clean_line
from ingest.extract.blocks import Block, Place, home_of, place_of
from ingest.extract.models import PageHints
from ingest.extract.tree import ParsedPage
from ingest.extract.vocabulary import alternatives
from ingest.extract.zones import words_of

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
# A description that stands only in the head is often written for search engines. It is taken for
# the lead where the body is short, or where the feed gives the same teaser.
_SHORT = 1500


def titles(page: ParsedPage, hints: PageHints, url: str) -> list[str]:
    """What the sources call it, best first: JSON-LD, og:title, feed, ``<title>``; repeats count."""
    names = _outlet_names(page, url)
    found = [
        page.data.title,
        page.meta.get("og:title", ""),
        page.meta.get("twitter:title", ""),
        hints.title,
        page.document_title,
    ]
    plain = [clean_line(without_markup(title)) for title in found]
    cleaned = [without_outlet(title, names, plain) for title in plain]
    return [title for title in cleaned if title]


def _outlet_names(page: ParsedPage, url: str) -> list[str]:
    names = [
        page.data.publisher,
        page.meta.get("og:site_name", ""),
        page.meta.get("application-name", ""),
    ]
    host = urlsplit(page.canonical or url).hostname or ""
    names += [host.removeprefix("www."), *host.split(".")[-2:-1]]
    return [_key(n) for n in names if len(_key(n)) > 1]


def _key(text: str) -> str:
    return _PLAIN.sub("", text.lower())


def without_outlet(title: str, names: Sequence[str], others: Sequence[str]) -> str:
    """Strip ``" - Outlet"`` where the last part names the outlet or the rest is a title."""
    for _ in range(2):
        parts = list(_SEPARATOR.finditer(title))
        if not parts:
            return title
        head, tail = title[: parts[-1].start()].rstrip(), _key(title[parts[-1].end() :])
        named = any(
            tail == n or (len(n) > 3 and (tail.startswith(n) or tail.endswith(n))) for n in names
        )
        if not head or not (named or (head in others and len(head) >= 12)):
            return title
        title = head
    return title


def choose_title(candidates: Sequence[str], headline: str, hint: str) -> str:
    """The best title: the one the feed agrees with, else the one that others agree with."""
    pool = [t for t in (*candidates[:1], headline, *candidates[1:]) if t]
    if not pool:
        return ""
    if hint and (best := max(pool, key=lambda t: alike(t, hint))) and alike(best, hint) >= _AGREE:
        return best
    return max(pool, key=lambda t: sum(alike(t, other) >= _AGREE for other in pool))


def alike(one: str, other: str) -> float:
    """Shared words over all words, 0 to 1."""
    a, b = words_of(one), words_of(other)
    return len(a & b) / len(a | b) if a or b else 0.0


def choose_lead(
    blocks: Sequence[Block], page: ParsedPage, hints: PageHints, title: int
) -> tuple[str, list[Block]]:
    """The lead, and the blocks of the page that are it (none where it stands only in the head)."""
    body = [b for i, b in enumerate(blocks) if b.zone is None and i > title]
    described = [
        page.data.description,
        page.meta.get("description", ""),
        page.meta.get("og:description", ""),
        hints.summary,
    ]
    wanted = [
        text
        for text in (_ELLIPSIS.sub("", without_markup(d)) for d in described)
        if len(text) >= _MIN_LEAD
    ]
    home = home_of(body)
    for block in body[:8]:
        if _is_standfirst(block, wanted) or (block.prose and _stands_alone(block, body, home)):
            return clean(block.text), [block]
        if block.prose:
            break
    whole = _key(" ".join(b.text for b in blocks if b.zone is None))
    short = sum(len(b.text) for b in body if b.prose) < _SHORT
    for text in wanted:
        if not short and not (hints.summary and alike(text, hints.summary) >= 0.4):
            continue
        if (
            _key(text)[:60]
            and _key(text)[:60] not in whole
            and len(text) <= _MAX_LEAD
            and (title < 0 or text != blocks[title].text)
        ):
            return text, []
    return "", []


def _stands_alone(block: Block, body: Sequence[Block], home: Place) -> bool:
    """Whether the first paragraph stands apart from the body's own, which follow it."""
    prose = [b for b in body if b.prose][:4]
    apart = [place_of(b) != home for b in prose]
    return len(block.text) <= 600 and len(prose) == 4 and apart == [True, False, False, False]


def without_markup(text: str) -> str:
    """Plain clean text out of a value that may hold escaped markup."""
    return clean(_MARKUP.sub(" ", unescape(text)) if "<" in text or "&" in text else text)


def _is_standfirst(block: Block, wanted: Sequence[str]) -> bool:
    if not _MIN_LEAD <= len(block.text) <= _MAX_LEAD or block.linky:
        return False
    own = _key(block.text)
    if any(own == _key(text) for text in wanted):
        return True
    if block.owner.tag in ("h2", "h3") and block.prose:
        return True
    element = block.owner
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
