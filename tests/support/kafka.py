"""Apache Kafka for the tests: one broker per session, and brokers that one test may break.

::

    WIREWATCH_TEST_KAFKA unset       ──▶ tests that need one are deselected; the summary says so
    WIREWATCH_TEST_KAFKA=start       ──▶ one is started (scripts/kafka), and downloaded if needed
    WIREWATCH_TEST_KAFKA=host:port   ──▶ that one; tests that break a broker start their own

A test that uses one of the fixtures has the mark ``kafka``.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scripts.kafka.broker import Broker, Listener
from scripts.kafka.fetch import BrokerError, fetch_jars, kafka_version, unavailable_reason

__all__ = [
    "Broker",
    "ExistingBroker",
    "Listener",
    "StartBroker",
    "kafka",
    "own_broker",
    "running",
    "start_broker",
]

FIXTURES = frozenset({"kafka", "own_broker", "start_broker"})
VARIABLE = "WIREWATCH_TEST_KAFKA"
UNCLOSED = r"unclosed <(socket|ssl)\."
"""kafka-python leaves the sockets of failed connections to the garbage collector, which may close
them during any later test."""
StartBroker = Callable[..., Broker]
"""Takes the arguments of :class:`Broker`, without the jars."""

# Retention deletes closed segments only. A record that is an hour younger than the first of its
# segment closes it, so a few records are enough to test retention.
_PROPERTIES = {"log.roll.ms": "3600000"}

_used: list[str] = []


@dataclass(frozen=True)
class ExistingBroker:
    """A broker that was started before the tests."""

    address: str


@pytest.fixture(scope="session")
def kafka() -> Iterator[Broker | ExistingBroker]:
    """A broker for all tests: a test uses names of its own, and leaves the broker running."""
    setting = os.environ[VARIABLE]
    if setting == "start":
        with closing(_started()) as broker:
            _used[:] = [f"Apache Kafka {kafka_version()} at {broker.address}"]
            yield broker
    else:
        _used[:] = [f"Apache Kafka at {setting} ({VARIABLE})"]
        yield ExistingBroker(setting)


@contextmanager
def running(**options: Any) -> Iterator[Broker]:
    """Start a broker with these options; for fixtures of a module, whose tests need the mark."""
    reason = unavailable_reason()
    if reason and os.environ[VARIABLE] != "start":
        pytest.skip(f"needs a broker of its own: {reason}")
    with closing(_started(**options)) as broker:
        yield broker


@pytest.fixture
def start_broker() -> Iterator[StartBroker]:
    """Starts brokers for one test, with the listeners, users and properties that it needs."""
    with ExitStack() as brokers:
        yield lambda **options: brokers.enter_context(running(**options))


@pytest.fixture
def own_broker(start_broker: StartBroker) -> Broker:
    """A broker that the test may break: ``kill stop start freeze thaw``."""
    return start_broker()


def ran(*more: str) -> list[str]:
    """Return the brokers that were used; ``more`` are those of another process of this run."""
    _used.extend(name for name in more if name not in _used)
    return _used


def engines_that_ran() -> str:
    """Return a line for the summary of a test run: the stream engines that it used."""
    if _used:
        return f"streams: embedded, {', '.join(_used)}"
    if os.environ.get(VARIABLE):
        return "streams: embedded; Apache Kafka not asked for"
    return "streams: embedded; Apache Kafka not run: `make test-kafka` runs it"


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that need a broker; deselect them where there is none."""
    kafka_tests = [item for item in items if _needs_broker(item)]
    for item in kafka_tests:
        item.add_marker("kafka")
    if kafka_tests and not os.environ.get(VARIABLE):
        config.hook.pytest_deselected(items=kafka_tests)
        deselected = set(kafka_tests)
        items[:] = [item for item in items if item not in deselected]
    elif kafka_tests:
        config.addinivalue_line("filterwarnings", f"ignore:{UNCLOSED}:ResourceWarning")
        config.pluginmanager.register(_Unconfigured())


class _Unconfigured:
    """Ignores the warnings of the last garbage collection, when the ini line has no effect."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        warnings.filterwarnings("ignore", UNCLOSED, ResourceWarning)


def _needs_broker(item: pytest.Item) -> bool:
    """Return whether a test has one of the fixtures, or the mark."""
    by_fixture = FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(by_fixture) or item.get_closest_marker("kafka") is not None


def prepare(items: list[pytest.Item]) -> None:
    """Download the broker before the time limit of the first test begins."""
    if os.environ.get(VARIABLE) == "start" and any(i.get_closest_marker("kafka") for i in items):
        _jars()


def finish() -> None:
    """Ignore the warnings of the last garbage collection."""
    if _used:
        warnings.filterwarnings("ignore", UNCLOSED, ResourceWarning)


def _started(*, properties: dict[str, str] | None = None, **options: Any) -> Broker:
    jars = _jars()
    if isinstance(jars, BrokerError):
        raise jars
    broker = Broker(jars, properties=_PROPERTIES | (properties or {}), **options)
    try:
        broker.start()
    except BaseException:
        broker.close()
        raise
    if not _used:
        _used.append(f"Apache Kafka {kafka_version()}")
    return broker


@cache
def _jars() -> Path | BrokerError:
    try:
        return fetch_jars()
    except BrokerError as error:  # raised by the first test that needs the broker
        return error
