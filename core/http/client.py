"""The HTTP client: identifies itself, has limits, and does not reach the operator's own network.

::

    get(url) ── slot ──┐ for each hop: wire_url ── guard ── request ── redirect? ──┐
                       └───────────────◀── at most 5, each of them checked ◀───────┘
                                                        └── body, at most max_bytes ──▶ Response

All of it together takes at most ``http_total_timeout`` seconds, however slowly the server sends.
Cookies and ``Referer`` are never sent, and proxy settings of the environment are not used.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urldefrag, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from config.errors import FetchError
from config.i18n import Phrase
from config.settings import Settings
from core.http.body import ACCEPT_ENCODING, BodyReader, read_body
from core.http.errors import CLIENT_ERRORS, as_fetch_error
from core.http.legacy_tls import legacy_context
from core.http.response import Redirect, Response
from core.http.ssrf_guard import GuardedResolver, SsrfGuard
from core.http.urls import wire_url
from core.text.clean import clean_line

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ERROR_BODY = 65_536
_POST_RESPONSE = 65_536
_BEGINNING = 4_096
_CHUNK = 65_536


def user_agent(contact: str) -> str:
    """Return the User-Agent, ``Wirewatch/<version> (+contact)``: who asks, and whom to contact."""
    name = f"Wirewatch/{version('wirewatch')}"
    address = clean_line(contact).encode("ascii", "ignore").decode()
    return f"{name} (+{address})" if address else name


class HttpClient:
    """The client of a process. Close it, or use it as an async context manager.

    Args:
        settings: Timeouts, limits and contact.
        guard: Which addresses may be reached; by default according to the settings.
        resolver: Resolves names; by default the system's resolver.
        trust: Trusted certificates; by default the system's.
        is_legacy: Whether a URL may be requested over outdated TLS; by default none may.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        guard: SsrfGuard | None = None,
        resolver: AbstractResolver | None = None,
        trust: ssl.SSLContext | None = None,
        is_legacy: Callable[[str], bool] = lambda _url: False,
    ) -> None:
        self._settings = settings
        self._guard = guard or SsrfGuard(allow_private=settings.http_allow_private)
        self._resolver = resolver
        self._trust = trust
        self._is_legacy = is_legacy
        self._legacy: ssl.SSLContext | None = None
        self._slots = asyncio.Semaphore(settings.http_concurrency)
        self._agent = user_agent(settings.http_contact)
        self._guarded: aiohttp.ClientSession | None = None
        self._unguarded: aiohttp.ClientSession | None = None

    @classmethod
    def open(cls, settings: Settings) -> HttpClient:
        """Return a client for these settings. It connects on first use."""
        return cls(settings)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int,
        accept: str = "*/*",
        truncate: bool = False,
        skim: Callable[[str], bool] | None = None,
    ) -> Response:
        """Request a URL and follow redirects.

        A user name and password in the URL are sent as basic authorization, to that origin only.

        Args:
            url: An http or https URL.
            headers: Additional headers. ``Authorization`` is not sent to another origin.
            max_bytes: Bytes of the decoded body at most.
            accept: The ``Accept`` header.
            truncate: Whether to return the first ``max_bytes`` of a larger body instead of
                refusing it.
            skim: Whether the beginning of a body is enough, by its ``Content-Type``: a film is not
                downloaded to find out that it is one.

        Returns:
            A response of any status, such as 304, 404, 429 or 500.

        Raises:
            FetchError: There is no complete response; ``outcome`` is the class of failure
                (:mod:`core.http`), ``url`` the one that failed.
        """
        target, authorization = _first_target(url)
        sent = _sendable({**authorization, **(headers or {})})
        sent |= {"Accept": accept, "Accept-Encoding": ACCEPT_ENCODING, "User-Agent": self._agent}
        hops: list[Redirect] = []
        async with self._slots:
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._settings.http_total_timeout):
                    return await self._follow(
                        target, sent, began, max_bytes, hops, truncate=truncate, skim=skim
                    )
            except CLIENT_ERRORS as error:
                failed = hops[-1].url if hops else target
                can_be_legacy = not self._is_legacy(failed)
                raise as_fetch_error(failed, error, can_be_legacy=can_be_legacy) from error

    async def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,
        guarded: bool = False,
    ) -> Response:
        """Send a body to a URL. Redirects are not followed.

        Args:
            url: An http or https URL.
            headers: All headers except User-Agent.
            body: The bytes to send.
            timeout: Seconds for request and response together.
            guarded: Whether the guard checks the address, as for all that the operator has not
                configured; without it any port and address is allowed.

        Returns:
            A response of any status; its body is truncated at 64 KiB.

        Raises:
            FetchError: There is no response. With ``bad_url``, ``dns``, ``nxdomain``, ``connect``
                or ``tls`` nothing was sent; with any other outcome it is unknown whether the
                target has processed the body.
        """
        target, authorization = _first_target(url)
        began = time.monotonic()
        try:
            if guarded:
                self._guard.check(target)
            async with (
                asyncio.timeout(timeout),
                self._session(guarded=guarded).post(
                    URL(target, encoded=True),
                    data=body,
                    headers={**authorization, **headers, "User-Agent": self._agent},
                    allow_redirects=False,
                ) as answer,
            ):
                content = await _lenient_body(target, answer, _POST_RESPONSE)
                return _response(target, answer, content, (), began)
        except CLIENT_ERRORS as error:
            raise as_fetch_error(target, error) from error

    async def close(self) -> None:
        """Close all connections."""
        for session in (self._guarded, self._unguarded):
            if session is not None:
                await session.close()
        self._guarded = self._unguarded = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _follow(
        self,
        url: str,
        headers: dict[str, str],
        began: float,
        limit: int,
        hops: list[Redirect],
        *,
        truncate: bool,
        skim: Callable[[str], bool] | None,
    ) -> Response:
        visited = {url}
        while True:
            self._guard.check(url)
            async with self._session(guarded=True).get(
                URL(url, encoded=True),
                headers=headers,
                allow_redirects=False,
                ssl=self._context_for(url),
            ) as answer:
                if (location := _location(answer)) is None:
                    brief = skim is not None and skim(answer.headers.get("Content-Type", ""))
                    most = min(limit, _BEGINNING) if brief else limit
                    content = await _body(url, answer, most, truncate=truncate or brief)
                    return _response(url, answer, content, tuple(hops), began)
            following = next_hop(url, location, visited, len(hops))
            if not _same_origin(url, following):
                headers = {k: v for k, v in headers.items() if k.lower() != "authorization"}
            hops.append(Redirect(answer.status, following))
            visited.add(following)
            url = following

    def _context_for(self, url: str) -> ssl.SSLContext | bool:
        """Return the context for outdated TLS where it is allowed; True means the usual one."""
        if not url.startswith("https:") or not self._is_legacy(url):
            return True
        if self._legacy is None:
            self._legacy = legacy_context(self._trust)
        return self._legacy

    def _session(self, *, guarded: bool) -> aiohttp.ClientSession:
        session = self._guarded if guarded else self._unguarded
        if session is None:
            session = self._new_session(self._guard if guarded else SsrfGuard(allow_private=True))
            if guarded:
                self._guarded = session
            else:
                self._unguarded = session
        return session

    def _new_session(self, guard: SsrfGuard) -> aiohttp.ClientSession:
        inner = self._resolver or aiohttp.ThreadedResolver()
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(inner, guard),
            socket_factory=guard.open_socket,
            ssl=self._trust or True,
            limit=0,  # the slots of get() limit it: waiting in the pool would count as its time
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(
                total=None,
                sock_connect=self._settings.http_connect_timeout,
                sock_read=self._settings.http_first_byte_timeout,
            ),
            # Real news sites exceed the library's own limits (8190 bytes a line, 128 headers).
            max_line_size=16_384,
            max_field_size=65_536,
            max_headers=1_000,
        )


