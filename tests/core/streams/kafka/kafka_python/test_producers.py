"""Repairs of kafka-python: producers. Each repair works, and the installed release needs it.

A test that finds a fault gone means that the repair can be deleted.
"""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka import errors as kafka_errors
from kafka.producer.transaction_manager import TransactionManager
from kafka.producer.transaction_manager import TransactionState as State

from core.streams.kafka.kafka_python import (
    NULL_VALUE,
    NullableValues,
    cause_of,
    close_producer,
    is_unusable,
    sent_at_once,
)

pytestmark = pytest.mark.filterwarnings(r"ignore:unclosed <(socket|ssl)\.:ResourceWarning")


# NullableValues


def unconnected_producer(**more: Any) -> Any:
    config = {"api_version": (2, 5), "key_serializer": None, "value_serializer": None}
    return SimpleNamespace(_closed=False, config=config, **more)


def test_a_record_without_key_and_value_is_serialized_as_null() -> None:
    serializer = NullableValues()
    assert serializer.serialize("in", [], NULL_VALUE) is None
    assert serializer.serialize("in", [], bytes(bytearray(NULL_VALUE))) == NULL_VALUE
    assert serializer.serialize("in", [], b"") == b""


def test_the_installed_release_refuses_a_record_without_key_and_value() -> None:
    with pytest.raises(ValueError, match="key or value"):
        KafkaProducer.send(unconnected_producer(), "in", value=None, key=None)


# sent_at_once


class Wakeable:
    """The network thread of a producer; counts how often it is woken."""

    def __init__(self) -> None:
        self.wakeups = 0

    def wakeup(self) -> None:
        self.wakeups += 1


def filling_producer(sender: Wakeable, asked: list[str] | None = None) -> Any:
    """A producer each of whose records begins a batch."""
    return unconnected_producer(
        partitions_for=(asked if asked is not None else []).append,
        _sender=sender,
        _transaction_manager=None,
        _metadata=SimpleNamespace(partitions_for_topic=lambda topic: {0}),
        _accumulator=SimpleNamespace(append=lambda *_, **__: ("future", False, True, False)),
        _serialize=lambda serializer, topic, headers, data: data,
        _partition=lambda *_: 0,
        _estimate_size_in_bytes=lambda *_: 10,
        _ensure_valid_record_size=lambda size: None,
    )


def test_records_that_are_sent_at_once_wake_the_network_thread_only_afterwards() -> None:
    sender, asked = Wakeable(), list[str]()
    producer = filling_producer(sender, asked)
    with sent_at_once(producer, ["in", "out"]):
        KafkaProducer.send(producer, "in", value=b"1", partition=0)
        KafkaProducer.send(producer, "out", value=b"2", partition=0)
    assert (sender.wakeups, asked) == (0, ["in", "out"])
    sender.wakeup()
    assert sender.wakeups == 1


def test_the_network_thread_can_be_woken_after_records_that_were_refused() -> None:
    sender = Wakeable()
    with pytest.raises(TypeError), sent_at_once(filling_producer(sender), ["in"]):
        raise TypeError
    sender.wakeup()
    assert sender.wakeups == 1


def test_the_installed_release_wakes_the_network_thread_for_each_batch_that_it_begins() -> None:
    sender = Wakeable()
    producer = filling_producer(sender)
    for _ in range(3):
        KafkaProducer.send(producer, "in", value=b"1", partition=0)
    assert sender.wakeups == 3


# close_producer


class Sender:
    """The thread of a producer; records how it is ended."""

    def __init__(self) -> None:
        self.ended = False

    def force_close(self) -> None:
        self.ended = True


class StuckProducer:
    """A producer whose records wait for a broker that is gone, with the client's own ``close``."""

    def __init__(self) -> None:
        self._closed = False
        self._sender = Sender()

    def _unregister_cleanup(self) -> None: ...

    def flush(self, timeout: float) -> None:
        raise kafka_errors.KafkaTimeoutError(timeout)

    close: Any = KafkaProducer.close


def test_the_thread_of_a_producer_is_ended_although_its_records_cannot_be_sent() -> None:
    producer = StuckProducer()
    close_producer(producer, 0.1)
    assert producer._sender.ended


def test_the_installed_release_does_not_end_the_thread_after_a_failed_flush() -> None:
    producer = StuckProducer()
    with pytest.raises(kafka_errors.KafkaTimeoutError):
        producer.close(timeout=0.1)
    assert not producer._sender.ended


# cause_of, is_unusable


def transaction_manager(state: Any, error: Exception) -> Any:
    manager: Any = TransactionManager.__new__(TransactionManager)
    manager._lock = threading.RLock()
    manager._current_state = state
    manager._last_error = error
    return manager


def test_the_first_error_of_a_transaction_is_found_behind_later_ones() -> None:
    fenced = kafka_errors.ProducerFencedError("fenced")
    producer = SimpleNamespace(_transaction_manager=transaction_manager(State.FATAL_ERROR, fenced))
    with pytest.raises(kafka_errors.KafkaError) as caught:
        producer._transaction_manager._maybe_fail_with_error()
    assert type(caught.value) is kafka_errors.KafkaError  # the type of the first one is lost
    assert caught.value.__cause__ is None
    assert cause_of(producer, caught.value) is fenced
    own = kafka_errors.CommitFailedError("own")
    assert cause_of(producer, own) is own


@pytest.mark.parametrize(
    ("state", "expected"), [(State.FATAL_ERROR, True), (State.ABORTABLE_ERROR, False)]
)
def test_a_producer_in_its_fatal_state_is_unusable(state: Any, expected: bool) -> None:
    manager = transaction_manager(state, kafka_errors.KafkaTimeoutError("late"))
    assert is_unusable(SimpleNamespace(_transaction_manager=manager)) is expected
