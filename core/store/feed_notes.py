"""What an operator should know of a feed besides its state."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.i18n import Phrase
from core.store import page_signals
from core.store.unread_links import count_unread_links

NOTED_FOR = timedelta(days=7)
"""How long it is said that links of entries were not read."""


def load_feed_notes(connection: Connection, now: datetime) -> dict[str, list[Phrase]]:
    """Return notes about feeds, by id: links that were not read, changes that are not believed."""
    notes: dict[str, list[Phrase]] = {}
    for feed_id, outcome, number in count_unread_links(connection, now - NOTED_FOR):
        notes.setdefault(feed_id, []).append(Phrase(f"feed.{outcome}", n=number))
    for feed_id, signals in page_signals.load_ignored(connection, now).items():
        notes.setdefault(feed_id, []).append(Phrase.load(signals.reason))
    return notes
