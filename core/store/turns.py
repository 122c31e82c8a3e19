"""Write transactions of one process take turns, first come, first served.

SQLite lets one transaction write at a time. Whoever finds the file locked asks again after a pause
of up to 100 ms, so that threads which write often always come first, and one that writes seldom may
wait for as long as they go on.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 30.0
"""How long a thread waits for its turn: as long as it then waits for another process."""


class WriteTurns:
    """A lock that is passed on to the thread that has waited longest.

    Args:
        patience: Seconds after which a thread no longer waits for its turn, but for the database.
    """

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._mutex = threading.Lock()
        self._is_taken = False
        self._queue: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn of this thread, and keep it for the time of the context."""
        has_turn = self._take()
        try:
            yield
        finally:
            if has_turn:
                self._pass_on()

    def _take(self) -> bool:
        """Return whether this thread has got its turn."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            ticket = threading.Lock()
            ticket.acquire()
            self._queue.append(ticket)
        try:
            if ticket.acquire(timeout=self._patience):
                return True
        except BaseException:  # such as a signal's in the main thread
            if not self._withdraw(ticket):
                self._pass_on()
            raise
        return not self._withdraw(ticket)

    def _withdraw(self, ticket: threading.Lock) -> bool:
        """Leave the queue. Return False if the turn was passed on to this ticket meanwhile."""
        with self._mutex:
            if ticket in self._queue:
                self._queue.remove(ticket)
                return True
            return False

    def _pass_on(self) -> None:
        with self._mutex:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._is_taken = False
