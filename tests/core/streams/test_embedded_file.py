"""The embedded log's file: what is in it, and what cannot be opened."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import apsw
import pytest

from config.errors import (
    OperatorError,
    SettingsError,
    StreamError,
)
from config.settings import Settings
from core.clock import utc_now
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.embedded import EmbeddedLog
from core.streams.embedded.filesystem import kind_of
from core.streams.port import NewRecord, Record, StreamSpec
from tests.core.streams.support import SPECS, Moment, Opener, numbered

# The file


def test_prefixes_part_deployments_that_share_a_file(opener: Opener) -> None:
    one, two = opener(prefix="acme"), opener(prefix="other.")
    one.append(numbered(3))
    first, second = (log.consumer("g", ["in"], slot="a") for log in (one, two))
    assert len(first.poll(timeout=0).records) == 3
    assert not second.poll(timeout=0)
    first.commit(first.poll(timeout=0))
    assert one.groups() == two.groups() == ["g"]
    assert [i.records for i in two.streams()] == [0, 0, 0]


def test_records_without_a_key_spread_over_the_partitions(opener: Opener) -> None:
    log = opener()
    log.append([NewRecord("in", None, b"v", (), utc_now()) for _ in range(60)])
    partitions = [r.partition for r in log.read("in")]
    assert {partitions.count(p) for p in range(6)} == {10}


def test_a_record_that_is_not_bytes_or_has_no_zone_is_refused_before_anything(
    opener: Opener,
) -> None:
    log = opener()
    good = numbered(1)
    text: bytes = "text"  # type: ignore[assignment]
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    for bad, error in (
        (NewRecord("in", text, b"v", (), utc_now()), TypeError),
        (NewRecord("in", b"k", text, (), utc_now()), TypeError),
        (NewRecord("in", b"k", b"v", (("h", text),), utc_now()), TypeError),
        (NewRecord("in", b"k", b"v", (), naive), ValueError),
    ):
        with pytest.raises(error):
            log.append([*good, bad])
    assert list(log.read("in")) == []


def test_many_who_open_a_new_file_at_once_all_succeed(tmp_path: Path) -> None:
    ready = threading.Barrier(8)

    def begin(n: int) -> None:
        ready.wait()
        log = EmbeddedLog(
            tmp_path / "new" / "streams.db",
            clock=utc_now,
            instance=str(n),
            alive=lambda _: None,
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


def test_retention_gives_space_back_and_keeps_a_record_dated_in_the_future_no_longer(
    opener: Opener, tmp_path: Path
) -> None:
    clock = Moment()
    log = opener(clock=clock)
    future = clock.now + timedelta(days=400)
    log.append([NewRecord("in", b"k", b"x" * 9_000, (), future)] * 600)
    log.maintain()
    full = (tmp_path / "streams.db").stat().st_size
    clock.now += timedelta(days=2)
    log.maintain()
    info = next(i for i in log.streams() if i.name == "in")
    assert (info.records, info.bytes, info.newest) == (0, 0, None)
    assert (tmp_path / "streams.db").stat().st_size < full / 10


def test_a_slow_reader_is_carried_past_what_retention_takes_meanwhile(opener: Opener) -> None:
    clock = Moment()
    log = opener(clock=clock)
    log.append([NewRecord("in", b"k", b"old", (), clock.now)] * 300)
    clock.now += timedelta(days=2)
    log.append([NewRecord("in", b"k", b"new", (), clock.now)] * 3)
    reader = log.read("in")
    first = [next(reader) for _ in range(10)]
    log.maintain()
    rest: list[Record] = list(reader)
    assert {r.value for r in first} == {b"old"}
    assert [r.value for r in rest[-3:]] == [b"new"] * 3
    assert len(rest) < 293


def test_new_limits_reach_a_stream_that_exists(opener: Opener) -> None:
    log = opener()
    log.create([StreamSpec("in", 6, timedelta(days=9), 20)])
    assert next(i.retention for i in log.streams() if i.name == "in") == timedelta(days=9)
    with pytest.raises(StreamError, match="larger"):
        log.append([NewRecord("in", b"k", b"x" * 21, (), utc_now())])


def test_durability_is_full_unless_asked_otherwise(tmp_path: Path) -> None:
    for durability, synchronous in (("full", 2), ("normal", 1)):
        log = EmbeddedLog(
            tmp_path / durability,
            clock=utc_now,
            instance="me",
            alive=lambda _: None,
            durability=durability,
        )
        connection = log._database.session().connection
        assert connection.execute("PRAGMA synchronous").get == synchronous
        assert connection.execute("PRAGMA journal_mode").get == "wal"
        log.close()


def test_a_closed_log_says_so(opener: Opener) -> None:
    log = opener()
    consumer = log.consumer("g", ["in"], slot="a")
    log.close()
    log.close()
    with pytest.raises(StreamError, match="closed"):
        log.append(numbered(1))
    with pytest.raises(StreamError, match="closed"):
        consumer.poll(timeout=0)
    assert {lag.member for lag in opener().lag("g", ["in"])} == {None}


# What cannot be opened


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


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"my thesis " * 1000)
    with pytest.raises(OperatorError, match="not a stream file"):
        _open(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")
    assert (tmp_path / "x.db").read_bytes() == b"my thesis " * 1000


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    other = apsw.Connection(str(tmp_path / "store.db"))
    other.execute("CREATE TABLE articles (id)")
    other.close()
    with pytest.raises(SettingsError, match="something else"):
        _open(tmp_path, f"sqlite:///{tmp_path / 'store.db'}")


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    _open(tmp_path, f"sqlite:///{tmp_path / 's.db'}")
    connection = apsw.Connection(str(tmp_path / "s.db"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SettingsError, match="newer version"):
        _open(tmp_path, f"sqlite:///{tmp_path / 's.db'}")


def test_a_folder_or_a_place_under_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot be opened"):
        _open(tmp_path, f"sqlite:///{tmp_path / 'folder'}")
    with pytest.raises(SettingsError, match="cannot be made"):
        _open(tmp_path, f"sqlite:///{tmp_path / 'file' / 's.db'}")


def test_a_network_file_system_is_told_from_a_local_one() -> None:
    mounts = (
        "/dev/vda / ext4 rw 0 0\n"
        "host:/x /srv/news nfs4 rw 0 0\n"
        "//nas/y /mnt/für\\040alle cifs rw 0 0\n"
        "tmpfs /srv/news/local tmpfs rw 0 0\n"
    )
    assert kind_of(Path("/var/lib/s.db"), mounts) == "ext4"
    assert kind_of(Path("/srv/news/s.db"), mounts) == "nfs4"
    assert kind_of(Path("/srv/newspaper/s.db"), mounts) == "ext4"
    assert kind_of(Path("/srv/news/local/s.db"), mounts) == "tmpfs"
    assert kind_of(Path("/mnt/für alle/s.db"), mounts) == "cifs"
    assert kind_of(Path("/x"), "") is None
