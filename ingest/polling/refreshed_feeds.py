"""Follow a page that came instead of a feed and only leads on, as if it were a redirect.

::

    answer ── a small web page? ── worker: where does its refresh lead? ── GET ──▶ answer
         └── no, or it leads nowhere ──▶ the answer as it is

A publisher that moves its feed and cannot configure its server leaves a page with
``<meta http-equiv="refresh">``, or a ``Refresh`` header, at the old address.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

from config.errors import FetchError
from config.i18n import Phrase
from core.http import REFRESH, Redirect, Response
from core.http.client import MOST_REDIRECTS
from ingest.deps import DocumentParser
from ingest.pages.refresh import LONGEST_STUB, refresh_target
from ingest.parsing.messages import LinksRequest

LONGEST_LIST_STUB = 4_096
"""Bytes of a page that only leads on, at most, where the feed is a page itself, with links."""

_PAGE = re.compile(
    rb"(?>(?:\s|\xef\xbb\xbf|<!--.{0,2000}?-->|<\?[^<>]{0,500}>)*)<"
    rb"(?:!doctype\s+html|html|head|meta|title|body|script|noscript|style|p|h[1-3]|center|div)\b",
    re.IGNORECASE | re.DOTALL,
)


async def follow_refreshes(
    response: Response,
    kind: str,
    find_target: Callable[[Response], Awaitable[str | None]],
    get: Callable[[str], Awaitable[Response]],
) -> Response:
    """Return the answer to which the refreshes of an answer lead, with all hops as its redirects.

    Args:
        response: The answer to the request for the feed.
        kind: The feed's: ``feed``, ``sitemap`` or ``page``.
        find_target: Returns where an answer that may be a stub leads.
        get: Requests a URL in the turn of its host.

    Raises:
        FetchError: ``redirect`` for a loop or too many hops; else as ``get``.
    """
    visited = {response.url}
    while may_replace_feed(response, kind) and (target := await find_target(response)):
        _check(response, target, visited)
        visited.add(target)
        answer = await get(target)
        hops = (*response.redirects, Redirect(REFRESH, target), *answer.redirects)
        elapsed = response.elapsed + answer.elapsed
        response = replace(answer, redirects=hops, elapsed=elapsed)
    return response


def may_replace_feed(response: Response, kind: str) -> bool:
    """Return whether an answer may be a page that only leads on; costs nothing for a feed. Pure."""
    most = LONGEST_LIST_STUB if kind == "page" else LONGEST_STUB
    if not 200 <= response.status < 300 or len(response.body) > most:
        return False
    is_empty = "Refresh" in response.headers and not response.body.strip()
    return is_empty or _PAGE.match(response.body) is not None


async def find_target(parser: DocumentParser, response: Response) -> str | None:
    """Return where an answer leads without being clicked, or None.

    Raises:
        FetchError: The page could not be parsed.
    """
    if target := refresh_target(response.headers.get("Refresh", ""), response.url):
        return target
    content_type = response.headers.get("Content-Type")
    links = await parser.find_links(LinksRequest(response.body, response.url, content_type))
    return next((link.url for link in links if link.refresh), None)


def with_login(target: str, url: str) -> str:
    """Return a URL with the user name and password of another one of the same origin. Pure."""
    new, old = urlsplit(target), urlsplit(url)
    login, at, host = old.netloc.rpartition("@")
    if not at or (new.scheme, new.netloc) != (old.scheme, host):
        return target
    return new._replace(netloc=f"{login}@{host}").geturl()


def _check(response: Response, target: str, visited: set[str]) -> None:
    if target in visited or any(hop.url == target for hop in response.redirects):
        raise FetchError(response.url, "redirect", Phrase("fetch.redirect_loop"))
    if len(response.redirects) >= MOST_REDIRECTS:
        reason = Phrase("fetch.too_many_redirects", limit=MOST_REDIRECTS)
        raise FetchError(response.url, "redirect", reason)
