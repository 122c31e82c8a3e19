from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.scene import Scene, open_scene


@pytest.fixture
def scene(tmp_path: Path, database_url: str) -> Iterator[Scene]:
    with open_scene(tmp_path, database_url=database_url) as scene:
        yield scene
