"""Limits on calls that may never return."""

from __future__ import annotations

import threading

import pytest

from config.errors import StreamUnavailableError
from core.streams.kafka.watchdog import TimedCaller, Watchdog


def test_a_call_gives_what_it_returns_or_raises() -> None:
    dog = Watchdog(5)
    assert dog.run("one", lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        dog.run("two", lambda: 1 // 0)
    assert dog.run("three", threading.get_ident) != threading.get_ident()
    dog.close()
    dog.close()
    assert dog.run("four", lambda: 4) == 4
    dog.close()


def test_a_call_that_does_not_return_ends_the_process_and_the_next_has_a_thread_of_its_own() -> (
    None
):
    ended: list[bool] = []
    release = threading.Event()
    dog = Watchdog(1.0, end=lambda: ended.append(True))  # the next call must be in time
    with pytest.raises(StreamUnavailableError, match="hanging"):
        dog.run("hanging", release.wait)
    assert ended == [True]
    assert dog.run("next", lambda: 2) == 2
    assert ended == [True]
    release.set()
    dog.close()


def test_an_error_of_the_call_itself_ends_nothing() -> None:
    ended: list[bool] = []

    def away() -> None:
        raise StreamUnavailableError("away")

    dog = Watchdog(5, end=lambda: ended.append(True))
    with pytest.raises(StreamUnavailableError, match="away"):
        dog.run("call", away)
    assert ended == []
    dog.close()


def test_a_call_aside_only_raises() -> None:
    release = threading.Event()
    aside = TimedCaller(0.05)
    with pytest.raises(StreamUnavailableError, match=r"within 0 s: leave"):
        aside.run("leave", release.wait)
    release.set()
    aside.close()
