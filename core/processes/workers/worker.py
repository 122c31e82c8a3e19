"""The parent's side of one worker: send it a task, and watch what it costs.

The limits of time end the worker by themselves (:mod:`core.processes.workers.task_loop`). The
parent looks at its memory, and kills it where its own timers do not, as when it was stopped.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from core.processes.workers.limits import Failure, TaskFailure, TaskLimits, failure_of_exit
from core.processes.workers.server import ForkedWorker, ForkServer
from core.processes.workers.task_loop import DETAIL, RESULT, TASK, Status

CHECK_SECONDS = 0.02
"""How often the parent looks: a process that fills new memory takes some 50 MB in this time."""

OVERTIME_SECONDS = 1.0
"""How long after its limit a worker is killed that its own timer has not ended."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_FAILURES = {
    Status.SIZE: Failure.SIZE,
    Status.MEMORY: Failure.MEMORY,
    Status.ERROR: Failure.CRASH,
}


class Worker:
    """A worker process.

    Attributes:
        tasks: How many tasks it has been given.
    """

    def __init__(self, server: ForkServer, process: ForkedWorker) -> None:
        self.tasks = 0
        self._server = server
        self._process = process

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.ended.done()

    @property
    def was_killed(self) -> bool:
        """Whether somebody else killed it, such as the system for want of memory."""
        return self.has_ended and self._process.ended.result() in (None, -9)

    @property
    def resident(self) -> int:
        """The bytes of memory it has resident; 0 where the system does not say."""
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return int(pages[1]) * _PAGE

    def close(self) -> None:
        """Kill the process."""
        self._process.connection.close()
        self._server.kill(self._process.pid)

    async def run(self, pieces: Sequence[bytes], limits: TaskLimits) -> bytes | TaskFailure:
        """Return the result of a task, or why there is none.

        A cancelled caller kills the worker.

        Args:
            pieces: What the handler gets, one behind the other.
            limits: What the task may cost.
        """
        self.tasks += 1
        exchange = asyncio.create_task(self._exchange(pieces, limits))
        try:
            return await self._watch(exchange, limits)
        except (ConnectionError, EOFError):
            return TaskFailure(failure_of_exit(await self._process.ended))
        except asyncio.CancelledError:
            exchange.cancel()
            await asyncio.wait([exchange])
            self._server.kill(self._process.pid)
            raise

    async def _watch(
        self, exchange: asyncio.Task[bytes | TaskFailure], limits: TaskLimits
    ) -> bytes | TaskFailure:
        """Wait for the end of an exchange; kill the worker where it exceeds a limit."""
        now = asyncio.get_running_loop().time
        deadline = now() + limits.wall + OVERTIME_SECONDS
        while not (await asyncio.wait([exchange], timeout=CHECK_SECONDS))[0]:
            exceeded = Failure.MEMORY if self.resident > limits.memory else None
            if exceeded or now() >= deadline:
                self._server.kill(self._process.pid)
                await asyncio.wait([exchange])
                exchange.exception()
                return TaskFailure(exceeded or Failure.TIME)
        return exchange.result()

    async def _exchange(self, pieces: Sequence[bytes], limits: TaskLimits) -> bytes | TaskFailure:
        loop, connection = asyncio.get_running_loop(), self._process.connection
        header = TASK.pack(limits.cpu, limits.wall, limits.result, sum(map(len, pieces)))
        for piece in (header, *pieces):
            await loop.sock_sendall(connection, piece)
        status, length = RESULT.unpack(await self._receive(RESULT.size))
        if length > max(limits.result, DETAIL):
            self._server.kill(self._process.pid)
            return TaskFailure(Failure.SIZE)
        result = await self._receive(length)
        if status == Status.DONE:
            return result
        return TaskFailure(_FAILURES[Status(status)], result.decode("utf-8", "replace"))

    async def _receive(self, length: int) -> bytes:
        """Return so many bytes.

        Raises:
            EOFError: The worker has ended before.
        """
        loop, received = asyncio.get_running_loop(), bytearray()
        while missing := length - len(received):
            part = await loop.sock_recv(self._process.connection, min(missing, 65_536))
            if not part:
                raise EOFError("the worker has ended")
            received += part
        return bytes(received)
