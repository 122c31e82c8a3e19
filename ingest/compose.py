"""From an entry, and its page where it could be read, to the article revision that is announced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from config.settings import Settings
from core.ids import digest
from core.messages import ArticleRevision, Origin
from core.store.entries import EntryRecord
from core.store.feed_record import FeedRecord
from core.text.clean import clean_line
from ingest.extract.models import ExtractedPage
from ingest.poll_outcome import health_url
from ingest.urls import shown_url

FULLER = 2
"""The feed's own text is taken instead of a thin page's where it is so many times longer."""

TITLE_FROM_TEXT = 120
"""Characters of the text that stand in for a missing headline."""


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page that was fetched and extracted.

    Attributes:
        found: The article on it.
        final_url: Where it came from, after redirects.
        fetched_at: When.
    """

    found: ExtractedPage
    final_url: str
    fetched_at: datetime


def from_page(
    entry: EntryRecord,
    feed: FeedRecord,
    page: PageRead,
    article_id: str,
    url: str,
    settings: Settings,
) -> ArticleRevision:
    """The first revision of an article whose page could be read.

    Headline, teaser and names come from the page, from the feed where the page has none. Where
    the page is thin and the feed carries the article (a page built by scripts), the feed's text
    is taken.
    """
    found = page.found
    published, source = _published(entry, found, page.fetched_at)
    lead, text, text_source = found.lead, found.text, "page"
    if "thin" in found.flags and len(entry.content) > FULLER * (len(lead) + len(text)):
        lead, text, text_source = *_feed_text(entry), "feed"
    return _message(
        entry,
        feed,
        settings,
        article_id=article_id,
        url=url or page.final_url,
        title=found.title or entry.title or clean_line(lead or text, TITLE_FROM_TEXT),
        lead=lead,
        text=text,
        language=found.language or entry.language or feed.language,
        published_at=published,
        published_source=source,
        fetched_at=page.fetched_at,
        authors=found.authors or tuple(entry.authors),
        agency=found.agency,
        access=found.access,
        zones=found.zones,
        text_source=text_source,
    )


def from_feed(
    entry: EntryRecord,
    feed: FeedRecord,
    article_id: str,
    url: str,
    now: datetime,
    settings: Settings,
) -> ArticleRevision | None:
    """The first revision of an article of which there is only what the feed says.

    Returns:
        None where the feed says nothing: no title, no summary, no content.
    """
    lead, text = _feed_text(entry)
    title = entry.title or clean_line(lead or text, TITLE_FROM_TEXT)
    if not title:
        return None
    published = min(entry.published_at, now) if entry.published_at else None
    return _message(
        entry,
        feed,
        settings,
        article_id=article_id,
        url=url or health_url(feed.url),
        title=title,
        lead=lead,
        text=text,
        language=entry.language or feed.language,
        published_at=published,
        published_source="feed" if published else None,
        fetched_at=now,
        authors=tuple(entry.authors),
        text_source="feed",
    )


def hashes(message: ArticleRevision) -> tuple[str, str]:
    """What must change for a revision to be worth announcing: the title; the lead and text."""
    return digest(message.title), digest(message.lead, message.text)


def _message(
    entry: EntryRecord, feed: FeedRecord, settings: Settings, **values: Any
) -> ArticleRevision:
    message = ArticleRevision(
        revision=1,
        outlet=feed.outlet,
        feed_id=feed.feed_id,
        country=feed.country,
        first_seen_at=entry.first_seen_at,
        origin=Origin(entry.origin),
        **values | {"url": shown_url(values["url"])},
    )
    return _fitting(message, settings.streams_max_record_bytes // 2)


def _fitting(message: ArticleRevision, limit: int) -> ArticleRevision:
    """The message within half of what a stream takes (a match carries it, with evidence).

    What was cut from the page goes first, then the end of the text.
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
    """The beginning of a text that takes at most ``room`` bytes in JSON."""
    while (size := _size(text)) > max(room, 2):
        text = text[: int(len(text) * max(room, 0) / size * 0.99)]
    return text


def _size(text: str) -> int:
    return len(to_json(text))


def _published(
    entry: EntryRecord, found: ExtractedPage, fetched_at: datetime
) -> tuple[datetime | None, str | None]:
    """JSON-LD, then the feed, then the page's metadata; never later than it was fetched."""
    if found.published_at and found.published_source == "jsonld":
        return min(found.published_at, fetched_at), "jsonld"
    if entry.published_at:
        return min(entry.published_at, fetched_at), "feed"
    if found.published_at:
        return min(found.published_at, fetched_at), "page"
    return None, None


def _feed_text(entry: EntryRecord) -> tuple[str, str]:
    """Lead and text of what the feed carries; neither repeats the other, or the title."""
    lead = "" if entry.summary == entry.title else entry.summary
    text = entry.content
    if text.startswith(lead):
        text = text[len(lead) :].lstrip()
    return lead, text
