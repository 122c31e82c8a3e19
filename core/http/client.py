"""Our HTTP client: polite, bounded, and blind to the operator's own network.

::

    get(url) ── slot ──┐ per hop: wire_url ── guard ── exchange ── redirect? ──┐
                       └───────────────◀── at most 5, checked anew ◀───────────┘
                                                        └── body, at most max_bytes ──▶ Response

The whole of it has ``http_total_timeout`` seconds, however slowly the server drips. Cookies and
Referer are never sent, proxies of the environment never used.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
import time
from collections.abc import Mapping
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
from core.http.response import Redirect, Response
from core.http.ssrf_guard import GuardedResolver, SsrfGuard
from core.http.urls import wire_url
from core.text.clean import clean_line

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ERROR_BODY = 65_536
_ANSWER_TO_POST = 65_536
_PIECE = 65_536


def user_agent(contact: str) -> str:
    """``Wirewatch/<version> (+contact)``: who asks, and where to complain."""
    name = f"Wirewatch/{version('wirewatch')}"
    who = clean_line(contact).encode("ascii", "ignore").decode()
    return f"{name} (+{who})" if who else name


class HttpClient:
    """One client for the whole program; close it, or use it as an async context manager.

    Args:
        settings: Timeouts, limits, contact.
        guard: Where requests may go; by default what the settings say.
        resolver: DNS; by default the system's.
        trust: TLS trust; by default the system's.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        guard: SsrfGuard | None = None,
        resolver: AbstractResolver | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._guard = guard or SsrfGuard(allow_private=settings.http_allow_private)
        self._resolver = resolver
        self._trust = trust
        self._slots = asyncio.Semaphore(settings.http_concurrency)
        self._agent = user_agent(settings.http_contact)
        self._guarded: aiohttp.ClientSession | None = None
        self._unguarded: aiohttp.ClientSession | None = None

    @classmethod
    def open(cls, settings: Settings) -> HttpClient:
        """The client the settings describe; it connects on first use."""
        return cls(settings)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int,
        accept: str = "*/*",
        cut: bool = False,
    ) -> Response:
        """Ask for a URL, following redirects.

        A name and password in ``url`` are sent as basic authorization, to that origin only.

        Args:
            url: http or https.
            headers: Further headers; ``Authorization`` does not follow to another origin.
            max_bytes: Most bytes of the decoded body.
            accept: The ``Accept`` header.
            cut: Give the first ``max_bytes`` of a larger body instead of refusing it.

        Returns:
            An answer of any status, 304, 404, 429 and 500 too.

        Raises:
            FetchError: There is no (complete) answer; ``outcome`` says why (:mod:`core.http`).
        """
        target, authorization = _first_target(url)
        wanted = _sendable({**authorization, **(headers or {})})
        wanted |= {"Accept": accept, "Accept-Encoding": ACCEPT_ENCODING, "User-Agent": self._agent}
        async with self._slots:
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._settings.http_total_timeout):
                    return await self._follow(target, wanted, began, max_bytes, cut=cut)
            except CLIENT_ERRORS as error:
                raise as_fetch_error(target, error) from error

    async def post(
        self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> Response:
        """Send to a place the operator configured: not guarded, no redirect followed.

        Args:
            url: http or https, on any port and address.
            headers: All headers but User-Agent.
            body: Sent as it is.
            timeout: Seconds for the whole exchange.

        Returns:
            The answer, of any status; its body is cut at 64 KiB.

        Raises:
            FetchError: With ``bad_url``, ``dns``, ``nxdomain``, ``connect`` and ``tls`` nothing
                was sent; with any other outcome nobody knows whether the target took it.
        """
        target, authorization = _first_target(url)
        began = time.monotonic()
        try:
            async with (
                asyncio.timeout(timeout),
                self._session(guarded=False).post(
                    URL(target, encoded=True),
                    data=body,
                    headers={**authorization, **headers, "User-Agent": self._agent},
                    allow_redirects=False,
                ) as answer,
            ):
                content = await _lenient_body(target, answer, _ANSWER_TO_POST)
                return _response(target, answer, content, (), began)
        except CLIENT_ERRORS as error:
            raise as_fetch_error(target, error) from error

    async def close(self) -> None:
        """Close every connection."""
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
        self, url: str, headers: dict[str, str], began: float, limit: int, *, cut: bool
    ) -> Response:
        hops: list[Redirect] = []
        seen = {url}
        while True:
            self._guard.check(url)
            async with self._session(guarded=True).get(
                URL(url, encoded=True), headers=headers, allow_redirects=False
            ) as answer:
                if (location := _location(answer)) is None:
                    content = await _body(url, answer, limit, cut=cut)
                    return _response(url, answer, content, tuple(hops), began)
            following = next_hop(url, location, seen, len(hops))
            if not _same_origin(url, following):
                headers = {k: v for k, v in headers.items() if k.lower() != "authorization"}
            hops.append(Redirect(answer.status, following))
            seen.add(following)
            url = following

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
            limit=0,  # the slots of get() are the limit: waiting in the pool would eat its time
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
            # The library's own limits (8190 bytes a line, 128 headers) fail on real news sites.
            max_line_size=16_384,
            max_field_size=65_536,
            max_headers=1_000,
        )


def next_hop(url: str, location: str, seen: set[str], hops: int) -> str:
    """Where a redirect leads.

    Raises:
        FetchError: ``redirect``: it is a loop, one hop too many, or no URL to follow.
    """
    following = wire_url(location, url)
    if following is None:
        raise FetchError(url, "redirect", Phrase("fetch.redirect_to_no_url"))
    following = urldefrag(following).url
    if following in seen:
        raise FetchError(url, "redirect", Phrase("fetch.redirect_loop"))
    if hops >= MOST_REDIRECTS:
        raise FetchError(url, "redirect", Phrase("fetch.too_many_redirects", limit=MOST_REDIRECTS))
    return following


def _first_target(url: str) -> tuple[str, dict[str, str]]:
    """The URL without fragment, name and password, and the header those become."""
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    head, at, tail = authority.rpartition("@")
    bare = url.replace(f"{head}@", "", 1) if at else url
    target = wire_url(bare)
    if target is None:
        raise FetchError(bare, "bad_url", Phrase("fetch.bad_url"), retry=False)
    token = base64.b64encode(unquote(head).encode()).decode("ascii")
    return urldefrag(target).url, {"Authorization": f"Basic {token}"} if at and tail else {}


def _location(answer: aiohttp.ClientResponse) -> str | None:
    """The target of a redirect; None where the answer is none that can be followed."""
    return answer.headers.get("Location") if answer.status in _REDIRECTS else None


def _same_origin(a: str, b: str) -> bool:
    left, right = urlsplit(a), urlsplit(b)
    return (left.scheme, left.netloc) == (right.scheme, right.netloc)


def _sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """Without values no header can carry: a server's own validator may hold raw bytes."""
    return {k: v for k, v in headers.items() if v.isprintable() and _encodes(v)}


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


async def _body(url: str, answer: aiohttp.ClientResponse, limit: int, *, cut: bool) -> bytes:
    if answer.status >= 400:
        return await _lenient_body(url, answer, min(limit, _ERROR_BODY))
    body = BodyReader(url, answer.headers.get("Content-Encoding", ""), limit, cut=cut)
    return await read_body(answer.content.iter_chunked(_PIECE), body)


async def _lenient_body(url: str, answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The beginning of a body that only explains: half of it, or none, is no failure."""
    try:
        body = BodyReader(url, answer.headers.get("Content-Encoding", ""), limit, cut=True)
        return await read_body(answer.content.iter_chunked(_PIECE), body)
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
