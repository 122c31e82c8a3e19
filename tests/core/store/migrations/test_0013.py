"""A store from before canaries sends its first one at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.store import Store
from core.store.canaries import due_at, load_canaries, take_due
from tests.support.postgres import DATABASES
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(params=DATABASES)
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database of the schema before."""
    url = f"sqlite:///{tmp_path}/store.db"
    if request.param != "sqlite":
        url = str(request.getfixturevalue("postgres"))
    migrate_to(url, "0012", lambda connection: None)
    return url


def test_the_first_canary_is_due_at_once(old_database: str) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        assert load_canaries(connection) == []
        assert due_at(connection) is None
        assert take_due(connection, NOON, timedelta(hours=1)) == NOON
        assert due_at(connection) == NOON + timedelta(hours=1)
    store.close()
