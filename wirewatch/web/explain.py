"""Why a topic matches an article, or why not, asked of the rules in force.

::

    catalog ──compiled once per catalog──▶ Processors ──explain──▶ Explanation
                                                 ▲
    pasted text │ JSON │ HTML │ URL ──given──────┘   (pages: fetched by the guarded client,
                                                      extracted in a process with a time limit)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from config.catalog.models import Catalog
from config.errors import UsageError
from config.settings import Settings
from core.clock import Clock
from core.messages import ArticleRevision
from ingest.extract.pool import ExtractPool
from processors import Explanation, Processors, article_from_fields
from processors.explanation import explain
from wirewatch import article_input
from wirewatch.article_input import Given

MOST_TOPICS = 40
"""Other topics an article is held against on its story's page."""

MOST_PASTED = 400_000
"""Characters; a long article has a twentieth of that."""

AT_ONCE = 2
"""Pages looked at at the same moment: each takes a process."""


class Explainer:
    """Answers for the catalog in force. Thread-safe.

    Args:
        catalog: Gives the operator's files in force.
        settings: Languages, limits of fetching and extraction.
        clock: The present.
    """

    def __init__(self, catalog: Callable[[], Catalog], settings: Settings, clock: Clock) -> None:
        self._catalog = catalog
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._compiled: Processors | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)

    def explain(self, topic_id: str, article: ArticleRevision, language: str | None) -> Explanation:
        """Why this topic does or does not match.

        Raises:
            UsageError: The topic is not evaluated.
        """
        return self._processors().explain(topic_id, article, given_language=language)

    def others(self, article: ArticleRevision, but: str) -> list[Explanation]:
        """What the other topics say of an article, the nearest to matching first."""
        processors = self._processors()
        draft = processors.draft(article)
        found = [
            explain(processors.known, number, draft)
            for number, topic in enumerate(processors.known.topics[:MOST_TOPICS])
            if topic.id != but
        ]
        return sorted(found, key=lambda e: (-e.match, e.threshold - e.score))

    async def given(self, source: str, title: str, language: str) -> Given:
        """The article somebody put into the box.

        Args:
            source: A URL, JSON, HTML, or plain text.
            title: Of plain text.
            language: Of plain text; empty where it is to be found out.

        Raises:
            UsageError: There is nothing in it, or it is no article.
            FetchError: The URL could not be had, or may not be asked for.
            ExtractionError: The page holds no article.
        """
        source = source.strip()[:MOST_PASTED]
        if article_input.is_url(source) and not source.split(maxsplit=1)[1:]:
            return await self._page(source)
        if article_input.is_json(source.encode()):
            return article_input.from_json("The text", source.encode())
        if source[:1] == "<":
            return await self._extracted(source.encode(), "", "text/html; charset=utf-8")
        if not source and not title:
            raise UsageError("There is nothing to look at.", mend="Paste a text, or a URL.")
        fields = {"title": title, "text": source, "language": language or None}
        return article_from_fields(fields), language or None

    async def _page(self, url: str) -> Given:
        page = await article_input.fetch(url, self._settings)
        return await self._extracted(page.body, page.url, page.headers.get("content-type"))

    async def _extracted(self, body: bytes, url: str, content_type: str | None) -> Given:
        alone = self._settings.model_copy(update={"extract_workers": 1})
        async with self._turns, ExtractPool(alone) as pool:
            page = await pool.extract(body, url=url, content_type=content_type, now=self._clock())
        return article_input.from_page(page)

    def _processors(self) -> Processors:
        with self._lock:
            catalog = self._catalog()
            if self._compiled is None or self._compiled.catalog is not catalog:
                self._compiled = Processors.compile(catalog, self._settings.language_codes)
            return self._compiled
