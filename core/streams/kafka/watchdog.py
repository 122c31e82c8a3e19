"""Time limits for calls that may never return.

kafka-python's ``commit_transaction``, ``abort_transaction`` and ``send_offsets_to_transaction``
wait without a limit when the broker is gone (measured: more than 40 s, whatever timeouts the client
has). They run in a thread of their own, and one that does not return in time ends the process. Its
supervisor starts it again, and the first thing the new process does is abort the open transaction.
So nothing is lost and nothing is processed twice.
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
"""The exit code for an external service that failed."""

log = structlog.get_logger(__name__)


def end_process() -> None:
    """End the process at once, without exit handlers, which might wait for the hanging client."""
    os._exit(EXIT_CODE)


class TimedCaller:
    """Makes calls in a thread of its own, one at a time, and waits for each up to a limit.

    Args:
        limit: Seconds that a call may take.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, name: str, function: Callable[[], Any]) -> Any:
        """Return what a function returns, or raise what it raises.

        Args:
            name: Names the call in the error.
            function: What to call.

        Raises:
            StreamUnavailableError: It did not return in time. Its thread still waits for it.
        """
        if self._thread is None:
            self._thread = threading.Thread(
                target=_work, args=(self._calls,), name="kafka-timed-calls", daemon=True
            )
            self._thread.start()
        call = _Call(function)
        self._calls.put(call)
        if not call.done.wait(self.limit):
            self._thread = None  # it hangs; the next call gets a new thread
            self._calls = queue.SimpleQueue()
            raise StreamUnavailableError(f"Kafka did not answer within {self.limit:.0f} s: {name}.")
        if call.error is not None:
            raise call.error
        return call.result

    def close(self) -> None:
        """Let the thread end. Idempotent."""
        if self._thread is not None:
            self._calls.put(None)
            self._thread = None


class Watchdog:
    """Makes calls like :class:`TimedCaller`, but ends the process when one does not return.

    Args:
        limit: Seconds that a call may take.
        end: Ends the process.
    """

    def __init__(self, limit: float, end: Callable[[], None] = end_process) -> None:
        self._caller = TimedCaller(limit)
        self._end = end

    def run(self, name: str, function: Callable[[], Any]) -> Any:
        """Return what a function returns, or raise what it raises.

        Raises:
            StreamUnavailableError: It did not return in time, and ``end`` returned.
        """
        returned = threading.Event()

        def call() -> Any:
            try:
                return function()
            finally:
                returned.set()

        try:
            return self._caller.run(name, call)
        except StreamUnavailableError:
            if not returned.is_set():
                limit = self._caller.limit
                log.critical("kafka_call_hangs", call=name, seconds=limit, exit_code=EXIT_CODE)
                self._end()
            raise

    def close(self) -> None:
        """Let the thread end. Idempotent."""
        self._caller.close()


class _Call:
    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.done = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None


def _work(calls: queue.SimpleQueue[_Call | None]) -> None:
    while (call := calls.get()) is not None:
        try:
            call.result = call.function()
        except BaseException as error:  # noqa: BLE001 - raised again by TimedCaller.run
            call.error = error
        call.done.set()
