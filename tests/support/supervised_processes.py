"""Processes that are killed and started again, as a supervisor of a bad machine sees them.

::

    Crew ──start──▶ process "a", process "b" ...      each logs to <folder>/<name>.log
      ├─ kill(name)      SIGKILL to it, or to one of its own children
      ├─ mend()          starts those again that are not there; says which ended by themselves
      └─ stop()          SIGTERM to all; each must end with 0 within ten seconds
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
from typing import IO

STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Job:
    """What one process runs.

    Attributes:
        ready: Words it logs when it has begun to work.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    ready: str


@dataclass
class SupervisedProcesses:
    """Named processes in sessions of their own.

    Attributes:
        folder: Where their logs go.
        jobs: What each runs.
        ended: How often each ended without being killed by us, and how: ``a: 3``.
        killed: How often each was killed.
    """

    folder: Path
    jobs: Mapping[str, Job]
    ended: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _sessions: set[int] = field(default_factory=set)
    _said_before: dict[str, int] = field(default_factory=dict)

    def mend(self) -> None:
        """Start what is not running."""
        for name in self.jobs:
            process = self._running.get(name)
            if process is None or process.poll() is not None:
                if process is not None and name in self._running:
                    self.ended[f"{name}: {process.returncode}"] += 1
                self._running[name] = self._start(name)

    def ready(self) -> list[str]:
        """Those that are at work: to kill others proves little."""
        return [name for name in self._running if self._is_ready(name)]

    def _is_ready(self, name: str) -> bool:
        said = self._log(name).read_bytes()[self._said_before[name] :]
        return self.jobs[name].ready.encode() in said

    def kill(self, name: str, dice: random.Random, *, child: bool = False) -> None:
        """SIGKILL; with ``child`` one of its own children instead, where it has any."""
        process = self._running[name]
        below = children(process.pid) if child else []
        with suppress(ProcessLookupError):  # it ended a moment ago
            os.kill(dice.choice(below) if below else process.pid, signal.SIGKILL)
        self.killed[f"{name}'s child" if below else name] += 1
        if not below:
            process.wait()
            del self._running[name]

    def doom(self, name: str, patience: float = 3.0) -> None:
        """SIGUSR1: the process kills itself at the worst moment it knows; or else we do."""
        process = self._running[name]
        process.send_signal(signal.SIGUSR1)
        try:
            process.wait(patience)
            self.killed[f"{name} at its worst"] += 1
        except subprocess.TimeoutExpired:  # it has nothing to do
            process.kill()
            process.wait()
            self.killed[name] += 1
        del self._running[name]

    def stop(self) -> dict[str, float]:
        """Ask all to end; seconds each took.

        Raises:
            AssertionError: One did not end in time, or not with 0, or left a process behind.
        """
        ready = self.ready()  # the others may not have their handlers yet, and end by the signal
        began = time.monotonic()
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        took: dict[str, float] = {}
        for name, process in self._running.items():
            left = began + STOP_SECONDS + 5 - time.monotonic()
            try:
                code = process.wait(max(0.1, left))
            except subprocess.TimeoutExpired:
                raise AssertionError(f"{name} does not end:\n{self.last_lines(name)}") from None
            took[name] = time.monotonic() - began
            fine = (0,) if name in ready else (0, -signal.SIGTERM)
            assert code in fine, f"{name} ended with {code}:\n{self.last_lines(name)}"
            assert took[name] < STOP_SECONDS + 2, f"{name} took {took[name]:.1f} s to end"
        deadline = time.monotonic() + 5
        while left_over := [pid for session in self._sessions for pid in members(session)]:
            assert time.monotonic() < deadline, f"processes are left: {left_over}"
            time.sleep(0.1)
        return took

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        for session in self._sessions:
            for pid in members(session):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for process in self._running.values():
            process.wait()

    def last_lines(self, name: str, count: int = 40) -> str:
        """The end of a process's log."""
        lines = self._log(name).read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-count:])

    def report(self) -> str:
        """The ends of all logs, for a failure."""
        return "\n".join(f"── {name}\n{self.last_lines(name)}" for name in self.jobs)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        job = self.jobs[name]
        with self._log(name).open("ab") as log:
            self._said_before[name] = log.tell()
            process = _popen(job, self.folder, log)
        self._sessions.add(process.pid)
        return process


def _popen(job: Job, folder: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        job.command,
        env=dict(job.environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


@contextmanager
def supervised_processes(folder: Path, jobs: Mapping[str, Job]) -> Iterator[SupervisedProcesses]:
    """A crew that is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    made = SupervisedProcesses(folder, jobs)
    try:
        made.mend()
        yield made
    finally:
        made.close()


def children(pid: int) -> list[int]:
    """Living direct children of a process."""
    return [child for child, parent, _ in _processes() if parent == pid]


def members(session: int) -> list[int]:
    """Living processes of a session."""
    return [pid for pid, _, its in _processes() if its == session]


def _processes() -> Iterator[tuple[int, int, int]]:
    """Process, parent and session of everything that lives."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            state, parent, _, session = path.read_text().rsplit(")", 1)[1].split()[:4]
            if state not in "ZX":
                yield int(path.parent.name), int(parent), int(session)


def wait_until(
    true: Callable[[], object], crew: SupervisedProcesses, patience: float, words: str
) -> None:
    """Wait for something to become true while the crew is kept going.

    Raises:
        AssertionError: It did not in time; with the ends of all logs.
    """
    deadline = time.monotonic() + patience
    while not true():
        crew.mend()
        assert time.monotonic() < deadline, f"{words}\n{crew.report()}"
        time.sleep(0.1)
