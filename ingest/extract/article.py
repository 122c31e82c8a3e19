"""Extract an article from the bytes of a page.

::

    bytes ─ decode ─ parse once ─ JSON-LD, meta ─ blocks ─ zones ─ headline, lead ─▶ cut
                                                                   tree ─ trafilatura ─▶ text
    text ─ much less than blocks, JSON-LD, feed? ─ second opinion ─▶ the better supported text
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from ingest.extract.opinion.decide import Reading, Verdict
from ingest.extract.opinion.review import FirstOpinion, as_dispute, ask, use_reading
from ingest.extract.page_vote import LEADS_ON, PageFacts, judge_page
from ingest.extract.pages_of_article import without_page_links
from ingest.extract.selectors import apply_removal, select_body, select_elements, text_of
from ingest.extract.titles import (
    TitleCandidates,
    choose_title,
    headline_of,
    title_candidates,
)
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
        url: Where it was fetched from, after redirects; empty for a file, whose own word for its
            address is taken then.
        content_type: The server's Content-Type header.
        hints: What the feed says.
        now: The present, aware; no publication is later.

    Raises:
        ExtractionError: ``not_html`` if it is not a page, ``empty`` if it contains no article.
    """
    source = _read(body, url, content_type, hints)
    content = _decide(source, now)
    return _assemble(source, content)


UNKNOWN_ADDRESS = "https://page.invalid/"
"""Stands for the address of a page of which nothing says where it is: its relative links lead to
other pages of its outlet all the same."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A page as it was read.

    Attributes:
        url: Where it was fetched from, or else the address that it names; may be empty.
        hints: What the feed says.
        page: The parsed page.
        blocks: Its blocks with their zones.
        candidates: The titles of the page and the feed.
        descriptions: What the page's head and the feed say that the article is about.
        tagged: What else the zone tagger found out.
        chosen: The blocks that the outlet's selector names as the body.
    """

    url: str
    hints: PageHints
    page: ParsedPage
    blocks: list[Block]
    candidates: TitleCandidates
    descriptions: list[str]
    tagged: TaggedPage
    chosen: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Content:
    """What the article of a page is.

    Attributes:
        page: The parsed page, with the data of the script that the text was taken from.
        title: Its headline.
        lead: Its lead; empty if there is none.
        shows_lead: Whether the lead is part of the page's text.
        text: Its body.
        own_text: What the page itself shows of lead and body.
        published: When it was published.
        opinion: The verdict on another reading of the page; None where nothing disputes the first.
    """

    page: ParsedPage
    title: str
    lead: str
    shows_lead: bool
    text: str
    own_text: str
    published: Publication
    opinion: Verdict | None


def _read(body: bytes, url: str, content_type: str | None, hints: PageHints) -> _Source:
    """Parse a page and assign a zone to each of its blocks."""
    html = decode_page(body, url=url, content_type=content_type)
    page = parse_page(html, url, hints)
    selected = select_elements(page.root, hints.body_selector, hints.removed_selector)
    prepare_tree(page.root, page.markup)
    blocks = collect_blocks(page.root)
    if separate_teasers(blocks):
        blocks = collect_blocks(page.root)
    apply_removal(blocks, selected)
    candidates = title_candidates(page, hints, page.address)
    tagged = tag_zones(
        blocks,
        candidates.all,
        live=page.data.live,
        url=page.address or UNKNOWN_ADDRESS,
        stated=page.data.body,
    )
    apply_removal(blocks, selected)
    chosen = select_body(blocks, selected, tagged.title)
    descriptions = descriptions_of(page, hints)
    return _Source(page.address, hints, page, blocks, candidates, descriptions, tagged, chosen)


