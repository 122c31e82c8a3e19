"""One walk for all tests of the contract: it takes seconds, and nobody changes it."""

from __future__ import annotations

import pytest

from tests.contracts.scene import Walked, walk_through


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    return walk_through(tmp_path_factory.mktemp("contract"))
