"""Consoles to request pages from, all on one server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support.console import Console, open_console
from tests.support.web_server import WebServer, web_server

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def server() -> Iterator[WebServer]:
    """A server for the console of one test after another."""
    with web_server() as running:
        yield running


@pytest.fixture
def console(server: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console at noon with a store of its own."""
    with open_console(server, tmp_path_factory.mktemp("console"), lambda: NOW) as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console over an empty store, for tests that only read."""
    with (
        web_server() as running,
        open_console(running, tmp_path_factory.mktemp("empty"), lambda: NOW) as opened,
    ):
        yield opened


@pytest.fixture
def now() -> datetime:
    """Noon, the present of the consoles."""
    return NOW
