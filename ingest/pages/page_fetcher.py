"""Request pages politely, and extract the articles on them.

::

    URL ── robots.txt ── turn of the host ── GET ── extract ──▶ article, its further pages joined
                                                       └──────▶ or why it is none
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from config.errors import ExtractionError, FetchError
from config.i18n import Phrase
from core.http import Response, retry_after
from core.http.client import MOST_REDIRECTS
from core.ids import outlet_of
from core.store import feeds, hosts
from core.store.entries import EntryRecord
from ingest.deps import Deps
from ingest.extract.limits import LONGEST_TEXT
from ingest.extract.models import ExtractedPage, PageHints
from ingest.pages.article_pages import read_all_pages
from ingest.pages.article_revision import PageRead
from ingest.pages.linked_documents import OTHER, is_page, not_read, type_by_header, type_of
from ingest.pages.other_versions import as_version_of, find_other_version, lacks_text
from ingest.pages.page_validators import validators_of, without_headers
from ingest.pages.refresh import may_lead_on, refresh_target
from ingest.pages.unreachable_hosts import (
    HOST_DOWN,
    UnreachableHosts,
    host_and_port,
    page_scope,
)
from ingest.pages.wrong_pages import WRONG_PAGES
from ingest.polling.backoff import FetchFailure, failure_of
from ingest.urls import canonical_url, is_consent_wall, is_homepage

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

ABOUT_EXTRACTION = frozenset({"cpu", "time", "memory", "size", "crash", "busy", "unavailable"})
"""Outcomes of extraction that say nothing of what the page is."""


class PageFetcher:
    """Requests pages and extracts their articles."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._unreachable = UnreachableHosts()

    async def request(self, url: str, link: str) -> Response | FetchFailure:
        """Request a page as its robots.txt and its host allow; return why there is none.

        Args:
            url: The page.
            link: The link that led there.
        """
        if (down := self._down(url)) is not None:
            return FetchFailure(down.outcome, down.reason)
        robots = await self._deps.robots.allowed(url)
        if not robots.allowed:
            return robots.refusal
        try:
            response = await self.get(url, robots.crawl_delay or 0.0)
        except FetchError as error:
            return FetchFailure(error.outcome, error.reason, error.retry_after)
        wait = retry_after(response.headers, self._deps.clock())
        return failure_of(response, wait) or _elsewhere(link, response.url) or response

    async def get(
        self, url: str, crawl_delay: float, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Request a page in the turn of its host; of a film, a PDF and the like the beginning.

        Raises:
            FetchError: There is no complete response; ``host_down`` where the host could not be
                reached several times, after which it is not asked for some time.
        """
        if (down := self._down(url)) is not None:
            raise down
        try:
            response = await self._get(url, crawl_delay, headers, skim=_is_document)
            is_mislabelled = _is_document(response.headers.get("Content-Type") or "")
            if is_mislabelled and is_page(response):
                response = await self._get(url, crawl_delay, headers, skim=None)
        except FetchError as error:
            raise await self._failed(error) from error
        self._unreachable.answered([url, response.url])
        return response

    async def load(self) -> None:
        """Load which hosts are out of reach.

        Raises:
            StoreError: The database failed.
        """
        self._unreachable.load(await self._deps.read(hosts.load_pauses, self._deps.clock()))

    async def _failed(self, error: FetchError) -> FetchError:
        """Return what a failure means: perhaps that the host is out of reach, which is stored."""
        until = self._unreachable.failed(error.url, error.outcome, self._deps.clock())
        down = self._down(error.url) if until else None
        if until is None or down is None:
            return error
        scope = page_scope(error.url)
        await self._deps.write(hosts.pause, scope, until, down.reason.dump())
        return down

    def _down(self, url: str) -> FetchError | None:
        """Return why a page is not requested at the moment, if its host could not be reached."""
        until = self._unreachable.down_until(url, self._deps.clock())
        if until is None:
            return None
        reason = Phrase("fetch.host_down", host=host_and_port(url), until=until)
        return FetchError(url, HOST_DOWN, reason)

    async def _get(
        self,
        url: str,
        crawl_delay: float,
        headers: Mapping[str, str] | None,
        skim: Callable[[str], bool] | None,
    ) -> Response:
        async with self._deps.gate.turn(url, at_least=crawl_delay):
            return await self._deps.http.get(
                url,
                headers=headers,
                max_bytes=self._deps.settings.http_max_page_bytes,
                accept=ACCEPT,
                skim=skim,
            )

    async def extract(
        self, entry: EntryRecord, response: Response, now: datetime
    ) -> PageRead | FetchFailure:
        """Return the page in an answer with all its pages, or why it is not the entry's article."""
        first = await self._extract_followed(entry, response, now)
        if isinstance(first, FetchFailure):
            return first

        async def read(url: str) -> PageRead | FetchFailure:
            answer = await self.request(url, url)
            if isinstance(answer, FetchFailure):
                return answer
            further = replace(entry, title="", summary="", content="")
            result, _ = await self._extract(further, answer, self._deps.clock(), further=True)
            return result

        return await read_all_pages(first, read)

    async def resolve(
        self, entry: EntryRecord, response: Response, now: datetime
    ) -> Response | FetchFailure:
        """Return the answer to which a page leads that only leads on, or else the answer itself."""
        visited = _visited(entry, response)
        while may_lead_on(response):
            result, target = await self._extract(entry, response, now)
            answer = await self._next(entry, result, target, visited)
            if not isinstance(answer, Response):
                return answer or response
            response = answer
        return response

    async def _extract_followed(
        self, entry: EntryRecord, response: Response, now: datetime
    ) -> PageRead | FetchFailure:
        """Return the page in an answer, or why it is not the article of the entry.

        Where the page only leads to another one, without being clicked, that one is read, as after
        a redirect.
        """
        visited, latest = _visited(entry, response), response
        while True:
            result, target = await self._extract(entry, latest, now)
            answer = await self._next(entry, result, target, visited)
            if isinstance(answer, FetchFailure):
                return answer
            if answer is None:
                break
            latest = answer
        if lacks_text(result):
            result = await self._other_version(entry, latest, visited) or result
        if isinstance(result, PageRead) and latest is not response:
            return replace(result, validators=without_headers(result.validators))
        return result

    async def _other_version(
        self, entry: EntryRecord, response: Response, visited: set[str]
    ) -> PageRead | None:
        """Return the article on another version of a page that has no text, if it names one."""
        url = find_other_version(response)
        if url is None or url in visited:
            return None
        answer = await self.request(url, entry.url)
        if isinstance(answer, FetchFailure):
            return None
        other, _ = await self._extract(entry, answer, self._deps.clock())
        if isinstance(other, FetchFailure):
            return None
        return as_version_of(other, response, (entry.url, response.url))

    async def _next(
        self,
        entry: EntryRecord,
        result: PageRead | FetchFailure,
        target: str | None,
        visited: set[str],
    ) -> Response | FetchFailure | None:
        """Return the answer of the page that another one leads to; None where it leads nowhere."""
        if isinstance(result, PageRead) or target is None or target in visited:
            return None
        if len(visited) > MOST_REDIRECTS:
            reason = Phrase("fetch.too_many_redirects", limit=MOST_REDIRECTS)
            return FetchFailure("redirect", reason)
        visited.add(target)
        return await self.request(target, entry.url)

    async def _extract(
        self, entry: EntryRecord, response: Response, now: datetime, *, further: bool = False
    ) -> tuple[PageRead | FetchFailure, str | None]:
        """Return the page, or why it is not the article and where it leads."""
        if (kind := type_of(response)) is not None:
            return not_read(kind), None
        feed = await self._deps.read(feeds.find, entry.feed_id)
        hints = PageHints(
            title=entry.title,
            summary=entry.summary,
            content=entry.content[:LONGEST_TEXT],
            published_at=entry.published_at,
            published_is_day=entry.published_is_day,
            time_zone=feed.time_zone if feed else "",
            body_selector=feed.body_selector if feed else "",
            removed_selector=feed.removed_selector if feed else "",
            language=entry.language,
            url=entry.url,
            further=further,
        )
        try:
            page = await self._deps.extract.extract(
                response.body,
                url=response.url,
                content_type=response.headers.get("Content-Type"),
                hints=hints,
                now=now,
                outlet=outlet_of(entry.feed_id),
            )
        except ExtractionError as error:
            if error.outcome == "not_html":
                return not_read(OTHER), None
            prefix = "extract_" if error.outcome in ABOUT_EXTRACTION else ""
            return FetchFailure(prefix + error.outcome, error.reason), None
        header = refresh_target(response.headers.get("Refresh", ""), response.url)
        failure = _unusable(entry, page, response)
        read = failure or PageRead(page, response.url, now, validators_of(response))
        return read, page.refresh_url or header


def _visited(entry: EntryRecord, response: Response) -> set[str]:
    return {entry.url, response.url, *(hop.url for hop in response.redirects)}


def _is_document(content_type: str) -> bool:
    return type_by_header(content_type) is not None


def _unusable(entry: EntryRecord, page: ExtractedPage, response: Response) -> FetchFailure | None:
    """Return why a page is not the article: it says so, lists articles, or is elsewhere."""
    kind = next((flag for flag in page.flags if flag in WRONG_PAGES), None)
    if kind is not None:
        return FetchFailure(kind, Phrase(f"fetch.{kind}"))
    return _elsewhere(entry.url, response.url)


def _elsewhere(link: str, final_url: str) -> FetchFailure | None:
    """Return why an answer is another page than the one requested."""
    was_redirected = canonical_url(link) != canonical_url(final_url)
    if is_consent_wall(final_url, "", moved=was_redirected):
        return FetchFailure("consent_wall", Phrase("fetch.consent_wall"))
    if is_homepage(final_url) and not is_homepage(link):
        return FetchFailure("homepage", Phrase("fetch.homepage"))
    return None
