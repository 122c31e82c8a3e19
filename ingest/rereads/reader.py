"""Read the page of an article again, and store what has become of it.

::

    RereadRecord ──PageAttempts──▶ Attempt
    one transaction: revision · outbox · next time of the row ◀── next_reread
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from config.errors import StoreError
from core.ids import article_id
from core.messages import Origin
from core.messages.envelope import to_record
from core.store import Connection, articles, hosts, outbox, page_reads, rereads
from core.store.rereads import RereadRecord
from core.store.told_articles import find_told_revision
from core.text.clean import for_log
from ingest.deps import Deps
from ingest.hosts import pause_scope
from ingest.pages import revise
from ingest.pages.article_pages import INCOMPLETE
from ingest.pages.changes import Compare, Comparison
from ingest.pages.disputes import note_dispute
from ingest.pages.page_fetcher import PageFetcher
from ingest.pages.page_reader import INTERNAL_ERROR, add_changes, write_revision
from ingest.pages.revise import EntryOutcome, Identity
from ingest.rereads.attempt import (
    Attempt,
    PageAttempts,
    RereadArticle,
    load_article,
)
from ingest.rereads.follow_ups import (
    INCOMPLETE_TIMES,
    fastest_reread,
    next_live,
    schedule_follow_ups,
)
from ingest.rereads.next_reread import NextReread, Schedule, next_reread
from ingest.rereads.page_state import PageState, was_redirected
from ingest.rereads.signals import is_ignored, note_read
from ingest.urls import canonical_url

GONE = "page_gone"
"""Disposition of an article whose page has vanished."""

SIGNAL_RETRIES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""Further attempts at a page that a feed says has changed, where it could not be read."""

COUNTED = frozenset({"article_revised", GONE})
"""Outcomes that are dispositions; a page that is as it was is not an item of its own."""

_READ = frozenset({PageState.READ, PageState.UNCHANGED})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RereadResult:
    """The result of an attempt.

    Attributes:
        disposition: How it is counted; None where it shows nothing yet.
        outcome: What it has shown, of a bounded set.
    """

    article_id: str
    disposition: str | None
    outcome: str

    @property
    def dispositions(self) -> Mapping[str, int]:
        """The disposition as a count."""
        return {self.disposition: 1} if self.disposition else {}


