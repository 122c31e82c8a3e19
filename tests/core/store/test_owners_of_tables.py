"""Every table of every engine has something that keeps it from growing without end."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import apsw
import pytest
import sqlalchemy as sa

from core.archive.owners import OWNERS as OF_ARCHIVE
from core.archive.postgres import PostgresArchive
from core.archive.sqlite import SqliteArchive
from core.clock import utc_now
from core.store import Store
from core.store.retention import KEPT, RULES
from core.streams.embedded import EmbeddedLog
from core.streams.embedded.retention import OWNERS as OF_STREAMS

OF_STORE = {*KEPT, *(table for rule in RULES.values() for table in rule.tables)}
OF_ALEMBIC = {"alembic_version"}


def tables_of(path: Path) -> set[str]:
    """Return the tables of a file, without those that a full-text index has for itself."""
    with closing(apsw.Connection(str(path))) as connection:
        query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names = {str(row[0]) for row in connection.execute(query)}
    return {name for name in names if not name.startswith("archive_tokens_")}


def assert_owned(tables: Iterable[str], owners: Iterable[str]) -> None:
    assert sorted(tables) == sorted(owners)


def test_every_table_in_a_file_has_an_owner(tmp_path: Path) -> None:
    SqliteArchive(tmp_path / "archive.db").close()
    streams = tmp_path / "streams.db"
    EmbeddedLog(streams, clock=utc_now, instance="a", is_alive=bool, durability="normal").close()
    assert_owned(tables_of(tmp_path / "archive.db"), OF_ARCHIVE)
    assert_owned(tables_of(streams), OF_STREAMS)
    assert all([*OF_ARCHIVE.values(), *OF_STREAMS.values(), *KEPT.values()])


def test_every_table_that_the_migrations_create_has_an_owner(
    store: Store, request: pytest.FixtureRequest
) -> None:
    owners = OF_STORE | OF_ALEMBIC
    if store.dialect == "postgresql":
        PostgresArchive(str(request.getfixturevalue("database_url"))).close()
        owners |= OF_ARCHIVE.keys() - {"archive_tokens"}
    with store.read() as connection:
        assert_owned(sa.inspect(connection).get_table_names(), owners)
