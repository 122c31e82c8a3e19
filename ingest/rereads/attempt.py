"""Request the page of an article again, and find out what has become of it.

::

    robots.txt ── turn of the host ── GET ── refreshes ──▶ read · unchanged · missing · unknown
                                                                  │
                         another page of the outlet can be read? ◀───────────┘ if not: unknown
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from config.errors import FetchError, StoreError
from config.i18n import Phrase
from core.http import Response, retry_after
from core.messages import ArticleRevision
from core.store import Connection, articles, entries, feeds, page_reads
from core.store.articles import ArticleRecord
from core.store.entries import EntryRecord
from core.store.feed_record import FeedRecord
from core.store.outlets import find_by_host
from core.store.page_reads import PageValidators
from core.text.clean import for_log
from ingest import tdm
from ingest.deps import Deps
from ingest.entries.same_entry import has_no_page
from ingest.hosts import host_key
from ingest.pages.article_pages import INCOMPLETE
from ingest.pages.article_revision import PageRead, is_current_hash
from ingest.pages.attribution import attributed
from ingest.pages.page_fetcher import PageFetcher
from ingest.pages.page_reader import INTERNAL_ERROR
from ingest.pages.page_validators import (
    NO_VALIDATORS,
    conditional_headers,
    is_unchanged,
    validators_after,
    without_headers,
)
from ingest.polling.backoff import FetchFailure, failure_of
from ingest.rereads.page_state import (
    KnownPage,
    PageState,
    has_text,
    is_missing,
    is_unlike,
    was_redirected,
)
from ingest.urls import hides_address, homepage_of

WITNESSES = 3
"""How many other pages of an outlet are requested at most, until one can be read."""

WITNESS_AGE = timedelta(days=7)
"""Older articles of an outlet are no witness: they may have been removed as well."""

NOT_ALLOWED = FetchFailure("robots", Phrase("fetch.robots"))

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RereadArticle:
    """An article whose page is read again.

    Attributes:
        entry: The entry that links to it.
        feed: The feed that showed it first.
        last: Its newest revision.
        validators: Of the last answer that was read; none where another version of the program
            has read it, so that the whole page is requested.
    """

    article: ArticleRecord
    entry: EntryRecord
    feed: FeedRecord
    last: ArticleRevision
    validators: PageValidators = NO_VALIDATORS

    @property
    def page(self) -> KnownPage:
        """What is known of its page."""
        return KnownPage(self.entry.url, self.article.url, self.last.title)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt has shown.

    Attributes:
        outcome: Why, of a bounded set: that of the failure, or the state.
        page: The page, where it was read.
        failure: Why it could not be read.
        validators: What the next answer can be compared with, where the page was read or is as it
            was.
    """

    state: PageState
    outcome: str
    page: PageRead | None = None
    failure: FetchFailure | None = None
    validators: PageValidators | None = None

    @classmethod
    def of(cls, failure: FetchFailure) -> Attempt:
        """Return an attempt that failed."""
        return cls(PageState.UNKNOWN, failure.outcome, failure=failure)


_MISSING = Attempt(PageState.MISSING, "missing")
_MISSING_BEHIND = frozenset({"not_found", "gone", "homepage"})
"""Outcomes of the page behind one that only leads on, after which the article is missing."""


def load_article(connection: Connection, article_id: str) -> RereadArticle | None:
    """Return an article whose page is read again.

    Returns:
        None where it was forgotten, has no page of its own or one that must not be requested, or
        its feed was removed.
    """
    article = articles.find(connection, article_id)
    entry = entries.find_by_article(connection, article_id, article.feed_id) if article else None
    if article is None or entry is None or has_no_page(entry) or hides_address(entry.url):
        return None
    feed = feeds.find(connection, article.feed_id)
    if feed is None or feed.removed_at is not None:
        return None
    feed = attributed(feed, article.url, find_by_host(connection, host_key(article.url)))
    revisions = articles.load_revisions(connection, article_id)
    read = page_reads.find(connection, article_id) if is_current_hash(article.text_hash) else None
    validators = read.validators if read else NO_VALIDATORS
    return RereadArticle(article, entry, feed, revisions[-1], validators)


