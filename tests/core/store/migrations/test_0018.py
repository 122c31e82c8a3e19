"""Validators of pages that were read again move to their articles; no feed has signals yet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store, page_reads, page_signals, rereads
from core.store.page_reads import PageReadRecord, PageValidators
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _fill(connection: sa.Connection) -> None:
    at = NOON.replace(tzinfo=None).isoformat(" ") if connection.dialect.name == "sqlite" else NOON
    for article, etag, body in (("a", '"v1"', "0" * 64), ("b", None, "")):
        connection.execute(
            sa.text(
                "INSERT INTO rereads (article_id, reason, outlet, url, host, begun_at, due_at,"
                " attempts, outcome, etag, body_sha256) VALUES (:article, 'told', 'o',"
                " 'https://o.example/1', 'o.example', :at, :at, 1, '', :etag, :body)"
            ),
            {"article": article * 32, "at": at, "etag": etag, "body": body},
        )


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before, with two pages to read again."""
    migrate_to(empty_database, "0017", _fill)
    return empty_database


def test_pages_that_were_to_be_read_again_still_are_and_keep_their_validators(
    old_database: str,
) -> None:
    store = Store.open(old_database)
    with store.read() as connection:
        row = rereads.find(connection, "a" * 32)
        assert row is not None
        assert (row.due_at, row.attempts, row.feed_id) == (NOON, 1, None)
        validators = PageValidators('"v1"', None, "0" * 64)
        assert page_reads.find(connection, "a" * 32) == PageReadRecord(NOON, validators)
        assert page_reads.find(connection, "b" * 32) is None
        assert page_signals.find(connection, "f") is None
    store.close()
