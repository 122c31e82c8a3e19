"""Poll one feed: fetch it, then store the result.

::

    FeedFetcher ── document, 304 or failure ──▶ FeedWriter ──▶ entries and the feed, one transaction
                                   │
                                   └─▶ OutageWatch: is it this machine's own connection?
"""

from __future__ import annotations

import asyncio

import structlog

from config.errors import StoreError
from config.i18n import Phrase, in_english
from core import metrics
from core.store.feed_record import FeedRecord
from core.text.clean import for_log
from ingest.deps import Deps
from ingest.polling.backoff import OUT_OF_REACH, FetchFailure
from ingest.polling.feed_fetcher import AnswerFacts, FeedFetcher, Fetched
from ingest.polling.feed_writer import FeedWriter, PollResult
from ingest.polling.outage import NO_OUTAGE, OutageWatch
from ingest.polling.poll_outcome import NotModified

log = structlog.get_logger(__name__)


class Poller:
    """Polls feeds that this process has leased."""

    def __init__(self, deps: Deps) -> None:
        self._clock = deps.clock
        self._fetcher = FeedFetcher(deps)
        self._writer = FeedWriter(deps)
        self._outages = OutageWatch()
        self._saving_failure = asyncio.Lock()

    async def poll(self, feed: FeedRecord) -> PollResult:
        """Poll one feed and store the result.

        An unexpected error is logged and counts as a failure of this feed, so that it does not
        stop the others.

        Raises:
            StoreError: Nothing was stored. The lease expires, or is released.
        """
        try:
            result = await self._save(feed, await self._fetcher.fetch(feed))
        except Exception as error:
            if isinstance(error, StoreError) and error.retry:
                raise
            log.exception("poll_failed", feed=feed.feed_id)
            reason = Phrase("fetch.internal", error=type(error).__name__)
            result = await self._save(feed, Fetched(FetchFailure("internal", reason)))
        _report(feed, result)
        return result

    async def _save(self, feed: FeedRecord, fetched: Fetched | None) -> PollResult:
        if fetched is None:
            return PollResult(feed.feed_id, "lost")
        result, answer = fetched.result, fetched.answer
        if isinstance(result, FetchFailure):
            return await self._save_failure(feed, result, answer)
        self._outages.answered(feed, self._clock())
        if isinstance(result, NotModified):
            return await self._writer.save_not_modified(feed, result, answer)
        return await self._writer.save_document(feed, result, answer)

    async def _save_failure(
        self, feed: FeedRecord, failure: FetchFailure, answer: AnswerFacts | None
    ) -> PollResult:
        # One failure at a time: the failures that an outage makes up for must be stored before.
        async with self._saving_failure:
            outage = NO_OUTAGE
            if failure.is_network:
                outage = self._outages.failed(feed, self._clock())
            elif failure.outcome not in OUT_OF_REACH:
                self._outages.answered(feed, self._clock())
            return await self._writer.save_failure(feed, failure, outage, answer)


def _report(feed: FeedRecord, result: PollResult) -> None:
    metrics.FEED_POLLS.labels(result.outcome).inc()
    if result.failed:
        write = log.debug if result.own_outage else log.warning
        write(
            "feed_failed",
            feed=feed.feed_id,
            outcome=result.outcome,
            message=for_log(in_english(result.reason)) if result.reason else "",
            next_due_at=result.next_due_at,
        )
        return
    if result.level_reason:
        log.info(
            "feed_identity_changed",
            feed=feed.feed_id,
            entries_identified_by=result.level,
            message=in_english(result.level_reason),
        )
    write = log.info if result.new else log.debug
    write("feed_polled", feed=feed.feed_id, outcome=result.outcome, new=result.new)
