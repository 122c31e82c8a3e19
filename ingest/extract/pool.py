"""Extraction in a pool of warm worker processes (temporary first cut; the interface stays)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Self

from config.settings import Settings
from ingest.extract import ExtractedPage, PageHints, extract_page


class ExtractPool:
    """Extracts pages off the event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        return None

    async def extract(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str | None = None,
        hints: PageHints = PageHints(),  # noqa: B008
        now: datetime,
    ) -> ExtractedPage:
        """Extract one page.

        Raises:
            ExtractionError: ``timeout``, ``crash``, ``not_html`` or ``empty``.
        """
        return await asyncio.to_thread(
            extract_page, body, url=url, content_type=content_type, hints=hints, now=now
        )
