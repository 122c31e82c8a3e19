"""Extract pages in a pool of worker processes, each page within limits.

::

    extract() ── WorkerPool ──▶ worker process: handler.handle ──▶ ExtractedPage
                     └── limit exceeded: the worker is killed, only its page fails

Only workers import the code that reads pages; the parent imports this module and does not need it.
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import Any

from config.errors import ExtractionError
from config.settings import Settings
from core.messages import Access, Zone
from core.metrics import EXTRACT_SECONDS
from core.processes.workers.codec import frame_head, load
from core.processes.workers.limits import TaskFailure
from ingest.document_pool import DocumentPool
from ingest.extract.models import ExtractedPage, PageHints
from ingest.extract.opinion.dispute import Dispute
from ingest.extract.page_links import PageLinks

HANDLER = "ingest.extract.handler:handle"

MAX_ANSWER = 2_000_000
"""Bytes of an answer; the text of a long article has a twentieth of that."""

_NO_HINTS = PageHints()


def available_cores() -> int:
    """Return how many cores this process may use, or all of them where the system cannot tell."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ExtractPool(DocumentPool):
    """A pool of processes that extract pages; an async context manager.

    Args:
        settings: ``extract_workers`` (0: one per core) and the limits.
        handler: What the workers run. Tests replace it to make workers fail.
    """

    def __init__(self, settings: Settings, *, handler: str = HANDLER) -> None:
        workers = settings.extract_workers or available_cores()
        super().__init__("pages", handler, settings, workers, MAX_ANSWER)

    async def extract(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str | None = None,
        hints: PageHints = _NO_HINTS,
        now: datetime,
        outlet: str = "",
    ) -> ExtractedPage:
        """Extract one page.

        Args:
            body: As for :func:`ingest.extract.article.extract_page`, like all but the last.
            url: The page's URL.
            content_type: Its ``Content-Type``.
            hints: What the feed says.
            now: The present.
            outlet: Whose page it is; an outlet has one page extracted at a time.

        Raises:
            ExtractionError: ``not_html`` or ``empty``; ``cpu``, ``time``, ``memory`` or ``size``
                where a limit was exceeded; ``crash``, ``busy`` or ``unavailable``.
            RuntimeError: The pool is not open.
        """
        head = {"url": url, "content_type": content_type, "hints": hints, "now": now}
        start = time.perf_counter()
        try:
            result = await self._pool.run(frame_head(head), outlet, document=body)
        finally:
            EXTRACT_SECONDS.observe(time.perf_counter() - start)
        if isinstance(result, TaskFailure):
            raise ExtractionError(url, str(result.failure), result.reason(self._pool.limits))
        answer = load(result)
        if "error" in answer:
            raise ExtractionError(url, *answer["error"])
        return _page(answer)


def _page(answer: dict[str, Any]) -> ExtractedPage:
    zones = tuple(Zone.model_validate(zone) for zone in answer["zones"])
    values = answer | {"zones": zones, "access": Access(answer["access"])}
    values |= {name: tuple(answer[name]) for name in ("authors", "flags", "votes")}
    numbered = tuple((number, url) for number, url in answer["links"]["numbered"])
    values["links"] = PageLinks(numbered, tuple(answer["links"]["whole"]))
    values["dispute"] = Dispute(**answer["dispute"]) if answer["dispute"] else None
    return ExtractedPage(**values)
