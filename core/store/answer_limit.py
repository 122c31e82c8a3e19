"""Connections to PostgreSQL that do not wait for an answer for ever.

The server ends statements that take too long, but not all waits: a COMMIT waits for the standby
that must confirm it for as long as that is away, and a server whose disk hangs answers nothing,
while its machine keeps the connection open.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.waiting import Ready, Wait

T = TypeVar("T")

ANSWER_SECONDS = 90.0
"""More than the 60 s that the server allows a statement, so that its answer comes first."""

UNLIMITED = float("inf")


class LimitedConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer does not come in time.

    Attributes:
        limit: Seconds for each answer.
    """

    limit = UNLIMITED

    def wait(
        self,
        gen: Generator[Wait, Ready | int, T],
        interval: float = 0.1,
        timeout: float | None = None,
    ) -> T:
        """Wait for an answer, as the driver does, but not longer than the limit.

        Raises:
            OperationalError: There is none; the connection is closed. Whether a COMMIT has taken
                effect is unknown.
        """
        return super().wait(self._limited(gen), interval, timeout)

    def _limited(self, gen: Generator[Wait, Ready | int, T]) -> Generator[Wait, Ready | int, T]:
        """Pass on what the driver wants to wait for; it learns every 0.1 s that nothing came."""
        deadline = time.monotonic() + self.limit
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer within {self.limit:.0f} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
