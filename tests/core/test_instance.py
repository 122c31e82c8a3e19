"""Which processes live: told by locks the kernel keeps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from core.instance import Instance

CHILD = """
import sys, time
from pathlib import Path
from core.instance import Instance
print(Instance.start(Path(sys.argv[1])).id, flush=True)
time.sleep(60)
"""


def test_an_instance_lives_until_it_is_closed(tmp_path: Path) -> None:
    one, other = Instance.start(tmp_path), Instance.start(tmp_path)
    assert one.alive(other.id) is True
    other.close()
    assert one.alive(other.id) is False
    assert one.alive(one.id) is True
    one.close()
    one.close()


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


def test_of_another_host_nothing_is_known(tmp_path: Path) -> None:
    me = Instance.start(tmp_path)
    assert me.alive("elsewhere.1.abc") is None
    me.close()


def test_files_of_dead_instances_are_swept_away(tmp_path: Path) -> None:
    me = Instance.start(tmp_path)
    left = me.folder / me.id.replace(me.id.split(".")[-1], "00000000")
    left.touch()
    Instance.start(tmp_path).close()
    assert not left.exists()
    assert (me.folder / me.id).exists()
    me.close()
