"""Entries from before gaps were recorded are known as they were, and none was missed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from core.store import Store, entries
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENTS = ("first", "changed", "next")


def _fill(connection: sa.Connection) -> None:
    moments = [sa.bindparam(name, NOON.replace(tzinfo=None), sa.DateTime) for name in MOMENTS]
    connection.execute(
        sa.text(
            "INSERT INTO entries (feed_id, key, digest, url, url_key, host, state, disposition, "
            "origin, first_seen_at, changed_at, title, summary, content, authors, attempts, "
            "next_page_at, page_outcome) VALUES ('kurier-1', 'k', 'd', 'u', 'u', 'h', 'done', "
            "'article_new', 'backfill', :first, :changed, 't', '', '', '[]', 1, :next, 'ok')"
        ).bindparams(*moments)
    )


def test_older_entries_were_not_missed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate_to(url, "0009", _fill)
    store = Store.open(url)
    with store.read() as connection:
        known = entries.find_by_keys(connection, "kurier-1", ["k"])
    store.close()
    assert [(e.origin, e.missed_since, e.first_seen_at) for e in known.values()] == [
        ("backfill", None, NOON)
    ]
