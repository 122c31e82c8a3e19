"""Explains why a topic matches an article, or why not, by the rules in force.

::

    catalog ──compiled once per catalog──────▶ Processors ──explain──▶ Explanation
                                                   ▲
    pasted text │ JSON │ HTML │ URL ──read─────────┘   (a page is fetched by the guarded client and
                                                        extracted in a process with a time limit)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from config.catalog.models import Catalog
from config.errors import BusyError
from config.settings import Settings
from core.clock import Clock
from core.messages import ArticleRevision
from core.metrics import CONSOLE_REFUSED
from ingest.extract import ExtractedPage
from ingest.extract.pool import ExtractPool
from processors import Explanation, Processors
from processors.explanation import explain
from wirewatch.article_input import ArticleInput, Document, fetch_page, read_pasted

MAX_TOPICS = 40
"""Other topics that an article is compared with on its story's page."""

MAX_SOURCE = 400_000
"""Characters; a long article has a twentieth of that."""

CONCURRENT_PAGES = 2
"""Pages extracted at the same time: each takes a process."""

CONCURRENT_FETCHES = 4
"""Pages fetched at the same time, each over a connection of its own."""

CONCURRENT_TRIALS = 8
"""Trials at the same time; some of them wait to fetch or extract, further ones are refused."""


class Explainer:
    """Explains by the catalog in force. Thread-safe.

    Args:
        catalog: Returns the operator's files in force.
        settings: Languages, limits of fetching and extraction.
        clock: The present.
    """

    def __init__(self, catalog: Callable[[], Catalog], settings: Settings, clock: Clock) -> None:
        self._catalog = catalog
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._compiled: Processors | None = None
        self._page_slots = asyncio.Semaphore(CONCURRENT_PAGES)
        self._fetch_slots = asyncio.Semaphore(CONCURRENT_FETCHES)
        self._trials = 0

    def explain(self, topic_id: str, article: ArticleRevision, language: str | None) -> Explanation:
        """Return why a topic matches an article, or why not.

        Args:
            topic_id: The topic.
            article: The article.
            language: Its language; None to detect it.

        Raises:
            UsageError: The topic is not evaluated.
        """
        return self.processors().explain(topic_id, article, given_language=language)

    def explain_others(self, article: ArticleRevision, topic_id: str) -> list[Explanation]:
        """Return how all topics but one judge an article, the closest to a match first."""
        processors = self.processors()
        analysis = processors.index(article)
        explanations = [
            explain(processors.compiled, number, analysis)
            for number, topic in enumerate(processors.compiled.topics[:MAX_TOPICS])
            if topic.id != topic_id
        ]
        return sorted(explanations, key=lambda e: (-e.match, e.threshold - e.score))

    async def try_topic(
        self, topic_id: str, source: str, title: str, language: str
    ) -> tuple[ArticleRevision, Explanation]:
        """Return the article that somebody entered into a form, and why a topic matches it or not.

        Args:
            topic_id: The topic.
            source: As for :meth:`read`.
            title: As for :meth:`read`.
            language: As for :meth:`read`.

        Raises:
            BusyError: Too many do this at the same time.
            UsageError: The topic is not evaluated, or the source is empty or not an article.
            FetchError: The URL could not be fetched.
            ExtractionError: The page does not contain an article.
        """
        if self._trials >= CONCURRENT_TRIALS:
            CONSOLE_REFUSED.labels("trials").inc()
            raise BusyError("Too many trials at once.", mend="Try again in a few seconds.")
        self._trials += 1
        try:
            article, known = await self.read(source, title, language)
            return article, await run_in_threadpool(self.explain, topic_id, article, known)
        finally:
            self._trials -= 1

    async def read(self, source: str, title: str, language: str) -> ArticleInput:
        """Read the article that somebody entered into a form.

        Args:
            source: A URL, JSON, HTML, or plain text; cut to :data:`MAX_SOURCE` characters.
            title: Headline of plain text.
            language: Language of plain text; empty to detect it.

        Raises:
            UsageError: The source is empty or not an article.
            FetchError: The URL could not be fetched.
            ExtractionError: The page does not contain an article.
        """
        return await read_pasted(
            source.strip()[:MAX_SOURCE],
            self._fetched,
            self._extracted,
            title=title,
            language=language,
        )

    async def _fetched(self, url: str) -> Document:
        async with self._fetch_slots:
            return await fetch_page(url, self._settings)

    async def _extracted(self, page: Document) -> ExtractedPage:
        one_worker = self._settings.model_copy(update={"extract_workers": 1})
        async with self._page_slots, ExtractPool(one_worker) as pool:
            return await pool.extract(
                page.body, url=page.url, content_type=page.content_type, now=self._clock()
            )

    def processors(self) -> Processors:
        """Return the topics in force, compiled."""
        with self._lock:
            catalog = self._catalog()
            if self._compiled is None or self._compiled.catalog is not catalog:
                self._compiled = Processors.compile(catalog, self._settings.language_codes)
            return self._compiled
