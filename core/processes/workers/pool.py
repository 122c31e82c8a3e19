"""A pool of workers that run one kind of task, each within limits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import structlog

from core import metrics
from core.processes.workers.lanes import Lane, Lanes, Ticket, is_slow, limits_of
from core.processes.workers.limits import Failure, TaskFailure, TaskLimits, is_failure
from core.processes.workers.server import ForkServer
from core.processes.workers.worker import Worker
from core.text.clean import for_log

TASKS_PER_WORKER = 500
"""A worker's memory grows with what it has parsed. Starting a new one takes milliseconds."""

log = structlog.get_logger(__name__)


class WorkerPool:
    """A pool of workers; an async context manager.

    Args:
        name: What it is called in logs and metrics.
        handler: What the workers run, as ``module:function``.
        limits: What one task may cost.
        workers: How many tasks run at a time; outlets that exceeded a limit have one worker more.
    """

    def __init__(self, name: str, handler: str, limits: TaskLimits, workers: int) -> None:
        self.limits = limits
        self._name = name
        self._server = ForkServer(handler, limits.memory)
        self._lanes = Lanes(workers)
        self._turns: dict[Ticket, asyncio.Future[None]] = {}
        self._idle: list[Worker] = []
        self._open = False

    async def __aenter__(self) -> Self:
        """Start the first worker.

        Raises:
            OSError: Workers cannot be started.
        """
        try:
            self._idle.append(await self._new_worker())
        except BaseException:
            await self._server.close()
            raise
        self._open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill all workers, whatever task they have."""
        self._open = False
        for worker in self._idle:
            worker.close()
        self._idle.clear()
        await self._server.close()

    async def run(
        self, task: bytes, owner: str, *, document: bytes = b"", slow: bool = False
    ) -> bytes | TaskFailure:
        """Return the result of a task, or why there is none.

        Args:
            task: What the handler gets.
            owner: Id of the outlet whose document it is: it has one task at a time. Empty where
                there is none.
            document: What the handler gets behind ``task``. Tasks wait, and documents may have
                megabytes, so that one that is a part of ``task`` would be in memory twice.
            slow: Whether the last document of the outlet is known to have exceeded a limit.

        Raises:
            RuntimeError: The pool is not open.
        """
        if not self._open:
            raise RuntimeError(f"the pool of workers for {self._name} is not open")
        if slow:
            self._lanes.mark(owner, slow=True)
        ticket = Ticket(owner)
        pieces = task, document
        result = await self._run_in_lane(ticket, pieces)
        if ticket.lane is Lane.OPEN and is_failure(result, Failure.CPU):
            ticket = Ticket(owner, Lane.SLOW)
            result = await self._run_in_lane(ticket, pieces)
        if isinstance(result, TaskFailure):
            self._note(ticket, result)
        return result

    async def _run_in_lane(self, ticket: Ticket, pieces: Sequence[bytes]) -> bytes | TaskFailure:
        """Run a task when it is its turn; in the open lane it has little time."""
        if not self._lanes.add(ticket):
            return TaskFailure(Failure.BUSY)
        result: bytes | TaskFailure = TaskFailure(Failure.CRASH)
        try:
            await self._turn(ticket)
            result = await self._run(pieces, limits_of(ticket.lane, self.limits))
        finally:
            self._lanes.remove(ticket, slow=is_slow(result))
            self._turns.pop(ticket, None)
            self._call_next()
        return result

    async def _turn(self, ticket: Ticket) -> None:
        """Wait until it is the turn of a task."""
        self._turns[ticket] = turn = asyncio.get_running_loop().create_future()
        self._call_next()
        await turn

    def _call_next(self) -> None:
        while ticket := self._lanes.next():
            turn = self._turns[ticket]
            if not turn.done():
                turn.set_result(None)

    async def _run(self, pieces: Sequence[bytes], limits: TaskLimits) -> bytes | TaskFailure:
        """Run a task, and once more where something else ended its worker."""
        result: bytes | TaskFailure = TaskFailure(Failure.CRASH)
        for _ in range(2):
            if not self._open:
                break
            try:
                worker = await self._take_worker()
            except (OSError, TimeoutError) as error:
                return TaskFailure(Failure.UNAVAILABLE, str(error))
            try:
                result = await worker.run(pieces, limits)
            except BaseException:
                worker.close()
                raise
            killed = is_failure(result, Failure.CRASH) and worker.was_killed
            self._give_back(worker, failed=isinstance(result, TaskFailure))
            if not killed:
                break
        return result

    async def _take_worker(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if not worker.has_ended:
                return worker
            worker.close()
        return await self._new_worker()

    async def _new_worker(self) -> Worker:
        return Worker(self._server, await self._server.fork())

    def _give_back(self, worker: Worker, *, failed: bool) -> None:
        """Keep a worker for the next task, unless it has failed, is old or has grown."""
        worn = worker.tasks >= TASKS_PER_WORKER or 2 * worker.resident > self.limits.memory
        if failed or worn or not self._open:
            worker.close()
        else:
            self._idle.append(worker)

    def _note(self, ticket: Ticket, result: TaskFailure) -> None:
        metrics.PARSE_FAILURES.labels(self._name, result.failure).inc()
        log.warning(
            "task_failed",
            pool=self._name,
            owner=for_log(ticket.owner),
            failure=str(result.failure),
            detail=for_log(result.detail, 1000),
        )
