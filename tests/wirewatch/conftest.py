"""A newsroom and a desk for every walk, and the engines it can be walked on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.support.newsroom import Desk, Newsroom
from tests.support.newsroom import desk as make_desk
from tests.support.newsroom import newsroom as make_newsroom


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with make_newsroom() as room:
        yield room


@pytest.fixture
def desk() -> Iterator[Desk]:
    with make_desk() as desk:
        yield desk


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("kafka", marks=pytest.mark.kafka),
        pytest.param("kafka and postgresql", marks=pytest.mark.kafka),
    ]
)
def engines(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment that makes an installation run on these; empty for SQLite alone."""
    environment: dict[str, str] = {}
    if "kafka" in request.param:
        broker = request.getfixturevalue("kafka")
        environment["WIREWATCH_STREAMS_URL"] = f"kafka://{broker.address}"
        environment["WIREWATCH_STREAMS_PREFIX"] = f"walk-{uuid.uuid4().hex}"
    if "postgresql" in request.param:
        environment["WIREWATCH_DATABASE_URL"] = request.getfixturevalue("postgres")
    return environment
