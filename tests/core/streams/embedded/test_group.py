"""Members of a group: how they are found dead, and what they can still do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import FencedError
from config.settings import Settings
from core.clock import utc_now
from core.processes.instance import Instance
from core.streams import open_streams
from tests.core.streams.support import SPECS, FixedClock, OpenLog, numbered


def test_a_silent_member_of_another_host_loses_its_partitions_after_ten_seconds(
    open_log: OpenLog,
) -> None:
    clock = FixedClock()
    gone, here = open_log("gone", clock=clock), open_log("here", clock=clock)
    gone.append(numbered(10))
    gone.consumer("g", ["in"], slot="gone").poll()
    consumer = here.consumer("g", ["in"], slot="here")
    clock.now += timedelta(seconds=9)
    assert not consumer.poll(timeout=0)
    assert {lag.member for lag in here.lag("g", ["in"])} == {"gone"}
    clock.now += timedelta(seconds=2)
    assert {lag.member for lag in here.lag("g", ["in"])} == {None}
    assert len(consumer.poll(timeout=5).records) == 10


def test_a_member_whose_process_is_dead_loses_its_partitions_at_once(open_log: OpenLog) -> None:
    dead: set[str] = set()
    gone = open_log("gone")
    here = open_log("here", is_alive=lambda instance: instance not in dead)
    gone.append(numbered(10))
    gone.consumer("g", ["in"], slot="gone").poll()
    consumer = here.consumer("g", ["in"], slot="here")
    assert not consumer.poll(timeout=0)
    dead.add("gone")
    assert len(consumer.poll(timeout=5).records) == 10  # a session is ten seconds


def test_members_of_processes_with_other_data_folders_are_seen_alive(tmp_path: Path) -> None:
    def settings(folder: str) -> Settings:
        return Settings(
            data_dir=tmp_path / folder, streams_url=f"sqlite:///{tmp_path / 'shared.db'}"
        )

    instances = [Instance.start(tmp_path / folder) for folder in ("one", "two")]
    one, two = (
        open_streams(settings(f), instance=i, clock=utc_now)
        for f, i in zip(("one", "two"), instances, strict=True)
    )
    one.create(SPECS)
    one.append(numbered(10))
    assert len(one.consumer("g", ["in"], slot="a").poll().records) == 10
    second = two.consumer("g", ["in"], slot="b")
    assert not second.poll(timeout=0)
    instances[0].close()
    assert len(second.poll(timeout=5).records) == 10
    one.close()
    two.close()
    instances[1].close()


def test_a_member_of_a_deleted_group_can_commit_nothing(open_log: OpenLog) -> None:
    clock = FixedClock()
    log = open_log(clock=clock)
    log.append(numbered(10))
    zombie = log.consumer("g", ["in"], slot="a")
    batch = zombie.poll()
    clock.now += timedelta(minutes=5)
    log.delete_group("g")
    fresh = log.consumer("g", ["in"], slot="a")
    assert len(fresh.poll().records) == 10
    with pytest.raises(FencedError), zombie.transaction(batch) as out:
        out.append(*numbered(10, "out"))
    assert list(log.read("out")) == []
