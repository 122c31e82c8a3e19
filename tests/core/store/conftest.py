"""A store of the database a test is run on, and one process that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.processes.instance import Instance
from core.store import Store
from tests.support.postgres import DATABASES, a_database


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The store's contract holds on every database."""
    return a_database(request, request.param, tmp_path)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def me(tmp_path: Path) -> Iterator[Instance]:
    instance = Instance.start(tmp_path)
    yield instance
    instance.close()
