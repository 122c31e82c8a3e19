"""The catalog's feeds as the store keeps them.

::

    catalog ──feed_records──▶ rows that are synced into the store, and compared with what is there

It stands apart from the stage so that listing feeds does not wait for what reads pages.
"""

from __future__ import annotations

from datetime import datetime

from config.catalog.models import Catalog
from core.store.feed_record import FeedRecord
from ingest.hosts import host_key

PARSER_VERSION = "1"
"""Raise it when :mod:`ingest.sources` begins to read documents in another way."""


def feed_records(catalog: Catalog, now: datetime) -> list[FeedRecord]:
    """The catalog's feeds as they stand in the store before they are read for the first time."""
    return [
        FeedRecord(
            feed_id=feed.id,
            outlet=outlet.id,
            url=feed.url,
            kind=feed.kind,
            tier=outlet.tier.value,
            every_s=feed.every.total_seconds() if feed.every is not None else None,
            country=outlet.country,
            language=outlet.language,
            host=host_key(feed.url),
            added_at=now,
            next_due_at=now,
            parser_version=PARSER_VERSION,
        )
        for outlet in catalog.outlets
        for feed in outlet.feeds
    ]
