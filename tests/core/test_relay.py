"""From the outbox to the streams, in order, once, by one process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import StreamUnavailableError
from config.settings import Settings
from core.instance import Instance
from core.relay import Relay
from core.store import Store, outbox
from core.streams import open_streams
from core.streams.port import NewRecord, StreamLog, StreamSpec

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = "news.test.v1"


class Scene:
    def __init__(self, folder: Path) -> None:
        self.me = Instance.start(folder)
        self.store = Store.open(f"sqlite:///{folder}/store.db")
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
            return outbox.depth(connection)

    def values(self) -> list[bytes | None]:
        return [r.value for r in self.log.read(STREAM)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
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
    assert scene.values() == [b"one", b"two", b"three"]


def test_what_no_stream_takes_is_set_aside_and_the_rest_goes_on(scene: Scene) -> None:
    scene.put(b"one", b"x" * 2000, b"two")
    scene.relay.drain()
    assert scene.values() == [b"one", b"two"]
    assert scene.depth() == 0


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
