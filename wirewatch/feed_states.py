"""The feeds of the files with their stored state, also where the files changed meanwhile. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.catalog.models import Catalog
from core.store.feed_record import FeedState, classify_feed
from ingest.polling.feed_records import feed_records


def merge_states(catalog: Catalog, stored: list[FeedState], now: datetime) -> list[FeedState]:
    """Return the feeds of the files, each with its stored state. Pure."""
    wanted = {record.feed_id: record for record in feed_records(catalog, now)}
    known = {state.feed.feed_id for state in stored}
    changed = [_updated(s, s.feed.feed_id in wanted, now) for s in stored]
    new = [
        classify_feed(record, None, now)
        for feed_id, record in wanted.items()
        if feed_id not in known
    ]
    return sorted([*changed, *new], key=lambda s: (s.feed.outlet, s.feed.url))


def _updated(state: FeedState, wanted: bool, now: datetime) -> FeedState:
    """Return the state, adapted where the files changed since the store was updated."""
    if wanted == (state.state != "off"):
        return state
    return classify_feed(replace(state.feed, removed_at=None if wanted else now), None, now)
