from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.postgres import DATABASES


@pytest.fixture(params=DATABASES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without tables, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("postgres"))
