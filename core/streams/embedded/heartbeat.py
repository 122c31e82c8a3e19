"""The pulse: one thread per log that keeps busy members alive while they process a batch.

``poll`` and ``commit`` keep a member alive by themselves; between them a batch may take longer than
a session. The pulse renews every member whose last poll is not longer ago than the longest time
a batch may take. Whoever is over it is renewed no more and loses its partitions to the others.
The thread has a connection of its own, like every thread.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import structlog

from config.errors import WirewatchError
from core.clock import Clock, to_ms
from core.streams.embedded import group
from core.streams.embedded.database import Database
from core.streams.embedded.group import GroupMember

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """Milliseconds: how long a member lives without a sign, and how long a batch may take."""

    session_ms: int = 10_000
    processing_ms: int = 120_000


@dataclass(slots=True)
class MemberActivity:
    """A member's signs of life: when it last polled, when that was last written down."""

    polled_ms: int
    touched_ms: int


class Heartbeat:
    """Renews the members of one log. Thread-safe."""

    def __init__(self, database: Database, clock: Clock, times: SessionTimes) -> None:
        self._database = database
        self._clock = clock
        self._times = times
        self._beats: dict[GroupMember, MemberActivity] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, member: GroupMember, beat: MemberActivity) -> None:
        """Keep a member alive from now on; its consumer goes on writing into ``beat``."""
        with self._lock:
            self._beats[member] = beat
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="streams-pulse", daemon=True)
                self._thread.start()

    def remove(self, member: GroupMember) -> None:
        """Stop renewing a member."""
        with self._lock:
            self._beats.pop(member, None)

    def close(self) -> list[GroupMember]:
        """End the thread; the members that had not left."""
        self._ended.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)
        with self._lock:
            left = list(self._beats)
            self._beats.clear()
        return left

    def _run(self) -> None:
        while not self._ended.wait(self._times.session_ms / 3000):
            try:
                self._renew()
            except WirewatchError as error:
                log.warning("heartbeat_failed", reason=str(error))

    def _renew(self) -> None:
        now = to_ms(self._clock())
        with self._lock:
            due = [(m, b) for m, b in self._beats.items() if self._due(b, now)]
        if not due:
            return
        with self._database.write() as connection:
            for member, _ in due:
                group.touch(connection, member, expires_ms=now + self._times.session_ms)
        for _, beat in due:
            beat.touched_ms = now

    def _due(self, beat: MemberActivity, now: int) -> bool:
        """Not over the limit, and no sign of life was written lately."""
        busy = now - beat.polled_ms < self._times.processing_ms
        return busy and now - beat.touched_ms >= self._times.session_ms // 3
