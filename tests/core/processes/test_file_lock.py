"""Locks on files: exclusive, dropped with the process, and never taken on a file that is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.processes import file_lock

CHILD = """
import sys
from pathlib import Path
from core.processes import file_lock
print(file_lock.acquire(Path(sys.argv[1])) is not None, flush=True)
sys.stdin.read()
"""


def test_a_lock_is_exclusive_until_its_descriptor_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not file_lock.is_locked(path)
    descriptor = file_lock.acquire(path)
    assert descriptor is not None
    assert file_lock.is_locked(path)
    assert file_lock.acquire(path) is None
    os.close(descriptor)
    assert path.exists()
    assert not file_lock.is_locked(path)
    again = file_lock.acquire(path)
    assert again is not None
    os.close(again)


@pytest.mark.processes
def test_a_killed_process_drops_its_lock_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "True\n"
    assert file_lock.is_locked(path)
    child.kill()
    child.communicate()
    assert not file_lock.is_locked(path)


@pytest.mark.processes
def test_an_executed_program_does_not_inherit_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    descriptor = file_lock.acquire(path)
    assert descriptor is not None
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False) as program:
        os.close(descriptor)
        assert not file_lock.is_locked(path)
        assert program.stdin is not None
        program.stdin.close()


def test_a_locked_file_can_be_read_and_a_free_one_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    descriptor = file_lock.acquire(path)
    assert descriptor is not None
    os.write(descriptor, b"status")
    with file_lock.open_if_locked(path) as reader:
        assert reader is not None
        assert os.read(reader, 100) == b"status"
    os.close(descriptor)
    with file_lock.open_if_locked(path) as reader:
        assert reader is None
    with file_lock.open_if_locked(tmp_path / "missing") as reader:
        assert reader is None


def test_a_file_that_was_replaced_is_not_the_one_that_is_open(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    descriptor = file_lock.acquire(path)
    assert descriptor is not None
    assert file_lock.is_open_at(path, descriptor)
    path.unlink()
    assert not file_lock.is_open_at(path, descriptor)
    path.touch()
    assert not file_lock.is_open_at(path, descriptor)
    os.close(descriptor)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic links"):
        file_lock.acquire(tmp_path / "link")
    assert not (tmp_path / "target").exists()
