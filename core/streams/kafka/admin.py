"""The client that asks about streams and groups: one per log, made anew when it is stuck."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import errors as theirs

from config.errors import StreamError
from core.streams.kafka import kafka_python
from core.streams.kafka.errors import translated
from core.streams.kafka.options import KafkaOptions

_LATER = (
    theirs.NodeNotReadyError,
    theirs.NotControllerError,
    theirs.NotCoordinatorError,
    theirs.CoordinatorNotAvailableError,
    theirs.CoordinatorLoadInProgressError,
    theirs.UnknownTopicOrPartitionError,
    theirs.LeaderNotAvailableError,
    theirs.NotLeaderForPartitionError,
    theirs.KafkaConnectionError,
)


class KafkaAdmin:
    """Asks, and asks again for a while where brokers change their parts. Thread-safe.

    Args:
        options: How to reach the brokers.

    Raises:
        KafkaError: They cannot be reached.
    """

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._failed: tuple[float, theirs.KafkaError] | None = None
        self._shared: _Shared | None = _Shared(kafka_python.admin(options))
        self._closed = False

    def run(self, doing: str, ask: Callable[[Any], Any]) -> Any:
        """What ``ask`` answers when it is given the client.

        Args:
            doing: Subject of the sentence that says it failed.
            ask: Makes the calls.

        Raises:
            StreamUnavailableError: No broker answers.
            SettingsError: This user may not.
        """
        deadline = time.monotonic() + self._options.times.request
        pause = 0.05
        with translated(doing):
            while True:
                try:
                    with self._client() as client:
                        return ask(client)
                except _LATER:
                    if time.monotonic() + pause > deadline:
                        raise
                    time.sleep(pause)
                    pause = min(2 * pause, 1.0)

    def close(self) -> None:
        """Close the connections. Idempotent."""
        with self._lock:
            self._closed = True
            shared, self._shared = self._shared, None
        if shared is not None:
            self._retire(shared)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """A client that nobody closes meanwhile; one that failed is not used again.

        It remembers which broker has which part, and does not look again when that changed.
        """
        asked = time.monotonic()
        with self._lock:
            if self._closed:
                raise StreamError("The stream log is closed.")
            if self._shared is None:
                self._shared = _Shared(self._connected(asked))
            shared = self._shared
            shared.users += 1
        try:
            yield shared.client
        except theirs.KafkaError:
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

    def _connected(self, asked: float) -> Any:
        """A new client. Who waited while another tried in vain does not try as long again."""
        if self._failed is not None and self._failed[0] > asked:
            raise self._failed[1]
        try:
            return kafka_python.admin(self._options)
        except theirs.KafkaError as error:
            self._failed = (time.monotonic(), error)
            raise

    def _retire(self, shared: _Shared) -> None:
        with self._lock:
            shared.retired = True
            last = shared.users == 0 and not shared.closed
            shared.closed = shared.closed or last
        if last:
            shared.client.close()


class _Shared:
    """A client, and how many use it at the moment: a call on a closed one might never return."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.users = 0
        self.retired = False
        self.closed = False
