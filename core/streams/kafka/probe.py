"""Finding the first record at or after an offset: is there one, and how old is it?"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kafka import errors as theirs

from config.errors import StreamUnavailableError
from core.clock import from_ms
from core.streams.kafka import kafka_python
from core.streams.kafka.errors import translated
from core.streams.kafka.options import KafkaOptions


@dataclass(frozen=True, slots=True)
class FirstUnread:
    """The first record a group has not read; None where there are only marks."""

    offset: int
    time: datetime


class UnreadProbe:
    """Finds the first record at or after an offset, of many partitions at once. Thread-safe.

    What it found stays true until the place moves on or retention does, so it is remembered, and a
    group that stands still is asked for nothing.
    """

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._client: Any = None
        self._known: dict[Any, tuple[int, int, FirstUnread | None]] = {}

    def first(self, places: dict[Any, int], ends: dict[Any, int]) -> dict[Any, FirstUnread | None]:
        """The first record per partition from its place up to its end; None where none is.

        Raises:
            StreamUnavailableError: The brokers do not answer.
        """
        with self._lock, translated("Looking for unread records"):
            missing = {p: place for p, place in places.items() if not self._knows(p, place, ends)}
            if missing:
                self._look(missing, ends)
            return {p: self._known[p][2] for p in places}

    def close(self) -> None:
        """Close the connections. Idempotent."""
        with self._lock:
            self._drop()

    def _knows(self, part: Any, place: int, ends: dict[Any, int]) -> bool:
        known = self._known.get(part)
        if known is None or known[0] != place:
            return False
        return known[2] is not None or known[1] >= ends[part]

    def _look(self, places: dict[Any, int], ends: dict[Any, int]) -> None:
        if self._client is None:
            self._client = kafka_python.reader(
                self._options, max_partition_fetch_bytes=16_384, fetch_max_wait_ms=100
            )
        try:
            self._client.assign(list(places))
            for part, place in places.items():
                self._client.seek(part, place)
            self._read(places, ends)
        except BaseException:
            self._drop()
            raise

    def _read(self, places: dict[Any, int], ends: dict[Any, int]) -> None:
        deadline = time.monotonic() + self._options.times.request
        waiting = set(places)
        while waiting:
            if time.monotonic() > deadline:
                raise StreamUnavailableError("Kafka does not show its unread records.")
            found: dict[Any, FirstUnread | None] = {**self._poll()}
            found |= {p: None for p in waiting - found.keys() if self._at(p) >= ends[p]}
            for part, unread in found.items():
                self._known[part] = (places[part], ends[part], unread)
            waiting -= found.keys()
            self._client.assign(list(waiting))  # not paused: see `held`

    def _at(self, part: Any) -> int:
        return self._client.position(part, timeout_ms=0) or 0

    def _poll(self) -> dict[Any, FirstUnread]:
        try:
            polled = self._client.poll(50, max_records=1)
        except kafka_python.UndecodableError as error:  # there is something, and it is not read
            return {error.partition: FirstUnread(error.start, from_ms(round(time.time() * 1000)))}
        except theirs.OffsetOutOfRangeError as error:  # retention moved on meanwhile
            for part in error.args[0]:
                self._client.seek_to_beginning(part)
            return {}
        return {
            p: FirstUnread(r[0].offset, from_ms(r[0].timestamp)) for p, r in polled.items() if r
        }

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close(autocommit=False, timeout_ms=1_000)
