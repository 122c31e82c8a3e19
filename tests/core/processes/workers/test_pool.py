"""A task that exceeds a limit or kills its worker affects no other task."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from core.processes.workers import pool as pool_module
from core.processes.workers.limits import Failure, TaskFailure, TaskLimits
from core.processes.workers.pool import WorkerPool

pytestmark = pytest.mark.processes

T = TypeVar("T")
TASKS = "tests.core.processes.workers.tasks:run"
LIMITS = TaskLimits(cpu=0.3, wall=30.0, memory=100_000_000, result=1_000_000)


def with_pool(
    use: Callable[[WorkerPool], Awaitable[T]], limits: TaskLimits = LIMITS, handler: str = TASKS
) -> T:
    async def main() -> T:
        async with WorkerPool("tests", handler, limits, 2) as pool:
            return await use(pool)

    return asyncio.run(main())


async def outcome(pool: WorkerPool, task: str, owner: str = "") -> str:
    result = await pool.run(task.encode(), owner)
    return str(result.failure) if isinstance(result, TaskFailure) else "done"


def test_bad_tasks_fail_alone_each_with_the_limit_that_it_exceeds() -> None:
    tasks = {
        "spin": "cpu",
        "good 1": "done",
        "grow 1000": "memory",
        "good 2": "done",
        "grow-slowly": "memory",
        "large 1000001": "size",
        "large 1000000": "done",
        "die": "crash",
        "raise": "crash",
        "good 3": "done",
    }

    async def scene(pool: WorkerPool) -> list[str]:
        return list(await asyncio.gather(*(outcome(pool, t, t) for t in tasks)))

    assert dict(zip(tasks, with_pool(scene), strict=True)) == tasks


def test_the_handler_gets_the_document_behind_the_task() -> None:
    async def scene(pool: WorkerPool) -> bytes | TaskFailure:
        return await pool.run(b"large ", "", document=b"12345")

    result = with_pool(scene)
    assert isinstance(result, bytes)
    assert len(result) == 12_345


@pytest.mark.parametrize("task", ["sleep 60", "stop"])
def test_a_task_that_waits_or_whose_worker_was_stopped_ends_at_the_wall_limit(task: str) -> None:
    async def scene(pool: WorkerPool) -> tuple[str, str]:
        return await outcome(pool, task), await outcome(pool, "good")

    assert with_pool(scene, replace(LIMITS, wall=0.2)) == ("time", "done")


def test_a_clock_that_jumps_ends_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    jumps = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(time, "time", lambda: now() + next(jumps))

    async def scene(pool: WorkerPool) -> str:
        return await outcome(pool, "sleep 0.2")

    assert with_pool(scene, replace(LIMITS, wall=20.0)) == "done"


def test_slow_outlets_have_a_worker_of_their_own() -> None:
    async def scene(pool: WorkerPool) -> list[str]:
        assert await outcome(pool, "spin", "bad") == "cpu"
        order: list[str] = []

        async def run(task: str, owner: str) -> None:
            await outcome(pool, task, owner)
            order.append(owner)

        bad = [run("sleep 0.3", "bad"), run("sleep 0.3", "bad")]
        await asyncio.gather(*bad, *(run("good", f"good {n}") for n in range(20)))
        return order

    assert with_pool(scene)[-2:] == ["bad", "bad"]


def test_a_worker_is_renewed_after_its_tasks_and_one_killed_while_idle_loses_no_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool_module, "TASKS_PER_WORKER", 2)

    async def scene(pool: WorkerPool) -> list[bytes | TaskFailure]:
        pids = [await pool.run(b"good", "") for _ in range(3)]
        assert isinstance(pids[2], bytes)
        os.kill(int(pids[2]), signal.SIGKILL)
        return [*pids, await pool.run(b"good", "")]

    first, second, third, fourth = with_pool(scene)
    assert first == second
    assert len({first, third, fourth}) == 3
    assert isinstance(fourth, bytes)


def test_workers_that_cannot_start_are_an_error() -> None:
    async def scene(pool: WorkerPool) -> None:
        pytest.fail("the pool opened")

    with pytest.raises(OSError, match="fork server has ended"):
        with_pool(scene, handler="tests.core.processes.workers.tasks:missing")


def test_a_cancelled_task_ends_its_worker_and_a_closed_pool_takes_no_task() -> None:
    async def scene(pool: WorkerPool) -> WorkerPool:
        running = asyncio.create_task(pool.run(b"sleep 60", "a"))
        await asyncio.sleep(0.1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await outcome(pool, "good", "a") == "done"
        return pool

    closed = with_pool(scene)
    with pytest.raises(RuntimeError, match="not open"):
        asyncio.run(closed.run(b"good", ""))


PARENT = f"""
import asyncio, sys
from core.processes.workers.limits import TaskLimits
from core.processes.workers.pool import WorkerPool

async def main():
    file = open(sys.argv[1], "w")
    limits = TaskLimits(cpu=60.0, wall=60.0, memory=200_000_000, result=1_000)
    async with WorkerPool("tests", {TASKS!r}, limits, 2) as pool:
        pid = await pool.run(b"good", "a")
        print(pid.decode(), flush=True)
        await pool.run(b"spin", "a")

asyncio.run(main())
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    root = Path(__file__).parents[4]
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "open.lock")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        start_new_session=True,
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_workers_inherit_no_file_ignore_signals_and_end_with_a_parent_that_is_killed(
    parent: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    files = {str(link.readlink()) for link in Path(f"/proc/{worker}/fd").iterdir()}
    assert str(tmp_path / "open.lock") not in files
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(worker, number)
    time.sleep(0.1)
    assert is_running(worker)  # busy in one call into C
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(worker)


def test_failures_that_are_limits_are_told_apart() -> None:
    limits = {failure for failure in Failure if TaskFailure(failure).is_exceeded}
    assert limits == {Failure.CPU, Failure.TIME, Failure.MEMORY, Failure.SIZE}
    reasons = {TaskFailure(failure).reason(LIMITS).code for failure in Failure}
    assert len(reasons) == len(Failure)
