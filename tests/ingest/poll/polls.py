"""What the tests of polls share."""

from __future__ import annotations

from config.i18n import Phrase, in_english
from core.store.feed_record import FeedRecord
from ingest.service import IngestCounts
from tests.support.scripted_publisher import Installation

FEED = "/feed.xml"


def why_due(feed: FeedRecord) -> str:
    return in_english(Phrase.load(feed.due_reason))


def poll(installation: Installation, times: int = 1) -> list[IngestCounts]:
    """Poll several times, a little over an hour apart."""
    counts = []
    for _ in range(times):
        counts.append(installation.run())
        installation.clock.advance(hours=1, minutes=10)
    return counts
