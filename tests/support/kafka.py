"""Apache Kafka for the tests: one broker a session, and brokers of a test's own to break.

::

    WIREWATCH_TEST_KAFKA unset       ──▶ tests that want one are deselected; the summary says so
    WIREWATCH_TEST_KAFKA=start       ──▶ one is started (scripts/kafka), fetched first if need be
    WIREWATCH_TEST_KAFKA=host:port   ──▶ that one; tests that break theirs start their own

A test that uses one of the fixtures is marked ``kafka`` by that alone.
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
from scripts.kafka.fetch import BrokerError, fetched, version, why_not

__all__ = [
    "Broker",
    "Elsewhere",
    "Listener",
    "StartBroker",
    "kafka",
    "own_broker",
    "running",
    "start_broker",
]

FIXTURES = frozenset({"kafka", "own_broker", "start_broker"})
VARIABLE = "WIREWATCH_TEST_KAFKA"
LEFT_OPEN = r"unclosed <(socket|ssl)\."
"""kafka-python leaves the sockets of failed connections to the garbage collector, which may come
by in any later test."""
StartBroker = Callable[..., Broker]
"""Takes what :class:`Broker` takes, without the jars."""

# A segment is closed by the record that is an hour younger than its first: retention, which takes
# closed segments only, can be seen at work on a few records.
_PROPERTIES = {"log.roll.ms": "3600000"}

_ran: list[str] = []


@dataclass(frozen=True)
class Elsewhere:
    """A broker that was there before."""

    address: str


@pytest.fixture(scope="session")
def kafka() -> Iterator[Broker | Elsewhere]:
    """A broker for all tests: use names of your own, and leave it running."""
    given = os.environ[VARIABLE]
    if given == "start":
        with closing(_started()) as broker:
            _ran[:] = [f"Apache Kafka {version()} at {broker.address}"]
            yield broker
    else:
        _ran[:] = [f"Apache Kafka at {given} ({VARIABLE})"]
        yield Elsewhere(given)


@contextmanager
def running(**how: Any) -> Iterator[Broker]:
    """A broker of one's own, made as ``how`` says; for fixtures of a module (mark its tests)."""
    reason = why_not()
    if reason and os.environ[VARIABLE] != "start":
        pytest.skip(f"needs a broker of its own: {reason}")
    with closing(_started(**how)) as broker:
        yield broker


@pytest.fixture
def start_broker() -> Iterator[StartBroker]:
    """Starts brokers of the test's own, with listeners, users and properties as it wants."""
    with ExitStack() as brokers:
        yield lambda **how: brokers.enter_context(running(**how))


@pytest.fixture
def own_broker(start_broker: StartBroker) -> Broker:
    """A broker to kill, freeze and restart: ``kill stop start freeze thaw``."""
    return start_broker()


def ran(*more: str) -> list[str]:
    """Brokers that were used; ``more`` are those another process of this run tells of."""
    _ran.extend(name for name in more if name not in _ran)
    return _ran


def engines_that_ran() -> str:
    """For the summary of a test run: the engines of the streams it used."""
    if _ran:
        return f"streams: embedded, {', '.join(_ran)}"
    if os.environ.get(VARIABLE):
        return "streams: embedded; Apache Kafka not asked for"
    return "streams: embedded; Apache Kafka not run: `make test-kafka` runs it"


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that want a broker; leave them out where none is to be had."""
    wanting = [item for item in items if _wants(item)]
    for item in wanting:
        item.add_marker("kafka")
    if wanting and not os.environ.get(VARIABLE):
        config.hook.pytest_deselected(items=wanting)
        out = set(wanting)
        items[:] = [item for item in items if item not in out]
    elif wanting:
        config.addinivalue_line("filterwarnings", f"ignore:{LEFT_OPEN}:ResourceWarning")
        config.pluginmanager.register(_Unconfigured())


class _Unconfigured:
    """The garbage collector comes by for the last time when that line holds no more."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        warnings.filterwarnings("ignore", LEFT_OPEN, ResourceWarning)


def _wants(item: pytest.Item) -> bool:
    """By a fixture, or by the mark where a fixture is asked for while the test runs."""
    by_fixture = FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(by_fixture) or item.get_closest_marker("kafka") is not None


def prepare(items: list[pytest.Item]) -> None:
    """Fetch the broker before the clock of the first test runs."""
    if os.environ.get(VARIABLE) == "start" and any(i.get_closest_marker("kafka") for i in items):
        _jars()


def finish() -> None:
    """The garbage collector comes by once more."""
    if _ran:
        warnings.filterwarnings("ignore", LEFT_OPEN, ResourceWarning)


def _started(*, properties: dict[str, str] | None = None, **how: Any) -> Broker:
    jars = _jars()
    if isinstance(jars, BrokerError):
        raise jars
    broker = Broker(jars, properties=_PROPERTIES | (properties or {}), **how)
    try:
        broker.start()
    except BaseException:
        broker.close()
        raise
    if not _ran:
        _ran.append(f"Apache Kafka {version()}")
    return broker


@cache
def _jars() -> Path | BrokerError:
    try:
        return fetched()
    except BrokerError as error:  # told where the first test asks for the broker
        return error
