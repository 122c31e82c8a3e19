"""The client for requests about streams and groups: one per log, replaced after a failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import errors as kafka_errors

from config.errors import StreamError
from core.backoff import exponential
from core.streams.kafka.connect import open_admin
from core.streams.kafka.errors import translate_errors
from core.streams.kafka.options import KafkaOptions

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds before a request is sent again."""

_TRANSIENT = (
    kafka_errors.NodeNotReadyError,
    kafka_errors.NotControllerError,
    kafka_errors.NotCoordinatorError,
    kafka_errors.CoordinatorNotAvailableError,
    kafka_errors.CoordinatorLoadInProgressError,
    kafka_errors.UnknownTopicOrPartitionError,
    kafka_errors.LeaderNotAvailableError,
    kafka_errors.NotLeaderForPartitionError,
    kafka_errors.KafkaConnectionError,
)
"""Errors that pass when brokers have agreed on who leads what."""


class KafkaAdmin:
    """Sends requests, and repeats them for a while where brokers change their roles. Thread-safe.

    Args:
        options: How to reach the brokers.

    Raises:
        KafkaError: No broker can be reached.
    """

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._failed: tuple[float, kafka_errors.KafkaError] | None = None
        self._shared: _SharedClient | None = _SharedClient(open_admin(options))
        self._closed = False

    def run(self, action: str, call: Callable[[Any], Any]) -> Any:
        """Return the result of a call with the client.

        Args:
            action: Subject of the sentence that reports a failure: ``Listing groups``.
            call: Sends requests with the client that it is passed.

        Raises:
            StreamUnavailableError: No broker answers.
            SettingsError: This user is not allowed to.
        """
        deadline = time.monotonic() + self._options.timeouts.request
        failures = 0
        with translate_errors(action):
            while True:
                try:
                    with self._client() as client:
                        return call(client)
                except _TRANSIENT:
                    failures += 1
                    pause = exponential(FIRST_PAUSE, failures, LONGEST_PAUSE)
                    if time.monotonic() + pause > deadline:
                        raise
                    time.sleep(pause)

    def close(self) -> None:
        """Close the connections. Idempotent."""
        with self._lock:
            self._closed = True
            shared, self._shared = self._shared, None
        if shared is not None:
            self._retire(shared)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """Lend the client, which stays open meanwhile; one that failed is not used again.

        The client caches which broker leads what, and does not look again when that changes.
        """
        requested = time.monotonic()
        with self._lock:
            if self._closed:
                raise StreamError("The stream log is closed.")
            if self._shared is None:
                self._shared = _SharedClient(self._open(requested))
            shared = self._shared
            shared.users += 1
        try:
            yield shared.client
        except kafka_errors.KafkaError:
            with self._lock:
                if self._shared is shared:
                    self._shared = None
            shared.retired = True
            raise
        finally:
            with self._lock:
                shared.users -= 1
            if shared.retired:
                self._retire(shared)

    def _open(self, requested: float) -> Any:
        """Open a new client.

        A caller that waited for the lock while another one failed gets that failure at once.
        """
        if self._failed is not None and self._failed[0] > requested:
            raise self._failed[1]
        try:
            return open_admin(self._options)
        except kafka_errors.KafkaError as error:
            self._failed = (time.monotonic(), error)
            raise

    def _retire(self, shared: _SharedClient) -> None:
        """Close a client as soon as nobody uses it."""
        with self._lock:
            shared.retired = True
            is_last = shared.users == 0 and not shared.closed
            shared.closed = shared.closed or is_last
        if is_last:
            shared.client.close()


class _SharedClient:
    """A client and the number of its users: a call on a closed client might never return."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.users = 0
        self.retired = False
        self.closed = False
