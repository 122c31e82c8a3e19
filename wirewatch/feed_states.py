"""The feeds of the files with their stored state, also where the files changed meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from config.catalog.models import Catalog
from config.i18n import Phrase
from core.store.feed_record import FeedState, classify_feed
from ingest.polling.feed_records import feed_records


def merge_states(catalog: Catalog, stored: list[FeedState], now: datetime) -> list[FeedState]:
    """Return the feeds of the files, each with its stored state. Pure."""
    wanted = {record.feed_id: record for record in feed_records(catalog, now)}
    known = {state.feed.feed_id for state in stored}
    polled = {feed_id for feed_id, record in wanted.items() if not record.removed_at}
    changed = [_updated(s, s.feed.feed_id in polled, now) for s in stored]
    new = [
        classify_feed(record, None, now)
        for feed_id, record in wanted.items()
        if feed_id not in known
    ]
    states = explain_paused(catalog, [*changed, *new])
    return sorted(states, key=lambda s: (s.feed.outlet, s.feed.url))


def explain_paused(catalog: Catalog, states: Sequence[FeedState]) -> list[FeedState]:
    """Return the states; those of feeds that the files pause say so. Pure."""
    paused = {feed.id for feed in catalog.feeds if feed.paused}
    reason = Phrase("feed.why.paused_in_file")
    return [
        replace(state, reason=reason)
        if state.state == "off" and state.feed.feed_id in paused
        else state
        for state in states
    ]


def _updated(state: FeedState, wanted: bool, now: datetime) -> FeedState:
    """Return the state, adapted where the files changed since the store was updated."""
    if wanted == (state.state != "off"):
        return state
    return classify_feed(replace(state.feed, removed_at=None if wanted else now), None, now)
