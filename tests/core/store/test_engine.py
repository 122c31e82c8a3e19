"""Stores are opened, their transactions keep all or nothing, and their errors have a class."""

from __future__ import annotations

import sqlite3
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import (
    SettingsError,
    StoreConflictError,
    StoreError,
    StoreRefusedError,
    retryable,
)
from core.store import Connection, Store, outbox
from core.store.engine import ATTEMPTS, FIRST_PAUSE, about
from core.streams.port import NewRecord
from tests.support import fork_server
from tests.support.postgres import DATABASES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = NewRecord("news.test.v1", None, b"v", (), NOW)


def test_a_store_keeps_its_id_over_restarts(database_url: str) -> None:
    first = Store.open(database_url)
    first.close()
    again = Store.open(database_url)
    assert first.id == again.id
    again.close()


def test_the_folder_of_a_file_is_created(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/new/folder/store.db").close()
    assert (tmp_path / "new" / "folder" / "store.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////proc/no/x.db",
        "postgresql://somebody:geheim@host",
        "postgresql://somebody:geheim@host:port/db",
        "postgresql://somebody:geheim@127.0.0.1:99999/db",
        "postgresql://somebody:geheim@127.0.0.1/db?no_such_option=1",
    ],
)
def test_a_url_that_cannot_be_used_is_an_error_of_the_settings(url: str) -> None:
    with pytest.raises(SettingsError, match=r"WIREWATCH_D|data folder") as raised:
        Store.open(url)
    assert "geheim" not in str(raised.value)


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"this is no database, but a long enough text" * 50)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{tmp_path}/store.db")


def test_an_exception_rolls_a_write_transaction_back(store: Store) -> None:
    def write_and_fail() -> None:
        with store.write() as connection:
            outbox.put(connection, [RECORD])
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    with store.read() as connection:
        assert outbox.count_pending(connection) == 0


def test_a_transaction_is_tried_again_after_a_conflict(store: Store) -> None:
    attempts = 0

    def conflict_twice(connection: Connection) -> str:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            for _ in range(2):
                connection.execute(about.insert().values(name="key", value="v"))
        return "done"

    assert store.transact(conflict_twice) == "done"
    assert attempts == 3
    with store.read() as connection:
        rows = connection.execute(about.select().where(about.c.name == "key"))
        assert rows.all() == []


def test_a_conflict_that_does_not_end_is_raised(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(about.insert().values(name="key", value="v"))

    pauses: list[float] = []
    monkeypatch.setattr("core.store.engine.time.sleep", pauses.append)
    with pytest.raises(StoreConflictError) as raised:
        store.transact(conflict)
    assert retryable(raised.value)
    assert len(pauses) == ATTEMPTS - 1
    limits = [FIRST_PAUSE * 2**n for n in range(len(pauses))]
    assert all(0 <= pause <= limit for pause, limit in zip(pauses, limits, strict=True))


def test_a_value_that_can_never_be_stored_is_not_retried(store: Store) -> None:
    def write_null(connection: Connection) -> None:
        connection.execute(about.insert().values(name="key", value=None))

    with pytest.raises(StoreRefusedError) as raised:
        store.transact(write_null)
    assert not retryable(raised.value)


def test_write_transactions_of_several_threads_exclude_each_other(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/store.db")

    def write() -> None:
        for _ in range(10):
            with store.write() as connection:
                before = outbox.count_pending(connection)
                outbox.put(connection, [RECORD])
                assert outbox.count_pending(connection) == before + 1

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert outbox.count_pending(connection) == 40
    store.close()


def print_id() -> None:
    """Open the store that the command line names, and print its id."""
    store = Store.open(sys.argv[1])
    sys.stdout.write(f"{store.id}\n")
    store.close()


@pytest.mark.processes
@pytest.mark.parametrize("engine", DATABASES)
def test_several_processes_can_open_a_new_store_at_once(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path
) -> None:
    is_file = engine == "sqlite"
    url = f"sqlite:///{tmp_path}/new.db" if is_file else request.getfixturevalue("postgres")
    processes = [fork_server.start([url], main=f"{__name__}:print_id") for _ in range(3)]
    assert len({process.communicate()[0] for process in processes}) == 1
    assert [process.returncode for process in processes] == [0, 0, 0]


def test_the_journal_is_wal_only_where_the_linked_sqlite_is_safe_with_it(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/store.db").close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        [mode] = connection.execute("PRAGMA journal_mode").fetchone()
    assert (mode == "wal") is (sqlite3.sqlite_version_info >= (3, 51, 3))


def test_a_check_writes_to_the_store_and_leaves_one_row(store: Store) -> None:
    store.check_writable(NOW)
    store.check_writable(NOW)
    with store.read() as connection:
        rows = connection.execute(about.select().where(about.c.name == "checked_at")).all()
    assert [row.value for row in rows] == ["2026-01-01T00:00:00Z"]
    assert store.last_failure is None


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_deleted_or_replaced_under_the_store_is_noticed(
    tmp_path: Path, replaced: bool
) -> None:
    path = tmp_path / "store.db"
    store = Store.open(f"sqlite:///{path}")
    path.unlink()
    if replaced:
        path.write_bytes(b"")
    with pytest.raises(StoreError, match="was deleted or replaced"):
        store.check_writable(NOW)
    store.close()


def test_the_last_write_that_failed_is_remembered_but_no_conflict_and_no_bad_value(
    store: Store,
) -> None:
    for error in (StoreConflictError("busy"), StoreRefusedError("too long")):
        with pytest.raises(StoreError), store.write():
            raise error
    assert store.last_failure is None
    with pytest.raises(StoreError), store.write() as connection:
        connection.exec_driver_sql("SELECT no_such_column FROM about")
    assert store.last_failure is not None
    assert "no_such_column" in store.last_failure.reason