class Rereader:
    """Reads pages again whose rows this process has leased."""

    def __init__(self, deps: Deps, pages: PageFetcher) -> None:
        self._deps = deps
        self._attempts = PageAttempts(deps, pages)
        told = Schedule(deps.settings.reread_times, deps.settings.vanished_after)
        signal = replace(told, times=SIGNAL_RETRIES, until_read=True)
        self._schedules = {
            rereads.TOLD: told,
            rereads.SIGNAL: signal,
            rereads.LIVE: replace(told, times=()),
            rereads.INCOMPLETE: replace(told, times=INCOMPLETE_TIMES, until_read=True),
        }

    async def read(self, record: RereadRecord) -> RereadResult:
        """Read a page again and store the result.

        An unexpected error is logged and counts as a failed attempt, so that it does not stop
        other pages.

        Raises:
            StoreError: Nothing was stored. The lease expires, or is released.
        """
        try:
            known = await self._deps.read(self._load, record)
        except Exception as error:
            if isinstance(error, StoreError) and error.retry:
                raise
            log.exception("reread_failed", url=for_log(record.url))
            return await self._deps.write(self._postpone, record)
        attempt = await self._attempts.make(known) if known else None
        result = await self._save(record, known, attempt)
        url = for_log(record.url)
        log.info("page_reread", url=url, reason=record.reason, outcome=result.outcome)
        return result

    def _load(self, connection: Connection, record: RereadRecord) -> RereadArticle | None:
        """Return the article of a row; None where its page is not to be read any more."""
        feed = record.feed_id
        if feed is not None and is_ignored(connection, feed, self._deps.clock()):
            return None
        return load_article(connection, record.article_id)

    async def _save(
        self, record: RereadRecord, known: RereadArticle | None, attempt: Attempt | None
    ) -> RereadResult:
        """Store the result of an attempt; if that fails, that the attempt has failed."""
        try:
            compare = await self._compare(known, attempt)
            return await self._deps.write(self._conclude, record, attempt, compare)
        except Exception as error:
            if isinstance(error, StoreError) and error.retry:
                raise
            log.exception("reread_failed", url=for_log(record.url))
        failed = Attempt.of(INTERNAL_ERROR)
        return await self._deps.write(self._conclude, record, failed, Comparison())

    async def _compare(self, known: RereadArticle | None, attempt: Attempt | None) -> Comparison:
        """Compare a page with what is stored of it, before the transaction that stores it."""
        compare = Comparison()
        if known is not None and attempt is not None:
            await self._deps.read(self._revise, known, attempt, compare)
        return compare

    def _conclude(
        self,
        connection: Connection,
        record: RereadRecord,
        attempt: Attempt | None,
        compare: Compare,
    ) -> RereadResult:
        if not rereads.is_leased_by(connection, record, self._deps.me):
            return RereadResult(record.article_id, None, "lost")
        known = load_article(connection, record.article_id)
        if known is None or attempt is None:
            rereads.finish(connection, record, self._deps.me)
            return RereadResult(record.article_id, None, "over")
        articles.lock_links(connection, known.article.url_key)
        self._pause(connection, known, attempt)
        revised = self._revise(connection, known, attempt, compare)
        if revised is not None:
            write_revision(connection, revised)
            if attempt.page is not None and revised.disposition is not None:
                note_dispute(connection, record.article_id, revised.message, attempt.page)
        if revised is not None and revised.message is not None and attempt.page is not None:
            until, now = attempt.page.extracted.live_until, self._deps.clock()
            schedule_follow_ups(connection, revised.message, until, now)
        if revised is not None and revised.disposition is None:  # too soon after the last revision
            due = revised.entry.next_page_at
            rereads.save(connection, replace(record, due_at=due), self._deps.me)
            return RereadResult(record.article_id, None, "too_soon")
        return self._store(connection, record, known, attempt, _outcome(attempt, revised))

    def _postpone(self, connection: Connection, record: RereadRecord) -> RereadResult:
        """Store that an article could not be loaded: the attempt has failed."""
        outcome = INTERNAL_ERROR.outcome
        if not rereads.is_leased_by(connection, record, self._deps.me):
            return RereadResult(record.article_id, None, "lost")
        now, schedule = self._deps.clock(), self._schedules[record.reason]
        step = next_reread(record, PageState.UNKNOWN, outcome, now, schedule, is_gone=False)
        if step.record is None:
            rereads.finish(connection, record, self._deps.me)
        else:
            rereads.save(connection, step.record, self._deps.me)
        return RereadResult(record.article_id, None, outcome)

    def _pause(self, connection: Connection, known: RereadArticle, attempt: Attempt) -> None:
        """Leave the host alone for as long as it asks."""
        failure = attempt.failure
        if failure is not None and failure.retry_after:
            until = self._deps.clock() + timedelta(seconds=failure.retry_after)
            scope = pause_scope(known.entry.url, self._deps.settings.http_bridges)
            hosts.pause(connection, scope, until, failure.reason.dump())

    def _revise(
        self, connection: Connection, known: RereadArticle, attempt: Attempt, compare: Compare
    ) -> EntryOutcome | None:
        """Decide about a page as about any other revision; None where it was not read."""
        article = known.article
        if attempt.page is None or _is_other_page(connection, known, attempt.page.final_url):
            return None
        versions = articles.load_hashes(connection, article.article_id)
        key, url = article.url_key, article.url
        identity = Identity(article.article_id, key, url, article, False, versions)
        now, settings = self._deps.clock(), self._deps.settings
        entry = replace(known.entry, origin=Origin.LIVE.value)
        decision = revise.decide(entry, known.feed, attempt.page, identity, now, settings)
        return add_changes(connection, decision, compare)

    def _store(
        self,
        connection: Connection,
        record: RereadRecord,
        known: RereadArticle,
        attempt: Attempt,
        outcome: str,
    ) -> RereadResult:
        """Store when the page is read next, and announce it if it has vanished."""
        now, is_gone = self._deps.clock(), known.last.gone
        schedule = self._schedules[record.reason]
        state = PageState.UNKNOWN if _is_incomplete(record, attempt) else attempt.state
        step = next_reread(record, state, outcome, now, schedule, is_gone=is_gone)
        if record.reason == rereads.LIVE and step.record is None and not step.has_vanished:
            fastest = fastest_reread(known.feed)
            step = _after_live(connection, record, attempt, now, fastest)
        if step.has_vanished:
            _announce_gone(connection, known, now)
            outcome = GONE
        _save_answer(connection, known, attempt, now)
        if record.feed_id and (attempt.state in _READ or step.record is None):
            note_read(connection, record.feed_id, now, changed=outcome == "article_revised")
        if step.record is None:
            rereads.finish(connection, record, self._deps.me)
        else:
            rereads.save(connection, replace(step.record, outcome=outcome), self._deps.me)
        return RereadResult(record.article_id, outcome if outcome in COUNTED else None, outcome)


