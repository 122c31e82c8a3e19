"""Store what a request to a feed means: one transaction for each.

::

    FeedDocument ── parse what is new ──┐
    NotModified ────────────────────────┼──▶ entries · sightings · health records · host pause ·
    FetchFailure ───────────────────────┘    the feed, with its validators · history of its polls

The validators are stored last and in the same transaction as the entries, so that a later 304 can
never hide an entry. The feed must be leased by this process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Concatenate, ParamSpec

from config.errors import FetchError
from config.i18n import Phrase
from core.messages.envelope import to_record
from core.store import (
    Connection,
    entries,
    feed_days,
    feed_history,
    feeds,
    hosts,
    outbox,
)
from core.store.feed_history import FeedEvent, FeedPoll
from core.store.feed_record import FeedRecord
from core.store.tdm_opt_outs import note_opt_out
from ingest import tdm
from ingest.deps import Deps
from ingest.entries.admit import admit
from ingest.entries.document_entries import (
    load_known_entries,
    recognise_unchanged,
    store_admission,
)
from ingest.hosts import pause_scope
from ingest.polling import poll_facts, poll_outcome
from ingest.polling.backoff import OUT_OF_REACH, FailClass, FetchFailure
from ingest.polling.feed_fetcher import AnswerFacts, FeedDocument
from ingest.polling.feed_records import PARSER_VERSION
from ingest.polling.outage import NO_OUTAGE, Outage, forgive, outage_wait
from ingest.polling.parse_request import parse_request
from ingest.polling.poll_outcome import DocumentRead, NotModified, PollOutcome
from ingest.polling.sitemap_index import read_listed
from ingest.rereads.signals import schedule_signals
from ingest.sources.entry import ParsedFeed
from ingest.websub.hub_links import find_hub
from ingest.websub.notes import follow_push, note_hub

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class PollResult:
    """The result of one poll.

    Attributes:
        outcome: ``read``, ``unchanged`` (the body of the last time), ``not_modified`` (304), the
            outcome of a failure, or ``lost`` if another process took over the feed.
        reason: What went wrong; None if nothing did.
        failed: Whether the feed could not be fetched or read.
        reached: Whether any server answered.
        own_outage: Whether the connection of this machine is down, which is reported once for all
            feeds.
        dispositions: Of the entries that ended with this poll.
        new: Entries never seen before; their pages are read next.
        changed: Known entries with another title, text or link.
        reidentified: Known entries with another guid or link, if most of the document has.
        level: What identifies the entries of the feed from now on.
        level_reason: Why that is another level than before; None if it is not.
        next_due_at: When the feed is polled next.
        due_reason: Why then, as a stored phrase.
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
    reidentified: int = 0
    level: str = ""
    level_reason: Phrase | None = None
    next_due_at: datetime | None = None
    due_reason: str = ""


