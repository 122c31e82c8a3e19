"""Opening the store, its transactions, and its errors in words."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import SettingsError, StoreError
from core.instance import Instance
from core.store import Store, leases, outbox
from core.streams.port import NewRecord

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = NewRecord("news.test.v1", None, b"v", (), NOW)


def test_a_store_keeps_its_id_over_restarts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/folder/store.db"
    first = Store.open(url)
    first.close()
    again = Store.open(url)
    assert first.id == again.id
    again.close()


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "sqlite:////proc/no/x.db"],
)
def test_a_url_that_cannot_be_used_is_a_fault_of_the_settings(url: str) -> None:
    with pytest.raises(SettingsError, match=r"WIREWATCH_D|data folder"):
        Store.open(url)


def test_a_file_that_is_no_database_is_named_in_words(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"this is no database, but a long enough text" * 50)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{tmp_path}/store.db")


def test_an_exception_inside_a_write_keeps_nothing(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/store.db")

    def write_and_fail() -> None:
        with store.write() as connection:
            outbox.put(connection, [RECORD])
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    with store.read() as connection:
        assert outbox.depth(connection) == 0
    store.close()


def test_writers_of_several_threads_wait_for_one_another(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/store.db")

    def write() -> None:
        for _ in range(10):
            with store.write() as connection:
                before = outbox.depth(connection)
                outbox.put(connection, [RECORD])
                assert outbox.depth(connection) == before + 1

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert outbox.depth(connection) == 40
    store.close()


def test_two_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom core.store import Store\n"
        "store = Store.open(sys.argv[1])\nprint(store.id)\nstore.close()\n"
    )
    command = [sys.executable, "-c", code, f"sqlite:///{tmp_path}/store.db"]
    pair = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({process.communicate()[0] for process in pair}) == 1
    assert [process.returncode for process in pair] == [0, 0, 0]


def test_the_journal_is_wal_only_where_sqlite_is_safe_with_it(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/store.db").close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        [mode] = connection.execute("PRAGMA journal_mode").fetchone()
    assert (mode == "wal") is (sqlite3.sqlite_version_info >= (3, 51, 3))


def test_a_lease_is_one_holders_until_it_is_released_expires_or_its_holder_dies(
    tmp_path: Path,
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    one, other = Instance.start(tmp_path), Instance.start(tmp_path)
    minute = timedelta(minutes=1)
    with store.write() as connection:
        assert leases.take(connection, "job", one, now=NOW, ttl=minute)
        assert not leases.take(connection, "job", other, now=NOW, ttl=minute)
        assert leases.take(connection, "job", one, now=NOW, ttl=minute)
        assert leases.take(connection, "job", other, now=NOW + minute, ttl=minute)
        leases.release(connection, "job", one)
        assert not leases.take(connection, "job", one, now=NOW + minute, ttl=minute)
        other.close()
        assert leases.take(connection, "job", one, now=NOW + minute, ttl=minute)
    one.close()
    store.close()
