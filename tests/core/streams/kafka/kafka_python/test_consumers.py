"""Repairs of kafka-python: consumers. Each repair works, and the installed release needs it.

A test that finds a fault gone means that the repair can be deleted.
"""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import errors as kafka_errors
from kafka.consumer.fetcher import Fetcher
from kafka.coordinator.consumer import ConsumerCoordinator
from kafka.future import Future
from kafka.record import MemoryRecords, MemoryRecordsBuilder
from kafka.structs import MemberState, TopicPartition

from core.streams.kafka.kafka_python import (
    CheckedPartitionRecords,
    UndecodableError,
    is_instance_fenced,
    resume_join,
    stop_at_undecodable,
)

pytestmark = pytest.mark.filterwarnings(r"ignore:unclosed <(socket|ssl)\.:ResourceWarning")

PARTITION = TopicPartition("in", 0)


# CheckedPartitionRecords


def batches(*values: bytes, damaged: int | None = None) -> MemoryRecords:
    """One batch of two records per value; in one of them a byte is inverted."""
    encoded = []
    for number, value in enumerate(values):
        builder = MemoryRecordsBuilder(magic=2, compression_type=0, batch_size=1 << 20)
        for offset in (0, 1):
            builder.append(timestamp=1, key=None, value=value + str(offset).encode(), headers=[])
        builder.close()
        batch = bytearray(builder.buffer())
        batch[0:8] = (2 * number).to_bytes(8, "big")  # the base offset is outside the checksum
        if number == damaged:
            batch[-1] ^= 0xFF
        encoded.append(bytes(batch))
    return MemoryRecords(b"".join(encoded))


def test_a_damaged_batch_is_reported_once_with_its_offsets() -> None:
    records = CheckedPartitionRecords(0, PARTITION, batches(b"a", b"b", b"c", damaged=1))
    assert [r.value for r in records.take(10)] == [b"a0", b"a1"]
    with pytest.raises(UndecodableError) as caught:
        records.take(10)
    assert isinstance(caught.value.__cause__, kafka_errors.CorruptRecordError)
    assert (caught.value.partition, caught.value.start, caught.value.next) == (PARTITION, 2, 4)
    assert not records


def test_intact_batches_are_read_as_before() -> None:
    records = CheckedPartitionRecords(0, PARTITION, batches(b"a", b"b"))
    assert [(r.offset, r.value) for r in records.take(10)] == [
        (0, b"a0"),
        (1, b"a1"),
        (2, b"b0"),
        (3, b"b1"),
    ]
    assert not records


def test_the_installed_release_takes_a_damaged_batch_for_one_with_more_records() -> None:
    records = Fetcher.PartitionRecords(0, PARTITION, batches(b"a", damaged=0))
    with pytest.raises(kafka_errors.CorruptRecordError):
        records.take(10)
    assert records  # so the client asks it for ever
    assert records.take(10) == []


def test_a_consumer_uses_the_checked_records() -> None:
    fetcher = SimpleNamespace(PartitionRecords=Fetcher.PartitionRecords)
    stop_at_undecodable(SimpleNamespace(_fetcher=fetcher))
    assert fetcher.PartitionRecords is CheckedPartitionRecords


# resume_join


def joining_consumer(join: object, state: Any) -> SimpleNamespace:
    return SimpleNamespace(_coordinator=SimpleNamespace(_join_task=join, state=state))


def test_the_answer_to_a_join_between_two_polls_is_read_by_the_next() -> None:
    join = Future()
    consumer = joining_consumer(join, MemberState.REBALANCING)
    resume_join(consumer)
    join.success(b"assignment")
    resume_join(consumer)
    task = consumer._coordinator._join_task
    answers: list[object] = []
    assert not task.is_done
    task.add_callback(answers.append)
    task.add_errback(answers.append)
    assert answers == [b"assignment"]


def test_a_join_that_the_client_has_given_up_is_not_resumed() -> None:
    join = Future()
    consumer = joining_consumer(join, MemberState.REBALANCING)
    resume_join(consumer)
    consumer._coordinator.state = MemberState.UNJOINED
    resume_join(consumer)
    assert consumer._coordinator._join_task is join
    stable = joining_consumer(None, MemberState.STABLE)
    resume_join(stable)
    assert stable._coordinator._join_task is None


@pytest.mark.parametrize("repaired", [False, True])
def test_the_installed_release_joins_again_after_an_answer_between_two_polls(
    repaired: bool,
) -> None:
    answered = Future().success(b"assignment")
    joins: list[str] = []

    async def nothing(*_: object, **__: object) -> bool:
        return True

    async def wait_for(future: Any, _: object) -> Any:
        return await future

    def join_again(_: object) -> Any:
        joins.append("join")
        return Future().success(b"another assignment")

    needed = iter([True, False])
    coordinator: Any = SimpleNamespace(
        _use_group_apis=True,
        _join_task=answered,
        _manager=SimpleNamespace(call_soon=join_again, wait_for=wait_for),
        _generation=SimpleNamespace(generation_id=1, member_id="m", protocol="range"),
        _lock=threading.Lock(),
        _do_join_and_sync_async=None,
        _enable_heartbeat=lambda: None,
        _on_join_complete_async=nothing,
        ensure_coordinator_ready_async=nothing,
        need_rejoin=lambda: next(needed),
        rejoining=True,
        state=MemberState.REBALANCING,
    )
    if repaired:
        resume_join(SimpleNamespace(_coordinator=coordinator))
    asyncio.run(ConsumerCoordinator.join_group_async(coordinator, timeout_ms=1000))
    assert joins == ([] if repaired else ["join"])


# is_instance_fenced


def consumer_that(*, stable: bool, heartbeat: bool, rejoining: bool, must_join: bool) -> Any:
    coordinator = SimpleNamespace(
        stable=lambda: stable,
        need_rejoin=lambda: must_join,
        rejoining=rejoining,
        _heartbeat_enabled=heartbeat,
    )
    return SimpleNamespace(_coordinator=coordinator)


@pytest.mark.parametrize(
    ("state", "is_fenced"),
    [
        ({}, True),
        ({"heartbeat": True}, False),
        ({"stable": False}, False),
        ({"rejoining": True}, False),
        ({"must_join": True}, False),
    ],
)
def test_a_stable_member_that_sends_no_heartbeats_was_fenced(
    state: dict[str, bool], is_fenced: bool
) -> None:
    silent = {"stable": True, "heartbeat": False, "rejoining": False, "must_join": False}
    assert is_instance_fenced(consumer_that(**{**silent, **state})) is is_fenced


def test_the_installed_release_only_logs_that_its_instance_was_fenced() -> None:
    coordinator: Any = SimpleNamespace(
        _sensors=None, group_id="g", group_instance_id="g-a", state=MemberState.STABLE
    )
    answer = SimpleNamespace(error_code=kafka_errors.FencedInstanceIdError.errno)
    with pytest.raises(kafka_errors.FencedInstanceIdError):
        ConsumerCoordinator._handle_heartbeat_response(coordinator, answer, 0.0)
    assert coordinator.state is MemberState.STABLE  # so poll goes on
