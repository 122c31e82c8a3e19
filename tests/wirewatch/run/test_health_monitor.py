"""What is gathered of the health of a process, from a real store and real streams."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config.errors import StoreError, StreamUnavailableError
from config.i18n import in_english
from config.settings import Settings
from core.store import Store, outbox
from core.store.deliveries import Notification, add_notification
from core.streams.port import NewRecord, PartitionLag
from wirewatch.run.diagnosis import Facts, diagnose
from wirewatch.run.health_monitor import HealthMonitor

START = datetime(2026, 11, 29, 12, tzinfo=UTC)
ALL = frozenset({"ingest", "processors", "alerts", "web"})


class Streams:
    """Streams whose check fails with an error, if a test sets one."""

    error: Exception | None = None

    def check_writable(self) -> None:
        if self.error:
            raise self.error


class Scene:
    """A monitor with a clock that the test moves."""

    def __init__(self, store: Store, stages: frozenset[str] = ALL) -> None:
        self.seconds = 0.0
        self.streams = Streams()
        self.store = store
        program: Any = SimpleNamespace(
            store=store, streams=self.streams, clock=self.clock, settings=Settings()
        )
        self.monitor = HealthMonitor(program, stages, now=lambda: self.seconds)

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def facts(self) -> Facts:
        return self.monitor.facts()

    def reasons(self) -> list[str]:
        return [in_english(reason) for reason in diagnose(self.facts())]


def lag(records: int, position: int) -> PartitionLag:
    return PartitionLag("alerts", "news.matches.v1", 0, records, 1.0, "a-1", position, 99)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open_temporary(tmp_path)
    yield opened
    opened.close()


def test_a_stage_that_reads_nothing_although_records_wait_is_named_until_it_moves(
    store: Store,
) -> None:
    scene = Scene(store)
    for seconds, position, is_ill in ((0, 5, 0), (60, 5, 0), (120, 5, 1), (125, 6, 0)):
        scene.seconds = seconds
        scene.monitor.update([], {"alerts": [lag(3, position)], "processors": [lag(0, 7)]})
        assert len(scene.reasons()) == is_ill
        if is_ill:
            assert scene.reasons() == ["alerts: there is work, but none was done for 2 min."]


def test_a_process_does_not_judge_stages_that_run_elsewhere(store: Store) -> None:
    scene = Scene(store, frozenset({"web"}))
    add_late_delivery(store)
    for seconds in (0, 3600):
        scene.seconds = seconds
        scene.monitor.update([], {"alerts": [lag(3, 5)]})
    assert scene.reasons() == []


def test_an_outbox_that_nothing_carries_away_is_named(store: Store) -> None:
    scene = Scene(store)
    with store.write() as connection:
        outbox.put(connection, [NewRecord("news.test.v1", None, b"v", (), START)])
    for seconds in (0, 120):
        scene.seconds = seconds
        scene.monitor.update([], {})
    assert scene.reasons() == ["relay: there is work, but none was done for 2 min."]


def add_late_delivery(store: Store) -> None:
    with store.write() as connection:
        notification = Notification("a" * 32, "a" * 32, "desk", "new_story", 0, "{}", START)
        add_notification(connection, notification, ["host"], due=START - timedelta(hours=1))


def test_a_late_delivery_is_named_once_the_program_had_time_to_send_it(store: Store) -> None:
    scene = Scene(store)
    add_late_delivery(store)
    scene.monitor.update([], {})
    assert scene.reasons() == []
    scene.seconds = 301
    scene.monitor.update([], {})
    assert scene.reasons() == ["deliveries: a message to desk should have been sent 65 min ago."]


def test_streams_that_take_no_writes_are_named_until_they_do(store: Store) -> None:
    scene = Scene(store)
    scene.streams.error = StreamUnavailableError("The stream file is gone.")
    scene.monitor.check_writes()
    assert scene.reasons() == ["streams: cannot be written. The stream file is gone."]
    scene.streams.error = None
    scene.monitor.check_writes()
    assert scene.reasons() == []


def test_a_write_that_failed_counts_for_a_minute_although_others_succeed(store: Store) -> None:
    scene = Scene(store)
    with pytest.raises(StoreError), store.write() as connection:
        connection.exec_driver_sql("DROP TABLE no_such_table")
    assert store.last_failure is not None
    for age, is_ill in ((59.0, True), (61.0, False)):
        scene.seconds = store.last_failure.at + age
        scene.monitor.check_writes()
        assert bool(scene.reasons()) == is_ill
