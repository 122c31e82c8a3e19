"""A running ``wirewatch run``, as a service manager sees it: log lines, an address, signals."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from tests.support.cli_installation import CliInstallation
from tests.support.fork_server import ForkedProcess

PATIENCE = 30.0


class RunningProgram:
    """A process and the lines it has logged so far."""

    def __init__(
        self, installation: CliInstallation, *args: str, as_executable: bool = False
    ) -> None:
        self.process: subprocess.Popen[str] | ForkedProcess = (
            installation.start_executable("run", *args, start_new_session=True)
            if as_executable
            else installation.start("run", *args, new_session=True)
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def logged(self, part: str) -> list[str]:
        """Return the log lines that contain a text."""
        return [line for line in self.lines if part in line]

    def wait_for(self, part: str) -> str:
        """Wait for a log line that contains a text, and return the first one."""
        wait_until(lambda: self.logged(part), f"{part!r} was not logged", self)
        return self.logged(part)[0]

    def url(self, path: str = "/") -> str:
        line = self.wait_for("console_started")
        match = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert match
        return match.group() + path

    def get(self, path: str) -> tuple[int, str]:
        return get(self.url(path))

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Signal it, check that it exits with 0, and return the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(20) == 0, "\n".join(self.lines)
        seconds = time.monotonic() - began
        self._reader.join(10)
        return seconds

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self._reader.join(10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


@contextmanager
def run_program(
    installation: CliInstallation, *args: str, as_executable: bool = False
) -> Iterator[RunningProgram]:
    """Start ``wirewatch run`` with further arguments; kill it at the end if it still runs.

    Args:
        installation: Its installation.
        *args: Further arguments.
        as_executable: Whether the executable is started, as operators do; by default a process
            whose imports are done.
    """
    program = RunningProgram(installation, *args, as_executable=as_executable)
    try:
        yield program
    finally:
        program.close()


def wait_until(
    condition: Callable[[], Any], message: str, program: RunningProgram | None = None
) -> None:
    """Wait until a condition holds; fail with a message and the program's log otherwise."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        log = "\n".join(program.lines) if program else ""
        assert time.monotonic() < deadline, f"{message}\n{log}"
        time.sleep(0.02)


def get(url: str, **headers: str) -> tuple[int, str]:
    """Return the status and body of an answer, whatever the status."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def handles_signals(pid: int) -> bool:
    """Return whether a process handles SIGTERM and SIGINT: its interpreter has started."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    match = re.search(r"^SigCgt:\s+([0-9a-f]+)", status, re.MULTILINE)
    caught = int(match.group(1), 16) if match else 0
    return all(caught >> (n - 1) & 1 for n in (signal.SIGTERM, signal.SIGINT))


def health(program: RunningProgram) -> dict[str, Any]:
    """Return the answer of ``/healthz``, and check that its status code agrees."""
    status, body = program.get("/healthz")
    answer: dict[str, Any] = json.loads(body)
    assert (status == 200) == (answer["status"] == "ok")
    return answer
