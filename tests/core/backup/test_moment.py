"""Copies of SQLite files that another process writes all the time."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import BackupInvalidError
from core.backup.moment import check_copy, copy_files, read_value
from core.clock import utc_now

ROWS = 400

WRITER = """
import random, sqlite3, sys
import apsw
first, second, rows = *sys.argv[1:3], int(sys.argv[3])
store = sqlite3.connect(first, isolation_level=None, timeout=30)
store.execute("PRAGMA journal_mode = TRUNCATE")
log = apsw.Connection(second)
log.execute("PRAGMA journal_mode = WAL").fetchall()
for each in (store, log):
    each.execute("PRAGMA synchronous = OFF")
    each.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, filling BLOB)")
    each.execute("CREATE TABLE total (n INTEGER)")
    each.execute("INSERT INTO total VALUES (0)")
    each.execute("BEGIN")
    for number in range(rows):
        each.execute("INSERT INTO t VALUES (?, 0, randomblob(3000))", (number,))
    each.execute("COMMIT")
done = 0
while True:  # the number of transactions, spread over distant pages; the log follows the store
    for each in (store, log):
        each.execute("BEGIN IMMEDIATE")
        where = random.randrange(rows)
        each.execute("UPDATE t SET n = n + 1, filling = randomblob(3000) WHERE id = ?", (where,))
        each.execute("UPDATE total SET n = n + 1")
        each.execute("COMMIT")
    done += 1
    if done == 20:
        print("ready", flush=True)
"""


@pytest.fixture
def written(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Two files that a process writes without a pause."""
    files = tmp_path / "store.db", tmp_path / "streams.db"
    command = [sys.executable, "-c", WRITER, *map(str, files), str(ROWS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield files
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.processes
def test_files_that_are_written_all_the_time_are_copied_as_they_are_at_one_moment(
    written: tuple[Path, Path], tmp_path: Path
) -> None:
    last = 0
    for round_number in range(6):
        copies = [tmp_path / f"{path.name}.{round_number}" for path in written]
        moment = copy_files(list(zip(written, copies, strict=True)), utc_now, lambda _: None)
        for copy in copies:
            check_copy(copy, whole=True)
            assert read_value(copy, "SELECT sum(n) FROM t") == read_value(
                copy, "SELECT n FROM total"
            )
        store, log = (int(read_value(copy, "SELECT n FROM total") or 0) for copy in copies)
        assert store - log in (0, 1)
        assert store >= max(last, 20)
        assert moment.held_seconds > 0
        last = store


def test_a_damaged_copy_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, text)")
    connection.executemany("INSERT INTO t (text) VALUES (?)", [("x" * 900,)] * 40)
    connection.commit()
    connection.close()
    check_copy(path, whole=True)
    content = bytearray(path.read_bytes())
    content[4096:4200] = b"\xff" * 104
    path.write_bytes(content)
    with pytest.raises(BackupInvalidError, match=r"store\.db is damaged"):
        check_copy(path, whole=False)
