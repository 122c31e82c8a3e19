"""Read the page of an entry: request it politely, extract the article, and store it.

::

    entry ── known from another feed? ── yes ───────────────────────────────────┐
       └── robots.txt ── turn of the host ── GET ── extract ── page or failure ──┤
                one transaction: article · revision · sighting · outbox · entry ◀┘
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from config.errors import StoreError
from config.i18n import Phrase, in_english
from core import metrics
from core.ids import article_id, outlet_of
from core.messages.envelope import to_record
from core.store import Connection, articles, entry_leases, feeds, hosts, outbox, page_reads
from core.store.articles import ArticleRecord
from core.store.entries import DONE, EntryRecord
from core.store.old_revisions import forget_old_revisions
from core.store.outlets import find_by_host
from core.store.sightings import add_sighting, has_sighting
from core.text.clean import for_log
from ingest import tdm
from ingest.deps import Deps
from ingest.entries.fuller_text import brings_more
from ingest.entries.same_entry import has_no_page
from ingest.hosts import host_key, pause_scope
from ingest.pages import revise
from ingest.pages.article_pages import INCOMPLETE
from ingest.pages.article_revision import PageRead
from ingest.pages.attribution import attributed
from ingest.pages.changes import COMPARED_REVISIONS, Compare, Comparison, with_changes
from ingest.pages.claimed_address import Claim, check_claim
from ingest.pages.disputes import note_dispute
from ingest.pages.page_fetcher import PageFetcher
from ingest.pages.revise import EntryOutcome
from ingest.polling.backoff import FetchFailure
from ingest.rereads.follow_ups import schedule_follow_ups
from ingest.tdm_file import TdmFiles
from ingest.urls import hides_address, shown_url

KNOWN_ELSEWHERE = FetchFailure("not_asked", Phrase("fetch.known_from_another_feed"))
PAGE_MISSING = FetchFailure(INCOMPLETE, Phrase("fetch.incomplete"))
NO_PAGE = FetchFailure("no_page", Phrase("fetch.no_page"))
HIDDEN_ADDRESS = FetchFailure("hidden_address", Phrase("fetch.hidden_address"))
INTERNAL_ERROR = FetchFailure("internal", Phrase("fetch.internal_page"))

READ = frozenset({"article_new", "article_revised", "unchanged"})
"""Dispositions after which what was read of a page is what its article says."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EntryResult:
    """The result of one attempt at the page of an entry.

    Attributes:
        disposition: How the entry ended; None if it waits for another attempt, or if another
            process has taken it over.
        outcome: ``ok``, ``lost``, or why the page could not be read, of a bounded set.
    """

    entry_id: int
    disposition: str | None
    outcome: str

    @property
    def dispositions(self) -> Mapping[str, int]:
        """The disposition as a count."""
        return {self.disposition: 1} if self.disposition else {}


