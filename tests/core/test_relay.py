"""From the outbox to the streams, in order, once, by one process at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import StreamUnavailableError
from config.settings import Settings
from core import metrics
from core.processes.instance import Instance
from core.relay import Relay
from core.store import Store, outbox
from core.streams import open_streams
from core.streams.port import NewRecord, StreamLog, StreamSpec
from tests.support.postgres import ON_EVERY_DATABASE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = "news.test.v1"

pytestmark = ON_EVERY_DATABASE


class Scene:
    def __init__(self, folder: Path, database_url: str) -> None:
        self.me = Instance.start(folder)
        self.store = Store.open(database_url)
        self.log: StreamLog = open_streams(
            Settings(data_dir=folder), instance=self.me, clock=lambda: NOW
        )
        self.log.create([StreamSpec(STREAM, 1, timedelta(days=1), max_record_bytes=1000)])
        self.relay = Relay(self.store, self.log, self.me, lambda: NOW)

    def put(self, *values: bytes) -> None:
        with self.store.write() as connection:
            outbox.put(
                connection, [NewRecord(STREAM, b"k", v, (("h", b"\xff"),), NOW) for v in values]
            )

    def depth(self) -> int:
        with self.store.read() as connection:
            return outbox.count_pending(connection)

    def values(self) -> list[bytes | None]:
        return [r.value for r in self.log.read(STREAM)]


@pytest.fixture
def scene(tmp_path: Path, database_url: str) -> Iterator[Scene]:
    scene = Scene(tmp_path, database_url)
    yield scene
    scene.log.close()
    scene.store.close()
    scene.me.close()


def test_records_are_relayed_in_order_with_their_headers(scene: Scene) -> None:
    scene.put(*(str(n).encode() for n in range(450)))
    assert scene.relay.drain() == 450
    assert scene.values() == [str(n).encode() for n in range(450)]
    assert next(scene.log.read(STREAM)).headers == (("h", b"\xff"),)
    assert scene.depth() == 0


def test_a_relay_that_died_before_marking_repeats_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.put(b"one", b"two")
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "delete", lambda *_: None)
        scene.relay.run_once()
    assert scene.depth() == 2
    scene.put(b"three")
    scene.relay.drain()
    repeated = [] if scene.store.dialect == "sqlite" else [b"one", b"two"]
    assert scene.values() == [b"one", b"two", *repeated, b"three"]
    assert len({(r.key, r.value) for r in scene.log.read(STREAM)}) == 3


def test_what_no_stream_takes_is_set_aside_and_the_rest_goes_on(scene: Scene) -> None:
    scene.put(b"one", b"x" * 2000, b"two")
    scene.relay.drain()
    assert scene.values() == [b"one", b"two"]
    assert scene.depth() == 0
    assert metrics.OUTBOX_REFUSED._value.get() == 1


def test_while_the_engine_is_away_nothing_is_lost(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StreamUnavailableError("away")

    scene.put(b"one")
    with monkeypatch.context() as patched:
        patched.setattr(type(scene.log), "append", away)
        with pytest.raises(StreamUnavailableError):
            scene.relay.run_once()
    assert scene.relay.drain() == 1
    assert scene.values() == [b"one"]


def test_a_lower_id_that_is_committed_late_is_not_lost(scene: Scene) -> None:
    """As two processes do it on PostgreSQL; on SQLite the second waits for the first."""
    if scene.store.dialect == "sqlite":
        scene.put(b"early", b"late")
    else:
        with scene.store.write() as slow:
            outbox.put(slow, [NewRecord(STREAM, b"a", b"late", (), NOW)])
            scene.put(b"early")
            assert scene.relay.drain() == 1
    scene.relay.drain()
    assert scene.values() == [b"early", b"late"]


def test_a_backlog_is_counted_for_the_operator_and_goes_out_in_order(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StreamUnavailableError("away")

    scene.put(*(str(n).encode() for n in range(1000)))
    with monkeypatch.context() as patched:
        patched.setattr(type(scene.log), "append", away)
        for _ in range(3):
            with pytest.raises(StreamUnavailableError):
                scene.relay.run_once()
    assert metrics.OUTBOX_PENDING._value.get() == 1000
    assert scene.relay.drain() == 1000
    assert scene.values() == [str(n).encode() for n in range(1000)]
    scene.relay.run_once()
    assert metrics.OUTBOX_PENDING._value.get() == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from core.store import outbox
from tests.core.test_relay import Scene

scene = Scene(Path(sys.argv[1]), sys.argv[2])
appended, delete = 0, outbox.delete

def die_before(*args):
    global appended
    appended += 1
    if appended == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    delete(*args)

outbox.delete = die_before
while scene.relay.run_once(7):
    pass
"""


def test_killed_between_append_and_delete_nothing_is_lost_and_the_order_of_a_key_is_kept(
    scene: Scene, tmp_path: Path, database_url: str
) -> None:
    keys = [b"a", b"b", b"c"]
    sent = [NewRecord(STREAM, keys[n % 3], str(n).encode(), (), NOW) for n in range(60)]
    with scene.store.write() as connection:
        outbox.put(connection, sent)
    for nth in ("1", "3"):
        where = [str(tmp_path), database_url, nth]
        killed = subprocess.run([sys.executable, "-c", KILLED, *where], check=False)
        assert killed.returncode == -signal.SIGKILL
    scene.relay.drain()
    read = list(scene.log.read(STREAM))
    for key in keys:
        firsts = list(dict.fromkeys(r.value for r in read if r.key == key))
        assert firsts == [r.value for r in sent if r.key == key]
    repeats = len(read) - 60
    assert repeats == (0 if scene.store.dialect == "sqlite" else 14)
    assert scene.depth() == 0


def test_only_one_process_relays_at_a_time(scene: Scene, tmp_path: Path) -> None:
    other = Instance.start(tmp_path)
    scene.put(b"one")
    second = Relay(scene.store, scene.log, other, lambda: NOW)
    scene.relay.run_once()
    scene.put(b"two")
    assert second.run_once() == 0
    scene.relay.release()
    assert second.run_once() == 1
    other.close()
