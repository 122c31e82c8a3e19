"""Killed between any two steps from a match to its delivery: nothing is lost, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.crash_points import STEPS, CrashDay
from tests.support.faultserver import FaultServer
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120), ON_EVERY_DATABASE]


@pytest.fixture
def day(tmp_path: Path, database_url: str, faults: FaultServer) -> CrashDay:
    day = CrashDay(tmp_path, database_url, faults)
    day.begin()
    return day


def test_a_process_that_dies_at_each_step_in_turn_loses_nothing_and_decides_nothing_twice(
    day: CrashDay,
) -> None:
    for point in STEPS:
        assert day.spend(point), f"no process came to: {point.name}"
    assert not day.spend()
    assert day.find_faults() == []


def test_two_processes_on_one_store_decide_and_deliver_everything_once(day: CrashDay) -> None:
    processes = [day.start(processes=2), day.start(processes=2)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert not day.spend()
    assert day.find_faults() == []
