"""Replay: process past articles again, with ``origin: replay``.

::

    news.articles ──from a time, up to the position of the running processors──┐
                                                                               ▼
    enriched, matches, topic copies ◀─ Processors.process ◀─ stored article, origin: replay

The records equal those of the running processors except for the origin. Their ids are made of the
article, its revision, the topic and the topic's definition, so that a consumer that deduplicates
by ``ce_id`` sees nothing new where nothing changed. A changed topic has another ``topic_revision``,
and its matches have other ids. A replay of one topic publishes the matches of that topic only.

Articles that the running processors have not read yet are not replayed: a replayed record must not
precede the live record with the same id. Each replay has a consumer group of its own. Outputs and
position of a batch are committed together, so that a run replays every article once.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from config.errors import PoisonError
from core.clock import Clock
from core.messages import ArticleRevision, Origin
from core.messages.envelope import ARTICLES, ENRICHED, MATCHES, from_record
from core.streams.bounded_replay import (
    BoundedReplay,
    delete_abandoned_groups,
    try_delete_group,
)
from core.streams.consume_loop import ConsumePolicy, LoopOptions
from core.streams.port import Batch, Consumer, NewRecord, Record, Start, StreamLog
from core.text import for_log
from processors.pipeline import Processors
from processors.worker import GROUP, outputs

GROUPS = "replay-"
"""Prefix of the groups' names."""

STAGE = "replay"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReplayRange:
    """The articles that the running processors have read.

    Attributes:
        ends: For each partition, the offset that they read next.
        waiting: Number of articles that they have not read yet.
    """

    ends: Mapping[int, int]
    waiting: int


def replay_range(streams: StreamLog) -> ReplayRange:
    """Return what the running processors have read, from the stream engine."""
    lags = streams.lag(GROUP, [ARTICLES])
    return ReplayRange({x.partition: x.position or 0 for x in lags}, sum(x.records for x in lags))


@dataclass(slots=True)
class ReplayCounts:
    """What a replay has done.

    Attributes:
        articles: Articles replayed.
        enriched: Records published on ``news.enriched``.
        matches: Records published on ``news.matches``.
        copies: Records published on the streams of topics.
        topics: Matches by topic.
        unreadable: Records that are no article; they are skipped.
        dead_letters: Articles that could not be processed and became dead letters.
        reached: Time of the newest article replayed.
    """

    articles: int = 0
    enriched: int = 0
    matches: int = 0
    copies: int = 0
    topics: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    dead_letters: int = 0
    reached: datetime | None = None


class Replay:
    """One replay.

    Args:
        streams: The stream engine.
        processors: Compiled from the topics to replay.
        since: Articles fetched earlier are left out; None for all that the stream retains.
        enriched: Whether to publish on ``news.enriched`` too.
        watch: Called after each batch with the counts so far.

    Attributes:
        counts: What has been done so far.
    """

    def __init__(
        self,
        streams: StreamLog,
        processors: Processors,
        *,
        since: datetime | None,
        enriched: bool = True,
        watch: Callable[[ReplayCounts], object] = lambda _: None,
    ) -> None:
        self.counts = ReplayCounts()
        self._streams = streams
        self._processors = processors
        self._since = since
        self._enriched = enriched
        self._watch = watch

    def run(
        self,
        up_to: ReplayRange,
        *,
        clock: Clock,
        stop: Callable[[], bool],
        pause: Callable[[float], object] = time.sleep,
        batch: int = 100,
    ) -> None:
        """Replay and publish. The group is deleted at the end, even of a replay that was stopped.

        Args:
            up_to: Where to end.
            clock: For the time of dead letters.
            stop: Returns whether to end after the current batch.
            pause: Sleeps between retries, for a number of seconds.
            batch: Most articles per transaction.

        Raises:
            StreamError: The stream engine is not available or refused an operation.
        """
        delete_abandoned_groups(self._streams, GROUPS)
        group = f"{GROUPS}{uuid.uuid4().hex[:12]}"
        replay = BoundedReplay(self._streams, group, ARTICLES, up_to.ends)

        def attempt(consumer: Consumer, articles: Batch) -> None:
            wanted = [r for r in articles.records if replay.wants(r)]
            with consumer.transaction(articles) as out:
                outcomes = [(r, self._outputs(r)) for r in wanted]
                out.append(*(new for _, records in outcomes for new in records or ()))
            for record, records in outcomes:
                self._count(record, records)
            self._watch(self.counts)

        options: LoopOptions = {
            "stop": stop,
            "pause": pause,
            "policy": ConsumePolicy(batch, poll_seconds=0.2, max_retries=8),
        }
        start: Start = self._since or "start"
        try:
            result = replay.run(attempt, stage=STAGE, start=start, clock=clock, **options)
            self.counts.dead_letters = result.dead_letters
        finally:
            try_delete_group(self._streams, group)

    def preview(self, up_to: ReplayRange, *, stop: Callable[[], bool]) -> None:
        """Count what a replay would publish, without writing anything or joining a group."""
        if not any(up_to.ends.values()):
            return
        for record in self._streams.read(ARTICLES, start=self._since or "start"):
            if stop():
                return
            if record.offset < up_to.ends.get(record.partition, 0):
                self._count(record, self._outputs(record))
                self._watch(self.counts)

    def _outputs(self, record: Record) -> list[NewRecord] | None:
        """Return what to publish for a record; None where it is no article or too old."""
        if self._since is not None and record.time < self._since:
            return None
        try:
            article = from_record(record, ArticleRevision).model_copy(
                update={"origin": Origin.REPLAY}
            )
        except PoisonError as error:
            log.debug("article_not_replayed", offset=record.offset, reason=for_log(str(error)))
            return None
        records = outputs(self._processors.process(article), record, self._processors)
        return [new for new in records if self._enriched or new.stream != ENRICHED]

    def _count(self, record: Record, published: list[NewRecord] | None) -> None:
        counts = self.counts
        if published is None:
            counts.unreadable += self._since is None or record.time >= self._since
            return
        counts.articles += 1
        counts.reached = max(counts.reached or record.time, record.time)
        for new in published:
            if new.stream == ENRICHED:
                counts.enriched += 1
            elif new.stream == MATCHES:
                counts.matches += 1
                counts.topics[(new.key or b"").decode()] += 1
            else:
                counts.copies += 1