def next_hop(url: str, location: str, visited: set[str], hops: int) -> str:
    """Return the URL that a redirect leads to.

    Args:
        url: The URL that redirected.
        location: The ``Location`` header.
        visited: URLs of this request so far.
        hops: Number of redirects so far.

    Raises:
        FetchError: ``redirect``: a loop, one redirect too many, or not an http or https URL.
    """
    following = wire_url(location, url)
    if following is None:
        raise FetchError(url, "redirect", Phrase("fetch.redirect_to_no_url"))
    following = urldefrag(following).url
    if following in visited:
        raise FetchError(url, "redirect", Phrase("fetch.redirect_loop"))
    if hops >= MOST_REDIRECTS:
        raise FetchError(url, "redirect", Phrase("fetch.too_many_redirects", limit=MOST_REDIRECTS))
    return following


def _first_target(url: str) -> tuple[str, dict[str, str]]:
    """Return the URL without fragment, user name and password, and the header made of those."""
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    head, at, tail = authority.rpartition("@")
    bare = url.replace(f"{head}@", "", 1) if at else url
    target = wire_url(bare)
    if target is None:
        raise FetchError(bare, "bad_url", Phrase("fetch.bad_url"), retry=False)
    token = base64.b64encode(unquote(head).encode()).decode("ascii")
    return urldefrag(target).url, {"Authorization": f"Basic {token}"} if at and tail else {}


def _location(answer: aiohttp.ClientResponse) -> str | None:
    """Return the target of a redirect, or None where the response is not one."""
    return answer.headers.get("Location") if answer.status in _REDIRECTS else None


def _same_origin(a: str, b: str) -> bool:
    left, right = urlsplit(a), urlsplit(b)
    return (left.scheme, left.netloc) == (right.scheme, right.netloc)


def _sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that can be sent: a validator from a server may contain raw bytes."""
    return {k: v for k, v in headers.items() if v.isprintable() and _encodes(v)}


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


async def _body(url: str, answer: aiohttp.ClientResponse, limit: int, *, truncate: bool) -> bytes:
    if answer.status >= 400:
        return await _lenient_body(url, answer, min(limit, _ERROR_BODY))
    body = BodyReader(url, answer.headers.get("Content-Encoding", ""), limit, truncate=truncate)
    return await read_body(answer.content.iter_chunked(_CHUNK), body)


async def _lenient_body(url: str, answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the beginning of a body that is only informative; it may be incomplete or missing."""
    try:
        body = BodyReader(url, answer.headers.get("Content-Encoding", ""), limit, truncate=True)
        return await read_body(answer.content.iter_chunked(_CHUNK), body)
    except (FetchError, aiohttp.ClientPayloadError):
        return b""


def _response(
    url: str,
    answer: aiohttp.ClientResponse,
    body: bytes,
    hops: tuple[Redirect, ...],
    began: float,
) -> Response:
    elapsed = time.monotonic() - began
    return Response(url, answer.status, answer.headers, body, hops, elapsed)
