"""The archive stage: ``news.articles`` and ``news.enriched`` into the archive.

::

    poll ─▶ decode ─▶ Archive.add (one transaction) ─▶ commit the position

A process that is killed before the position is committed adds the batch again, which changes
nothing. The nightly job deletes old articles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

from core.archive.archive import Archive
from core.archive.excerpts import TextLimits, limit_text
from core.clock import Clock
from core.dispositions import Dispositions
from core.loop_delay import ignore_turn
from core.messages import ArticleRevision, Enriched
from core.messages.envelope import ARTICLES, ENRICHED, from_record
from core.streams.consume_loop import LoopOptions, LoopResult, consume
from core.streams.port import Batch, Consumer

GROUP = "archive"
STAGE = "archive"
STREAMS = (ARTICLES, ENRICHED)

ARCHIVED, KNOWN = "archived", "known"
"""Dispositions of a revision."""

BATCH_SECONDS = 10.0
"""How long a batch may take on a slow disk before the stage counts as late."""


class ArchiveWorker:
    """Stores batches of articles and enrichments.

    Args:
        archive: Where they are stored.
        clock: For the time of dead letters, and the age of texts.
        dispositions: Counts the revisions as ``archived`` or ``known``.
        text_limits: Returns how long full texts are kept, by outlet.
    """

    def __init__(
        self,
        archive: Archive,
        clock: Clock,
        dispositions: Dispositions,
        text_limits: Callable[[], TextLimits] = dict,
    ) -> None:
        self._archive = archive
        self._text_limits = text_limits
        self._clock = clock
        self._dispositions = dispositions

    def run(self, consumer: Consumer, **options: Unpack[LoopOptions]) -> LoopResult:
        """Store batches until the loop is stopped or idle.

        Args:
            consumer: Of the group ``archive``.
            **options: For the consume loop.
        """
        report_turn = options.get("report_turn", ignore_turn)

        def attempt(batch: Batch) -> None:
            report_turn(BATCH_SECONDS)
            self.handle(consumer, batch)

        return consume(
            consumer,
            attempt,
            stage=STAGE,
            clock=self._clock,
            dispositions=self._dispositions,
            **options,
        )

    def handle(self, consumer: Consumer, batch: Batch) -> None:
        """Store a batch, then commit its position.

        Raises:
            PoisonError: A record is neither an article nor an enrichment; nothing was stored.
            ArchiveError: The archive takes no writes; nothing was stored.
            FencedError: The partition is assigned to another member; what was stored stays.
        """
        articles, enriched = [], []
        limits, now = self._text_limits(), self._clock()
        for record in batch.records:
            if record.stream == ENRICHED:
                enriched.append(from_record(record, Enriched))
            else:
                articles.append(limit_text(from_record(record, ArticleRevision), limits, now))
        new = self._archive.add(articles, enriched)
        consumer.commit(batch)
        self._dispositions.count(STAGE, ARCHIVED, new)
        self._dispositions.count(STAGE, KNOWN, len(articles) - new)
