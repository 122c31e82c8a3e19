"""A backup in the middle of the work; the installation is lost, and its backup goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.settings import Settings
from core.backup.create import create_backup
from core.backup.restore import restore_backup
from core.clock import utc_now
from core.store import deliveries as delivery_store
from tests.support.crash_points import POINTS, CrashDay
from tests.support.faultserver import FaultServer

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def test_what_a_backup_had_is_told_and_what_was_told_before_it_is_not_told_again(
    tmp_path: Path, faults: FaultServer
) -> None:
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "backup"
    day = CrashDay(old, f"sqlite:///{old / 'store.db'}", faults)
    day.begin()
    [point] = [point for point in POINTS if point.name == "an outcome is written"]
    assert day.spend(point, occurrence=6)
    settings = Settings(data_dir=old, config_dir=tmp_path / "config")
    create_backup(settings, backup, load_positions=tuple, clock=utc_now)
    assert not day.spend(), "the installation goes on after the backup, to the end of the day"
    shutil.rmtree(old)

    restored = restore_backup(backup, new, move_groups=lambda _: None, clock=utc_now)
    rest = CrashDay(new, f"sqlite:///{new / 'store.db'}", faults, day.kills)
    rest.serve()
    with rest.opened() as (harness, _):
        rows = harness.notifications()
    delivered = {row.id for row, each in rows if each.state == delivery_store.DELIVERED}
    waiting = [each for _, each in rows if each.state in delivery_store.UNFINISHED]
    assert restored.inventory.delivered == len(delivered) >= 2
    assert 0 < restored.possible_repeats <= len(waiting)
    assert all(each.possible_repeat for each in waiting)

    assert not rest.spend()
    assert not delivered & set(rest.accepted), "what the backup knew as delivered is not repeated"
    assert set(rest.accepted) | delivered == set(day.accepted), "the same messages, by their ids"
    assert max(rest.accepted.values()) == 1
    assert rest.find_faults() == []
