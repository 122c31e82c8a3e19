"""The relay: from the outbox to the streams, in order, once, one process at a time."""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from config.errors import StreamUnavailableError
from config.settings import Settings
from core.processes.instance import Instance
from core.relay import Relay
from core.store import Store, outbox
from core.store.backlogs import load_outbox_backlog
from core.streams import open_streams
from core.streams.port import NewRecord, StreamLog, StreamSpec
from tests.support import fork_server
from tests.support.postgres import ON_EVERY_DATABASE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = "news.test.v1"

pytestmark = ON_EVERY_DATABASE


class Setup:
    """A store, a stream log and the relay between them."""

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

    def backlog(self) -> tuple[int, int]:
        """Return how many records wait, and how many no stream accepts."""
        with self.store.read() as connection:
            waiting, refused = load_outbox_backlog(connection, NOW)
            return waiting.waiting, refused

    def values(self) -> list[bytes | None]:
        return [r.value for r in self.log.read(STREAM)]


@pytest.fixture
def setup(tmp_path: Path, database_url: str) -> Iterator[Setup]:
    setup = Setup(tmp_path, database_url)
    yield setup
    setup.log.close()
    setup.store.close()
    setup.me.close()


def test_records_are_relayed_in_order_with_their_headers(setup: Setup) -> None:
    setup.put(*(str(n).encode() for n in range(450)))
    assert setup.relay.drain() == 450
    assert setup.values() == [str(n).encode() for n in range(450)]
    assert next(setup.log.read(STREAM)).headers == (("h", b"\xff"),)
    assert setup.depth() == 0


def test_a_relay_that_was_killed_before_deleting_repeats_nothing(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.put(b"one", b"two")
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "delete", lambda *_: None)
        setup.relay.run_once()
    assert setup.depth() == 2
    setup.put(b"three")
    setup.relay.drain()
    repeated = [] if setup.store.dialect == "sqlite" else [b"one", b"two"]
    assert setup.values() == [b"one", b"two", *repeated, b"three"]
    assert len({(r.key, r.value) for r in setup.log.read(STREAM)}) == 3


def test_a_record_that_is_too_large_is_refused_and_the_others_are_relayed(setup: Setup) -> None:
    setup.put(b"one", b"x" * 2000, b"two")
    setup.relay.drain()
    assert setup.values() == [b"one", b"two"]
    assert setup.depth() == 0
    assert setup.backlog() == (0, 1)


def test_nothing_is_lost_while_the_engine_is_unavailable(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StreamUnavailableError("unavailable")

    setup.put(b"one")
    with monkeypatch.context() as patched:
        patched.setattr(type(setup.log), "append", fail)
        with pytest.raises(StreamUnavailableError):
            setup.relay.run_once()
    assert setup.relay.drain() == 1
    assert setup.values() == [b"one"]


def test_a_lower_id_that_is_committed_late_is_not_lost(setup: Setup) -> None:
    """Two processes can do this on PostgreSQL; on SQLite the second waits for the first."""
    if setup.store.dialect == "sqlite":
        setup.put(b"early", b"late")
    else:
        with setup.store.write() as slow:
            outbox.put(slow, [NewRecord(STREAM, b"a", b"late", (), NOW)])
            setup.put(b"early")
            assert setup.relay.drain() == 1
    setup.relay.drain()
    assert setup.values() == [b"early", b"late"]


def test_a_backlog_is_counted_and_relayed_in_order(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StreamUnavailableError("unavailable")

    setup.put(*(str(n).encode() for n in range(1000)))
    with monkeypatch.context() as patched:
        patched.setattr(type(setup.log), "append", fail)
        for _ in range(3):
            with pytest.raises(StreamUnavailableError):
                setup.relay.run_once()
    assert setup.backlog() == (1000, 0)
    assert setup.relay.drain() == 1000
    assert setup.values() == [str(n).encode() for n in range(1000)]
    setup.relay.run_once()
    assert setup.backlog() == (0, 0)


def relay_until_killed() -> None:
    """Relay on the folder and store that the command line names; die before deleting batch N."""
    folder, database_url, last = sys.argv[1:]
    setup = Setup(Path(folder), database_url)
    batches, delete = itertools.count(1), outbox.delete

    def die_before(*args: Any) -> None:
        if next(batches) == int(last):
            os.kill(os.getpid(), signal.SIGKILL)
        delete(*args)

    with patch.object(outbox, "delete", die_before):
        while setup.relay.run_once(7):
            pass


@pytest.mark.processes
def test_a_kill_between_append_and_delete_loses_nothing_and_keeps_the_order_of_each_key(
    setup: Setup, tmp_path: Path, database_url: str
) -> None:
    keys = [b"a", b"b", b"c"]
    sent = [NewRecord(STREAM, keys[n % 3], str(n).encode(), (), NOW) for n in range(60)]
    with setup.store.write() as connection:
        outbox.put(connection, sent)
    for nth in ("1", "3"):
        where = [str(tmp_path), database_url, nth]
        killed = fork_server.start(where, main=f"{__name__}:relay_until_killed")
        killed.communicate()
        assert killed.returncode == -signal.SIGKILL
    setup.relay.drain()
    read = list(setup.log.read(STREAM))
    for key in keys:
        firsts = list(dict.fromkeys(r.value for r in read if r.key == key))
        assert firsts == [r.value for r in sent if r.key == key]
    repeats = len(read) - 60
    assert repeats == (0 if setup.store.dialect == "sqlite" else 14)
    assert setup.depth() == 0


def test_only_one_process_relays_at_a_time(setup: Setup, tmp_path: Path) -> None:
    other = Instance.start(tmp_path)
    setup.put(b"one")
    second = Relay(setup.store, setup.log, other, lambda: NOW)
    setup.relay.run_once()
    setup.put(b"two")
    assert second.run_once() == 0
    setup.relay.release()
    assert second.run_once() == 1
    other.close()
