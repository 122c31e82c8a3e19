"""Splitting and merging stories by hand, with the messages about them that still wait.

::

    split, merge ──▶ core.store.regrouping ──▶ the bodies of unsent messages are written again
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.growth import find_threshold
from alerts.queueing import write_body
from core.store import Connection, notification_items, regrouping
from core.store import stories as story_store
from core.store.regrouping import Regrouped
from core.text import clean_line

MAX_NAME = 80


def split(
    connection: Connection,
    alert: str,
    articles: Sequence[str],
    *,
    console_url: str,
    by: str,
    at: datetime,
) -> Regrouped:
    """Make articles of a story a story of their own, for good.

    Later articles that resemble them join their story, and nothing joins the two again by itself.
    Nobody is notified.

    Args:
        connection: A write transaction in which nothing was done yet.
        alert: The alert's id, or at least its first eight digits.
        articles: Ids or URLs of articles; copies of them follow.
        console_url: URL of the console.
        by: Who says so.
        at: The present moment.

    Raises:
        UsageError: There is no such alert, an article is not in its story, or all are named.
    """
    done = regrouping.split(connection, alert, articles, by=clean_line(by, MAX_NAME), at=at)
    _rewrite_unsent(connection, done, console_url)
    return done


def merge(
    connection: Connection, one: str, other: str, *, console_url: str, by: str, at: datetime
) -> Regrouped:
    """Make one story of two, for good: what comes later joins it. Nobody is notified.

    Args:
        connection: A write transaction in which nothing was done yet.
        one: The id of an alert, or at least its first eight digits.
        other: The id of another alert of the same topic.
        console_url: URL of the console.
        by: Who says so.
        at: The present moment.

    Raises:
        UsageError: There is no such alert, or the two are not two stories of one topic.
    """
    done = regrouping.merge(connection, one, other, by=clean_line(by, MAX_NAME), at=at)
    _mark_growth(connection, done.kept.story_id)
    _rewrite_unsent(connection, done, console_url)
    return done


def _mark_growth(connection: Connection, story_id: str) -> None:
    """Let what a story has grown to by a merge count as decided: nobody is notified of it."""
    story = story_store.find_story(connection, story_id)
    reached = find_threshold(story.independent_outlets, story.growth) if story else None
    if reached is not None:
        story_store.mark_growth(connection, story_id, reached)


def _rewrite_unsent(connection: Connection, done: Regrouped, console_url: str) -> None:
    ids = {done.kept.id, done.other.id}
    for row in notification_items.find_unsent(connection, ids):
        write_body(connection, row, console_url)
