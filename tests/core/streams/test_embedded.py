"""The contract on the embedded log, and what only it has."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from config.errors import (
    FencedError,
    OperatorError,
    SettingsError,
    StreamError,
    StreamFullError,
    StreamUnavailableError,
)
from config.settings import Settings
from core.clock import Clock, utc_now
from core.instance import Instance
from core.streams import open_streams
from core.streams.embedded import EmbeddedLog, Times
from core.streams.embedded.filesystem import kind_of
from core.streams.port import NewRecord, Record, StreamSpec
from tests.core.streams.contract import SPECS, Contract, numbered, take, unread


class TestEmbedded(Contract):
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(
            data_dir=tmp_path,
            streams_url=f"sqlite:///{tmp_path / 'streams.db'}",
            streams_prefix="acme",
            streams_durability="normal",  # processes are killed here, not power
        )


class Moment:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


Opener = Callable[..., EmbeddedLog]


@pytest.fixture
def opener(tmp_path: Path) -> Iterator[Opener]:
    """Opens one file again and again, as instances of given names."""
    made: list[EmbeddedLog] = []

    def open_as(
        instance: str = "me",
        *,
        clock: Clock = utc_now,
        alive: Callable[[str], bool | None] = lambda _: None,
        prefix: str = "",
        times: Times | None = None,
    ) -> EmbeddedLog:
        log = EmbeddedLog(
            tmp_path / "streams.db",
            clock=clock,
            instance=instance,
            alive=alive,
            prefix=prefix,
            times=times,
        )
        log.create(SPECS)
        made.append(log)
        return log

    yield open_as
    for log in made:
        log.close()


# 12, 24, 25: repeats of the relay, and members that take long


def test_12_a_relay_that_repeats_itself_appends_nothing_twice(opener: Opener) -> None:
    log = opener()
    rows = [NewRecord("in", b"k", str(n).encode(), (), utc_now(), sequence=n) for n in range(1, 11)]
    log.append(rows[:6], producer="outbox:1")
    log.append(rows[:6], producer="outbox:1")
    log.append(rows[4:], producer="outbox:1")
    assert [r.value for r in log.read("in")] == [str(n).encode() for n in range(1, 11)]
    log.append(rows[:1], producer="outbox:2")
    assert len(list(log.read("in"))) == 11


def test_12_what_an_outbox_sent_is_known_only_if_it_was_appended(opener: Opener) -> None:
    log = opener()
    row = NewRecord("in", b"k", b"v", (), utc_now(), sequence=1)
    with _no_room(log), pytest.raises(StreamFullError):
        log.append([row] * 500, producer="outbox:1")
    log.append([row], producer="outbox:1")
    assert len(list(log.read("in"))) == 1


def test_24_a_batch_longer_than_a_session_keeps_its_partitions(opener: Opener) -> None:
    times = Times(session_ms=1_000, processing_ms=20_000)
    slow, other = opener("slow", times=times), opener("other", times=times)
    slow.append(numbered(20))
    consumer = slow.consumer("g", ["in"], slot="slow")
    batch = consumer.poll()
    greedy = other.consumer("g", ["in"], slot="z")
    until = time.monotonic() + 1.6
    while time.monotonic() < until:
        assert not greedy.poll(timeout=0.1)
    consumer.commit(batch)
    assert unread(other, "g") == 0


def test_25_a_batch_over_the_limit_is_fenced_and_done_by_another(opener: Opener) -> None:
    times = Times(session_ms=300, processing_ms=300)
    slow, other = opener("slow", times=times), opener("other", times=times)
    slow.append(numbered(20))
    consumer = slow.consumer("g", ["in"], slot="slow")
    batch = consumer.poll()
    assert len(batch.records) == 20
    eager = other.consumer("g", ["in"], slot="eager")
    again = take(eager, 20)
    with pytest.raises(FencedError), consumer.transaction(batch) as out:
        out.append(*numbered(20, "out"))
    assert list(other.read("out")) == []
    assert {(r.partition, r.offset) for r in again} == {
        (r.partition, r.offset) for r in batch.records
    }


def test_a_silent_member_of_another_host_loses_its_partitions_after_ten_seconds(
    opener: Opener,
) -> None:
    clock = Moment()
    gone, here = opener("gone", clock=clock), opener("here", clock=clock)
    gone.append(numbered(10))
    gone.consumer("g", ["in"], slot="gone").poll()
    consumer = here.consumer("g", ["in"], slot="here")
    clock.now += timedelta(seconds=9)
    assert not consumer.poll(timeout=0)
    assert {lag.member for lag in here.lag("g", ["in"])} == {"gone"}
    clock.now += timedelta(seconds=2)
    assert {lag.member for lag in here.lag("g", ["in"])} == {None}
    assert len(consumer.poll(timeout=0.1).records) == 10


def test_a_member_whose_process_is_dead_loses_its_partitions_at_once(opener: Opener) -> None:
    dead: set[str] = set()
    gone = opener("gone")
    here = opener("here", alive=lambda instance: instance not in dead)
    gone.append(numbered(10))
    gone.consumer("g", ["in"], slot="gone").poll()
    consumer = here.consumer("g", ["in"], slot="here")
    assert not consumer.poll(timeout=0)
    dead.add("gone")
    assert len(consumer.poll(timeout=0.1).records) == 10


def test_members_of_processes_with_other_data_folders_are_seen_alive(tmp_path: Path) -> None:
    def settings(folder: str) -> Settings:
        return Settings(
            data_dir=tmp_path / folder, streams_url=f"sqlite:///{tmp_path / 'shared.db'}"
        )

    instances = [Instance.start(tmp_path / folder) for folder in ("one", "two")]
    one, two = (
        open_streams(settings(f), instance=i, clock=utc_now)
        for f, i in zip(("one", "two"), instances, strict=True)
    )
    one.create(SPECS)
    one.append(numbered(10))
    assert len(one.consumer("g", ["in"], slot="a").poll().records) == 10
    second = two.consumer("g", ["in"], slot="b")
    assert not second.poll(timeout=0)
    instances[0].close()
    assert len(second.poll(timeout=0.1).records) == 10
    one.close()
    two.close()
    instances[1].close()


# 43, 45: an engine that is away, and many readers


def test_43_a_locked_file_is_reported_within_the_limit_and_costs_nothing(
    opener: Opener, tmp_path: Path
) -> None:
    log = opener()
    log.append(numbered(10))
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll()
    log._database.session().patience = 0.2
    blocker = apsw.Connection(str(tmp_path / "streams.db"))
    blocker.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(StreamUnavailableError, match="busy"):
        log.append(numbered(1))
    with pytest.raises(StreamUnavailableError), consumer.transaction(batch) as out:
        out.append(*numbered(10, "out"))
    with pytest.raises(StreamUnavailableError):
        log.maintain()
    assert time.monotonic() - began < 3
    assert len(list(log.read("in"))) == 10
    blocker.execute("ROLLBACK")
    blocker.close()
    assert consumer.poll() == batch
    assert unread(log, "g") == 10


def test_43_a_full_disk_loses_nothing_and_work_goes_on_once_there_is_room(opener: Opener) -> None:
    log = opener()
    log.append(numbered(10))
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll()
    big = [NewRecord("out", b"k", b"x" * 9_000, (), utc_now())] * 50

    def copy() -> None:
        with consumer.transaction(batch) as out:
            out.append(*big)

    with _no_room(log), pytest.raises(StreamFullError, match=r"is full.*Free space"):
        copy()
    assert list(log.read("out")) == []
    assert consumer.poll() == batch
    copy()
    assert len(list(log.read("out"))) == 50
    assert unread(log, "g") == 0


def test_45_fifty_tailers_do_not_hold_writers_up(opener: Opener) -> None:
    log = opener()
    ended = threading.Event()
    counts = [0] * 50

    def tail(index: int) -> None:
        for _ in log.read("in", follow=lambda: not ended.is_set()):
            counts[index] += 1

    threads = [threading.Thread(target=tail, args=(i,)) for i in range(50)]
    for thread in threads:
        thread.start()
    took = []
    for _ in range(30):
        began = time.monotonic()
        log.append(numbered(5))
        took.append(time.monotonic() - began)
    deadline = time.monotonic() + 15
    while min(counts) < 150 and time.monotonic() < deadline:
        time.sleep(0.05)
    ended.set()
    for thread in threads:
        thread.join(5)
    assert counts == [150] * 50
    assert max(took) < 1


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
        "//nas/y /mnt/my\\040share cifs rw 0 0\n"
        "tmpfs /srv/news/local tmpfs rw 0 0\n"
    )
    assert kind_of(Path("/var/lib/s.db"), mounts) == "ext4"
    assert kind_of(Path("/srv/news/s.db"), mounts) == "nfs4"
    assert kind_of(Path("/srv/newspaper/s.db"), mounts) == "ext4"
    assert kind_of(Path("/srv/news/local/s.db"), mounts) == "tmpfs"
    assert kind_of(Path("/mnt/my share/s.db"), mounts) == "cifs"
    assert kind_of(Path("/x"), "") is None


class _no_room:  # noqa: N801 - reads as a state
    """The file may not grow: SQLite answers as it does on a full disk."""

    def __init__(self, log: EmbeddedLog) -> None:
        self._connection = log._database.session().connection

    def __enter__(self) -> None:
        self._connection.execute("PRAGMA max_page_count = 1").fetchall()

    def __exit__(self, *_: object) -> None:
        self._connection.execute("PRAGMA max_page_count = 4294967294").fetchall()
