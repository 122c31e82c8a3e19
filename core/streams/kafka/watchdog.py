"""A limit on calls that may never return.

``commit_transaction``, ``abort_transaction`` and ``send_offsets_to_transaction`` of kafka-python
wait without a limit when the broker is gone (measured: more than 40 s, whatever the client's own
limits say). They are made in a thread of their own; one that does not return in time ends the
process. Whoever supervises it starts it again, and the first thing it then does is to end the
transaction that was left open; nothing is lost and nothing done twice.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from typing import Any

import structlog

from config.errors import StreamUnavailableError

EXIT_CODE = 3
"""An outside service failed."""

log = structlog.get_logger(__name__)


def end_process() -> None:
    """End at once: no exit handler may wait for the client that hangs."""
    os._exit(EXIT_CODE)


class TimedCaller:
    """Makes calls in a thread of its own, one at a time, and waits for each so long and no longer.

    Args:
        limit: Seconds a call may take.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, what: str, call: Callable[[], Any]) -> Any:
        """What the call returns, or what it raises.

        Args:
            what: Names the call in the error.
            call: Makes it.

        Raises:
            StreamUnavailableError: It did not return.
        """
        if self._thread is None:
            self._thread = threading.Thread(
                target=_work, args=(self._calls,), name="kafka-aside", daemon=True
            )
            self._thread.start()
        made = _Call(call)
        self._calls.put(made)
        if not made.done.wait(self.limit):
            self._thread = None  # it is stuck; the next call gets another
            self._calls = queue.SimpleQueue()
            raise StreamUnavailableError(f"Kafka did not answer within {self.limit:.0f} s: {what}.")
        if made.error is not None:
            raise made.error
        return made.result

    def close(self) -> None:
        """Let the thread end. Idempotent."""
        if self._thread is not None:
            self._calls.put(None)
            self._thread = None


class Watchdog:
    """The same, but a call that does not return ends the process.

    Args:
        limit: Seconds a call may take.
        end: Called when one takes longer.
    """

    def __init__(self, limit: float, end: Callable[[], None] = end_process) -> None:
        self._aside = TimedCaller(limit)
        self._end = end

    def run(self, what: str, call: Callable[[], Any]) -> Any:
        """What the call returns, or what it raises.

        Raises:
            StreamUnavailableError: It did not return, and ``end`` did.
        """
        returned = threading.Event()

        def told() -> Any:
            try:
                return call()
            finally:
                returned.set()

        try:
            return self._aside.run(what, told)
        except StreamUnavailableError:
            if not returned.is_set():
                limit = self._aside.limit
                log.critical("kafka_call_hangs", call=what, seconds=limit, exit_code=EXIT_CODE)
                self._end()
            raise

    def close(self) -> None:
        """Let the thread end. Idempotent."""
        self._aside.close()


class _Call:
    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call
        self.done = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None


def _work(calls: queue.SimpleQueue[_Call | None]) -> None:
    while (made := calls.get()) is not None:
        try:
            made.result = made.call()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            made.error = error
        made.done.set()
