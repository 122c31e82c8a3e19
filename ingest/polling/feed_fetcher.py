"""Request one feed: conditionally, in the turn of its host, with the attempt stored beforehand.

::

    feed ── conditional request ── turn of the host ── attempt stored ── GET ── refreshes followed
        └── FeedDocument, NotModified or FetchFailure

Nothing here changes a feed. What the answer means for it is decided and stored by
:mod:`ingest.polling.feed_writer`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import structlog

from config.errors import FetchError
from config.i18n import Phrase
from core.http import RETRY_AFTER_CAP, Response, retry_after
from core.store import feeds
from core.store.feed_record import FeedRecord
from core.text.clean import for_log
from ingest.deps import Deps
from ingest.polling import conditional, interval
from ingest.polling.backoff import FetchFailure, failure_of
from ingest.polling.conditional import ConditionalRequest
from ingest.polling.poll_outcome import NotModified
from ingest.polling.refreshed_feeds import find_target, follow_refreshes, with_login

log = structlog.get_logger(__name__)

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)


@dataclass(frozen=True)
class FeedDocument:
    """The bytes of a feed.

    Attributes:
        body: The document, decompressed.
        url: Where it came from, after redirects; relative links are relative to it.
        headers: The headers that came with it.
        request: The request it answers.
        moved_to: Where a permanent redirect leads, if there was one.
    """

    body: bytes
    url: str
    headers: Mapping[str, str]
    request: ConditionalRequest
    moved_to: str | None = None

    @cached_property
    def sha256(self) -> str:
        """The hash of the body, in hex."""
        return hashlib.sha256(self.body).hexdigest()


FetchResult = FeedDocument | NotModified | FetchFailure


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """What is recorded of the last answer of a poll.

    Attributes:
        status: HTTP status.
        seconds: From the request to the last byte.
        size: Bytes of the body, decompressed.
        redirected: Whether the answer came from another URL than the one requested.
    """

    status: int
    seconds: float
    size: int
    redirected: bool


@dataclass(frozen=True, slots=True)
class Fetched:
    """The result of requesting a feed.

    Attributes:
        result: The document, that nothing changed, or why it could not be fetched.
        answer: What the server answered; None if it did not answer.
    """

    result: FetchResult
    answer: AnswerFacts | None = None


class FeedFetcher:
    """Requests feeds that this process has leased."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def fetch(self, feed: FeedRecord) -> Fetched | None:
        """Request a feed.

        A 304 that cannot be true, because nothing was conditional or because it comes from another
        URL than the last document, is followed by one unconditional request.

        Returns:
            None if another process took over the lease while this one waited for the host.

        Raises:
            StoreError: The attempt could not be stored, so no request was sent.
        """
        answer: AnswerFacts | None = None
        first = conditional.build_request(feed, self._deps.clock())
        for request in (first, conditional.NO_CACHE):
            try:
                response = await self._get(feed, request)
                response = response and await self._follow(feed, request, response)
            except FetchError as error:
                return Fetched(FetchFailure(error.outcome, error.reason, error.retry_after))
            if response is None:
                return None
            answer = _facts(response)
            if response.status != 304:
                return Fetched(self._result(feed, response, request), answer)
            if request.conditional and response.url == (feed.final_url or response.url):
                return Fetched(NotModified(response.headers, response.moved_to), answer)
        return Fetched(FetchFailure("protocol", Phrase("fetch.unexpected_304")), answer)

    def _result(
        self, feed: FeedRecord, response: Response, request: ConditionalRequest
    ) -> FetchResult:
        wait = retry_after(response.headers, self._deps.clock())
        if wait == RETRY_AFTER_CAP:
            asked = for_log(response.headers.get("Retry-After", ""))
            log.warning("retry_after_capped", feed=feed.feed_id, asked=asked, seconds=wait)
        return failure_of(response, wait) or FeedDocument(
            response.body, response.url, response.headers, request, response.moved_to
        )

    async def _follow(
        self, feed: FeedRecord, request: ConditionalRequest, response: Response
    ) -> Response:
        """Return the answer to which a page in place of the feed leads on, or the answer itself.

        Raises:
            FetchError: The page leads nowhere.
        """

        async def get(url: str) -> Response:
            async with self._deps.gate.turn(url):
                return await self._send(with_login(url, feed.request_url), request)

        target_of = partial(find_target, self._deps.parser)
        return await follow_refreshes(response, feed.kind, target_of, get)

    async def _get(self, feed: FeedRecord, request: ConditionalRequest) -> Response | None:
        """Send one request in the host's turn, or return None if the lease is lost by then."""
        deps = self._deps
        async with deps.gate.turn(feed.request_url):
            now = deps.clock()
            due_at = interval.earliest_repeat(feed, now)
            if not await deps.write(feeds.begin_attempt, feed.feed_id, deps.me, now, due_at):
                return None
            return await self._send(feed.request_url, request)

    async def _send(self, url: str, request: ConditionalRequest) -> Response:
        return await self._deps.http.get(
            url,
            headers=request.headers,
            max_bytes=self._deps.settings.http_max_feed_bytes,
            accept=ACCEPT,
        )


def _facts(response: Response) -> AnswerFacts:
    return AnswerFacts(
        response.status, response.elapsed, len(response.body), bool(response.redirects)
    )