class PageReader:
    """Reads the pages of entries that this process has leased."""

    def __init__(self, deps: Deps, fetcher: PageFetcher) -> None:
        self._deps = deps
        self._fetcher = fetcher
        self._tdm_files = TdmFiles(deps)

    async def read(self, entry: EntryRecord) -> EntryResult:
        """Read the page of an entry and store the result.

        An unexpected error is logged and counts as a failed attempt, so that it does not stop
        other pages.

        Raises:
            StoreError: Nothing was stored. The lease expires, or is released.
        """
        page = await self._read(entry)
        result = await self._save(entry, page)
        metrics.PAGES.labels(result.outcome).inc()
        _report(entry, result, page)
        return result

    async def _read(self, entry: EntryRecord) -> PageRead | FetchFailure:
        if await self._deps.read(_is_copy, entry):
            return KNOWN_ELSEWHERE
        try:
            return await self._fetch(entry)
        except StoreError:
            raise
        except Exception:
            log.exception("page_failed", url=for_log(entry.url))
            return INTERNAL_ERROR

    async def _save(self, entry: EntryRecord, page: PageRead | FetchFailure) -> EntryResult:
        """Store the result; if that fails, the entry without its page; if that fails, a retry."""
        for result in (page, INTERNAL_ERROR):
            try:
                compare = await self._compare(entry, result)
                return await self._deps.write(self._conclude, entry, result, compare)
            except Exception as error:
                if isinstance(error, StoreError) and error.retry:
                    raise
                log.exception("article_failed", url=for_log(entry.url))
        return await self._deps.write(self._set_aside, entry)

    async def _compare(self, entry: EntryRecord, result: PageRead | FetchFailure) -> Comparison:
        """Compare a page with what is stored of it, before the transaction that stores it."""
        compare = Comparison()
        if isinstance(result, PageRead) and entry.article_id:
            await self._deps.read(self._decide, entry, result, self._deps.clock(), compare)
        return compare

    async def _fetch(self, entry: EntryRecord) -> PageRead | FetchFailure:
        if not entry.url or has_no_page(entry):
            return NO_PAGE
        if hides_address(entry.url):
            return HIDDEN_ADDRESS
        if await tdm.forbids_pages(self._deps, entry.feed_id):
            return tdm.RESERVED
        in_file = await self._tdm_files.reserves(entry.url)
        if in_file and self._deps.settings.tdm_opt_out == "no_pages":
            await tdm.note_reservation(self._deps, entry.feed_id, tdm.FILE)
            return tdm.RESERVED
        response = await self._fetcher.request(entry.url, entry.url)
        if isinstance(response, FetchFailure):
            return response
        signal = tdm.find_reservation(response.headers, response.body, in_file=in_file)
        await tdm.note_reservation(self._deps, entry.feed_id, signal)
        return await self._fetcher.extract(entry, response, self._deps.clock())

    def _conclude(
        self,
        connection: Connection,
        entry: EntryRecord,
        result: PageRead | FetchFailure,
        compare: Compare,
    ) -> EntryResult:
        outcome = result.outcome if isinstance(result, FetchFailure) else "ok"
        if not entry_leases.is_leased_by(connection, entry.id, self._deps.me):
            return EntryResult(entry.id, None, "lost")
        now = self._deps.clock()
        articles.lock_links(connection, *_links(entry, result))
        decision = self._decide(connection, entry, result, now, compare)
        if isinstance(result, FetchFailure) and result.retry_after:
            until = now + timedelta(seconds=result.retry_after)
            scope = pause_scope(entry.url, self._deps.settings.http_bridges)
            hosts.pause(connection, scope, until, result.reason.dump())
        _write(connection, entry, decision, now)
        if isinstance(result, PageRead) and decision.disposition and decision.entry.article_id:
            page_reads.save(connection, decision.entry.article_id, result.validators, now)
        if isinstance(result, PageRead) and decision.sighting and decision.disposition in READ:
            note_dispute(connection, decision.sighting, decision.message, result)
        entry_leases.save(connection, decision.entry, self._deps.me)
        if isinstance(result, PageRead) and decision.message is not None:
            schedule_follow_ups(connection, decision.message, result.extracted.live_until, now)
        return EntryResult(entry.id, decision.disposition, outcome)

    def _set_aside(self, connection: Connection, entry: EntryRecord) -> EntryResult:
        """Schedule another attempt, or end the entry after the last one."""
        now = self._deps.clock()
        wait = revise.wait_for_page(entry, INTERNAL_ERROR, now, self._deps.settings)
        waiting = revise.retry_later(entry, INTERNAL_ERROR, now, wait or timedelta())
        if wait is not None:
            entry_leases.save(connection, waiting, self._deps.me)
            return EntryResult(entry.id, None, "internal")
        done = replace(waiting, state=DONE, disposition="internal_error")
        entry_leases.save(connection, done, self._deps.me)
        return EntryResult(entry.id, "internal_error", "internal")

    def _decide(
        self,
        connection: Connection,
        entry: EntryRecord,
        result: PageRead | FetchFailure,
        now: datetime,
        compare: Compare,
    ) -> EntryOutcome:
        entry = _continuing(connection, entry)
        claim = revise.claim_of(entry, result) if isinstance(result, PageRead) else None
        claimed = articles.find(connection, article_id(claim.url_key)) if claim else None
        identity = revise.identify(
            entry,
            earlier=articles.find(connection, entry.article_id) if entry.article_id else None,
            linked=articles.find_by_link(connection, entry.url_key),
            claim=claim,
            claimed=claimed,
            check=_check_claim(connection, claimed, entry, result),
            shown_already=claimed is not None
            and has_sighting(connection, claimed.article_id, entry.feed_id),
        )
        if identity.article is not None:
            versions = articles.load_hashes(connection, identity.article_id)
            identity = replace(identity, versions=versions)
            result = _unless_incomplete(result, identity.article)
        first = identity.article.feed_id if identity.article else entry.feed_id
        feed = feeds.find(connection, first) or feeds.get(connection, entry.feed_id)
        site = entry.publisher_url or identity.url or feed.url
        feed = attributed(feed, site, find_by_host(connection, host_key(site)))
        outcome = revise.decide(entry, feed, result, identity, now, self._deps.settings)
        return add_changes(connection, outcome, compare)


