"""The pool of workers that parse feeds, sitemaps and robots.txt files."""

from __future__ import annotations

from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

from config.errors import ExtractionError, FetchError
from config.i18n import Phrase
from config.settings import Settings
from core.processes.workers.limits import MEGABYTE, TaskFailure, TaskLimits
from core.processes.workers.pool import WorkerPool
from ingest.parsing.messages import (
    MAX_ANSWER,
    FeedRequest,
    RobotsAnswer,
    RobotsRequest,
    decode_answer,
    encode_head,
    encode_request,
)
from ingest.sources.entry import ParsedFeed

HANDLER = "ingest.parsing.handler:handle"

MIN_WORKERS = 2
"""One document that takes long must not hold up all others."""


class FeedParser:
    """Parses documents in workers; an async context manager.

    Args:
        settings: The limits.
        handler: What the workers run. Tests replace it to make workers fail.
    """

    def __init__(self, settings: Settings, *, handler: str = HANDLER) -> None:
        limits = TaskLimits(
            settings.parse_cpu,
            settings.parse_timeout,
            settings.parse_memory * MEGABYTE,
            MAX_ANSWER,
        )
        workers = max(MIN_WORKERS, settings.extract_workers)
        self._pool = WorkerPool("feeds", handler, limits, workers)

    async def __aenter__(self) -> Self:
        """Start the workers.

        Raises:
            ExtractionError: ``unavailable``: they cannot be started.
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
        trace: TracebackType | None,
    ) -> None:
        """Stop all workers, whatever document they are working on."""
        await self._pool.__aexit__(kind, error, trace)

    async def parse(self, request: FeedRequest, outlet: str, *, slow: bool = False) -> ParsedFeed:
        """Return the new and changed entries of a document.

        Args:
            request: The document.
            outlet: Whose document it is.
            slow: Whether the feed's last document exceeded a limit.

        Raises:
            FetchError: The document cannot be read, or exceeds a limit (``limit_cpu``,
                ``limit_time``, ``limit_memory``, ``limit_size``); ``parse_crash``, ``parse_busy``
                and ``parse_unavailable`` are not its fault.
        """
        head = encode_head(request)
        result = await self._pool.run(head, outlet, document=request.body, slow=slow)
        if isinstance(result, TaskFailure):
            raise failed(request.url, result, self._pool.limits)
        return cast("ParsedFeed", decode_answer(result, request.url, request.known))

    async def decide_robots(self, request: RobotsRequest) -> RobotsAnswer:
        """Return what a robots.txt says about a URL.

        Raises:
            FetchError: As for :meth:`parse`.
        """
        result = await self._pool.run(encode_request(request), urlsplit(request.url).netloc)
        if isinstance(result, TaskFailure):
            raise failed(request.url, result, self._pool.limits)
        return cast("RobotsAnswer", decode_answer(result, request.url))


def failed(url: str, failure: TaskFailure, limits: TaskLimits) -> FetchError:
    """Return the error for a document that a worker did not parse."""
    prefix = "limit" if failure.is_exceeded else "parse"
    return FetchError(url, f"{prefix}_{failure.failure}", failure.reason(limits))
