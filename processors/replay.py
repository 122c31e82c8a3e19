"""Replay: past articles through the processors once more, told as ``origin: replay``.

::

    news.articles ──from a time, as far as the running processors have come──┐
                                                                            ▼
        the article as it is kept, origin: replay ─▶ Processors.process ─▶ enriched, matches,
                                                                           topic copies

The records are those of the running system but for the origin: their ids are made of article,
revision, topic and the topic's definition, so a reader that dedupes by ``ce_id`` sees nothing new
where nothing changed. A changed topic has another ``topic_revision`` and its matches other ids.
Where a topic is named, its matches alone are published.

What the running processors have yet to read is left to them: a replayed record must never come
before the live one, whose id it has. The group is one of this replay's own; each batch's outputs
and position commit together, so every article is replayed once in a run.
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
from core.streams.bounded_replay import BoundedReplay, leave_no_trace, sweep
from core.streams.consume_loop import ConsumePolicy, LoopOptions
from core.streams.port import Batch, Consumer, NewRecord, Record, Start, StreamLog
from core.text import for_log
from processors.pipeline import Processors
from processors.worker import GROUP, outputs

GROUPS = "replay-"
"""Names of the groups begin so."""

STAGE = "replay"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReplayRange:
    """How far the running processors have come.

    Attributes:
        ends: Per partition, the offset they read next.
        waiting: Articles they have yet to read.
    """

    ends: Mapping[int, int]
    waiting: int


def replay_range(streams: StreamLog) -> ReplayRange:
    """Ask the engine how far the running processors have come."""
    lags = streams.lag(GROUP, [ARTICLES])
    return ReplayRange({x.partition: x.position or 0 for x in lags}, sum(x.records for x in lags))


@dataclass(slots=True)
class ReplayCounts:
    """What a replay did.

    Attributes:
        articles: Replayed.
        enriched: Records published.
        matches: Records published.
        copies: Records of topics' own streams published.
        topics: Matches by topic.
        unreadable: Records that are no article; they stay what they are.
        dead_letters: Articles that could not be processed and were set aside.
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
        streams: The engine.
        processors: What articles go through; compiled of the one topic where one is named.
        since: Articles fetched earlier are left out; None takes all that are kept.
        enriched: Whether ``news.enriched`` is published too.
        watch: Called after each batch.
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
        """Replay and publish; the group is forgotten at the end, also of a replay that was stopped.

        Args:
            up_to: Where to end.
            clock: Dates dead letters.
            stop: True ends it after the batch in hand.
            pause: Waits between retries.
            batch: Articles per transaction.

        Raises:
            StreamError: The engine is away or refused.
        """
        sweep(self._streams, GROUPS)
        group = f"{GROUPS}{uuid.uuid4().hex[:12]}"
        course = BoundedReplay(self._streams, group, ARTICLES, up_to.ends)

        def attempt(consumer: Consumer, articles: Batch) -> None:
            wanted = [r for r in articles.records if course.wants(r)]
            with consumer.transaction(articles) as out:
                made = [(r, self._made(r)) for r in wanted]
                out.append(*(new for _, records in made for new in records or ()))
            for record, records in made:
                self._count(record, records)
            self._watch(self.counts)

        how: LoopOptions = {
            "stop": stop,
            "pause": pause,
            "policy": ConsumePolicy(batch, wait=0.2, patience=8),
        }
        start: Start = self._since or "start"
        try:
            done = course.run(attempt, stage=STAGE, start=start, clock=clock, **how)
            self.counts.dead_letters = done.dead_letters
        finally:
            leave_no_trace(self._streams, group)

    def preview(self, up_to: ReplayRange, *, stop: Callable[[], bool]) -> None:
        """Count what a replay would publish; nothing is written and no group is joined."""
        if not any(up_to.ends.values()):
            return
        for record in self._streams.read(ARTICLES, start=self._since or "start"):
            if stop():
                return
            if record.offset < up_to.ends.get(record.partition, 0):
                self._count(record, self._made(record))
                self._watch(self.counts)

    def _made(self, record: Record) -> list[NewRecord] | None:
        """What is published of a record; None where it is no article or older than wanted."""
        if self._since is not None and record.time < self._since:
            return None
        try:
            article = from_record(record, ArticleRevision).model_copy(
                update={"origin": Origin.REPLAY}
            )
        except PoisonError as error:
            log.debug("not_replayed", offset=record.offset, reason=for_log(str(error)))
            return None
        made = outputs(self._processors.process(article), record, self._processors)
        return [new for new in made if self._enriched or new.stream != ENRICHED]

    def _count(self, record: Record, made: list[NewRecord] | None) -> None:
        counts = self.counts
        if made is None:
            counts.unreadable += self._since is None or record.time >= self._since
            return
        counts.articles += 1
        counts.reached = max(counts.reached or record.time, record.time)
        for new in made:
            if new.stream == ENRICHED:
                counts.enriched += 1
            elif new.stream == MATCHES:
                counts.matches += 1
                counts.topics[(new.key or b"").decode()] += 1
            else:
                counts.copies += 1
