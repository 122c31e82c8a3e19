from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scripted_publisher import Installation, ScriptedPublisher


@pytest.fixture
def publisher() -> Iterator[ScriptedPublisher]:
    server = ScriptedPublisher()
    yield server
    server.close()


@pytest.fixture
def installation(tmp_path: Path, database_url: str) -> Iterator[Installation]:
    installation = Installation(tmp_path, database_url=database_url)
    yield installation
    installation.close()
