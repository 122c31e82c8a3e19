"""A newsroom and a desk for every walk."""

from __future__ import annotations

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
