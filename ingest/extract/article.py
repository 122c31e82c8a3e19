"""Extract an article from the bytes of a page.

::

    bytes ─ decode ─ parse once ─ JSON-LD, meta ─ blocks ─ zones ─ headline, lead ─▶ cut
                                                                   tree ─ trafilatura ─▶ text
    text ─ much less than blocks, JSON-LD, feed? ─ second opinion ─▶ the better supported text
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial

from config.errors import ExtractionError
from config.i18n import Phrase
from core.messages import Access, Zone
from core.text.clean import clean_line, cut, shorten
from ingest.extract.blocks import Block, collect_blocks
from ingest.extract.body import extract_body, remove_zones
from ingest.extract.credits import choose_authors, find_agency, names_in_byline
from ingest.extract.dates import Publication, publication_of
from ingest.extract.decode import decode_page
from ingest.extract.headline import choose_lead, descriptions_of, strip_markup
from ingest.extract.inline import prepare_tree, separate_teasers
from ingest.extract.jsonld import LinkedData
from ingest.extract.limits import LONGEST_TEXT, LONGEST_TITLE, LONGEST_ZONES, MOST_ZONES
from ingest.extract.models import ExtractedPage, PageHints
from ingest.extract.opening import Announcement, with_opening
from ingest.extract.opinion.decide import Reading
from ingest.extract.opinion.review import FirstOpinion, as_dispute, ask, use_reading
from ingest.extract.page_vote import LEADS_ON, PageFacts, judge_page
from ingest.extract.pages_of_article import without_page_links
from ingest.extract.selectors import apply_removal, select_body, select_elements, text_of
from ingest.extract.titles import choose_title, headline_of, title_candidates
from ingest.extract.tree import ParsedPage, parse_page, two_letter_code
from ingest.extract.zones import KEPT_ZONES, TaggedPage, tag_zones
from ingest.time_zones import find_zone

_NO_HINTS = PageHints()
_THIN = 300
_STUB = 1500
_MAX_ZONE = 20_000
_NOTICE_BLOCKS = 60
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
    """Extract an article from a page. Pure: no network, no files, no clock.

    Args:
        body: The page as the server sent it, decompressed.
        url: Where it was fetched from, after redirects.
        content_type: The server's Content-Type header.
        hints: What the feed says.
        now: The present, aware; no publication is later.

    Raises:
        ExtractionError: ``not_html`` if it is not a page, ``empty`` if it contains no article.
    """
    html = decode_page(body, url=url, content_type=content_type)
    page = parse_page(html, url, hints)
    selected = select_elements(page.root, hints.body_selector, hints.removed_selector)
    prepare_tree(page.root, page.markup)
    blocks = collect_blocks(page.root)
    if separate_teasers(blocks):
        blocks = collect_blocks(page.root)
    apply_removal(blocks, selected)
    candidates = title_candidates(page, hints, url)
    tagged = tag_zones(blocks, candidates.all, live=page.data.live, url=url, stated=page.data.body)
    apply_removal(blocks, selected)
    chosen = select_body(blocks, selected, tagged.title)
    published = publication_of(page, url, hints, now, blocks, tagged.title)
    headline = headline_of(blocks[tagged.title], candidates) if tagged.title >= 0 else ""
    headline = shorten(headline, LONGEST_TITLE)
    title = choose_title(candidates, headline, page.language)
    lead, lead_blocks = choose_lead(blocks, page, hints, tagged.title)
    if hints.further:
        lead, lead_blocks = "", []
    for block in lead_blocks:
        block.zone = "lead"
    if chosen:
        text = text_of(blocks, chosen)[:LONGEST_TEXT]
    else:
        text = extract_body(page.root, blocks, tagged)
        announced = Announcement(candidates.all, descriptions_of(page, hints))
        text = with_opening(text, lead, blocks, tagged.title, announced)[:LONGEST_TEXT]
    first = FirstOpinion(
        markup=page.markup,
        blocks=blocks,
        titles=partial(_titles_without_data, page, hints, url, headline),
        text=text,
        lead=lead if lead_blocks else "",
        linked_title=page.data.title,
        linked=page.data.body or (page.data.entries if len(text) < _THIN else ""),
        feed=hints.content,
        marked_short=tagged.stub or page.data.free is False,
        removed_selector=hints.removed_selector,
    )
    opinion = None if chosen else ask(first)
    if opinion is not None and opinion.chosen.source != "page":
        remove_zones(blocks, tagged)
        text = use_reading(opinion.chosen, blocks, lead, (title, headline))
        page = _with_script_data(page, opinion.chosen)
        if published.at is None:
            published = publication_of(page, url, hints, now, blocks, tagged.title)
    dispute = as_dispute(opinion, blocks) if opinion is not None else None
    if hints.further or page.links.numbered:
        text = without_page_links(text)
    flags = _flags(page, blocks, text, lead, tagged)
    if hints.body_selector and not chosen:
        flags += ("selector_missed",)
    if opinion is not None:
        flags += ("disputed",) if dispute is not None else ("script_built",)
    own_text = first.text if opinion is not None and opinion.chosen.source == "feed" else text
    if lead_blocks:
        own_text = f"{lead}\n{own_text}"
    verdict = judge_page(_facts(page, blocks, own_text, url, published), hints)
    flags += (verdict.kind,) if verdict.kind else ()
    has_lead = lead_blocks or (lead and page.data.has_article)
    if not text and not has_lead and not verdict.kind:
        raise ExtractionError(url, "empty", Phrase("extract.no_article"))
    marks = [b.text for b in blocks if b.zone == "agency"]
    authors = _authors(page, blocks, tagged)
    return ExtractedPage(
        url=url,
        canonical_url=page.canonical,
        title=title,
        lead=lead,
        text=text,
        language=two_letter_code(page.data.language) or hints.language or page.language,
        published_at=published.at,
        published_source=published.source,
        published_precision=published.precision,
        published_confidence=published.confidence,
        published_before=published.before,
        authors=authors,
        agency=find_agency(marks, (*authors, *page.data.authors), text),
        access=_access(page, flags),
        zones=_zones(blocks),
        flags=flags,
        dispute=dispute,
        votes=verdict.votes,
        refresh_url=page.refresh if verdict.kind in LEADS_ON else None,
        links=page.links,
        live_until=_moment(page.data.coverage_end, find_zone(hints.time_zone)),
    )


def _facts(
    page: ParsedPage, blocks: Sequence[Block], text: str, url: str, published: Publication
) -> PageFacts:
    """Return what the page says of itself."""
    headings = [b.text for b in blocks if b.container.tag == "h1"][:3]
    headings = headings or [b.text for b in blocks if b.heading][:1]
    all_text = "\n".join(b.text for b in blocks[:_NOTICE_BLOCKS] if not b.heading)
    named = [page.meta.get("og:title", ""), page.data.title, page.html_title]
    return PageFacts(
        titles=[clean_line(strip_markup(title)) for title in named if title],
        headings=headings,
        text=text or all_text,
        all_text=all_text,
        url=url,
        own_urls=page.own_urls,
        published_at=published.at if published.source != "feed" else None,
        leads_away=page.leads_away,
        subheadings=[b.text for b in blocks if b.heading],
    )


def _titles_without_data(page: ParsedPage, hints: PageHints, url: str, headline: str) -> list[str]:
    """Return the titles of a page but for that of its JSON-LD."""
    titles = title_candidates(replace(page, data=LinkedData()), hints, url).all
    return [*titles, headline] if headline else titles


def _moment(text: str, zone: tzinfo | None) -> datetime | None:
    """Return a time of JSON-LD, which may be in the future; None if it is not one.

    Args:
        text: The time as it is written.
        zone: That of the outlet, of times without an offset; UTC if it is not known.
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone or UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or one outside of the calendar in UTC
        return None