class PageAttempts:
    """Makes attempts at pages that were read before."""

    def __init__(self, deps: Deps, pages: PageFetcher) -> None:
        self._deps = deps
        self._pages = pages

    async def make(self, known: RereadArticle) -> Attempt:
        """Request a page again. An unexpected error is logged and counts as a failure."""
        try:
            attempt = await self._request(known)
            if attempt.state is PageState.MISSING and not await self._outlet_answers(known):
                return Attempt(PageState.UNKNOWN, "outlet_missing")
        except FetchError as error:
            return Attempt.of(FetchFailure(error.outcome, error.reason, error.retry_after))
        except StoreError:
            raise
        except Exception:
            log.exception("reread_failed", url=for_log(known.entry.url))
            return Attempt.of(INTERNAL_ERROR)
        return attempt

    async def _request(self, known: RereadArticle) -> Attempt:
        url = known.entry.url
        if await tdm.forbids_pages(self._deps, known.entry.feed_id):
            return Attempt.of(tdm.RESERVED)
        robots = await self._deps.robots.allowed(url)
        if not robots.allowed:
            return Attempt.of(NOT_ALLOWED)
        headers = {} if known.last.gone else conditional_headers(known.validators)
        first = await self._pages.get(url, robots.crawl_delay or 0.0, headers)
        response = await self._resolve(known, first)
        if isinstance(response, FetchFailure):
            is_missing_there = response.outcome in _MISSING_BEHIND
            return _MISSING if is_missing_there else Attempt.of(response)
        attempt = await self._judge(known, response)
        if attempt.validators is None or response is first:
            return attempt
        return replace(attempt, validators=without_headers(attempt.validators))

    async def _judge(self, known: RereadArticle, response: Response) -> Attempt:
        """Return what an answer shows."""
        if is_missing(known.page, response):
            return _MISSING
        if not known.last.gone and is_unchanged(known.validators, response):
            validators = validators_after(known.validators, response)
            return Attempt(PageState.UNCHANGED, "unchanged", validators=validators)
        return await self._read(known, response)

    async def _resolve(self, known: RereadArticle, response: Response) -> Response | FetchFailure:
        """Return the answer to which a page leads that has changed and now only leads on."""
        if is_unchanged(known.validators, response):
            return response
        return await self._pages.resolve(known.entry, response, self._deps.clock())

    async def _read(self, known: RereadArticle, response: Response) -> Attempt:
        now = self._deps.clock()
        failure = failure_of(response, retry_after(response.headers, now))
        if failure is not None:
            return Attempt.of(failure)
        page = await self._pages.extract(_with_hints(known, response), response, now)
        is_elsewhere = was_redirected(known.page, response.url)
        if not isinstance(page, PageRead):
            is_list = page.outcome in ("list_page", "section_page", "homepage")
            if page.outcome == "not_found_page" or (is_elsewhere and is_list):
                return _MISSING
            return Attempt.of(page)
        if is_unlike(known.last, page.extracted):
            return Attempt(PageState.UNKNOWN, "unlike")
        if is_elsewhere and not has_text(response, known.last.title):
            return Attempt(PageState.UNKNOWN, "moved")
        if INCOMPLETE in page.extracted.flags and not _adds_to(known.last, page):
            return Attempt(PageState.UNKNOWN, INCOMPLETE)
        if known.article.text_source == "feed" and "thin" in page.extracted.flags:
            return Attempt(PageState.UNCHANGED, "unchanged", validators=page.validators)
        return Attempt(PageState.READ, "read", page, validators=page.validators)

    async def _outlet_answers(self, known: RereadArticle) -> bool:
        """Return whether another page of the outlet can be read, so that not all are missing."""
        for url in await self._deps.read(self._witnesses, known):
            if await self._answers(url):
                return True
        return False

    async def _answers(self, url: str) -> bool:
        robots = await self._deps.robots.allowed(url)
        if not robots.allowed:
            return False
        try:
            response = await self._pages.get(url, robots.crawl_delay or 0.0)
        except FetchError:
            return False
        return 200 <= response.status < 300 and not is_missing(KnownPage(url, url, ""), response)

    def _witnesses(self, connection: Connection, known: RereadArticle) -> list[str]:
        """Return URLs of the outlet's newest other articles; of its homepage where it has none."""
        since, host = self._deps.clock() - WITNESS_AGE, host_key(known.entry.url)
        urls = articles.find_newest_urls(connection, known.article.outlet, since)
        others = [url for url in urls if url != known.article.url and host_key(url) == host]
        return others[:WITNESSES] or [homepage_of(known.entry.url)]


def _adds_to(last: ArticleRevision, page: PageRead) -> bool:
    """Return whether an article with a page missing has more text than when it was read last.

    It never takes the place of one that is complete.
    """
    is_first = last.text_source == "feed"
    return is_first or (INCOMPLETE in last.flags and len(page.extracted.text) > len(last.text))


def _with_hints(known: RereadArticle, response: Response) -> EntryRecord:
    """Return the entry with the hints by which an unchanged page gives an unchanged article.

    Of the titles that a page has, extraction takes the one that resembles the feed's. What the feed
    said may be out of date now: a title that is no longer on the page is no hint, and the lead of
    the last revision stands for the feed's summary, which is not stored.
    """
    title = known.last.title if has_text(response, known.last.title) else ""
    return replace(known.entry, title=title, summary=known.last.lead)
