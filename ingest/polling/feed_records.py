"""The feeds of the catalog as rows of the store.

::

    catalog ──feed_records──▶ rows to sync into the store, or to compare with those in it

This is a module of its own so that ``feeds list`` does not load what reads pages.
"""

from __future__ import annotations

from datetime import datetime

from config.catalog.models import Catalog
from core.store.feed_record import FeedRecord
from ingest.hosts import host_key

PARSER_VERSION = "2"
"""Increase it when :mod:`ingest.sources` changes what it reads: all feeds are then read again."""


def feed_records(catalog: Catalog, now: datetime) -> list[FeedRecord]:
    """Return the feeds of the catalog as rows that were never polled; paused ones as removed."""
    return [
        FeedRecord(
            feed_id=feed.id,
            outlet=outlet.id,
            url=feed.url,
            kind=feed.kind,
            links=feed.links,
            tier=outlet.tier.value,
            every_s=feed.every.total_seconds() if feed.every is not None else None,
            country=outlet.country,
            language=outlet.language,
            time_zone=outlet.time_zone,
            body_selector=outlet.selectors.body,
            removed_selector=", ".join(outlet.selectors.remove),
            host=host_key(feed.url),
            added_at=now,
            next_due_at=now,
            removed_at=now if feed.paused else None,
            parser_version=PARSER_VERSION,
        )
        for outlet in catalog.outlets
        for feed in outlet.feeds
    ]
