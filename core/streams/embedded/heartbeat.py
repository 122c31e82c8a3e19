"""The heartbeat: one thread per log that keeps members alive while they process a batch.

``poll`` and ``commit`` renew a member's session themselves, but a batch may take longer than a
session. The heartbeat renews every member whose last poll is not longer ago than a batch may take.
A member over that limit is not renewed, and loses its partitions to the others. The thread has its
own connection, as every thread has.
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
class SessionTimeouts:
    """Timeouts of members, in milliseconds.

    Attributes:
        session_ms: A member whose session was not renewed for this long is dead.
        processing_ms: A member that does not poll for this long is not renewed any more.
    """

    session_ms: int = 10_000
    processing_ms: int = 120_000


@dataclass(slots=True)
class MemberActivity:
    """When a member polled last, and when its session was renewed last, in milliseconds."""

    polled_ms: int
    renewed_ms: int


class Heartbeat:
    """Renews the sessions of the members of one log. Thread-safe."""

    def __init__(self, database: Database, clock: Clock, timeouts: SessionTimeouts) -> None:
        self._database = database
        self._clock = clock
        self._timeouts = timeouts
        self._members: dict[GroupMember, MemberActivity] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, member: GroupMember, activity: MemberActivity) -> None:
        """Renew a member from now on; its consumer keeps ``activity`` up to date."""
        with self._lock:
            self._members[member] = activity
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="streams-heartbeat", daemon=True
                )
                self._thread.start()

    def remove(self, member: GroupMember) -> None:
        """Stop renewing a member."""
        with self._lock:
            self._members.pop(member, None)

    def close(self) -> list[GroupMember]:
        """Stop the thread. Return the members that have not left their groups."""
        self._stopped.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)
        with self._lock:
            members = list(self._members)
            self._members.clear()
        return members

    def _run(self) -> None:
        while not self._stopped.wait(self._timeouts.session_ms / 3000):
            try:
                self._renew()
            except WirewatchError as error:
                log.warning("heartbeat_failed", reason=str(error))

    def _renew(self) -> None:
        now = to_ms(self._clock())
        with self._lock:
            due = [(m, a) for m, a in self._members.items() if self._is_due(a, now)]
        if not due:
            return
        with self._database.write() as connection:
            for member, _ in due:
                group.renew(connection, member, expires_ms=now + self._timeouts.session_ms)
        for _, activity in due:
            activity.renewed_ms = now

    def _is_due(self, activity: MemberActivity, now: int) -> bool:
        """Return whether a member is within its limit and its last renewal is old."""
        is_within_limit = now - activity.polled_ms < self._timeouts.processing_ms
        return is_within_limit and now - activity.renewed_ms >= self._timeouts.session_ms // 3
