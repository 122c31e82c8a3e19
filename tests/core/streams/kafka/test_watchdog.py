"""Time limits for calls that may never return."""

from __future__ import annotations

import threading

import pytest

from config.errors import StreamUnavailableError
from core.streams.kafka.watchdog import TimedCaller, Watchdog


def test_a_call_returns_or_raises_as_its_function_does() -> None:
    watchdog = Watchdog(5)
    assert watchdog.run("one", lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        watchdog.run("two", lambda: 1 // 0)
    assert watchdog.run("three", threading.get_ident) != threading.get_ident()
    watchdog.close()
    watchdog.close()
    assert watchdog.run("four", lambda: 4) == 4
    watchdog.close()


@pytest.mark.slow
def test_a_call_that_does_not_return_ends_the_process_and_the_next_call_gets_a_new_thread() -> None:
    ended: list[bool] = []
    release = threading.Event()
    watchdog = Watchdog(1.0, end=lambda: ended.append(True))  # long enough for the next call
    with pytest.raises(StreamUnavailableError, match="hanging"):
        watchdog.run("hanging", release.wait)
    assert ended == [True]
    assert watchdog.run("next", lambda: 2) == 2
    assert ended == [True]
    release.set()
    watchdog.close()


def test_an_error_of_the_call_itself_does_not_end_the_process() -> None:
    ended: list[bool] = []

    def fail() -> None:
        raise StreamUnavailableError("unavailable")

    watchdog = Watchdog(5, end=lambda: ended.append(True))
    with pytest.raises(StreamUnavailableError, match="unavailable"):
        watchdog.run("call", fail)
    assert ended == []
    watchdog.close()


def test_a_timed_caller_raises_and_does_not_end_the_process() -> None:
    release = threading.Event()
    caller = TimedCaller(0.05)
    with pytest.raises(StreamUnavailableError, match=r"within 0 s: leave"):
        caller.run("leave", release.wait)
    release.set()
    caller.close()