class FeedWriter:
    """Stores the results of polls."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def save_document(
        self, feed: FeedRecord, document: FeedDocument, answer: AnswerFacts | None = None
    ) -> PollResult:
        """Parse a document and store its new and changed entries.

        It determines when the feed is polled next. One that cannot be read counts as a failed poll.

        Args:
            feed: The feed, leased by this process.
            document: The document.
            answer: What to record of the answer that it came with, if it was one.

        Raises:
            StoreError: Nothing was stored.
        """
        if document.sha256 == feed.body_sha256:
            return await self._write(self._save_document, feed, document, None, answer)
        known = await self._deps.read(entries.load_content_hashes, feed.feed_id)
        try:
            parsed = await self._parse(feed, document, known)
        except FetchError as error:
            failure = FetchFailure(error.outcome, error.reason)
            return await self.save_failure(feed, failure, answer=answer)
        return await self._write(self._save_document, feed, document, parsed, answer)

    async def save_not_modified(
        self, feed: FeedRecord, not_modified: NotModified, answer: AnswerFacts | None = None
    ) -> PollResult:
        """Store that a feed has not changed since the last poll.

        Raises:
            StoreError: Nothing was stored.
        """
        return await self._write(self._save_not_modified, feed, not_modified, answer)

    async def save_failure(
        self,
        feed: FeedRecord,
        failure: FetchFailure,
        outage: Outage = NO_OUTAGE,
        answer: AnswerFacts | None = None,
    ) -> PollResult:
        """Store that a feed could not be fetched or read.

        Args:
            feed: The feed, leased by this process.
            failure: Why.
            outage: Whether the connection of this machine is down, and the feeds whose failures
                of the last minutes are therefore not counted.
            answer: What to record of the answer, if there was one.

        Raises:
            StoreError: Nothing was stored.
        """
        return await self._write(self._save_failure, feed, failure, outage, answer)

    async def _parse(
        self, feed: FeedRecord, document: FeedDocument, known: dict[str, str]
    ) -> ParsedFeed:
        request = parse_request(self._deps, feed, feed.kind, document, known)
        slow = feed.fail_class == FailClass.LIMIT
        parsed = await self._deps.parser.parse(request, feed.outlet, slow=slow)
        return await read_listed(self._deps, feed, parsed, known) if parsed.sitemaps else parsed

    async def _write(
        self,
        save: Callable[Concatenate[Connection, FeedRecord, datetime, P], PollResult],
        feed: FeedRecord,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> PollResult:
        """Call ``save`` in a transaction, unless another process has taken over the feed."""

        def transaction(connection: Connection) -> PollResult:
            if not feeds.is_leased_by(connection, feed.feed_id, self._deps.me):
                return PollResult(feed.feed_id, "lost")
            return save(connection, feed, now, *args, **kwargs)

        now = self._deps.clock()
        return await self._deps.write(transaction)

    def _save_document(
        self,
        connection: Connection,
        feed: FeedRecord,
        now: datetime,
        document: FeedDocument,
        parsed: ParsedFeed | None,
        answer: AnswerFacts | None,
    ) -> PollResult:
        result = self._admit(connection, feed, now, parsed)
        if result.level_reason:
            feed = replace(feed, key_level=result.level, key_reason=result.level_reason.dump())
        if signal := tdm.find_reservation(document.headers):
            note_opt_out(connection, feed.feed_id, signal, now)
        if parsed is not None:
            link = find_hub(document.headers, parsed, document.url)
            note_hub(connection, feed, link, self._deps.settings, now, whole=parsed.whole)
        read = replace(
            _document_read(feed, document, parsed, result),
            news_gap_s=poll_facts.load_news_gap(connection, feed, now) if result.new else None,
            taken_by=poll_facts.find_taker(connection, feed, document.moved_to, now),
        )
        decision = poll_outcome.after_read(feed, read, now, self._deps.rng)
        return self._save_poll(connection, decision, now, result, answer)

    def _save_not_modified(
        self,
        connection: Connection,
        feed: FeedRecord,
        now: datetime,
        not_modified: NotModified,
        answer: AnswerFacts | None,
    ) -> PollResult:
        taken_by = poll_facts.find_taker(connection, feed, not_modified.moved_to, now)
        not_modified = replace(not_modified, taken_by=taken_by)
        decision = poll_outcome.after_not_modified(feed, not_modified, now, self._deps.rng)
        return self._save_poll(connection, decision, now, PollResult(feed.feed_id, ""), answer)

    def _save_failure(
        self,
        connection: Connection,
        feed: FeedRecord,
        now: datetime,
        failure: FetchFailure,
        outage: Outage,
        answer: AnswerFacts | None,
    ) -> PollResult:
        for feed_id in outage.forgive:
            soon = now + outage_wait(self._deps.rng)
            feeds.apply_change(connection, feed_id, partial(forgive, due_at=soon))
        decision = poll_outcome.after_failure(
            feed,
            failure,
            now,
            self._deps.rng,
            own_outage=outage.active,
            redirected=answer is not None and answer.redirected,
            taken_by=poll_facts.find_reader(connection, feed, feed.redirect_target),
        )
        result = PollResult(
            feed.feed_id,
            "",
            failure.reason,
            failed=True,
            reached=failure.outcome not in OUT_OF_REACH,
            own_outage=outage.active,
        )
        return self._save_poll(connection, decision, now, result, answer)

    def _pause_scope(self, feed: FeedRecord) -> str:
        """Return what a pause applies to that the server of a feed asks for."""
        scope = pause_scope(feed.request_url, self._deps.settings.http_bridges)
        return feed.url if scope == feed.request_url else scope

    def _admit(
        self, connection: Connection, feed: FeedRecord, now: datetime, parsed: ParsedFeed | None
    ) -> PollResult:
        """Store the new and changed entries; ``parsed`` is None for the document of last time."""
        if parsed is None:
            known = Counter({"known": feed.entry_count})
            return PollResult(feed.feed_id, "", dispositions=known)
        parsed = recognise_unchanged(connection, feed, parsed)
        known_entries = load_known_entries(connection, feed, parsed, now)
        admission = admit(feed, parsed, known_entries, now, self._deps.settings)
        store_admission(connection, feed, admission, now)
        schedule_signals(connection, feed, parsed, now)
        return PollResult(
            feed.feed_id,
            "",
            dispositions=+admission.dispositions,
            new=admission.new,
            changed=len(admission.change),
            reidentified=admission.reidentified,
            level=admission.level,
            level_reason=admission.level_reason,
        )

    def _save_poll(
        self,
        connection: Connection,
        decision: PollOutcome,
        now: datetime,
        result: PollResult,
        answer: AnswerFacts | None,
    ) -> PollResult:
        """Store the feed after a poll, its validators with it; the last step of a transaction."""
        before = decision.feed
        feed = replace(before, last_attempt_at=now, poll_count=before.poll_count + 1)
        if self._deps.settings.public_url and not result.failed:
            feed = follow_push(connection, feed, before.last_attempt_at, result.new)
        outbox.put(connection, [to_record(health, at=now) for health in decision.health])
        if decision.pause:
            until = now + timedelta(seconds=decision.pause)
            hosts.pause(connection, self._pause_scope(feed), until, feed.due_reason)
        feeds.save(connection, feed, self._deps.me)
        feed_history.add_poll(connection, _poll(before, now, result, answer))
        feed_history.add_events(connection, _events(decision))
        feed_days.count_poll(
            connection,
            feed.feed_id,
            now,
            not_modified=feed.last_outcome == "not_modified",
            failed=result.failed,
            entries=result.new,
        )
        return replace(
            result,
            outcome=feed.last_outcome,
            next_due_at=feed.next_due_at,
            due_reason=feed.due_reason,
        )


def _poll(
    feed: FeedRecord, now: datetime, result: PollResult, answer: AnswerFacts | None
) -> FeedPoll:
    return FeedPoll(
        feed_id=feed.feed_id,
        number=feed.poll_count,
        at=now,
        outcome=feed.last_outcome,
        status=answer.status if answer else None,
        milliseconds=round(1000 * answer.seconds) if answer else None,
        size=answer.size if answer else None,
        new=result.new,
        known=result.dispositions["known"],
        updated=result.changed,
        next_due_at=feed.next_due_at,
        due_reason=feed.due_reason,
    )


def _events(decision: PollOutcome) -> list[FeedEvent]:
    return [
        FeedEvent(decision.feed.feed_id, each.at, each.event.value, each.reason.dump())
        for each in decision.changes
    ]


def _document_read(
    feed: FeedRecord,
    document: FeedDocument,
    parsed: ParsedFeed | None,
    result: PollResult,
) -> DocumentRead:
    return DocumentRead(
        request=document.request,
        headers=document.headers,
        final_url=document.url,
        moved_to=document.moved_to,
        body_sha256=document.sha256,
        total=parsed.total if parsed else feed.entry_count,
        new=result.new,
        known=result.dispositions["known"] + result.changed,
        hint=parsed.hint if parsed else None,
        skip_hours=parsed.skip_hours if parsed else (),
        parser_version=PARSER_VERSION,
        whole=parsed.whole if parsed else True,
        cut_reason=parsed.cut_reason if parsed else None,
        reidentified=result.reidentified,
    )
