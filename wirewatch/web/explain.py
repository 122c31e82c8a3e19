"""Why a topic matches an article, or why not, asked of the rules in force.

::

    catalog ──compiled once per catalog──▶ Processors ──explain──▶ Explanation
                                                 ▲
    pasted text │ JSON │ HTML │ URL ──read───────┘   (pages: fetched by the guarded client,
                                                      extracted in a process with a time limit)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from config.catalog.models import Catalog
from config.settings import Settings
from core.clock import Clock
from core.messages import ArticleRevision
from ingest.extract import ExtractedPage
from ingest.extract.pool import ExtractPool
from processors import Explanation, Processors
from processors.explanation import explain
from wirewatch.article_input import ArticleInput, Document, read_pasted

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

    async def read(self, source: str, title: str, language: str) -> ArticleInput:
        """Read the article that somebody pasted into the try box.

        Args:
            source: A URL, JSON, HTML, or plain text; cut to :data:`MOST_PASTED` characters.
            title: Title of a plain text.
            language: Language of a plain text; empty to detect it.

        Raises:
            UsageError: Nothing was pasted, or it describes no article.
            FetchError: The URL could not be fetched.
            ExtractionError: The page holds no article.
        """
        return await read_pasted(
            source.strip()[:MOST_PASTED],
            self._settings,
            self._extracted,
            title=title,
            language=language,
        )

    async def _extracted(self, page: Document) -> ExtractedPage:
        one_worker = self._settings.model_copy(update={"extract_workers": 1})
        async with self._turns, ExtractPool(one_worker) as pool:
            return await pool.extract(
                page.body, url=page.url, content_type=page.content_type, now=self._clock()
            )

    def _processors(self) -> Processors:
        with self._lock:
            catalog = self._catalog()
            if self._compiled is None or self._compiled.catalog is not catalog:
                self._compiled = Processors.compile(catalog, self._settings.language_codes)
            return self._compiled
