"""Stories as the rows of a file that a person takes away: a table, a list, a feed.

::

    StoryFilter, StoryCursor ──▶ list_exported ──▶ [ExportedStory]     three queries a page
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from core.store.cards import cards
from core.store.console.story_card import StoryCursor
from core.store.console.story_list import MAX_LIMIT, StoryFilter
from core.store.console.story_rows import StoryRow, list_rows
from core.store.engine import Store
from core.store.told_articles import load_first_told


@dataclass(frozen=True, slots=True)
class ExportedStory:
    """A story with what its row in the console's list leaves out.

    Attributes:
        row: The row; its ``at`` is the time of the newest development.
        url: URL of the article under whose headline it is listed; untrusted.
        told_at: When a receiver first accepted a message about it; None where none has, as long as
            the message is held for example.
    """

    row: StoryRow
    url: str
    told_at: datetime | None


def list_exported(
    connection: Connection,
    story_filter: StoryFilter,
    *,
    before: StoryCursor | None = None,
    limit: int = MAX_LIMIT,
) -> list[ExportedStory]:
    """Return stories, the newest development first.

    Args:
        connection: Any transaction.
        story_filter: Which stories.
        before: Only stories after this position of the list.
        limit: How many at most, 1 to :data:`core.store.console.story_list.MAX_LIMIT`.

    Raises:
        UsageError: The filter's state is unknown, or the limit is out of bounds.
    """
    rows = list_rows(connection, story_filter, before=before, limit=limit)
    ids = [row.alert_id for row in rows]
    query = select(cards.c.alert_id, cards.c.url).where(cards.c.alert_id.in_(ids))
    urls = {row.alert_id: row.url for row in connection.execute(query)}
    told = load_first_told(connection, ids)
    return [ExportedStory(row, urls[row.alert_id], told.get(row.alert_id)) for row in rows]


def iterate_exported(
    store: Store, story_filter: StoryFilter, *, most: int
) -> Iterator[list[ExportedStory]]:
    """Yield the pages of a list, each read in a transaction of its own.

    A slow reader therefore holds no transaction open. A story that people are told something new
    about while the list is read moves to its beginning, which may have been read before.

    Args:
        store: The store.
        story_filter: Which stories.
        most: How many stories at most.

    Raises:
        StoreError: The database is not available.
        UsageError: The filter's state is unknown.
    """
    before, left = None, most
    while left > 0:
        limit = min(left, MAX_LIMIT)
        with store.read() as connection:
            page = list_exported(connection, story_filter, before=before, limit=limit)
        if page:
            yield page
            before = page[-1].row.cursor
        left -= len(page)
        if len(page) < limit:
            return
