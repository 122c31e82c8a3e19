"""A process that runs a command for its owner, and kills it when the owner ends, however it ends.

::

    owner ──"start", "running", the number of a signal──▶ guard ──▶ the command
          ◀── True or False: whether the command runs ───

When the pipe closes, because the owner is done or was killed, the guard kills the command and
removes the folder. Needs only the standard library, and nothing else of this project.
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
    """The owner's side of a guard.

    Args:
        folder: Folder that is removed at the end.
        log: File for the output of the command.
        command: The command to run.
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
        """Whether the command runs; one that was suspended (SIGSTOP) does."""
        return self._request("running")

    def start(self) -> None:
        """Run the command, for the first time or after it has ended."""
        self._request("start")

    def signal(self, number: signal.Signals) -> None:
        """Send the command a signal; does nothing where it has ended."""
        self._request(str(int(number)))

    def close(self) -> None:
        """Kill the command and remove the folder. Idempotent."""
        if self._process.returncode is None:
            self._process.communicate()

    def _request(self, line: str) -> bool:
        with self._lock:
            if self._process.stdin is None or self._process.stdin.closed:
                return False
            assert self._process.stdout is not None
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
            return self._process.stdout.readline() == "True\n"


def main(folder: str, log: str, command: Sequence[str]) -> None:
    """Run the guard's side until the standard input ends."""
    child: subprocess.Popen[bytes] | None = None
    for line in iter(sys.stdin.readline, ""):
        request = line.strip()
        if request == "start":
            with Path(log).open("ab") as out:
                child = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
                )
        elif request != "running" and child is not None:
            child.send_signal(int(request))
        sys.stdout.write(f"{child is not None and child.poll() is None}\n")
        sys.stdout.flush()
    if child is not None:
        child.kill()
        child.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
