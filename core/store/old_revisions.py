"""Which revisions of an article are stored: enough to see what changed, not every headline."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from core.store.articles import article_revisions
from core.store.told_revisions import told_revisions

MOST_REVISIONS = 24
"""Revisions of an article that are stored (lemon24/reader: 24 changes of an entry)."""


def forget_old_revisions(connection: Connection, article_id: str, newest: int) -> int:
    """Delete revisions of an article beyond :data:`MOST_REVISIONS`. Return how many.

    The first one stays, the newest, and the last one that people were told of. What is deleted has
    been announced; messages keep their evidence.

    Args:
        connection: The transaction that adds the newest revision.
        article_id: The article.
        newest: Number of its newest revision.
    """
    if newest <= MOST_REVISIONS:
        return 0
    told = select(func.max(told_revisions.c.revision)).where(
        told_revisions.c.article_id == article_id
    )
    last_told = connection.scalar(told) or 1
    columns = article_revisions.c
    old = article_revisions.delete().where(
        columns.article_id == article_id,
        columns.revision > 1,
        columns.revision <= newest - (MOST_REVISIONS - 2),
        columns.revision != last_told,
    )
    return connection.execute(old).rowcount
