"""Fixtures every room's tests may use, and what a test run says about the engines it used."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from typing import Any

import pytest
import structlog

from config import secrets
from core.garbage import examine_rarely
from tests.support import browser as browsers
from tests.support import kafka as streams_engines
from tests.support import lanes, schedule
from tests.support import postgres as store_engines
from tests.support.browser import browser
from tests.support.compiled_sql import share_compiled_sql
from tests.support.faultserver import FaultServer, fault_server
from tests.support.garbage import keep_garbage
from tests.support.kafka import kafka, own_broker, start_broker
from tests.support.memory_folder import use_memory
from tests.support.postgres import (
    database_url,
    migrated_postgres,
    own_postgres,
    postgres,
    postgres_server,
    shared_postgres,
)
from tests.support.schemas import share_schema

__all__ = [
    "browser",
    "database_url",
    "kafka",
    "migrated_postgres",
    "own_broker",
    "own_postgres",
    "postgres",
    "postgres_server",
    "shared_postgres",
    "start_broker",
]
"""Fixtures that live with what they start."""

WHOLE_PROGRAMS = ("tests/core/streams/kafka/", "tests/contracts/", "tests/e2e/", "tests/wirewatch/")
"""Where tests start brokers and whole programs, and take seconds each."""


@pytest.fixture(autouse=True)
def _secrets_of_one_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what a test registered as a secret: the texts of the next one may contain it."""
    monkeypatch.setattr(secrets, "_known", secrets._known.copy())


@pytest.fixture
def faults() -> Iterator[FaultServer]:
    """A server on loopback that misbehaves as it is told."""
    with fault_server() as server:
        yield server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of this project's tests."""
    lanes.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Choose lane and folder; share SQL and schema; log plain tracebacks: drawing takes long."""
    use_memory()
    lanes.configure(config)
    share_compiled_sql()
    share_schema()
    keep_garbage()
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            plain,
        ]
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Around each test with its fixtures."""
    with lanes.one_test():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before ``-m`` chooses by the marker.

    A file's tests run in one process, in order: the files that take longest must not come last.
    """
    streams_engines.choose(config, items)
    browsers.choose(config, items)
    lanes.choose(config, items)
    items.sort(key=lambda item: not item.nodeid.startswith(WHOLE_PROGRAMS))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect the tests without the garbage collector.

    Modules and tests are not garbage. Each worker imports and collects all of them, and a fifth of
    that time would pass in the garbage collector; later 6 % of the time of `make quick`, if it
    looked at them again.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        examine_rarely()  # as the program does


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> Any:
    """Several processes run the tests: choose which tests stay together."""
    return schedule.make_scheduler(config, log)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Once it is known which tests run."""
    streams_engines.prepare(session.items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Once all tests have run; where they run in several processes, each tells the first."""
    streams_engines.finish()
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        told["engines"] = [streams_engines.ran(), store_engines.ran(), browsers.ran()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes is done."""
    streams, stores, pages = getattr(node, "workeroutput", {}).get("engines", ([], [], {}))
    streams_engines.ran(*streams)
    store_engines.ran(*stores)
    browsers.ran(pages)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the engines that ran."""
    terminalreporter.section("engines")
    terminalreporter.line(streams_engines.engines_that_ran())
    terminalreporter.line(store_engines.engines_that_ran())
    terminalreporter.line(browsers.browsers_that_ran())
