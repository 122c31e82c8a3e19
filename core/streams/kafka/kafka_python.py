"""Repairs of kafka-python: the only module that uses the client's private attributes.

Each repair is one function or class. Its docstring names the version that has the fault, says what
the fault and the repair do, and when the repair can be deleted. The tests show each fault in the
installed release as well, so they fail once a release no longer has it.

Some faults of 3.0.12 need no code here, because the engine never does what provokes them:

- It passes no deserializers: one that raises makes the next ``poll`` spin for ever.
- It pauses no partitions: records that were fetched from a paused partition can stay in the client
  for ever (see :mod:`core.streams.kafka.assigned`).
- It makes every call of a transaction under a watchdog: ``commit_transaction``,
  ``abort_transaction`` and ``send_offsets_to_transaction`` have no time limit
  (see :mod:`core.streams.kafka.watchdog`).
- It bounds what is in flight: the producer accepts records without limit
  (see :mod:`core.streams.kafka.producer`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import errors as kafka_errors
from kafka.consumer.fetcher import Fetcher
from kafka.net.compat import KafkaNetClient
from kafka.serializer.abstract import Serializer
from kafka.structs import MemberState

# ── opening a client ─────────────────────────────────────────────────────────────────────────

REFUSALS = (
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.UnsupportedSaslMechanismError,
    kafka_errors.IllegalSaslStateError,
)
"""The brokers reject the user name, the password or the authentication mechanism."""


def open_client(client_class: Callable[..., Any], **config: Any) -> Any:
    """Construct a client whose first connection fails cleanly.

    Fault (3.0.12): a constructor that raises, because no broker answers, leaves its network thread
    running. A process that waits for its brokers gains a thread with every attempt.
    Repair: close the network of a client that could not be constructed. Also apply
    :func:`receive_before_disconnect` and :func:`fail_when_refused` to the first connection.
    Delete when: a failed constructor stops its thread (see the test).
    """
    networks: list[Any] = []

    def open_network(**network_config: Any) -> Any:
        network = KafkaNetClient(**network_config)
        networks.append(network)
        receive_before_disconnect(network)
        fail_when_refused(network)
        return network

    try:
        client = client_class(kafka_client=open_network, **config)
    except BaseException:
        for network in networks:
            network.close()
        raise
    for network in networks:
        retry_when_refused(network)
    return client


def receive_before_disconnect(network: Any) -> None:
    """Process what a broker sent before it closed the connection.

    Fault (3.0.12): the transport discards data that arrives together with the end of the
    connection. That is how a broker answers a wrong password, so the client never learns why.
    Repair: return the data first; the end of the connection is met by the next read.
    Delete when: ``KafkaTCPTransport._read_from_sock`` passes on what it received with an error.
    """
    manager = network._manager
    build = manager._build_transport

    async def build_repaired(*args: Any, **kwargs: Any) -> Any:
        transport = await build(*args, **kwargs)
        receive = transport._sock_recv

        def receive_data_first() -> tuple[bytes, BaseException | None]:
            data, error = receive()
            return data, None if data else error

        transport._sock_recv = receive_data_first
        return transport

    manager._build_transport = build_repaired


def fail_when_refused(network: Any) -> None:
    """Let the first connection fail at once where another attempt cannot succeed.

    Fault (3.0.12): whatever the brokers answer, the client tries again until
    ``bootstrap_timeout_ms`` is over, and then only reports a timeout.
    Repair: remember a failed authentication or TLS handshake, and raise it at the next attempt.
    Delete when: a constructor raises the refusal itself instead of ``KafkaTimeoutError``.
    """
    manager = network._manager
    get_connection = manager.get_connection
    refusals: list[BaseException] = []

    def remember(error: BaseException) -> None:
        if isinstance(error, REFUSALS) or "[SSL" in str(error):
            refusals.append(error)

    def get_connection_or_fail(*args: Any, **kwargs: Any) -> Any:
        if refusals:
            raise refusals[0]
        connection = get_connection(*args, **kwargs)
        connection.init_future.add_errback(remember)
        return connection

    manager.get_connection = get_connection_or_fail


def retry_when_refused(network: Any) -> None:
    """Undo :func:`fail_when_refused`: after the first connection, brokers may change their answer.

    Delete together with it.
    """
    del network._manager.get_connection


# ── consumers ────────────────────────────────────────────────────────────────────────────────


class UndecodableError(kafka_errors.KafkaError):
    """A batch of records that cannot be decoded: its codec is missing or it is damaged.

    Attributes:
        partition: kafka-python's TopicPartition.
        start: Offset of the first record that was not read.
        next: Offset of the first record after the batch.
    """

    def __init__(self, partition: Any, start: int, following: int) -> None:
        super().__init__(f"{partition} from {start}")
        self.partition = partition
        self.start = start
        self.next = following


def stop_at_undecodable(consumer: Any) -> None:
    """Make a consumer's ``poll`` raise :class:`UndecodableError` once per undecodable batch.

    See :class:`CheckedPartitionRecords`; delete together with it.
    """
    fetcher: Any = consumer._fetcher
    fetcher.PartitionRecords = CheckedPartitionRecords


class CheckedPartitionRecords(Fetcher.PartitionRecords):
    """The fetched records of one partition, which end where one cannot be decoded.

    Fault (3.0.0 to 3.0.12): the client decodes records with a generator. After an exception the
    generator is exhausted, but the client believes that it has more, and its next ``poll`` asks it
    for ever, at 100 % CPU and regardless of its timeout.
    Repair: discard the rest, and raise an error that names what could not be read.
    Delete when: a ``PartitionRecords`` whose ``take`` raised is false (see the test), and the error
    says which offsets are affected.
    """

    def __init__(self, fetch_offset: int, tp: Any, records: Any, **kwargs: Any) -> None:
        self._batches = _BatchReader(records)
        super().__init__(fetch_offset, tp, self._batches, **kwargs)  # type: ignore[no-untyped-call]

    def take(self, n: int | None = None) -> list[Any]:
        """Return up to ``n`` records, or all."""
        try:
            records: list[Any] = super().take(n)  # type: ignore[no-untyped-call]
        except Exception as error:
            start = self.next_fetch_offset
            self.drain()  # type: ignore[no-untyped-call]
            following = max(start + 1, self._batches.following or 0)
            raise UndecodableError(self.topic_partition, start, following) from error
        return records


class _BatchReader:
    """Reads batches of records and remembers where the last one ends."""

    def __init__(self, records: Any) -> None:
        self._records = records
        self.following: int | None = None

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        if batch is not None:
            self.following = batch.next_offset
        return batch


def resume_join(consumer: Any) -> None:
    """Let the next ``poll`` receive the answer to a join that is under way. Call it before each.

    Fault (3.0.12): the client goes on joining a group between two calls of ``poll``, but discards
    an answer that arrives then, and joins again. When the leader of the group does so, every member
    must join again, and members that are polled in turn may not finish for 20 s and more.
    Repair: present a finished join as unfinished, so that ``poll`` awaits it and gets its answer.
    Delete when: ``join_group_async`` awaits a ``_join_task`` that is done instead of replacing it.
    """
    coordinator = consumer._coordinator
    task = coordinator._join_task
    if task is None:
        return
    join = task.join if isinstance(task, _UnreadJoin) else task
    is_joining = coordinator.state is MemberState.REBALANCING  # otherwise it was given up
    coordinator._join_task = _UnreadJoin(join) if is_joining else join


class _UnreadJoin:
    """A join whose answer was not read yet, whether it has arrived or not."""

    is_done = False

    def __init__(self, join: Any) -> None:
        self.join = join

    def add_callback(self, call: Callable[[Any], object]) -> None:
        self.join.add_callback(call)

    def add_errback(self, call: Callable[[Any], object]) -> None:
        self.join.add_errback(call)

    def __await__(self) -> Any:
        return self.join.__await__()


def is_instance_fenced(consumer: Any) -> bool:
    """Return whether another process has joined under this static member's name.

    Fault (3.0.12): the brokers report that to the heartbeat. The client logs it and stops sending
    heartbeats, but ``poll`` does not raise: the member reads on until its session is over.
    Repair: notice a stable member without heartbeats that is not about to join again.
    Delete when: ``poll`` raises ``FencedInstanceIdError``.
    """
    coordinator = consumer._coordinator
    is_silent = coordinator.stable() and not coordinator._heartbeat_enabled
    return is_silent and not coordinator.rejoining and not coordinator.need_rejoin()


# ── producers ────────────────────────────────────────────────────────────────────────────────

NULL_VALUE = bytes(bytearray(b"null"))
"""Passed to ``send`` for a value of None; recognised by identity, not by its bytes."""


class NullableValues(Serializer):
    """Serialize :data:`NULL_VALUE` as None.

    Fault (3.0.12): ``send`` refuses a record that has neither key nor value, which Kafka accepts.
    Delete when: ``send(topic, value=None, key=None)`` does not raise ``ValueError``.
    """

    def serialize(self, topic: str, headers: object, data: bytes) -> bytes | None:
        """Return the bytes of a value."""
        del topic, headers
        return None if data is NULL_VALUE else data


@contextmanager
def sent_at_once(producer: Any, topics: Iterable[str]) -> Iterator[None]:
    """Send the records of the block with the next ``flush``, not while they are being added.

    Fault (3.0.12): ``send`` wakes the network thread for each batch that it begins, whatever
    ``linger_ms`` says. A transaction of a hundred records was sent in four requests, after three
    that announced its partitions, and the two threads took the interpreter from each other at each
    of them.
    Repair: the network thread sleeps on. It is woken for what the client must ask first.
    Delete when: ``send`` wakes it only for a batch that is full or due.

    Args:
        producer: A producer that no other thread uses meanwhile.
        topics: Of the records.
    """
    for topic in topics:
        producer.partitions_for(topic)  # waits for the network thread where they are not known
    producer._sender.wakeup = _sleep_on
    try:
        yield
    finally:
        del producer._sender.wakeup


def _sleep_on() -> None:
    """Stand in for ``Sender.wakeup``."""


def close_producer(producer: Any, seconds: float) -> None:
    """Close a producer within a limit, even while records wait for a broker.

    Fault (3.0.12): ``close(timeout)`` begins with a flush. When that times out it raises, and the
    producer's thread runs on. (Without a timeout ``close()`` was seen to hang for more than 60 s.)
    Repair: end the thread after a failed ``close``.
    Delete when: ``close(timeout)`` ends the thread although its flush failed.
    """
    try:
        producer.close(timeout=seconds)
    except kafka_errors.KafkaError:
        producer._sender.force_close()


def cause_of(producer: Any, error: kafka_errors.KafkaError) -> BaseException:
    """Return the error that put a transactional producer into its error state.

    Fault (3.0.12): later calls raise a plain ``KafkaError`` whose text quotes the first error, so
    its type (fenced? timed out?) is lost.
    Repair: read the first error from the transaction manager.
    Delete when: the raised error has the type of the first, or carries it as ``__cause__``.
    """
    last_error = producer._transaction_manager.last_error
    if type(error) is kafka_errors.KafkaError and isinstance(last_error, BaseException):
        return last_error
    return error


def is_unusable(producer: Any) -> bool:
    """Return whether a transactional producer can do nothing any more, not even abort.

    Fault (3.0.12): no public attribute tells; every call just raises. After a request of a
    transaction timed out the producer is in that state, and a new one is needed.
    Delete when: the producer says so itself.
    """
    return bool(producer._transaction_manager.has_fatal_error())


# ── logging ──────────────────────────────────────────────────────────────────────────────────


class RateLimitedHandler(logging.Handler):
    """Pass one record per code location and period to the root logger, as a warning.

    Fault (3.0.12): for every lost connection the client logs errors with tracebacks, many lines per
    second while a broker is away. What matters is raised, and logged by the caller.
    Repair: limit the rate, lower the level to WARNING and drop the traceback.
    Delete when: the client logs a lost connection once.

    Args:
        now: Returns seconds from a fixed moment.
        period: Seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic, *, period: float = 30.0) -> None:
        super().__init__()
        self._now = now
        self._period = period
        self._last: dict[tuple[str, int], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the record on, or drop it."""
        location, now = (record.pathname, record.lineno), self._now()
        last = self._last.get(location)
        if last is not None and now - last < self._period:
            return
        self._last[location] = now
        if record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        logging.getLogger().handle(record)


EVENT_LOOP = "kafka.net.selector"
"""The logger of the client's event loop.

Fault (3.0.12): it warns whenever a step of its own takes more than 0.1 s, which happens on any busy
machine, and no setting of the clients changes that. Nobody can act on it.
Repair: only its errors are logged.
Delete when: the threshold can be set.
"""


def limit_log_rate() -> None:
    """Install :class:`RateLimitedHandler` for the client's loggers, once per process."""
    logging.getLogger(EVENT_LOOP).setLevel(logging.ERROR)
    logger = logging.getLogger("kafka")
    if not any(isinstance(handler, RateLimitedHandler) for handler in logger.handlers):
        logger.addHandler(RateLimitedHandler())
        logger.propagate = False
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
