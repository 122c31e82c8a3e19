"""A running `wirewatch run`, as its supervisor sees it: log lines, an address, signals."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from tests.support.cli_installation import CliInstallation

PATIENCE = 30.0


class Live:
    """One process and what it has logged so far."""

    def __init__(self, walk: CliInstallation, *args: str) -> None:
        self.process = walk.start("run", *args, start_new_session=True)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def logged(self, words: str) -> list[str]:
        return [line for line in self.lines if words in line]

    def wait_for(self, words: str) -> str:
        """The first log line with these words."""
        until(lambda: self.logged(words), f"{words!r} was not logged", self)
        return self.logged(words)[0]

    def url(self, path: str = "/") -> str:
        line = self.wait_for("http://127.0.0.1:")
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found
        return found.group() + path

    def get(self, path: str) -> tuple[int, str]:
        return get(self.url(path))

    def end(self, number: int = signal.SIGTERM) -> float:
        """Seconds it took to end; its exit code was 0."""
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
def live(walk: CliInstallation, *args: str) -> Iterator[Live]:
    running = Live(walk, *args)
    try:
        yield running
    finally:
        running.close()


def until(true: Callable[[], Any], words: str, running: Live | None = None) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        log = "\n".join(running.lines) if running else ""
        assert time.monotonic() < deadline, f"{words}\n{log}"
        time.sleep(0.05)


def get(url: str, **headers: str) -> tuple[int, str]:
    """Status and body of an answer, whatever the status."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def heeds(pid: int) -> bool:
    """Whether a process has a handler for SIGTERM and SIGINT: the interpreter itself has begun."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    found = re.search(r"^SigCgt:\s+([0-9a-f]+)", status, re.MULTILINE)
    caught = int(found.group(1), 16) if found else 0
    return all(caught >> (n - 1) & 1 for n in (signal.SIGTERM, signal.SIGINT))


def health(running: Live) -> dict[str, Any]:
    status, body = running.get("/healthz")
    found: dict[str, Any] = json.loads(body)
    assert (status == 200) == (found["status"] == "ok")
    return found
