"""The lanes of the tests.

::

    make quick   tests that start no process, no database server and no browser; few examples
    make test    all that this machine can run
    .ci/run      the same, with Apache Kafka
    make test-ha outages of servers that have a substitute, and nothing else

A test that starts a process carries the mark ``processes``. In the quick lane the attempt fails,
with a sentence that says so, so that the mark cannot be forgotten. A test that takes half a second,
because a time-out must pass or there are many cases, carries the mark ``slow``. Those of the last
lane carry the mark ``ha``; they take minutes, and no other lane runs them.
"""

from __future__ import annotations

import multiprocessing.process
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest
from hypothesis import settings

EXAMPLES = 100
QUICK_EXAMPLES = 10
"""Of a property in each lane; hypothesis' own default is 100."""

_STARTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"})
_LEFT_OUT = ("processes", "postgres", "browser", "kafka", "slow")

_is_quick = False
_is_testing = False


def add_option(parser: pytest.Parser) -> None:
    """Declare ``--quick`` and ``--ha``."""
    parser.addoption("--quick", action="store_true", help="only tests that start no process")
    parser.addoption("--ha", action="store_true", help="only tests of outages of several servers")


def configure(config: pytest.Config) -> None:
    """Set the lane before any test module is imported."""
    global _is_quick
    _is_quick = config.getoption("--quick")
    # A deadline would be a time that a busy machine misses; bench/ measures time.
    settings.register_profile("whole", max_examples=EXAMPLES, deadline=None)
    settings.register_profile("quick", max_examples=QUICK_EXAMPLES, deadline=None)
    settings.load_profile("quick" if _is_quick else "whole")
    if _is_quick:
        sys.addaudithook(_refuse)
        multiprocessing.process.BaseProcess.start = _refuse_start  # type: ignore[assignment, method-assign]


def examples(wanted: int) -> int:
    """Return how many examples a property that sets its own number gets in this lane."""
    return max(1, wanted * QUICK_EXAMPLES // EXAMPLES) if _is_quick else wanted


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that want PostgreSQL; leave out what is not of this lane."""
    for item in items:
        if _wants_postgres(item):
            item.add_marker("postgres")
    is_ha = config.getoption("--ha")
    left_out = {item for item in items if (item.get_closest_marker("ha") is None) == is_ha}
    if _is_quick:
        left_out |= {item for item in items if any(map(item.get_closest_marker, _LEFT_OUT))}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def _wants_postgres(item: pytest.Item) -> bool:
    """By a fixture, or by a parameter that names the database."""
    if any("postgres" in name for name in getattr(item, "fixturenames", ())):
        return True
    call = getattr(item, "callspec", None)
    return call is not None and "postgresql" in call.params.values()


@contextmanager
def one_test() -> Iterator[None]:
    """Watch what a test and its fixtures start."""
    global _is_testing
    _is_testing = True
    try:
        yield
    finally:
        _is_testing = False


def _refuse(event: str, _: Any) -> None:
    if _is_testing and event in _STARTS:
        pytest.fail("This test starts a process: mark it with `processes`.", pytrace=True)


def _refuse_start(_: Any) -> NoReturn:
    pytest.fail("This test starts a process: mark it with `processes`.", pytrace=True)
