"""Notices: entries without a page of their own, as the feeds of one outlet show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from core.store.entries import EntryRecord, entries, find_by_ids
from core.store.entry_aliases import ALIAS_LIFE, entry_aliases
from core.store.feed_record import FeedRecord
from core.store.feeds import feeds
from core.store.sql import chunks


def find_notices(
    connection: Connection, feed: FeedRecord, aliases: Iterable[str], prefix: str, now: datetime
) -> dict[str, list[EntryRecord]]:
    """Return the notices of the other feeds of an outlet by the alias of their link, oldest first.

    Args:
        connection: Any transaction.
        feed: A feed of the outlet, whose own notices are left out.
        aliases: The aliases.
        prefix: Beginning of the ``url_key`` of entries without a page.
        now: The present moment.
    """
    ids: list[tuple[str, int]] = []
    for chunk in chunks(set(aliases)):
        query = (
            select(entry_aliases.c.alias, entry_aliases.c.entry_id)
            .join(feeds, feeds.c.feed_id == entry_aliases.c.feed_id)
            .join(entries, entries.c.id == entry_aliases.c.entry_id)
            .where(
                feeds.c.outlet == feed.outlet,
                feeds.c.feed_id != feed.feed_id,
                entry_aliases.c.alias.in_(chunk),
                entry_aliases.c.seen_at >= now - ALIAS_LIFE,
                entries.c.url_key.startswith(prefix, autoescape=True),
            )
            .order_by(entry_aliases.c.entry_id)
        )
        ids += [(alias, number) for alias, number in connection.execute(query)]
    records = find_by_ids(connection, {number for _, number in ids})
    notices: dict[str, list[EntryRecord]] = {}
    for alias, number in ids:
        notices.setdefault(alias, []).append(records[number])
    return notices
