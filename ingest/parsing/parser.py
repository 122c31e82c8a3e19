"""The pool of workers that parse feeds, sitemaps and robots.txt files."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from config.errors import FetchError
from config.settings import Settings
from core.processes.workers.limits import TaskFailure, TaskLimits
from ingest.discovery.feed_link import FeedLink
from ingest.document_pool import DocumentPool
from ingest.parsing.messages import (
    MAX_ANSWER,
    FeedRequest,
    LinksRequest,
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


class FeedParser(DocumentPool):
    """Parses documents in workers; an async context manager.

    Args:
        settings: The limits.
        handler: What the workers run. Tests replace it to make workers fail.
    """

    def __init__(self, settings: Settings, *, handler: str = HANDLER) -> None:
        workers = max(MIN_WORKERS, settings.extract_workers)
        super().__init__("feeds", handler, settings, workers, MAX_ANSWER)

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

    async def find_links(self, request: LinksRequest) -> list[FeedLink]:
        """Return the links of a page that may lead to feeds.

        Raises:
            FetchError: As for :meth:`parse`.
        """
        result = await self._pool.run(encode_request(request), urlsplit(request.url).netloc)
        if isinstance(result, TaskFailure):
            raise failed(request.url, result, self._pool.limits)
        return cast("list[FeedLink]", decode_answer(result, request.url))


def failed(url: str, failure: TaskFailure, limits: TaskLimits) -> FetchError:
    """Return the error for a document that a worker did not parse."""
    prefix = "limit" if failure.is_exceeded else "parse"
    return FetchError(url, f"{prefix}_{failure.failure}", failure.reason(limits))
