"""The repairs of kafka-python: each heals its fault, and the installed release still has it.

A test that finds a fault gone means that the repair can be deleted.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka import errors as kafka_errors
from kafka.consumer.fetcher import Fetcher
from kafka.coordinator.consumer import ConsumerCoordinator
from kafka.future import Future
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.transport import KafkaTCPTransport
from kafka.producer.transaction_manager import TransactionManager
from kafka.producer.transaction_manager import TransactionState as State
from kafka.record import MemoryRecords, MemoryRecordsBuilder
from kafka.structs import MemberState, TopicPartition

from core.streams.kafka.kafka_python import (
    NULL_VALUE,
    CheckedPartitionRecords,
    NullableValues,
    RateLimitedHandler,
    UndecodableError,
    cause_of,
    close_producer,
    fail_when_refused,
    is_instance_fenced,
    is_unusable,
    limit_log_rate,
    open_client,
    receive_before_disconnect,
    resume_join,
    retry_when_refused,
    stop_at_undecodable,
)

pytestmark = pytest.mark.filterwarnings(r"ignore:unclosed <(socket|ssl)\.:ResourceWarning")

HOST = "127.0.0.1"
PARTITION = TopicPartition("in", 0)


@pytest.fixture
def collect_sockets(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The client leaves the sockets of failed connections to the garbage collector: run it here.

    Captured log records would keep them, by their tracebacks.
    """
    caplog.set_level(logging.CRITICAL, "kafka")
    yield
    gc.collect()


# open_client


@contextmanager
def closed_port() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        yield f"{HOST}:{bound.getsockname()[1]}"


def threads_left(open_admin: Any, address: str) -> set[threading.Thread]:
    """The threads that a failed constructor leaves running."""
    before = set(threading.enumerate())
    with pytest.raises(kafka_errors.KafkaError):
        open_admin(bootstrap_servers=address, bootstrap_timeout_ms=200)
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(0.3)  # one that was told to stop needs a moment
    return {thread for thread in left if thread.is_alive()}


@pytest.mark.usefixtures("collect_sockets")
def test_a_client_that_cannot_be_opened_leaves_no_thread() -> None:
    with closed_port() as address:
        assert threads_left(lambda **c: open_client(KafkaAdminClient, **c), address) == set()


@pytest.mark.usefixtures("collect_sockets")
def test_the_installed_release_leaves_a_thread() -> None:
    networks: list[Any] = []

    def remember(**config: Any) -> Any:
        networks.append(KafkaNetClient(**config))
        return networks[-1]

    with closed_port() as address:
        left = threads_left(lambda **c: KafkaAdminClient(kafka_client=remember, **c), address)
    assert len(left) == 1
    for network in networks:
        network.close()


class RefusingConnection:
    """A connection whose TLS handshake fails; counts how often it is tried."""

    attempts = 0

    def __init__(self) -> None:
        self.init_future = Future()

    def __await__(self) -> Any:
        return self._fail().__await__()

    async def _fail(self) -> None:
        RefusingConnection.attempts += 1
        error = kafka_errors.KafkaConnectionError("Handshake failed: [SSL: WRONG_VERSION_NUMBER]")
        self.init_future.failure(error)
        raise error

    def close(self, _: object) -> None: ...


class EventLoop:
    """Takes the periodic calls of a connection manager, and never makes them."""

    def call_at(self, *_: object) -> None: ...


class RefusedManager(KafkaConnectionManager):
    """The connection manager of a client, whose every connection is refused."""

    def __init__(self) -> None:
        RefusingConnection.attempts = 0
        self.event_loop = EventLoop()
        initialize: Any = super().__init__
        initialize(self.event_loop, bootstrap_servers="broker:9092")

    def get_connection(self, node_id: str, **_: object) -> Any:  # type: ignore[override]
        del node_id
        return RefusingConnection()

    def connect(self, seconds: float) -> None:
        bootstrap: Any = self._do_bootstrap
        asyncio.run(bootstrap(time.monotonic() + seconds))


def test_a_refused_tls_handshake_fails_at_once_with_its_own_error() -> None:
    manager = RefusedManager()
    fail_when_refused(SimpleNamespace(_manager=manager))
    with pytest.raises(kafka_errors.KafkaConnectionError, match="WRONG_VERSION_NUMBER"):
        manager.connect(20)
    assert RefusingConnection.attempts == 1


