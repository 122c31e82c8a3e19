"""The migrations create the schema that the tables declare."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import core.store
from config.errors import OperatorError
from core.store import Store
from core.store.column_types import metadata
from core.store.migrate import HEAD, current
from tests.support.postgres import DATABASES
from tests.support.schemas import MIGRATE, declare_all_tables


@pytest.fixture(autouse=True)
def _schema_of_the_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the migrations each time, as the program does."""
    monkeypatch.setattr("core.store.migrate._alembic", MIGRATE)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("postgres"))


def test_a_migrated_database_has_the_declared_tables(database_url: str) -> None:
    declare_all_tables()
    store = Store.open(database_url)
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert current(connection) == HEAD
    store.close()


def test_the_newest_migration_is_the_head() -> None:
    folder = Path(core.store.__path__[0]) / "migrations" / "versions"
    assert max(path.stem for path in folder.glob("[0-9]*.py")) == HEAD


def test_a_store_of_a_newer_version_is_refused(database_url: str) -> None:
    store = Store.open(database_url)
    with store.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(OperatorError, match="schema 9999"):
        Store.open(database_url)


def test_a_migration_that_fails_leaves_nothing_behind(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperatorError("no")

    with monkeypatch.context() as patched:
        patched.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", fail)
        with pytest.raises(OperatorError):
            Store.open(database_url)
    engine = sa.create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
    Store.open(database_url).close()
