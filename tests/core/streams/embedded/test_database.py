"""The stream file: how it is created, and what is refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from config.errors import OperatorError, SettingsError
from config.settings import Settings
from core.clock import utc_now
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.embedded import EmbeddedLog
from core.streams.embedded.database import file_system_of
from tests.core.streams.support import SPECS, numbered


def test_processes_that_open_a_new_file_at_once_all_succeed(tmp_path: Path) -> None:
    ready = threading.Barrier(8)

    def begin(n: int) -> None:
        ready.wait()
        log = EmbeddedLog(
            tmp_path / "new" / "streams.db",
            clock=utc_now,
            instance=str(n),
            is_alive=lambda _: None,
        )
        log.create(SPECS)
        log.append(numbered(5))
        log.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(begin, range(8)))  # raises what any of them raised
    connection = apsw.Connection(str(tmp_path / "new" / "streams.db"))
    assert connection.execute("SELECT count(*) FROM rec").get == 40
    assert connection.execute("PRAGMA integrity_check").get == "ok"
    assert connection.execute("PRAGMA auto_vacuum").get == 2
    connection.close()


@pytest.mark.parametrize(("durability", "synchronous"), [("full", 2), ("normal", 1)])
def test_durability_sets_when_a_commit_is_on_disk(
    tmp_path: Path, durability: str, synchronous: int
) -> None:
    log = EmbeddedLog(
        tmp_path / durability,
        clock=utc_now,
        instance="me",
        is_alive=lambda _: None,
        durability=durability,
    )
    connection = log._database.thread_connection().connection
    assert connection.execute("PRAGMA synchronous").get == synchronous
    assert connection.execute("PRAGMA journal_mode").get == "wal"
    log.close()


def _open(tmp_path: Path, url: str) -> None:
    instance = Instance.start(tmp_path / "data")
    try:
        settings = Settings(data_dir=tmp_path / "data", streams_url=url)
        open_streams(settings, instance=instance, clock=utc_now).close()
    finally:
        instance.close()


@pytest.mark.parametrize("url", ["redis://host", "postgresql://host/x", "streams.db"])
def test_an_unknown_engine_is_refused_with_what_is_supported(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:///FILE"):
        _open(tmp_path, url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://x/y"])
def test_a_url_without_a_file_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="names no file"):
        _open(tmp_path, url)


def test_a_file_that_is_no_database_is_refused_and_left_unchanged(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"my thesis " * 1000)
    with pytest.raises(OperatorError, match="not a stream file"):
        _open(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")
    assert (tmp_path / "x.db").read_bytes() == b"my thesis " * 1000


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    other = apsw.Connection(str(tmp_path / "store.db"))
    other.execute("CREATE TABLE articles (id)")
    other.close()
    with pytest.raises(SettingsError, match="another program's database"):
        _open(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    _open(tmp_path, f"sqlite:///{tmp_path / 's.db'}")
    connection = apsw.Connection(str(tmp_path / "s.db"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SettingsError, match="newer version"):
        _open(tmp_path, f"sqlite:///{tmp_path / 's.db'}")


def test_a_folder_or_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot be opened"):
        _open(tmp_path, f"sqlite:///{tmp_path / 'folder'}")
    with pytest.raises(SettingsError, match="cannot be created"):
        _open(tmp_path, f"sqlite:///{tmp_path / 'file' / 's.db'}")


def test_the_file_system_of_a_path_is_that_of_its_innermost_mount() -> None:
    mounts = (
        "/dev/vda / ext4 rw 0 0\n"
        "host:/x /srv/news nfs4 rw 0 0\n"
        "//nas/y /mnt/für\\040alle cifs rw 0 0\n"
        "tmpfs /srv/news/local tmpfs rw 0 0\n"
    )
    assert file_system_of(Path("/var/lib/s.db"), mounts) == "ext4"
    assert file_system_of(Path("/srv/news/s.db"), mounts) == "nfs4"
    assert file_system_of(Path("/srv/newspaper/s.db"), mounts) == "ext4"
    assert file_system_of(Path("/srv/news/local/s.db"), mounts) == "tmpfs"
    assert file_system_of(Path("/mnt/für alle/s.db"), mounts) == "cifs"
    assert file_system_of(Path("/x"), "") is None


def test_a_file_on_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("host:/x / nfs4 rw 0 0\n")
    monkeypatch.setattr("core.streams.embedded.database._MOUNTS", mounts)
    with pytest.raises(SettingsError, match=r"network file system \(nfs4\).*a disk of this host"):
        _open(tmp_path, f"sqlite:///{tmp_path / 's.db'}")