def add_changes(connection: Connection, outcome: EntryOutcome, compare: Compare) -> EntryOutcome:
    """Add to a revision what the ones before it do not say."""
    message = outcome.message
    if message is None or message.revision == 1 or outcome.is_silent:
        return outcome
    earlier = articles.load_latest_revisions(connection, message.article_id, COMPARED_REVISIONS)
    return replace(outcome, message=with_changes(message, earlier, compare))


def _unless_incomplete(
    result: PageRead | FetchFailure, article: ArticleRecord | None
) -> PageRead | FetchFailure:
    """Return a failure in place of an article with a page missing that was read before."""
    is_read = isinstance(result, PageRead) and INCOMPLETE in result.extracted.flags
    is_known = article is not None and article.text_source == "page"
    return PAGE_MISSING if is_read and is_known else result


def _check_claim(
    connection: Connection,
    claimed: ArticleRecord | None,
    entry: EntryRecord,
    result: PageRead | FetchFailure,
) -> Claim:
    """Return whether the article at the address that a page claims is that of the page."""
    if claimed is None or isinstance(result, FetchFailure):
        return Claim.FALSE
    latest = articles.load_latest_revisions(connection, claimed.article_id, 1)[-1]
    return check_claim(latest, entry, result.extracted, outlet_of(entry.feed_id))


def _links(entry: EntryRecord, result: PageRead | FetchFailure) -> list[str]:
    """Return the links that may belong to the article of a page."""
    claim = revise.claim_of(entry, result) if isinstance(result, PageRead) else None
    return [entry.url_key, *([claim.url_key] if claim else [])]


def _is_copy(connection: Connection, entry: EntryRecord) -> bool:
    """Return whether another feed has brought the article by now, so that its page is known."""
    entry = _continuing(connection, entry)
    if entry.article_id:
        return False
    linked: ArticleRecord | None = articles.find_by_link(connection, entry.url_key)
    return linked is not None and linked.feed_id != entry.feed_id


def _continuing(connection: Connection, entry: EntryRecord) -> EntryRecord:
    """Return an entry with the article of another feed that it continues with its fuller text."""
    if entry.article_id or not (entry.summary or entry.content):
        return entry
    linked: ArticleRecord | None = articles.find_by_link(connection, entry.url_key)
    if linked is None or linked.text_source != "feed" or linked.feed_id == entry.feed_id:
        return entry
    sizes = articles.load_feed_sizes(connection, [linked.article_id])
    is_fuller = brings_more(entry, sizes.get(linked.article_id))
    return replace(entry, article_id=linked.article_id) if is_fuller else entry


def write_revision(connection: Connection, decision: EntryOutcome) -> None:
    """Store the revision of an outcome, and announce it unless it is silent."""
    if decision.article is not None and decision.message is not None and decision.is_silent:
        articles.replace_latest(connection, decision.article, decision.message)
    elif decision.article is not None and decision.message is not None:
        articles.add_revision(connection, decision.article, decision.message)
        forget_old_revisions(connection, decision.article.article_id, decision.article.revision)
        outbox.put(connection, [to_record(decision.message, at=decision.message.fetched_at)])


def _write(
    connection: Connection, entry: EntryRecord, decision: EntryOutcome, now: datetime
) -> None:
    write_revision(connection, decision)
    if decision.sighting is not None:
        url = shown_url(entry.url)
        add_sighting(connection, decision.sighting, entry.feed_id, url, now)


def _report(entry: EntryRecord, result: EntryResult, page: PageRead | FetchFailure) -> None:
    more = {}
    if isinstance(page, FetchFailure):
        more["message"] = for_log(in_english(page.reason))
    log.info(
        "page_read",
        feed=entry.feed_id,
        url=for_log(entry.url),
        outcome=result.outcome,
        disposition=result.disposition or "waiting",
        **more,
    )
