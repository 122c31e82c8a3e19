"""What goes into extraction beside the page's bytes, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.messages import Access, Zone


@dataclass(frozen=True, slots=True)
class PageHints:
    """What the feed said about the article; empty where it said nothing.

    Attributes:
        title: Headline, plain text.
        summary: Teaser, plain text.
        published_at: Aware UTC.
        language: Two letters.
        url: The entry's link, before redirects.
    """

    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    language: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """An article as its page shows it. All text is NFC (:func:`core.text.clean.clean`).

    Attributes:
        url: The page's own URL, as it was fetched.
        canonical_url: What the page calls its URL (rel=canonical, og:url), absolute; None where
            it names none that can be one.
        title: Headline without the outlet's name.
        lead: Teaser or standfirst; not repeated in ``text``.
        text: Body without the lead, paragraphs parted by a line feed.
        language: Two letters, as the page declares it.
        published_at: Aware UTC, never later than the ``now`` of the call.
        published_source: ``jsonld`` or ``page``; None where the page gives no time.
        authors: Names of people, as the page gives them.
        agency: ``dpa``, ``afp``, ``reuters`` ... where the text is credited to one.
        access: Whether the page says it can be read for free.
        zones: What was cut from the page, per zone, in page order.
        flags: ``thin`` (little text), ``teaser_only`` (a stub before a paywall),
            ``consent_wall``, ``list_page``, ``live`` (a live ticker).
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
