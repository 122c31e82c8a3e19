from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.harness import Harness, open_harness


@pytest.fixture
def harness(tmp_path: Path, database_url: str) -> Iterator[Harness]:
    with open_harness(tmp_path, database_url=database_url) as harness:
        yield harness
