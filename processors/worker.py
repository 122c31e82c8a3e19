"""The worker: from ``news.articles`` to ``news.enriched`` and ``news.matches``, exactly once.

::

    poll ─▶ ┌ one transaction of the consumer ───────────────────────────────┐
            │ decode ─▶ Processors.process ─▶ enriched, matches, topic copies │ ─▶ counts
            └ outputs and position commit together ───────────────────────────┘

A record that cannot be decoded is poison: the consume loop sets it aside. The processors
are compiled when the catalog object changes, between two batches: by whoever asks first, so a
thread that watches the files may call :meth:`Worker.refresh` before the next batch does.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Unpack

import structlog

from config.catalog.models import Catalog
from config.errors import CatalogError
from core.clock import Clock
from core.dispositions import Dispositions
from core.messages import ArticleRevision
from core.messages.envelope import ARTICLES, from_record, to_record, topic_stream
from core.streams.consume_loop import LoopOptions, LoopResult, consume
from core.streams.port import Batch, Consumer, NewRecord, Record
from core.text import for_log
from processors.pipeline import ArticleOutcome, Processors

GROUP = "processors"
STAGE = "processors"
STREAMS = (ARTICLES,)

log = structlog.get_logger(__name__)


class ProcessorsWorker:
    """Processes batches of articles.

    Args:
        catalog: Gives the files in force; another object means they changed.
        languages: ``Settings.language_codes``.
        clock: Dates dead letters.
        dispositions: Where each article's end is counted: ``matched``, ``no_match``.

    Raises:
        CatalogError: A query of the first catalog holds an error.
    """

    def __init__(
        self,
        catalog: Callable[[], Catalog],
        languages: tuple[str, ...],
        clock: Clock,
        dispositions: Dispositions,
    ) -> None:
        self._catalog = catalog
        self._languages = languages
        self._clock = clock
        self._dispositions = dispositions
        self._compiling = threading.Lock()
        self._matches = 0
        self._seen = catalog()
        self._processors = Processors.compile(self._seen, languages)

    @property
    def processors(self) -> Processors:
        """What is in force."""
        return self._processors

    @property
    def matches(self) -> int:
        """Matches published since the start."""
        return self._matches

    def refresh(self) -> None:
        """Compile the catalog if it is another one; the old stays in force until it is ready.

        A catalog with an error in a query is logged and passed over: the last good one stays.
        """
        with self._compiling:
            catalog = self._catalog()
            if catalog is self._seen:
                return
            self._seen = catalog
            try:
                self._processors = Processors.compile(catalog, self._languages)
            except CatalogError as error:
                log.error("topics_not_reloaded", reason=for_log(str(error)))
                return
            log.info("topics_reloaded", topics=len(self._processors.known.topics))

    def run(self, consumer: Consumer, **how: Unpack[LoopOptions]) -> LoopResult:
        """Work until told to stop or idle; ``how`` goes to the consume loop."""

        def attempt(batch: Batch) -> None:
            self.handle(consumer, batch)

        return consume(
            consumer,
            attempt,
            stage=STAGE,
            clock=self._clock,
            dispositions=self._dispositions,
            **how,
        )

    def handle(self, consumer: Consumer, batch: Batch) -> None:
        """Process a batch and commit it.

        Raises:
            PoisonError: A record is no article; nothing was kept.
            FencedError: Another member has the partition now; nothing was kept.
        """
        self.refresh()
        processors = self._processors
        ends: Counter[str] = Counter()
        matches = 0
        with consumer.transaction(batch) as out:
            for record in batch.records:
                outcome = processors.process(from_record(record, ArticleRevision))
                out.append(*outputs(outcome, record, processors))
                ends[outcome.disposition] += 1
                matches += len(outcome.matches)
        self._matches += matches
        for disposition, number in ends.items():
            self._dispositions.count(STAGE, disposition, number)


def outputs(outcome: ArticleOutcome, record: Record, processors: Processors) -> Iterator[NewRecord]:
    """The records that tell an outcome: enriched, each match, and its copy where published."""
    at = record.time
    yield to_record(outcome.enriched, at=at)
    for match in outcome.matches:
        yield to_record(match, at=at)
        if match.topic_id in processors.published:
            stream = topic_stream(match.topic_id)
            yield to_record(match, at=at, stream=stream, key=match.article_id)
