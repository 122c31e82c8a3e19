"""A process that runs another for us, and ends it when we are gone, however we went.

::

    owner ──"start", "running", a signal's number──▶ guard ──▶ the command
          ◀── True or False: whether it runs ──────

When the pipe closes (the owner is done, or was killed) the guard kills what it started and removes
the folder. Needs the standard library only, and nothing else of this project.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path


class Guard:
    """The owner's side.

    Args:
        folder: Removed at the end.
        log: File that takes what the command writes.
        command: What to run.
    """

    def __init__(self, folder: Path, log: Path, command: Sequence[str]) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__, str(folder), str(log), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C at the terminal is for the owner alone
        )

    @property
    def running(self) -> bool:
        """Whether the command runs; a stopped (SIGSTOP) one does."""
        return self._ask("running")

    def start(self) -> None:
        """Run the command; again, after it ended."""
        self._ask("start")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing happens when it has ended."""
        self._ask(str(int(number)))

    def close(self) -> None:
        """End the command and remove the folder. Idempotent."""
        if self._process.returncode is None:
            self._process.communicate()

    def _ask(self, what: str) -> bool:
        with self._lock:
            if self._process.stdin is None or self._process.stdin.closed:
                return False
            assert self._process.stdout is not None
            self._process.stdin.write(f"{what}\n")
            self._process.stdin.flush()
            return self._process.stdout.readline() == "True\n"


def main(folder: str, log: str, command: Sequence[str]) -> None:
    """The guard's side. Returns when its standard input ends."""
    child: subprocess.Popen[bytes] | None = None
    for line in iter(sys.stdin.readline, ""):
        asked = line.strip()
        if asked == "start":
            with Path(log).open("ab") as out:
                child = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
                )
        elif asked != "running" and child is not None:
            child.send_signal(int(asked))
        sys.stdout.write(f"{child is not None and child.poll() is None}\n")
        sys.stdout.flush()
    if child is not None:
        child.kill()
        child.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
