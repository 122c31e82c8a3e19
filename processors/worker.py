"""The worker: from ``news.articles`` to ``news.enriched`` and ``news.matches``, exactly once.

::

    poll ─▶ ┌ one transaction of the consumer ───────────────────────────────┐
            │ decode ─▶ Processors.process_all ─▶ enriched, matches, copies │ ─▶ counts
            └ outputs and position commit together ───────────────────────────┘

The consume loop sends a record that cannot be decoded to the dead letters. When the catalog has
changed, the processors are compiled anew beside those in use and swapped between two batches: by
the thread that reloads the files, so that no article waits for it, or by the worker itself.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Unpack

import structlog

from config.catalog.models import Catalog
from config.errors import CatalogError
from core.canary import CANARY_TOPIC
from core.clock import Clock
from core.dispositions import Dispositions
from core.garbage import examine_rarely, lasting_objects
from core.loop_delay import ReportTurn, ignore_turn
from core.messages import ArticleRevision
from core.messages.envelope import ARTICLES, from_record, to_record, topic_stream
from core.streams.consume_loop import ConsumePolicy, LoopOptions, LoopResult, consume
from core.streams.port import Batch, Consumer, NewRecord, Record
from core.text import for_log
from processors.canary import canary_match, is_canary, with_canary
from processors.pipeline import ArticleOutcome, Processors

GROUP = "processors"
STAGE = "processors"
STREAMS = (ARTICLES,)

BATCH_SIZE = 250
"""Most records of one poll and one transaction. Beside its processing, an article takes
40 µs less of the client's CPU on Kafka than in transactions of a hundred, and 15 on the embedded
log; with 500 it is no less."""

NEW_OBJECTS = 50_000
"""New objects after which the garbage collector examines them; fewer than 5 MB may be garbage. The
records of a batch and what comes of them are more than 10,000 without a circle among them."""

MOST_TOGETHER, MOST_BYTES_TOGETHER = 50, 500_000
"""Records of a batch that are processed together, and bytes of their values."""

COMPILE_SECONDS = 60.0
"""How long compiling all topics may take on a busy machine before the stage counts as late."""

log = structlog.get_logger(__name__)


class ProcessorsWorker:
    """Processes batches of articles.

    Args:
        catalog: Returns the current catalog; another object means that the files changed.
        languages: ``Settings.language_codes``.
        clock: For the time of dead letters.
        dispositions: Counts the articles as ``matched`` or ``no_match``.
        compiles_itself: Whether it looks for another catalog before each batch. Otherwise another
            thread calls :meth:`refresh`.

    Raises:
        CatalogError: A query of the first catalog holds an error.
    """

    def __init__(
        self,
        catalog: Callable[[], Catalog],
        languages: tuple[str, ...],
        clock: Clock,
        dispositions: Dispositions,
        *,
        compiles_itself: bool = True,
    ) -> None:
        self._catalog = catalog
        self._compiles_itself = compiles_itself
        self._languages = languages
        self._clock = clock
        self._dispositions = dispositions
        self._compiling = threading.Lock()
        self._matches = 0
        self._latest = catalog()
        examine_rarely(NEW_OBJECTS)
        with lasting_objects():
            self._processors = Processors.compile(with_canary(self._latest), languages)

    @property
    def processors(self) -> Processors:
        """The processors in use."""
        return self._processors

    @property
    def matches(self) -> int:
        """Number of matches published since the start."""
        return self._matches

    def refresh(self) -> None:
        """Compile the catalog if it has changed; the old one is used until that is done.

        A catalog with an error in a query is logged and not used: the last good one remains.
        """
        with self._compiling:
            catalog = self._catalog()
            if catalog is self._latest:
                return
            self._latest = catalog
            try:
                with lasting_objects():
                    self._processors = Processors.compile(with_canary(catalog), self._languages)
            except CatalogError as error:
                log.error("topics_not_reloaded", reason=for_log(str(error)))
                return
            topics = [t for t in self._processors.compiled.topics if t.id != CANARY_TOPIC.id]
            log.info("topics_reloaded", topics=len(topics))

    def run(self, consumer: Consumer, **options: Unpack[LoopOptions]) -> LoopResult:
        """Process batches until the loop is stopped or idle.

        Args:
            consumer: Of the group ``processors``.
            **options: For the consume loop; its policy is one of :data:`BATCH_SIZE` unless given.
        """
        report_turn = options.get("report_turn", ignore_turn)
        options.setdefault("policy", ConsumePolicy(batch_size=BATCH_SIZE))

        def attempt(batch: Batch) -> None:
            self.handle(consumer, batch, report_turn)

        return consume(
            consumer,
            attempt,
            stage=STAGE,
            clock=self._clock,
            dispositions=self._dispositions,
            **options,
        )

    def handle(
        self, consumer: Consumer, batch: Batch, report_turn: ReportTurn = ignore_turn
    ) -> None:
        """Process a batch, append its outputs and commit its position, in one transaction.

        Args:
            consumer: Of the group ``processors``.
            batch: What it polled.
            report_turn: Called as each record is read; those read together are processed then.

        Raises:
            PoisonError: A record is no article; nothing was committed.
            FencedError: The partition is assigned to another member; nothing was committed.
        """
        if self._compiles_itself:
            report_turn(COMPILE_SECONDS)
            self.refresh()
        processors = self._processors
        counts: Counter[str] = Counter()
        matches = 0
        with consumer.transaction(batch) as out:
            for records in together(batch.records):
                new, outcomes = process_records(processors, records, report_turn)
                out.append(*new)
                counts.update(outcome.disposition for outcome in outcomes)
                matches += sum(len(outcome.matches) for outcome in outcomes)
        self._matches += matches
        for disposition, number in counts.items():
            self._dispositions.count(STAGE, disposition, number)


def together(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield records in order, as many at once as are processed together."""
    group: list[Record] = []
    size = 0
    for record in records:
        length = len(record.value or b"")
        if group and (len(group) == MOST_TOGETHER or size + length > MOST_BYTES_TOGETHER):
            yield group
            group, size = [], 0
        group.append(record)
        size += length
    if group:
        yield group


def process_records(
    processors: Processors, records: Iterable[Record], report_turn: ReportTurn = ignore_turn
) -> tuple[list[NewRecord], list[ArticleOutcome]]:
    """Return what records of articles result in, and the outcomes of all but canaries.

    Args:
        processors: The processors.
        records: The records, which are processed together.
        report_turn: Called as each record is read; those read together are processed then.

    Raises:
        PoisonError: A record is no article.
    """
    new: list[NewRecord] = []
    sources: list[Record] = []
    articles: list[ArticleRevision] = []
    for record in records:
        report_turn(0.0)
        if is_canary(record):
            new += canary_match(record, processors)
        else:
            articles.append(from_record(record, ArticleRevision))
            sources.append(record)
    outcomes = processors.process_all(articles)
    for outcome, record in zip(outcomes, sources, strict=True):
        new += outputs(outcome, record, processors)
    return new, outcomes


def outputs(outcome: ArticleOutcome, record: Record, processors: Processors) -> Iterator[NewRecord]:
    """Yield the records of an outcome: enriched, and each match with its copy, if published.

    Args:
        outcome: Of the article.
        record: The article's record, whose time they take.
        processors: Know which topics are published.
    """
    at = record.time
    yield to_record(outcome.enriched, at=at)
    for match in outcome.matches:
        yield to_record(match, at=at)
        if match.topic_id in processors.published:
            stream = topic_stream(match.topic_id)
            yield to_record(match, at=at, stream=stream, key=match.article_id)
