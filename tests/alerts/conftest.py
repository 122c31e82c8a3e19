from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.harness import Harness, open_harness
from tests.alerts.routing import route_all
from tests.support.faultserver import FaultServer, reply


@pytest.fixture
def harness(tmp_path: Path, database_url: str) -> Iterator[Harness]:
    with open_harness(tmp_path, database_url=database_url) as harness:
        yield harness


@pytest.fixture
def target(harness: Harness, faults: FaultServer) -> str:
    """Path of a webhook to which every alert is routed."""
    route_all(harness, faults.on("/hook", reply()))
    return "/hook"
