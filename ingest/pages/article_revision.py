"""Compose the article revision to announce from an entry and, if it could be read, its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from config.secrets import mask
from config.settings import Settings
from core.ids import hash_parts
from core.messages import ArticleRevision, Origin
from core.store.entries import EntryRecord
from core.store.feed_record import FeedRecord
from core.store.page_reads import PageValidators
from core.text.clean import clean_line, cut
from ingest.entries.same_entry import has_no_page
from ingest.extract.models import ExtractedPage
from ingest.pages.page_validators import NO_VALIDATORS
from ingest.pages.wrong_pages import WRONG_PAGES
from ingest.public_url import without_login
from ingest.titles import plain_title
from ingest.urls import anchor_of, hides_address, shown_url

FULLER_FACTOR = 2
"""The text of the feed is used instead of that of a thin page if it is this many times longer."""

TEXT_VERSION = "4"
"""Increase it when extraction or the cleaning of text make another text of the same page or feed.

It is part of the stored hashes: the first text that is read of an article after an increase
replaces the stored one and is no revision, because the change may be the program's own.
"""

TITLE_FROM_TEXT = 120
"""Characters of the text that replace a missing headline."""


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page that was fetched and extracted.

    Attributes:
        extracted: The article on it.
        final_url: Where it came from, after redirects.
        fetched_at: When it was fetched.
        validators: What the next answer for the page can be compared with.
    """

    extracted: ExtractedPage
    final_url: str
    fetched_at: datetime
    validators: PageValidators = NO_VALIDATORS


def from_page(
    entry: EntryRecord,
    feed: FeedRecord,
    read: PageRead,
    article_id: str,
    url: str,
    settings: Settings,
) -> ArticleRevision:
    """Return the first revision of an article whose page could be read.

    Headline, teaser and names come from the page, or from the feed if the page has none. If the
    page is thin and the feed has the whole article, as with pages that scripts build, the text of
    the feed is used.
    """
    page = read.extracted
    lead, text, text_source = page.lead, page.text, "page"
    if page.dispute is not None and page.dispute.source == "feed":
        text_source = "feed"
    elif "thin" in page.flags and len(entry.content) > FULLER_FACTOR * (len(lead) + len(text)):
        lead, text, text_source = *_feed_text(entry), "feed"
    return _message(
        entry,
        feed,
        settings,
        article_id=article_id,
        url=url or read.final_url,
        title=page.title or plain_title(entry.title) or clean_line(lead or text, TITLE_FROM_TEXT),
        lead=lead,
        text=text,
        language=page.language or entry.language or feed.language,
        **_published(page, entry, read.fetched_at),
        fetched_at=read.fetched_at,
        authors=page.authors or tuple(entry.authors),
        agency=page.agency,
        access=page.access,
        zones=page.zones,
        flags=page.flags,
        text_source=text_source,
    )


def from_feed(
    entry: EntryRecord,
    feed: FeedRecord,
    article_id: str,
    url: str,
    now: datetime,
    settings: Settings,
    document_type: str | None = None,
    *,
    outcome: str = "",
) -> ArticleRevision | None:
    """Return the first revision of an article of which only the text of the feed is available.

    Args:
        entry: The entry.
        feed: The feed that brought it first.
        article_id: The article.
        url: Where readers find it.
        now: The present.
        settings: The size of records.
        document_type: What the link leads to, if it is no page.
        outcome: What its page is instead of the article, for the flags.

    Returns:
        None if the feed has neither title nor summary nor content.
    """
    lead, text = _feed_text(entry)
    title = plain_title(entry.title) or clean_line(lead or text, TITLE_FROM_TEXT)
    if hides_address(entry.url):  # the summary is a list of links
        lead = text = ""
    if not title:
        return None
    return _message(
        entry,
        feed,
        settings,
        article_id=article_id,
        url=url or mask(without_login(feed.url)),
        title=title,
        lead=lead,
        text=text,
        language=entry.language or feed.language,
        **_published_by_feed(entry, now),
        fetched_at=now,
        authors=tuple(entry.authors),
        flags=_flags_of(outcome, document_type),
        document_type=document_type,
        text_source="feed",
    )


