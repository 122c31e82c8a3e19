"""From a page's bytes to an article.

::

    bytes ─ decode ─ parse once ─ JSON-LD, meta ─ blocks ─ zones ─ headline, lead ─▶ cut
                                                                   tree ─ trafilatura ─▶ text
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.errors import ExtractionError
from config.i18n import Phrase
from core.messages import Access, Zone
from core.text.clean import clean
from ingest.extract import vocabulary
from ingest.extract.blocks import HEADINGS, Block, collect
from ingest.extract.body import read_body
from ingest.extract.credits import agency_of, authors_of, byline
from ingest.extract.dates import published
from ingest.extract.decode import to_html
from ingest.extract.headline import choose_lead, choose_title, titles
from ingest.extract.models import ExtractedPage, PageHints
from ingest.extract.tree import ParsedPage, parse, two_letters
from ingest.extract.zones import KEPT, TaggedPage, tag

_NO_HINTS = PageHints()
_THIN = 300
_STUB = 1500
_LEAVES = HEADINGS | {"p", "li", "figcaption", "dd", "dt", "td"}
_MAX_ZONE = 20_000
_TIERS = {
    "free": Access.FREE,
    "metered": Access.UNKNOWN,
    "locked": Access.PAID,
    "paid": Access.PAID,
    "premium": Access.PAID,
}


def extract_page(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    hints: PageHints = _NO_HINTS,
    now: datetime,
) -> ExtractedPage:
    """Turn a page's bytes into an article. Pure: no network, no files, no clock.

    Args:
        body: The page as the server sent it, decompressed.
        url: Where it was fetched from, after redirects.
        content_type: The server's Content-Type header.
        hints: What the feed said.
        now: The present moment, aware; no publication is later.

    Raises:
        ExtractionError: ``not_html`` where it is no page, ``empty`` where it holds no article.
    """
    page = parse(to_html(body, url=url, content_type=content_type), url)
    blocks, times = collect(page.root)
    candidates = titles(page, hints, url)
    tagged = tag(blocks, candidates, live=page.data.live)
    headline = blocks[tagged.title].text if tagged.title >= 0 else ""
    title = choose_title(candidates, clean(headline).replace("\n", " "), hints.title)
    lead, lead_blocks = choose_lead(blocks, page, hints, tagged.title)
    for block in lead_blocks:
        block.zone = "lead"
    _cut(blocks, tagged)
    text = read_body(page.root, blocks, tagged)
    flags = _flags(page, blocks, text, lead, tagged)
    if not text and not (lead and page.data.kind):
        raise ExtractionError(url, "empty", Phrase("extract.no_article"))
    moment, source = published(page, hints.published_at, now, times)
    marks = [b.text for b in blocks if b.zone == "agency"]
    authors = _authors(page, blocks, tagged)
    return ExtractedPage(
        url=url,
        canonical_url=page.canonical,
        title=title,
        lead=lead,
        text=text,
        language=two_letters(page.data.language) or hints.language or page.language,
        published_at=moment,
        published_source=source,
        authors=authors,
        agency=agency_of(marks, authors, text),
        access=_access(page, flags),
        zones=_zones(blocks),
        flags=flags,
    )


def _cut(blocks: Sequence[Block], tagged: TaggedPage) -> None:
    """Take everything out of the tree that is no body."""
    for block in blocks:
        if block.zone is not None:
            block.cut()
    for element in (
        *tagged.dropped,
        *(b.owner for b in blocks if b.zone and b.owner.tag in _LEAVES),
    ):
        if element.getparent() is not None and (
            not len(element) or not element.text_content().strip()
        ):
            element.drop_tree()


def _authors(page: ParsedPage, blocks: Sequence[Block], tagged: TaggedPage) -> tuple[str, ...]:
    meta = [
        page.meta.get(name, "")
        for name in (
            "author",
            "article:author",
            "dc.creator",
            "parsely-author",
            "cxenseparse:author",
        )
    ]
    near = (b.text for b in blocks[max(tagged.title, 0) : tagged.title + 15])
    found = authors_of(
        page.data.authors, meta, page.data.publisher, page.meta.get("og:site_name", "")
    )
    return found or tuple(byline(near))


def _access(page: ParsedPage, flags: Sequence[str]) -> Access:
    if page.data.free is not None:
        return Access.FREE if page.data.free else Access.PAID
    tier = (
        page.meta.get("article:content_tier") or page.meta.get("og:article:content_tier") or ""
    ).lower()
    if tier in _TIERS:
        return _TIERS[tier]
    return Access.PAID if "teaser_only" in flags else Access.UNKNOWN


def _flags(
    page: ParsedPage, blocks: Sequence[Block], text: str, lead: str, tagged: TaggedPage
) -> tuple[str, ...]:
    size = len(text)
    linked = sum(b.linky for b in blocks)
    found = {
        "thin": size + len(lead) < _THIN,
        "teaser_only": size < _STUB and (tagged.stub or page.data.free is False),
        "consent_wall": size < _STUB and bool(vocabulary.CONSENT.search(text.lower())),
        "list_page": linked >= 20
        and not page.data.kind
        and not any(b.prose for b in blocks if b.zone is None),
        "live": page.data.live,
    }
    return tuple(flag for flag, holds in found.items() if holds)


def _zones(blocks: Sequence[Block]) -> tuple[Zone, ...]:
    """What was cut, one entry per run of blocks of the same zone."""
    runs: list[tuple[str, list[str]]] = []
    for block in blocks:
        if block.zone not in KEPT:
            continue
        if runs and runs[-1][0] == block.zone:
            runs[-1][1].append(block.text)
        else:
            runs.append((block.zone, [block.text]))
    return tuple(Zone(zone=zone, text=clean("\n".join(texts))[:_MAX_ZONE]) for zone, texts in runs)
