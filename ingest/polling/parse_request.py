"""What a worker is asked to parse of a feed."""

from __future__ import annotations

from collections.abc import Mapping

from core.http import Response
from core.store.feed_record import FeedRecord
from ingest.deps import Deps
from ingest.parsing.messages import FeedRequest
from ingest.polling.feed_fetcher import FeedDocument


def parse_request(
    deps: Deps,
    feed: FeedRecord,
    kind: str,
    document: FeedDocument | Response,
    known: Mapping[str, str],
) -> FeedRequest:
    """Return the request to parse a document of a feed.

    Args:
        deps: The clock, and the setting of the number of entries.
        feed: The feed.
        kind: ``feed``, ``sitemap`` or ``page``.
        document: The document.
        known: Digest by key of the entries seen before.
    """
    return FeedRequest(
        kind=kind,
        body=document.body,
        url=document.url,
        content_type=document.headers.get("Content-Type"),
        now=deps.clock(),
        known=known,
        limit=deps.settings.fetch_max_entries,
        time_zone=feed.time_zone,
        links=feed.links,
        level=feed.key_level,
    )
