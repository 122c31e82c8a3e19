"""A newsroom and a webhook receiver for each test, and servers that stand in for each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.postgres import NOT_THERE, binaries, ran
from tests.support.postgres_pair import Pair, running_pair
from tests.wirewatch.conftest import newsroom, webhook

__all__ = ["newsroom", "webhook"]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A primary and a standby that confirms each commit."""
    home = binaries()
    if home is None:
        pytest.skip(NOT_THERE)
    with running_pair(home) as servers:
        ran(f"PostgreSQL {home.parent.name}, a primary and its standby")
        yield servers
