"""Input of extraction besides the bytes of a page, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.messages import Access, Zone
from ingest.extract.opinion.dispute import Dispute
from ingest.extract.page_links import NO_LINKS, PageLinks


@dataclass(frozen=True, slots=True)
class PageHints:
    """What the feed says about an article; a value that it does not give is empty.

    Attributes:
        title: Headline, plain text.
        summary: Teaser, plain text.
        content: The whole article, plain text, where the feed has it.
        published_at: Aware UTC.
        published_is_day: Whether the feed names only the day.
        language: Two letters.
        body_selector: CSS selector of the text on the outlet's pages; empty where it has none.
        removed_selector: That of what is not part of the text.
        time_zone: Name of the outlet's time zone; empty where it is not known.
        further: Whether it is a further page of an article, which has no lead of its own.
        url: The entry's link, before redirects.
    """

    title: str = ""
    summary: str = ""
    content: str = ""
    published_at: datetime | None = None
    language: str | None = None
    url: str = ""
    published_is_day: bool = False
    body_selector: str = ""
    removed_selector: str = ""
    time_zone: str = ""
    further: bool = False


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """An article as its page shows it. All text is normalised (:func:`core.text.clean.clean`).

    Attributes:
        url: The page's own URL, as it was fetched.
        canonical_url: The URL that the page names as its own (rel=canonical, og:url), absolute;
            None if it names no usable one.
        title: Headline without the outlet's name.
        lead: Teaser or standfirst; not repeated in ``text``.
        text: Body without the lead, one paragraph a line.
        language: Two letters, as the page declares it.
        published_at: Aware UTC, never later than the ``now`` of the call.
        published_source: ``jsonld``, ``feed`` or ``page``; None if there is no time.
        published_precision: ``time``, or ``day`` if only the day is known; ``published_at`` is
            then its end, or the ``now`` of the call.
        published_confidence: ``high``, ``medium`` or ``low`` (:mod:`ingest.extract.dates`).
        published_before: When the page says that it was last changed, if it does not say when it
            was published.
        authors: Names of people.
        agency: ``dpa``, ``afp``, ``reuters`` ..., if the text is credited to one.
        access: Whether the page says that it can be read for free.
        zones: What was cut from the page, per zone, in page order.
        flags: ``thin`` (little text), ``teaser_only`` (a stub before a paywall), ``list_page``,
            ``live`` (a live ticker), ``disputed`` (there is another reading of the page that has
            much more or much less text), ``script_built`` (the text is from the data of the
            page's scripts, which shows next to nothing itself), ``selector_missed`` (the outlet's
            selector of the body finds no text), and what the page is instead of the entry's
            (:mod:`ingest.extract.page_vote`).
        dispute: The other reading; None unless the page is disputed.
        votes: Why the page is taken for the entry's or not, for the log.
        refresh_url: Where a page without an article leads at once, if it does.
        links: Other pages of the article, if it has several.
        live_until: Until when a live page says that it is.
    """

    url: str
    canonical_url: str | None
    title: str
    lead: str
    text: str
    language: str | None
    published_at: datetime | None
    published_source: str | None
    authors: tuple[str, ...]
    agency: str | None
    access: Access
    zones: tuple[Zone, ...]
    flags: tuple[str, ...]
    dispute: Dispute | None = None
    published_precision: str | None = None
    published_confidence: str | None = None
    published_before: datetime | None = None
    votes: tuple[str, ...] = ()
    refresh_url: str | None = None
    links: PageLinks = NO_LINKS
    live_until: datetime | None = None
