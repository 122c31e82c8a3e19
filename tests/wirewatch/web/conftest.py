"""Consoles to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support.console import Console, serve_console

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console at noon."""
    with serve_console(tmp_path_factory.mktemp("console"), lambda: NOW) as found:
        yield found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console nobody puts anything into, for many questions."""
    with serve_console(tmp_path_factory.mktemp("empty"), lambda: NOW) as found:
        yield found


@pytest.fixture
def now() -> datetime:
    """Noon."""
    return NOW
