"""A pool of workers for documents from outside, within the limits of the settings."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from config.errors import ExtractionError
from config.i18n import Phrase
from config.settings import Settings
from core.processes.workers.limits import MEGABYTE, TaskLimits
from core.processes.workers.pool import WorkerPool


class DocumentPool:
    """Worker processes that read documents of one kind; an async context manager.

    Args:
        name: What the pool is called in logs and metrics.
        handler: What the workers run, as ``module:function``.
        settings: The limits of a task.
        workers: How many workers.
        max_answer: Most bytes of an answer.
    """

    def __init__(
        self, name: str, handler: str, settings: Settings, workers: int, max_answer: int
    ) -> None:
        memory = settings.parse_memory * MEGABYTE
        limits = TaskLimits(settings.parse_cpu, settings.parse_timeout, memory, max_answer)
        self._pool = WorkerPool(name, handler, limits, workers)

    async def __aenter__(self) -> Self:
        """Start the workers and wait until one of them is warm.

        Raises:
            ExtractionError: ``unavailable``: the workers cannot be started.
        """
        try:
            await self._pool.__aenter__()
        except OSError as error:
            raise ExtractionError("", "unavailable", Phrase("parse.unavailable")) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop all workers, whatever document they are working on."""
        await self._pool.__aexit__(kind, error, traceback)
