"""Dates of feeds are read in the time zone of their outlet."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed, parse_sitemap

NOW = datetime(2026, 11, 29, 16, tzinfo=UTC)
FEED = """<rss version="2.0"><channel><item><guid>1</guid><title>T</title>
<link>https://www.example.org/1</link><pubDate>{}</pubDate></item></channel></rss>"""
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://www.example.org/1</loc>
<n:news><n:title>T</n:title><n:publication_date>{}</n:publication_date></n:news></url></urlset>"""
JSON = """{{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{{"id": "1",
"title": "T", "url": "https://www.example.org/1", "date_published": "{}"}}]}}"""


@pytest.mark.parametrize("document", [FEED, SITEMAP, JSON], ids=["RSS", "sitemap", "JSON Feed"])
@pytest.mark.parametrize(
    ("raw", "zone", "moment", "is_day"),
    [
        ("2026-11-28T14:05:00", "Europe/Kyiv", "2026-11-28T12:05:00+00:00", False),
        ("2026-11-28T14:05:00Z", "Europe/Kyiv", "2026-11-28T14:05:00+00:00", False),
        ("2026-11-28T14:05:00", "", "2026-11-28T14:05:00+00:00", False),
        ("28 Nov 2026 09:05", "America/New_York", "2026-11-28T14:05:00+00:00", False),
        ("28 Nov 2026 09:05 PST", "America/New_York", "2026-11-28T17:05:00+00:00", False),
        ("2026-11-28", "Europe/Berlin", "2026-11-28T22:59:59+00:00", True),
        ("2026-11-29", "Europe/Berlin", "2026-11-29T16:00:00+00:00", True),
        ("28.11.2026", "Europe/London", "2026-11-28T23:59:59+00:00", True),
    ],
)
def test_a_date_of_a_feed_is_local_time(
    document: str, raw: str, zone: str, moment: str, is_day: bool
) -> None:
    parse = parse_sitemap if document is SITEMAP else parse_feed
    parsed = parse(
        document.format(raw).encode(),
        ParseContext(
            url="https://www.example.org/feed",
            content_type=None,
            now=NOW,
            known={},
            limit=10,
            zone=ZoneInfo(zone) if zone else None,
        ),
    )
    entry = parsed.entries[0]
    assert entry.published_at == datetime.fromisoformat(moment)
    assert entry.published_is_day == is_day