def _outcome(attempt: Attempt, revised: EntryOutcome | None) -> str:
    if revised is not None and revised.disposition is not None:
        return revised.disposition
    return "moved" if attempt.page else attempt.outcome


def _is_other_page(connection: Connection, known: RereadArticle, final_url: str) -> bool:
    """Return whether redirects have led to an article that is known by itself."""
    other = article_id(canonical_url(final_url))
    if not was_redirected(known.page, final_url) or other == known.article.article_id:
        return False
    return articles.find(connection, other) is not None


def _announce_gone(connection: Connection, known: RereadArticle, now: datetime) -> None:
    """Announce that a page has vanished, with the text that people were told of.

    The title of an article without a page has no hash, so that the page is a new revision if it
    comes back.
    """
    article = known.article
    number = find_told_revision(connection, article.article_id) or known.last.revision
    revisions = articles.load_revisions(connection, article.article_id)
    told = next((r for r in revisions if r.revision == number), known.last)
    message = told.vanished(article.revision + 1, now)
    gone = replace(article, revision=message.revision, revised_at=now, title_hash="")
    articles.add_revision(connection, gone, message)
    outbox.put(connection, [to_record(message, at=now)])


def _is_incomplete(record: RereadRecord, attempt: Attempt) -> bool:
    """Return whether a page of an article is still missing that is read again for it."""
    flags = attempt.page.extracted.flags if attempt.page else ()
    return record.reason == rereads.INCOMPLETE and INCOMPLETE in flags


def _after_live(
    connection: Connection,
    record: RereadRecord,
    attempt: Attempt,
    now: datetime,
    fastest: timedelta,
) -> NextReread:
    """Return when a live page is read next; the article is as it was after this attempt."""
    article = articles.find(connection, record.article_id)
    if article is None:
        return NextReread(None)
    until = attempt.page.extracted.live_until if attempt.page else None
    due = next_live(now, article.first_seen_at, article.revised_at, until, fastest)
    tried = replace(record, attempts=record.attempts + 1)
    return NextReread(replace(tried, due_at=due) if due else None)


def _save_answer(
    connection: Connection, known: RereadArticle, attempt: Attempt, now: datetime
) -> None:
    """Store the validators of an answer that was read, for the next request."""
    if attempt.validators is not None:
        page_reads.save(connection, known.article.article_id, attempt.validators, now)
