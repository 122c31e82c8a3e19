"""The work of the workbench on the archive, within limits."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

from config.catalog.models import Catalog
from config.errors import ArchiveTimeoutError
from config.settings import Settings
from core.archive import Archive, Proposal
from core.archive.open import open_archive
from core.clock import Clock
from processors import Processors
from processors.archive import SearchQuery
from processors.archive.proposal import propose
from processors.archive.words import words_of
from processors.query.nodes import Node, Or
from wirewatch.topic_tools.expansion import Expansion, Term
from wirewatch.web.pages.workbench.archive import (
    DraftMatcher,
    DraftMatches,
    NewestArticles,
    ReadLimits,
)
from wirewatch.web.pages.workbench.draft import Draft

LIMITS = ReadLimits()
LOOK_SECONDS = 0.5
"""How long one look into the archive's words may take."""

DAYS = (1, 3, 7, 14)
"""Days of the archive that can be looked through."""


class ArchiveReader:
    """Looks through the newest articles of the archive. Thread-safe.

    Args:
        settings: Where the archive is; languages of articles.
        clock: The present.
        limits: How much one request reads.
    """

    def __init__(self, settings: Settings, clock: Clock, limits: ReadLimits = LIMITS) -> None:
        self._settings = settings
        self._clock = clock
        self._limits = limits
        self._lock = threading.Lock()
        self._archive: Archive | None = None

    def match(
        self, draft: Draft, saved: Draft | None, days: int
    ) -> tuple[NewestArticles, DraftMatches]:
        """Return what a sound draft matches, and what was read.

        Raises:
            ArchiveError: The archive is unavailable or damaged.
        """
        matcher = DraftMatcher(draft, saved, self._settings.language_codes)
        recent = self._recent(days, matcher.queries, matcher.processors)
        return recent, matcher.match(recent)

    def expand(self, term: str, catalog: Catalog, days: int) -> tuple[NewestArticles, Expansion]:
        """Return the words of articles that a term finds, and what was read.

        Raises:
            UsageError: The term is not a valid query.
            ArchiveError: The archive is unavailable or damaged.
        """
        compiled = Term(term, catalog, self._settings.language_codes)
        recent = self._recent(days, [compiled.node], compiled.processors)
        return recent, compiled.expand(recent.articles())

    def _recent(self, days: int, queries: Sequence[Node], processors: Processors) -> NewestArticles:
        """Return the articles that may match one of the queries."""
        archive, since = self._open(), self._clock() - timedelta(days=days)
        proposal = self._propose(archive, queries, processors) if queries else ()
        return NewestArticles(archive, since, self._limits, proposal=proposal)

    def _propose(
        self, archive: Archive, queries: Sequence[Node], processors: Processors
    ) -> Proposal:
        """Return what the archive's index is searched for; empty where that takes too long."""
        entities = {entity.id: entity for entity in processors.catalog.entities}
        languages = self._settings.language_codes
        query = SearchQuery("", Or(tuple(queries)), languages, entities, processors)
        try:
            return propose(query, archive, LOOK_SECONDS)
        except ArchiveTimeoutError:
            return ()

    def _open(self) -> Archive:
        with self._lock:
            if self._archive is None:
                self._archive = open_archive(self._settings, words_of)
            return self._archive