def _decide(source: _Source, now: datetime) -> _Content:
    """Choose headline, lead and body, and ask for a second opinion about the body."""
    page, blocks, tagged = source.page, source.blocks, source.tagged
    published = publication_of(page, source.url, source.hints, now, blocks, tagged.title)
    headline = headline_of(blocks[tagged.title], source.candidates) if tagged.title >= 0 else ""
    headline = shorten(headline, LONGEST_TITLE)
    title = choose_title(source.candidates, headline, page.language)
    lead, shows_lead = _mark_lead(source)
    first_text = text = _text_of(source, lead)
    first = _first_opinion(source, headline, text, lead if shows_lead else "")
    opinion = None if source.chosen else ask(first)
    if opinion is not None and opinion.chosen.source != "page":
        remove_zones(blocks, tagged)
        text = use_reading(opinion.chosen, blocks, lead, (title, headline))
        page = _with_script_data(page, opinion.chosen)
        if published.at is None:
            published = publication_of(page, source.url, source.hints, now, blocks, tagged.title)
    if source.hints.further or page.links.numbered:
        text = without_page_links(text)
    is_of_feed = opinion is not None and opinion.chosen.source == "feed"
    own_text = first_text if is_of_feed else text
    own_text = f"{lead}\n{own_text}" if shows_lead else own_text
    return _Content(page, title, lead, shows_lead, text, own_text, published, opinion)


def _mark_lead(source: _Source) -> tuple[str, bool]:
    """Return the lead, and whether the page's text has it; its blocks get a zone of their own."""
    if source.hints.further:
        return "", False
    lead, lead_blocks = choose_lead(
        source.blocks, source.descriptions, source.hints.summary, source.tagged.title
    )
    for block in lead_blocks:
        block.zone = "lead"
    return lead, bool(lead_blocks)


def _text_of(source: _Source, lead: str) -> str:
    """Return the body: what the outlet's selector names, else what is found."""
    blocks, tagged = source.blocks, source.tagged
    if source.chosen:
        return text_of(blocks, source.chosen)[:LONGEST_TEXT]
    text = extract_body(source.page.root, blocks, tagged)
    announced = Announcement(source.candidates.all, source.descriptions)
    return with_opening(text, lead, blocks, tagged.title, announced)[:LONGEST_TEXT]


def _first_opinion(source: _Source, headline: str, text: str, lead: str) -> FirstOpinion:
    page, hints = source.page, source.hints
    return FirstOpinion(
        markup=page.markup,
        blocks=source.blocks,
        titles=partial(_titles_without_data, page, hints, source.url, headline),
        text=text,
        lead=lead,
        linked_title=page.data.title,
        linked=page.data.body or (page.data.entries if len(text) < _THIN else ""),
        feed=hints.content,
        marked_short=source.tagged.stub or page.data.free is False,
        removed_selector=hints.removed_selector,
    )


def _assemble(source: _Source, content: _Content) -> ExtractedPage:
    """Put together what is known of the article.

    Raises:
        ExtractionError: ``empty`` if the page contains no article.
    """
    page, blocks, hints, published = content.page, source.blocks, source.hints, content.published
    dispute = as_dispute(content.opinion, blocks) if content.opinion is not None else None
    facts = _facts(page, blocks, content.own_text, source.url, published)
    verdict = judge_page(facts, hints)
    flags = _flags(source, content, disputed=dispute is not None)
    flags += (verdict.kind,) if verdict.kind else ()
    has_lead = content.shows_lead or (content.lead and page.data.has_article)
    if not content.text and not has_lead and not verdict.kind:
        raise ExtractionError(source.url, "empty", Phrase("extract.no_article"))
    marks = [b.text for b in blocks if b.zone == "agency"]
    authors = _authors(page, blocks, source.tagged)
    return ExtractedPage(
        url=source.url,
        canonical_url=page.canonical,
        title=content.title,
        lead=content.lead,
        text=content.text,
        language=two_letter_code(page.data.language) or hints.language or page.language,
        published_at=published.at,
        published_source=published.source,
        published_precision=published.precision,
        published_confidence=published.confidence,
        published_before=published.before,
        authors=authors,
        agency=find_agency(marks, (*authors, *page.data.authors), content.text),
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


def _flags(source: _Source, content: _Content, *, disputed: bool) -> tuple[str, ...]:
    page, blocks, size = content.page, source.blocks, len(content.text)
    link_blocks = sum(b.mostly_links for b in blocks)
    is_short = source.tagged.stub or page.data.free is False
    flags = {
        "thin": size + len(content.lead) < _THIN,
        "teaser_only": size < _STUB and is_short,
        "list_page": link_blocks >= 20
        and not page.data.has_article
        and not any(b.prose for b in blocks if b.zone is None),
        "live": page.data.live or bool(page.data.coverage_end),
        "selector_missed": bool(source.hints.body_selector) and not source.chosen,
        "disputed": disputed,
        "script_built": content.opinion is not None and not disputed,
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
