"""A newsroom and a webhook receiver, and the combinations of engines that a run can use."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.support.newsroom import Newsroom, WebhookReceiver, serve_newsroom, serve_webhook


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with serve_newsroom() as newsroom:
        yield newsroom


@pytest.fixture
def webhook() -> Iterator[WebhookReceiver]:
    with serve_webhook() as webhook:
        yield webhook


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("kafka", marks=pytest.mark.kafka),
        pytest.param("kafka and postgresql", marks=pytest.mark.kafka),
    ]
)
def engines(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment of an installation on these engines; empty for SQLite alone."""
    environment: dict[str, str] = {}
    if "kafka" in request.param:
        broker = request.getfixturevalue("kafka")
        environment["WIREWATCH_STREAMS_URL"] = f"kafka://{broker.address}"
        environment["WIREWATCH_STREAMS_PREFIX"] = f"test-{uuid.uuid4().hex}"
    if "postgresql" in request.param:
        environment["WIREWATCH_DATABASE_URL"] = request.getfixturevalue("postgres")
    return environment
