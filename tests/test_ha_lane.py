"""The lane `make test-ha`: no other lane runs its tests, but each shows that they can be loaded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "ha"


def test_the_lane_of_lost_servers_collects_its_tests_and_no_other_lane_runs_them(
    request: pytest.FixtureRequest,
) -> None:
    collected: Counter[str] = Counter()
    for path in sorted(FOLDER.glob("test_*.py")):
        module = pytest.Module.from_parent(request.session, path=path)
        for item in module.collect():
            assert item.get_closest_marker("ha"), f"{item.name} would run in `make test`"
            collected[path.stem] += 1
    assert set(collected) == {
        "test_kafka_brokers",
        "test_kafka_rights",
        "test_pgbouncer",
        "test_postgres_failover",
    }
    assert not [item for item in request.session.items if item.get_closest_marker("ha")]
