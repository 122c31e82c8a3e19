"""Processes that are killed and restarted, as under a service manager on an unreliable machine.

::

    SupervisedProcesses ──start──▶ process "a", process "b" ...    each logs to <folder>/<name>.log
      ├─ kill(name)              SIGKILL to it, or to one of its own children
      ├─ restart_ended()         starts those that have ended; records which ended by themselves
      └─ stop()                  SIGTERM to all; each must exit with 0 within ten seconds
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import fork_server
from tests.support.fork_server import ForkedProcess

STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Job:
    """What one process runs.

    Attributes:
        arguments: Its command line arguments.
        environment: Its environment.
        ready: Text that it logs when it has begun to work.
        main: The function that it runs, as ``module:name``.
    """

    arguments: Sequence[str]
    environment: Mapping[str, str]
    ready: str
    main: str = fork_server.MAIN


@dataclass
class SupervisedProcesses:
    """Named processes, each in a session of its own.

    Attributes:
        folder: Where their logs are.
        jobs: What each process runs.
        ended: How often each process ended without being killed here, and how: ``a: 3``.
        killed: How often each process was killed.
    """

    folder: Path
    jobs: Mapping[str, Job]
    ended: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    _running: dict[str, ForkedProcess] = field(default_factory=dict)
    _sessions: set[int] = field(default_factory=set)
    _log_starts: dict[str, int] = field(default_factory=dict)

    def restart_ended(self) -> None:
        """Start every process that is not running."""
        for name in self.jobs:
            process = self._running.get(name)
            if process is None or process.poll() is not None:
                if process is not None:
                    self.ended[f"{name}: {process.returncode}"] += 1
                self._running[name] = self._start(name)

    def ready(self) -> list[str]:
        """Return the names of the processes that work; killing others proves little."""
        return [name for name in self._running if self._is_ready(name)]

    def _is_ready(self, name: str) -> bool:
        log = self._log(name).read_bytes()[self._log_starts[name] :]
        return self.jobs[name].ready.encode() in log

    def kill(self, name: str, dice: random.Random, *, child: bool = False) -> None:
        """Kill a process, or with ``child`` one of its own children if it has any."""
        process = self._running[name]
        own = children(process.pid) if child else []
        with suppress(ProcessLookupError):  # it ended just now
            os.kill(dice.choice(own) if own else process.pid, signal.SIGKILL)
        self.killed[f"{name}'s child" if own else name] += 1
        if not own:
            process.wait()
            del self._running[name]

    def kill_in_next_commit(self, name: str) -> None:
        """Tell a process to kill itself in its next commit (SIGUSR1)."""
        self._running[name].send_signal(signal.SIGUSR1)

    def wait_killed(self, name: str, patience: float = 3.0) -> bool:
        """Return whether a process has killed itself in a commit; kill it if it stays idle."""
        process = self._running.pop(name)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.killed[name] += 1
            return False
        self.killed[f"{name} in a commit"] += 1
        return True

    def stop(self) -> dict[str, float]:
        """Ask all processes to end, and return the seconds that each took.

        Raises:
            AssertionError: A process did not end in time or not with 0, or left a process behind.
        """
        ready = self.ready()  # the others may end by the signal, before they handle it
        began = time.monotonic()
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        seconds: dict[str, float] = {}
        for name, process in self._running.items():
            left = began + STOP_SECONDS + 5 - time.monotonic()
            try:
                code = process.wait(max(0.1, left))
            except subprocess.TimeoutExpired:
                raise AssertionError(f"{name} does not end:\n{self.last_lines(name)}") from None
            seconds[name] = time.monotonic() - began
            expected = (0,) if name in ready else (0, -signal.SIGTERM)
            assert code in expected, f"{name} ended with {code}:\n{self.last_lines(name)}"
            assert seconds[name] < STOP_SECONDS + 2, f"{name} took {seconds[name]:.1f} s to end"
        deadline = time.monotonic() + 5
        while left_over := [pid for session in self._sessions for pid in members(session)]:
            assert time.monotonic() < deadline, f"processes are left: {left_over}"
            time.sleep(0.1)
        return seconds

    def close(self) -> None:
        """Kill everything that is left."""
        for session in self._sessions:
            for pid in members(session):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for process in self._running.values():
            process.wait()

    def last_lines(self, name: str, count: int = 40) -> str:
        """Return the end of a process's log."""
        lines = self._log(name).read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-count:])

    def report(self) -> str:
        """Return the ends of all logs, for the message of a failure."""
        return "\n".join(f"── {name}\n{self.last_lines(name)}" for name in self.jobs)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _start(self, name: str) -> ForkedProcess:
        job = self.jobs[name]
        with self._log(name).open("ab") as log:
            self._log_starts[name] = log.tell()
            process = fork_server.start(
                job.arguments,
                env=job.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                new_session=True,
                main=job.main,
            )
        self._sessions.add(process.pid)
        return process


@contextmanager
def supervised_processes(folder: Path, jobs: Mapping[str, Job]) -> Iterator[SupervisedProcesses]:
    """Start the processes; kill those that are left at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    processes = SupervisedProcesses(folder, jobs)
    try:
        processes.restart_ended()
        yield processes
    finally:
        processes.close()


def children(pid: int) -> list[int]:
    """Return the living direct children of a process."""
    return [child for child, parent, _ in _processes() if parent == pid]


def members(session: int) -> list[int]:
    """Return the living processes of a session."""
    return [pid for pid, _, own in _processes() if own == session]


def parents() -> dict[int, int]:
    """Return the parent of every living process."""
    return {pid: parent for pid, parent, _ in _processes()}


def _processes() -> Iterator[tuple[int, int, int]]:
    """Yield id, parent and session of every living process."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            state, parent, _, session = path.read_text().rsplit(")", 1)[1].split()[:4]
            if state not in "ZX":
                yield int(path.parent.name), int(parent), int(session)


def wait_until(
    condition: Callable[[], object], processes: SupervisedProcesses, patience: float, message: str
) -> None:
    """Wait until a condition holds, restarting processes that end.

    Raises:
        AssertionError: It did not hold in time; with the ends of all logs.
    """
    deadline = time.monotonic() + patience
    while not condition():
        processes.restart_ended()
        assert time.monotonic() < deadline, f"{message}\n{processes.report()}"
        time.sleep(0.1)
