"""What an operator should know of a feed besides its state."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection

from config.i18n import Phrase
from core.store import page_signals, websub
from core.store.tdm_opt_outs import load_opt_outs
from core.store.unread_links import count_unread_links
from core.store.websub import HubCounts, Subscription
from core.text import clean_line

NOTED_FOR = timedelta(days=7)
"""How long it is said that links of entries were not read."""

UNATTENDED_AFTER = timedelta(days=1)
"""After this long a request to a hub that is due is no longer going to be sent."""


def load_feed_notes(connection: Connection, now: datetime) -> dict[str, list[Phrase]]:
    """Return notes about feeds, by id.

    They are about links that were not read, reservations of text and data mining, changes that are
    not believed, and hubs.
    """
    notes: dict[str, list[Phrase]] = {}
    for feed_id, outcome, number in count_unread_links(connection, now - NOTED_FOR):
        notes.setdefault(feed_id, []).append(Phrase(f"feed.{outcome}", n=number))
    for opt_out in load_opt_outs(connection, now):
        reason = Phrase("feed.tdm_reserved", signal=opt_out.signal, at=opt_out.seen_at)
        notes.setdefault(opt_out.feed_id, []).append(reason)
    for feed_id, signals in page_signals.load_ignored(connection, now).items():
        notes.setdefault(feed_id, []).append(Phrase.load(signals.reason))
    for feed_id, note in load_hub_notes(connection, now):
        notes.setdefault(feed_id, []).append(note)
    return notes


def load_hub_notes(connection: Connection, now: datetime) -> list[tuple[str, Phrase]]:
    """Return a note for each feed whose hub is asked to push, with the id of the feed.

    A subscription for which a request has long been due is not looked after: there is no public URL
    any more.
    """
    by_hub = websub.count_by_hub(connection)
    return [
        (each.feed_id, _hub_note(each, by_hub[each.hub], now))
        for each in websub.load_wanted(connection)
        if each.is_active(now) or each.due_at > now - UNATTENDED_AFTER
    ]


def _hub_note(subscription: Subscription, of_hub: HubCounts, now: datetime) -> Phrase:
    """Return whether a hub pushes, and how often its push came before the poll."""
    hub = clean_line(urlsplit(subscription.hub).hostname or "", 100)
    if not subscription.is_active(now):
        return Phrase("feed.websub.unconfirmed", hub=hub)
    times = subscription.push_first + subscription.poll_first
    if not times:
        return Phrase("feed.websub.confirmed", hub=hub)
    return Phrase(
        "feed.websub.active",
        hub=hub,
        push=subscription.push_first,
        times=times,
        push_all=of_hub.push_first,
        times_all=of_hub.push_first + of_hub.poll_first,
    )
