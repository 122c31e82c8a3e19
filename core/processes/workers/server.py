"""The parent's side of a fork server: start it, ask it for workers, learn how they ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass

from core.processes.workers.fork_server import FORK, KILL, ORDER

START_SECONDS = 60.0
"""How long a server may take to import its handler on a busy machine."""

_PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[3])
from core.processes.workers.fork_server import main
main(int(sys.argv[2]), sys.argv[1], int(sys.argv[4]))
"""


@dataclass(frozen=True, slots=True)
class ForkedWorker:
    """A worker process that was just forked.

    Attributes:
        connection: The parent's end of its connection; not blocking.
        ended: Its exit code once it has ended; None where the server ended before.
    """

    pid: int
    connection: socket.socket
    ended: asyncio.Future[int | None]


class ForkServer:
    """A fork server, which is started when it is needed, and again when it has ended.

    Args:
        handler: What its workers run, as ``module:function``.
        memory: Resident bytes that a worker may have.
    """

    def __init__(self, handler: str, memory: int) -> None:
        self._handler = handler
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._reader: asyncio.Task[None] | None = None
        self._forked: asyncio.Future[int] | None = None
        self._workers: dict[int, asyncio.Future[int | None]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def fork(self) -> ForkedWorker:
        """Return a new worker.

        Raises:
            OSError: No process can be started, or the handler cannot be imported.
        """
        async with self._one_at_a_time:
            control = self._running()
            ours, theirs = socket.socketpair()
            try:
                ours.setblocking(False)
                self._forked = asyncio.get_running_loop().create_future()
                with theirs:
                    socket.send_fds(control, [ORDER.pack(FORK, 0)], [theirs.fileno()])
                pid = await asyncio.wait_for(self._forked, START_SECONDS)
            except BaseException:
                ours.close()
                raise
            return ForkedWorker(pid, ours, self._workers[pid])

    def kill(self, pid: int) -> None:
        """Let the server kill a worker.

        Only the server knows whether the worker still runs, or its number is that of another.
        """
        if pid in self._workers and self._control is not None:
            self._control.send(ORDER.pack(KILL, pid))

    async def close(self) -> None:
        """Kill the server, and with it all its workers."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
        self._stop()

    def _running(self) -> socket.socket:
        """Return the connection to the server, which is started if it does not run."""
        if self._control is None:
            self._control, theirs = socket.socketpair()
            self._control.setblocking(False)
            with theirs:
                self._process = self._start(theirs)
            self._reader = asyncio.create_task(self._read(self._control))
        return self._control

    def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        # The server inherits the signal mask: a Ctrl-C that arrives while it still loads its
        # modules must not kill it. It has one thread, also where numpy would like to have more.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            return subprocess.Popen(  # noqa: S603 the arguments are this program's
                [
                    *(sys.executable, "-c", _PROGRAM, self._handler, str(theirs.fileno())),
                    *(json.dumps(sys.path), str(self._memory)),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    async def _read(self, control: socket.socket) -> None:
        """Read what the server reports until it ends."""
        loop, rest = asyncio.get_running_loop(), b""
        try:
            while data := await loop.sock_recv(control, 4096):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._note(line.split())
        except ConnectionError:
            pass  # as if it had closed the connection
        self._stop()

    def _note(self, report: list[bytes]) -> None:
        match report:
            case [b"forked", pid]:
                self._workers[int(pid)] = asyncio.get_running_loop().create_future()
                if self._forked is not None and not self._forked.done():
                    self._forked.set_result(int(pid))
            case [b"ended", pid, code]:
                self._workers.pop(int(pid)).set_result(int(code))

    def _stop(self) -> None:
        """Forget the server: its workers end with it, and the next fork starts another."""
        if self._forked is not None and not self._forked.done():
            self._forked.set_exception(OSError("the fork server has ended"))
        for ended in self._workers.values():
            ended.set_result(None)
        self._workers.clear()
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
