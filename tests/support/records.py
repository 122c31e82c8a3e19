"""Records of ingest with made-up values."""

from __future__ import annotations

from typing import Any

from core.store.articles import ArticleRecord
from core.store.entries import EntryRecord
from core.store.feed_record import FeedRecord
from ingest.sources import FeedEntry, ParsedFeed
from tests.support.scripted_publisher import MONDAY


def feed_record(**values: Any) -> FeedRecord:
    defaults: dict[str, Any] = {
        "feed_id": "kurier-1",
        "outlet": "kurier",
        "url": "https://kurier.example.org/feed",
        "kind": "feed",
        "tier": "B",
        "every_s": None,
        "country": "DE",
        "language": "de",
        "host": "kurier.example.org",
        "added_at": MONDAY,
        "next_due_at": MONDAY,
    }
    return FeedRecord(**defaults | values)


def entry_record(**values: Any) -> EntryRecord:
    defaults: dict[str, Any] = {
        "feed_id": "kurier-1",
        "key": "k1",
        "content_hash": "d1",
        "url": "https://kurier.example.org/a",
        "url_key": "https://kurier.example.org/a",
        "host": "kurier.example.org",
        "origin": "live",
        "first_seen_at": MONDAY,
        "changed_at": MONDAY,
        "next_page_at": MONDAY,
        "title": "Brücke wird saniert",
    }
    return EntryRecord(**defaults | values)


def article_record(**values: Any) -> ArticleRecord:
    defaults: dict[str, Any] = {
        "article_id": "a" * 32,
        "url_key": "https://kurier.example.org/a",
        "url": "https://kurier.example.org/a",
        "outlet": "kurier",
        "feed_id": "kurier-1",
        "first_seen_at": MONDAY,
        "origin": "live",
        "revision": 1,
        "revised_at": MONDAY,
        "text_source": "page",
        "title_hash": "t",
        "text_hash": "x",
    }
    return ArticleRecord(**defaults | values)


def parsed_entry(key: str = "k1", **values: Any) -> FeedEntry:
    defaults: dict[str, Any] = {
        "key": key,
        "url": f"https://kurier.example.org/{key}",
        "title": f"Titel {key}",
        "summary": "",
        "content": "",
        "published_at": None,
        "published_raw": "",
        "authors": (),
        "language": None,
        "content_hash": f"hash of {key}",
    }
    return FeedEntry(**defaults | values)


def parsed_feed(*entries: FeedEntry, known: tuple[str, ...] = (), skipped: int = 0) -> ParsedFeed:
    total = len(entries) + len(known) + skipped
    return ParsedFeed("Feed", "de", entries, known, total, skipped)