def test_the_installed_release_retries_a_refused_tls_handshake_until_its_timeout() -> None:
    with pytest.raises(kafka_errors.KafkaTimeoutError):
        RefusedManager().connect(0.1)
    assert RefusingConnection.attempts > 10


class Manager:
    """The connection manager of a network client, without a network."""

    def __init__(self) -> None:
        self.connections: list[SimpleNamespace] = []

    def get_connection(self, node: int) -> SimpleNamespace:
        del node
        self.connections.append(SimpleNamespace(init_future=Future()))
        return self.connections[-1]


@pytest.mark.parametrize(
    ("error", "is_refusal"),
    [
        (kafka_errors.SaslAuthenticationFailedError(), True),
        (kafka_errors.UnsupportedSaslMechanismError(), True),
        (kafka_errors.KafkaConnectionError("Handshake failed: [SSL: WRONG_VERSION]"), True),
        (kafka_errors.KafkaConnectionError("Connection refused"), False),
    ],
)
def test_only_a_refusal_ends_the_first_connection(error: Exception, is_refusal: bool) -> None:
    manager = Manager()
    network = SimpleNamespace(_manager=manager)
    fail_when_refused(network)
    manager.get_connection(1).init_future.failure(error)
    if is_refusal:
        with pytest.raises(type(error)):
            manager.get_connection(1)
        retry_when_refused(network)
    manager.get_connection(1)


# receive_before_disconnect


async def received(transport: Any) -> bytes:
    """What a transport passes on of data that arrives together with the end of the connection."""
    chunks: list[bytes] = []
    transport.set_protocol(
        SimpleNamespace(_sensors=None, data_received=chunks.append, connection_lost=lambda _: None)
    )
    transport._read = True
    await transport._read_from_sock()
    return b"".join(chunks)


def transport_with_last_words(network: Any = None) -> tuple[Any, Any]:
    """A transport whose peer has sent an answer and closed the connection."""

    async def ready(_: object) -> None:
        return None

    selector = SimpleNamespace(
        wait_read=ready, unregister_event=lambda *_: None, call_soon=lambda _: None
    )
    peer, own = socket.socketpair()
    own.setblocking(False)
    peer.sendall(b"wrong password")
    peer.close()
    return KafkaTCPTransport(selector, own), own


def test_the_answer_of_a_broker_that_hangs_up_is_processed() -> None:
    transport, own = transport_with_last_words()

    async def build(*_: object) -> Any:
        return transport

    network = SimpleNamespace(_manager=SimpleNamespace(_build_transport=build))
    receive_before_disconnect(network)
    with own:
        repaired = asyncio.run(network._manager._build_transport("node"))
        assert asyncio.run(received(repaired)) == b"wrong password"
        assert repaired.is_closing()


def test_the_installed_release_discards_the_answer_of_a_broker_that_hangs_up() -> None:
    transport, own = transport_with_last_words()
    with own:
        assert asyncio.run(received(transport)) == b""


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


# RateLimitedHandler


def test_one_line_per_location_and_period_is_passed_on_as_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [100.0]
    logger = logging.getLogger("a-client-of-this-test")
    logger.propagate = False
    logger.addHandler(RateLimitedHandler(lambda: now[0], period=30))

    def lose(number: int) -> None:
        try:
            1 // 0  # noqa: B018 - it raises
        except ZeroDivisionError:
            logger.exception("lost %d", number)

    for number in range(5):
        lose(number)
    logger.error("another location")
    now[0] += 31
    lose(5)
    assert [r.getMessage() for r in caplog.records] == ["lost 0", "another location", "lost 5"]
    assert {r.levelname for r in caplog.records} == {"WARNING"}
    assert {r.exc_info for r in caplog.records} == {None}


def test_the_handler_is_installed_once() -> None:
    limit_log_rate()
    limit_log_rate()
    handlers = logging.getLogger("kafka").handlers
    assert sum(isinstance(handler, RateLimitedHandler) for handler in handlers) == 1


class Levels(logging.Handler):
    """Collects the levels of records as they are logged."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.names.append(record.levelname)


def test_the_installed_release_logs_every_lost_connection_as_an_error() -> None:
    levels = Levels()
    logger = logging.getLogger("kafka.net.transport")
    logger.addHandler(levels)
    own, peer = socket.socketpair()
    peer.close()
    with closing(own):
        for _ in range(3):
            KafkaTCPTransport(SimpleNamespace(), own)._sock_recv()
    logger.removeHandler(levels)
    assert levels.names == ["ERROR"] * 3
