"""Instances: which processes are alive, by locks that the kernel keeps."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from core.processes.instance import Instance

CHILD = """
import sys, time
from pathlib import Path
from core.processes.instance import Instance
print(Instance.start(Path(sys.argv[1])).id, flush=True)
time.sleep(60)
"""


def test_an_instance_is_alive_until_it_is_closed(tmp_path: Path) -> None:
    one, other = Instance.start(tmp_path), Instance.start(tmp_path)
    assert one.alive(other.id) is True
    other.close()
    assert one.alive(other.id) is False
    assert one.alive(one.id) is True
    one.close()
    one.close()


@pytest.mark.processes
def test_a_killed_process_is_known_to_be_dead_at_once(tmp_path: Path) -> None:
    me = Instance.start(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    assert me.alive(name) is True
    child.kill()
    child.communicate()
    assert me.alive(name) is False
    me.close()


def test_an_instance_of_another_host_is_neither_alive_nor_dead(tmp_path: Path) -> None:
    me = Instance.start(tmp_path)
    _, rest = me.id.split(".", 1)
    assert me.alive(f"elsewhere.{rest}") is None
    assert me.alive("elsewhere.1.abc") is None
    assert me.alive("") is None
    me.close()


def test_an_instance_of_another_data_folder_is_neither_alive_nor_dead(tmp_path: Path) -> None:
    me, other = Instance.start(tmp_path / "a"), Instance.start(tmp_path / "b")
    assert me.alive(other.id) is None
    other.close()
    assert me.alive(other.id) is None
    me.close()


def test_a_copy_of_the_folder_and_a_new_one_at_its_old_path_are_other_folders(
    tmp_path: Path,
) -> None:
    me = Instance.start(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    in_copy = Instance.start(tmp_path / "copy")
    assert in_copy.alive(me.id) is None
    (tmp_path / "a").rename(tmp_path / "moved")
    assert replace(in_copy, folder=me.folder).alive(me.id) is None
    at_old_path = Instance.start(tmp_path / "a")
    assert at_old_path.alive(me.id) is None
    moved = replace(at_old_path, folder=tmp_path / "moved" / "instances")
    assert moved.alive(me.id) is True
    for instance in (me, in_copy, at_old_path):
        instance.close()


def test_processes_that_start_at_once_in_a_new_folder_see_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        instances = list(pool.map(lambda _: Instance.start(tmp_path), range(8)))
    assert all(one.alive(other.id) for one in instances for other in instances)
    for instance in instances:
        instance.close()
    assert [p.name for p in instances[0].folder.iterdir()] == [".folder"]


def test_the_files_of_dead_instances_are_deleted(tmp_path: Path) -> None:
    me = Instance.start(tmp_path)
    left = me.folder / me.id.replace(me.id.split(".")[-1], "00000000")
    left.touch()
    Instance.start(tmp_path).close()
    assert not left.exists()
    assert (me.folder / me.id).exists()
    me.close()