def _with_script_data(page: ParsedPage, reading: Reading) -> ParsedPage:
    """Return the page with author and date of the data that its text was taken from."""
    article = reading.article
    if article is None:
        return page
    data = page.data
    if not data.authors:
        data = replace(data, authors=article.authors)
    meta = {**page.meta}
    if article.published:
        meta.setdefault("article:published_time", article.published)
    return replace(page, data=data, meta=meta)


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
    lines = (b.text for b in blocks[max(tagged.title, 0) : tagged.title + 15])
    authors = choose_authors(
        page.data.authors, meta, page.data.publisher, page.meta.get("og:site_name", "")
    )
    return authors or tuple(names_in_byline(lines))


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
    link_blocks = sum(b.mostly_links for b in blocks)
    flags = {
        "thin": size + len(lead) < _THIN,
        "teaser_only": size < _STUB and (tagged.stub or page.data.free is False),
        "list_page": link_blocks >= 20
        and not page.data.has_article
        and not any(b.prose for b in blocks if b.zone is None),
        "live": page.data.live or bool(page.data.coverage_end),
    }
    return tuple(flag for flag, holds in flags.items() if holds)


def _zones(blocks: Sequence[Block]) -> tuple[Zone, ...]:
    """Return what was cut, one entry for each run of blocks of the same zone."""
    runs: list[tuple[str, list[str]]] = []
    for block in blocks:
        if block.zone not in KEPT_ZONES:
            continue
        if runs and runs[-1][0] == block.zone:
            runs[-1][1].append(block.text)
        else:
            runs.append((block.zone, [block.text]))
    zones, left = [], LONGEST_ZONES
    for zone, texts in runs[:MOST_ZONES]:
        text = cut("\n".join(texts), min(_MAX_ZONE, left))
        left -= len(text)
        zones += [Zone(zone=zone, text=text)] if text else []
    return tuple(zones)
