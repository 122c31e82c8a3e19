"""Start the program's processes without waiting for their imports.

::

    test ──start()──▶ fork server, which has imported the program ──fork──▶ process runs `main`
      ▲ pid, exit code ─────────┘                                              └──▶ stdout, stderr

Starting an interpreter and importing the program takes far longer than most tests. The fork server
does that once for a whole test run, and runs all migrations once; each process is forked from it.
It leaves no file open, starts no thread and configures nothing, so a forked process differs from a
started one only in that its imports are done.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PRELOADED = (
    "alerts.worker", "alerts.receivers", "core.streams.embedded.log", "core.streams.kafka.log",
    "core.store.migrate", "ingest.service", "processors", "rich.console", "rich.table",
    "tests.support.soak_child", "tests.support.thread_extraction", "wirewatch.cli.app",
    "wirewatch.run.console", "wirewatch.run.daemon", "wirewatch.run.once",
)  # fmt: skip
"""Modules of the program; they import nearly everything that it uses."""

ROOT = Path(__file__).parents[2]
MAIN = "wirewatch.cli:main"
LIGHT_MAIN = "tests.support.thread_extraction:main"
START_SECONDS = 60.0


# ── in the test ──────────────────────────────────────────────────────────────────────────────────


class ForkedProcess:
    """A forked process, used like :class:`subprocess.Popen` with text pipes."""

    def __init__(
        self, connection: socket.socket, pid: int, stdout: IO[str] | None, stderr: IO[str] | None
    ) -> None:
        self.pid = pid
        self.stdout, self.stderr = stdout, stderr
        self.returncode: int | None = None
        self._connection = connection

    def poll(self) -> int | None:
        """Return the exit code, or None while the process runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once the process has ended.

        Raises:
            subprocess.TimeoutExpired: It still runs.
        """
        if self.returncode is None:
            if not select.select([self._connection], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = int(self._connection.recv(64) or b"-9")
            self._connection.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return everything left on stdout and stderr once the process has ended."""
        assert self.stdout is not None
        assert self.stderr is not None
        errors: list[str] = []
        reader = threading.Thread(target=lambda: errors.append(_rest(self.stderr)))
        reader.start()
        watch = threading.Timer(timeout or START_SECONDS, self.kill)
        watch.start()
        output = _rest(self.stdout)
        reader.join()
        watch.cancel()
        self.wait(timeout)
        return output, errors[0]

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _rest(stream: IO[str] | None) -> str:
    assert stream is not None
    if stream.closed:
        return ""
    with stream:
        return stream.read()


class _Server:
    """The fork server of this test process, started when it is needed first."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fork-server-")
        self.address = str(Path(self._folder.name) / "socket")
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self.address],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # its threads would not survive a fork
        )
        atexit.register(self.close)
        deadline = time.monotonic() + START_SECONDS
        while not Path(self.address).exists():
            assert self._process.poll() is None, "the fork server has ended"
            assert time.monotonic() < deadline, "the fork server does not start"
            time.sleep(0.02)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


_server: _Server | None = None


def start(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] = os.environ,
    cwd: Path = ROOT,
    stdout: IO[Any] | None = None,
    stderr: IO[Any] | None = None,
    new_session: bool = False,
    main: str = MAIN,
) -> ForkedProcess:
    """Start a process.

    Args:
        arguments: Those after the program's name.
        env: Its environment; by default that of the tests.
        cwd: Its working directory; by default the repository.
        stdout: Where it writes; by default a pipe.
        stderr: Where it logs; by default a pipe.
        new_session: Whether it leads a session of its own.
        main: The function that it runs, as ``module:name``.
    """
    global _server
    if _server is None:
        _server = _Server()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(_server.address)
    out, err = _Output(stdout), _Output(stderr)
    request = {
        "arguments": list(arguments),
        "env": dict(env),
        "cwd": str(cwd),
        "new_session": new_session,
        "main": main,
    }
    socket.send_fds(connection, [json.dumps(request).encode()], [out.written, err.written])
    connection.shutdown(socket.SHUT_WR)
    pid = int(connection.recv(64))
    return ForkedProcess(connection, pid, out.reader(), err.reader())


class _Output:
    """A file that a process writes to, or a pipe."""

    def __init__(self, file: IO[Any] | None) -> None:
        self._read = -1
        if file is None:
            self._read, self.written = os.pipe()
        else:
            self.written = file.fileno()

    def reader(self) -> IO[str] | None:
        """Close what only the process may write to, and return the pipe's end to read from."""
        if self._read < 0:
            return None
        os.close(self.written)
        return os.fdopen(self._read, encoding="utf-8", errors="replace")


# ── in the fork server ───────────────────────────────────────────────────────────────────────────


def serve(address: str) -> Callable[[], object] | None:
    """Fork a process for each request until stdin closes.

    Returns:
        In a forked process, what it has to run; in the fork server None.
    """
    wake, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the test run
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{address}.new")
    listener.listen(16)
    Path(f"{address}.new").rename(address)  # tests connect as soon as the file is there
    children: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([listener, wake, sys.stdin], [], [])
        if sys.stdin in ready:
            return None
        if wake in ready:
            wake.recv(100)
            _report_ended(children)
        if listener in ready:
            connection, _ = listener.accept()
            data, descriptors, _, _ = socket.recv_fds(connection, 1_000_000, 2)
            while part := connection.recv(1_000_000):
                data += part
            pid = os.fork()
            if pid == 0:
                for other in (wake, waker, listener, connection, *children.values()):
                    other.close()
                return _prepare(json.loads(data), descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            children[pid] = connection
            connection.send(f"{pid}".ljust(64).encode())


def _report_ended(children: dict[int, socket.socket]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with children.pop(pid) as connection, contextlib.suppress(BrokenPipeError):
            connection.send(f"{os.waitstatus_to_exitcode(status)}".encode())


def _prepare(request: dict[str, Any], descriptors: Sequence[int]) -> Callable[[], object]:
    """Make the forked process look like a started one. Return its main function."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if request["new_session"]:
        os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in zip((null, *descriptors), (0, 1, 2), strict=True):
        os.dup2(descriptor, target)
        os.close(descriptor)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    tempfile.tempdir = None  # chosen by the environment
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv[:] = ["wirewatch", *request["arguments"]]
    module, _, name = request["main"].partition(":")
    main: Callable[[], object] = getattr(importlib.import_module(module), name)
    return main


def _run(main: Callable[[], object]) -> int:
    """Run the main function, then what the interpreter runs at its end, and return the exit code.

    It does not tear down the modules, of which a forked process has all: that takes long.
    """
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 as the interpreter does
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    return code


if __name__ == "__main__":
    for preloaded in PRELOADED:
        importlib.import_module(preloaded)
    importlib.import_module("tests.support.schemas").schema_of_all_migrations()
    gc.freeze()  # keeps the memory of all processes shared
    if (forked := serve(sys.argv[1])) is not None:
        os._exit(_run(forked))


def await_children(folder: Path, number: int) -> None:
    """Wait, as a child, until so many children of a test wait in its folder."""
    (folder / f"waiting-{os.getpid()}").touch()
    while len(list(folder.glob("waiting-*"))) < number:
        time.sleep(0.01)
