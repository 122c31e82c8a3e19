"""One poll of one feed.

::

    request (conditional) ── turn of the host ── attempt persisted ── GET
        └── 304, failure, or a document ── parse what is new ── one transaction:
            entries · sightings · health records · host pause · the feed with its validators
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from config.errors import FetchError, StoreError
from config.i18n import Phrase, in_english
from core import metrics
from core.http import Response, retry_after
from core.messages.envelope import to_record
from core.store import Connection, articles, entries, feed_days, feeds, hosts, outbox
from core.store.entries import EntryRecord
from core.store.feed_record import FeedRecord
from core.text.clean import for_log
from ingest import conditional, interval, poll_outcome
from ingest.admit import KnownEntries, admit, link_key
from ingest.backoff import OUT_OF_REACH, FetchFailure, failure_of
from ingest.conditional import ConditionalRequest
from ingest.deps import Deps
from ingest.feed_records import PARSER_VERSION
from ingest.hosts import pause_scope
from ingest.outage import Outage, OutageWatch, forgiven
from ingest.poll_outcome import DocumentRead, NotModified, PollOutcome
from ingest.sources import ParsedFeed, parse_feed, parse_sitemap

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a poll came to.

    Attributes:
        outcome: ``read``, ``unchanged`` (the same body again), ``not_modified`` (304), a failure's
            word, or ``lost`` where another process took the feed meanwhile.
        reason: What went wrong; None where nothing did.
        failed: Whether it did.
        reached: Whether anybody answered.
        own_outage: Whether it is our own connection that is down, which is said once for all.
        dispositions: Of the entries that ended with this poll.
        new: Entries never seen before; their pages are read next.
        changed: Entries that say something else now.
        next_due_at: When it is polled next; ``due_reason`` is why, as a stored phrase.
    """

    feed_id: str
    outcome: str
    reason: Phrase | None = None
    failed: bool = False
    reached: bool = True
    own_outage: bool = False
    dispositions: Counter[str] = field(default_factory=Counter)
    new: int = 0
    changed: int = 0
    next_due_at: datetime | None = None
    due_reason: str = ""


@dataclass(frozen=True, slots=True)
class FetchedDocument:
    """An answer with a body.

    Attributes:
        parsed: What is new in it; None where it is the last document again.
    """

    response: Response
    asked: ConditionalRequest
    body_sha256: str
    parsed: ParsedFeed | None = None


Result = FetchedDocument | NotModified | FetchFailure


