"""The file of the archive: what happens where it cannot be used."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from config.errors import ArchiveDamagedError, ArchiveError, SettingsError, retryable
from core.archive import Archive, ArchiveFilter
from core.archive.sqlite import SqliteArchive
from processors.archive.words import words_of
from tests.core.archive.test_archive import article


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    with pytest.raises(ArchiveDamagedError, match=r"archive\.db is damaged") as raised:
        SqliteArchive(path)
    assert "move archive.db, archive.db-wal" in raised.value.mend
    assert not retryable(raised.value)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    with pytest.raises(SettingsError, match="another program's database"):
        SqliteArchive(path)


def test_nothing_is_written_where_the_disk_is_full_and_work_continues_afterwards(
    tmp_path: Path,
) -> None:
    database = SqliteArchive(tmp_path / "archive.db")
    archive = Archive(database, words_of)
    archive.add([article(1, "Kiew meldet")])
    with database.write() as connection:
        pages = connection.rows("PRAGMA page_count", {})[0][0]
        connection.rows(f"PRAGMA max_page_count = {pages}", {})
    big = [article(n, f"Wort{n}", text=str(list(range(n, n + 3000)))) for n in range(2, 40)]
    with pytest.raises(ArchiveError, match="full; nothing of this step was written") as raised:
        archive.add(big)
    assert retryable(raised.value)
    assert len(archive.page(ArchiveFilter())) == 1
    with database.write() as connection:
        connection.rows("PRAGMA max_page_count = 1073741823", {})
    assert archive.add(big) == len(big)
    archive.close()


def test_a_reader_does_not_keep_the_writer_from_committing(tmp_path: Path) -> None:
    database = SqliteArchive(tmp_path / "archive.db")
    with database.read() as reader:
        count = "SELECT count(*) FROM archive_revisions"
        assert reader.rows(count, {})[0][0] == 0
        assert Archive(database, words_of).add([article(1, "Kiew meldet")]) == 1
        assert reader.rows(count, {})[0][0] == 0  # its view is consistent
    database.close()
