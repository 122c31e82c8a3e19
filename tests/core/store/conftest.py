"""A store on the database of the test's parameter, and instances that use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.processes.instance import Instance
from core.store import Store
from tests.support.postgres import DATABASES, a_database


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database; each test runs on every database system."""
    return a_database(request, request.param, tmp_path)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    started = Instance.start(tmp_path)
    yield started
    started.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Instance]:
    started = Instance.start(tmp_path)
    yield started
    started.close()