class Poller:
    """Polls feeds that are leased."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._outage = OutageWatch()
        self._keeping = asyncio.Lock()

    async def poll(self, feed: FeedRecord) -> PollResult:
        """Poll one feed and write down what came of it.

        Raises:
            StoreError: Nothing was kept; the lease runs out or is given back.
        """
        try:
            polled = await self._keep(feed, await self._result(feed))
        except Exception as error:  # one feed must not stop the others
            if isinstance(error, StoreError) and error.retry:
                raise
            log.exception("poll_failed", feed=feed.feed_id)
            reason = Phrase("fetch.internal", error=type(error).__name__)
            polled = await self._keep(feed, FetchFailure("internal", reason))
        _report(feed, polled)
        return polled

    async def _result(self, feed: FeedRecord) -> Result | None:
        result = await self._ask(feed)
        return await self._read(feed, result) if isinstance(result, FetchedDocument) else result

    async def _ask(self, feed: FeedRecord) -> Result | None:
        """Ask, at most twice: once more, unconditionally, after a 304 that cannot be true."""
        asked = conditional.request(feed, self._deps.clock())
        for request in (asked, conditional.NO_CACHE):
            try:
                response = await self._get(feed, request)
            except FetchError as error:
                return FetchFailure(error.outcome, error.reason, error.retry_after)
            if response is None:
                return None
            if response.status != 304:
                wait = retry_after(response.headers, self._deps.clock())
                body_sha256 = hashlib.sha256(response.body).hexdigest()
                return failure_of(response, wait) or FetchedDocument(response, request, body_sha256)
            if request.conditional and response.url == (feed.final_url or response.url):
                return NotModified(response.headers)
        return FetchFailure("protocol", Phrase("fetch.unexpected_304"))

    async def _get(self, feed: FeedRecord, request: ConditionalRequest) -> Response | None:
        """One request in the host's turn; None where the lease was lost while waiting for it."""
        deps = self._deps
        async with deps.gate.turn(feed.url):
            now = deps.clock()
            again_at = interval.soonest(feed, now)
            if not await deps.write(feeds.begin_attempt, feed.feed_id, deps.me, now, again_at):
                return None
            return await deps.http.get(
                feed.url,
                headers=request.headers,
                max_bytes=deps.settings.http_max_feed_bytes,
                accept=ACCEPT,
            )

    async def _read(
        self, feed: FeedRecord, document: FetchedDocument
    ) -> FetchedDocument | FetchFailure:
        """Parse what is new in a document."""
        if document.body_sha256 == feed.body_sha256:
            return document
        known = await self._deps.read(entries.load_digests, feed.feed_id)
        try:
            parsed = await asyncio.to_thread(self._parse, feed, document.response, known)
        except FetchError as error:
            return FetchFailure(error.outcome, error.reason)
        return replace(document, parsed=parsed)

    def _parse(self, feed: FeedRecord, response: Response, known: dict[str, str]) -> ParsedFeed:
        parse = parse_sitemap if feed.kind == "sitemap" else parse_feed
        return parse(
            response.body,
            url=response.url,
            content_type=response.headers.get("Content-Type"),
            now=self._deps.clock(),
            known=known,
            limit=self._deps.settings.fetch_max_entries,
        )

    async def _keep(self, feed: FeedRecord, result: Result | None) -> PollResult:
        if result is None:
            return PollResult(feed.feed_id, "lost")
        async with self._keeping:  # what one outcome forgives, the ones before have written
            now = self._deps.clock()
            outage = self._watch(feed, result, now)
            asked = replace(feed, last_attempt_at=now)
            return await self._deps.write(self._transaction, asked, result, outage, now)

    def _watch(self, feed: FeedRecord, result: Result, now: datetime) -> Outage:
        if isinstance(result, FetchFailure) and result.is_network:
            return self._outage.failed(feed.feed_id, feed.host, now)
        if not isinstance(result, FetchFailure) or result.outcome not in OUT_OF_REACH:
            self._outage.answered()
        return Outage(ours=False)

    def _transaction(
        self,
        connection: Connection,
        feed: FeedRecord,
        result: Result,
        outage: Outage,
        now: datetime,
    ) -> PollResult:
        rng = self._deps.rng
        if not feeds.is_leased_by(connection, feed.feed_id, self._deps.me):
            return PollResult(feed.feed_id, "lost")
        if isinstance(result, FetchFailure):
            for feed_id in outage.forgive:
                feeds.apply_change(connection, feed_id, forgiven)
            decision = poll_outcome.after_failure(feed, result, now, rng, own_outage=outage.ours)
            reached = result.outcome not in OUT_OF_REACH
            polled = PollResult(
                feed.feed_id,
                "",
                result.reason,
                failed=True,
                reached=reached,
                own_outage=outage.ours,
            )
        elif isinstance(result, NotModified):
            decision = poll_outcome.after_not_modified(feed, result, now, rng)
            polled = PollResult(feed.feed_id, "")
        else:
            polled = self._admit(connection, feed, result.parsed, now)
            decision = poll_outcome.after_read(feed, _read_of(feed, result, polled), now, rng)
        return self._save(connection, decision, now, polled)

    def _admit(
        self, connection: Connection, feed: FeedRecord, parsed: ParsedFeed | None, now: datetime
    ) -> PollResult:
        if parsed is None:
            known = Counter({"known": feed.entry_count})
            return PollResult(feed.feed_id, "", dispositions=known)
        known_already = _known(connection, feed, parsed)
        admission = admit(feed, parsed, known_already, now, self._deps.settings)
        entries.add(connection, admission.add)
        for record in admission.change:
            entries.record_change(connection, record)
        for seen in admission.sightings:
            articles.add_sighting(connection, seen.article_id, feed.feed_id, seen.url, now)
        return PollResult(
            feed.feed_id,
            "",
            dispositions=+admission.dispositions,
            new=admission.new,
            changed=len(admission.change) + admission.renamed,
        )

    def _save(
        self, connection: Connection, decision: PollOutcome, now: datetime, polled: PollResult
    ) -> PollResult:
        """Write the feed, its validators with it, as the last thing of the transaction."""
        feed = decision.feed
        outbox.put(connection, [to_record(health, at=now) for health in decision.health])
        if decision.pause:
            until = now + timedelta(seconds=decision.pause)
            hosts.pause(connection, pause_scope(feed.url), until, feed.due_reason)
        feeds.save(connection, feed, self._deps.me)
        feed_days.count_poll(
            connection,
            feed.feed_id,
            now,
            not_modified=feed.last_outcome == "not_modified",
            failed=polled.failed,
            entries=polled.new,
        )
        return replace(
            polled,
            outcome=feed.last_outcome,
            next_due_at=feed.next_due_at,
            due_reason=feed.due_reason,
        )


def _read_of(feed: FeedRecord, document: FetchedDocument, polled: PollResult) -> DocumentRead:
    parsed, response = document.parsed, document.response
    return DocumentRead(
        asked=document.asked,
        headers=response.headers,
        final_url=response.url,
        moved_to=response.moved_to,
        body_sha256=document.body_sha256,
        total=parsed.total if parsed else feed.entry_count,
        new=polled.new,
        known=polled.dispositions["known"] + polled.changed,
        hint=parsed.hint if parsed else None,
        parser_version=PARSER_VERSION,
        whole=parsed.whole if parsed else True,
    )


def _known(connection: Connection, feed: FeedRecord, parsed: ParsedFeed) -> KnownEntries:
    """What the store knows of the entries of a document."""
    links = {link_key(feed.feed_id, entry) for entry in parsed.entries}
    by_link: dict[str, list[EntryRecord]] = {}
    for record in entries.find_by_url_keys(connection, links):
        by_link.setdefault(record.url_key, []).append(record)
    keys: Sequence[str] = [entry.key for entry in parsed.entries]
    return KnownEntries(
        by_key=entries.find_by_keys(connection, feed.feed_id, keys, lock=True),
        by_link=by_link,
        articles=articles.find_ids_by_url_keys(connection, links),
    )


def _report(feed: FeedRecord, polled: PollResult) -> None:
    metrics.FEED_POLLS.labels(polled.outcome).inc()
    if polled.failed:
        say = log.debug if polled.own_outage else log.warning
        say(
            "feed_failed",
            feed=feed.feed_id,
            outcome=polled.outcome,
            message=for_log(in_english(polled.reason)) if polled.reason else "",
            next_due_at=polled.next_due_at,
        )
        return
    tell = log.info if polled.new else log.debug
    tell("feed_polled", feed=feed.feed_id, outcome=polled.outcome, new=polled.new)
