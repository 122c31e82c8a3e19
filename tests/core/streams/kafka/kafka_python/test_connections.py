"""Repairs of kafka-python: connections. Each repair works, and the installed release needs it.

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
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.future import Future
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.transport import KafkaTCPTransport

from core.streams.kafka.kafka_python import (
    fail_when_refused,
    open_client,
    receive_before_disconnect,
    retry_when_refused,
)

pytestmark = pytest.mark.filterwarnings(r"ignore:unclosed <(socket|ssl)\.:ResourceWarning")

HOST = "127.0.0.1"


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