def _flags_of(outcome: str, document_type: str | None) -> tuple[str, ...]:
    """Return what the link of an entry led to instead of the article."""
    if document_type:
        return ("not_read",)
    return (outcome,) if outcome in WRONG_PAGES else ()


def hashes(message: ArticleRevision) -> tuple[str, str]:
    """Return hashes of the title, and of lead and text: a revision is announced if one changes."""
    return _versioned(message.title), _versioned(message.lead, message.text)


def is_current_hash(stored: str) -> bool:
    """Return whether a stored hash is of a text that this version of the program has read."""
    return stored.startswith(_HASH_PREFIX)


_HASH_PREFIX = f"{TEXT_VERSION}-"


def _versioned(*parts: str) -> str:
    """Return a hash as long as a column of hashes allows, behind the version of the text."""
    return (_HASH_PREFIX + hash_parts(*parts))[:32]


def _message(
    entry: EntryRecord, feed: FeedRecord, settings: Settings, **values: Any
) -> ArticleRevision:
    has_anchor = has_no_page(entry) and bool(anchor_of(values["url"]))
    message = ArticleRevision(
        revision=1,
        outlet=feed.outlet,
        feed_id=feed.feed_id,
        country=feed.country,
        first_seen_at=entry.first_seen_at,
        origin=Origin(entry.origin),
        missed_since=entry.missed_since if entry.origin == Origin.BACKFILL else None,
        **values | {"url": shown_url(values["url"], keep_anchor=has_anchor)},
    )
    return _fit(message, settings.streams_max_record_bytes // 2)


def _fit(message: ArticleRevision, limit: int) -> ArticleRevision:
    """Return the message shortened to half the size of a record: a match adds evidence to it.

    First the zones are left out, then the end of the text.
    """
    if len(message.to_json()) <= limit:
        return message
    message = message.model_copy(update={"zones": ()})
    for name in ("text", "lead"):
        value = getattr(message, name)
        room = limit - len(message.to_json()) + _size(value)
        message = message.model_copy(update={name: _cut(value, room)})
    return message


def _cut(text: str, room: int) -> str:
    """Return the beginning of a text that takes at most ``room`` bytes in JSON."""
    while (size := _size(text)) > max(room, 2):
        text = cut(text, int(len(text) * max(room, 0) / size * 0.99))
    return text


def _size(text: str) -> int:
    return len(to_json(text))


def _published(page: ExtractedPage, entry: EntryRecord, fetched_at: datetime) -> dict[str, Any]:
    """Return when an article was published according to its page, which knows what the feed says.

    That is never later than ``fetched_at``, and a day not later than when a feed first showed the
    article.
    """
    by_page = page.published_at is not None and page.published_source != "feed"
    if entry.published_at is not None and not (by_page and _is_finer(page, entry)):
        return _published_by_feed(entry, fetched_at)
    latest = entry.first_seen_at if page.published_precision == "day" else fetched_at
    return {
        "published_at": min(page.published_at, latest) if page.published_at else None,
        "published_source": page.published_source,
        "published_precision": page.published_precision,
        "published_confidence": page.published_confidence,
        "published_before": page.published_before,
    }


def _is_finer(page: ExtractedPage, entry: EntryRecord) -> bool:
    """Return whether a page says better than the feed when an article was published."""
    return page.published_source == "jsonld" or entry.published_is_day


def _published_by_feed(entry: EntryRecord, now: datetime) -> dict[str, Any]:
    """Return when an article was published according to its feed alone."""
    if entry.published_at is None:
        return {}
    latest = entry.first_seen_at if entry.published_is_day else now
    return {
        "published_at": min(entry.published_at, latest),
        "published_source": "feed",
        "published_precision": "day" if entry.published_is_day else "time",
        "published_confidence": "high",
    }


def _feed_text(entry: EntryRecord) -> tuple[str, str]:
    """Return lead and text of the feed; neither repeats the other, or the title."""
    lead = "" if entry.summary == entry.title else entry.summary
    text = entry.content
    if text.startswith(lead):
        text = text[len(lead) :].lstrip()
    return lead, text
