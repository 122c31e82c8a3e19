"""A request as access control sees it, and the rate limit of failed logins per address."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from http.cookies import CookieError, SimpleCookie
from ipaddress import IPv6Address, ip_address
from urllib.parse import parse_qsl, quote

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from core.clock import Clock

MAX_BODY = 1_000_000
"""Bytes of a request: a pasted page fits, nothing larger is read."""

MAX_FIELDS = 1_000
"""Fields of a form: two hundred stories and some more."""

SAFE = ("GET", "HEAD", "OPTIONS")
FORM = "application/x-www-form-urlencoded"

WRONG_A_MINUTE = 5
MOST_ADDRESSES = 10_000
"""Addresses remembered; the longest unseen goes first."""


class AccessRequest:
    """A request, its body read where it has one.

    Attributes:
        address: Who asks, by which wrong tokens are counted.
        is_https: Whether the browser came by https.
        form: Fields of a form; empty for any other body.
    """

    def __init__(self, scope: Scope, body: bytes, receive: Receive, *, trust_proxy: bool) -> None:
        self.scope = scope
        self.headers = Headers(scope=scope)
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.address = _address(scope, self.headers if trust_proxy else None)
        said = self.headers.get("x-forwarded-proto", "") if trust_proxy else ""
        proto = said.rpartition(",")[2].strip().lower()  # the last is what our proxy saw
        self.is_https = (proto or scope["scheme"]) == "https"
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.form = _form(body) if kind == FORM else {}
        self._body: bytes | None = None if self.method in SAFE else body
        self._receive = receive

    @classmethod
    async def read(
        cls, scope: Scope, receive: Receive, *, trust_proxy: bool
    ) -> AccessRequest | None:
        """Read a request; None where its body is larger than :data:`MAX_BODY`."""
        body = b"" if scope["method"] in SAFE else await _body(receive)
        return None if body is None else cls(scope, body, receive, trust_proxy=trust_proxy)

    async def receive(self) -> Message:
        """The body that was read, then the connection as it is."""
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    @property
    def bearer(self) -> str | None:
        """The token of an API's client, None where it gives none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else None

    @property
    def cookie_name(self) -> str:
        """Cookies know no ports: two consoles on one machine must not share a name."""
        _, port = self.scope.get("server") or ("", 0)
        return f"{'__Host-' if self.is_https else ''}wirewatch-{port or 0}"

    @property
    def cookie(self) -> str:
        """Our cookie, empty where there is none."""
        try:
            found = SimpleCookie(self.headers.get("cookie", "")).get(self.cookie_name)
        except CookieError:
            return ""
        return found.value if found else ""

    @property
    def csrf(self) -> str:
        """The CSRF token, of a script's header or a form's field."""
        return self.headers.get("x-csrf-token") or self.form.get("csrf", "")

    @property
    def is_ours(self) -> bool:
        """Whether the browser does not say that another page sent it."""
        if self.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = self.headers.get("origin")
        here = f"{'https' if self.is_https else 'http'}://{self.headers.get('host', '')}"
        return origin is None or origin.lower() == here.lower()

    @property
    def comes_from_elsewhere(self) -> bool:
        """Whether a person followed a link on another site: our cookie does not come along."""
        asked = self.headers.get("sec-fetch-site"), self.headers.get("sec-fetch-mode")
        return self.method in SAFE and asked == ("cross-site", "navigate")

    @property
    def path_and_query(self) -> str:
        """Where it goes, as a URL has it."""
        query = self.scope.get("query_string", b"").decode("latin-1")
        return f"{quote(self.path)}?{query}" if query else quote(self.path)


class FailureRate:
    """How often an address was wrong lately.

    Args:
        clock: The present.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> int:
        """Seconds until the address may try again; 0 where it may now."""
        moments = self._wrong.get(address, deque())
        minute_ago = self._clock().timestamp() - 60
        while moments and moments[0] <= minute_ago:
            moments.popleft()
        full = len(moments) >= WRONG_A_MINUTE
        return max(1, math.ceil(moments[0] - minute_ago)) if full else 0

    def count(self, address: str) -> None:
        """Remember that the address was wrong now."""
        self._wrong.setdefault(address, deque()).append(self._clock().timestamp())
        self._wrong.move_to_end(address)
        if len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)


async def _body(receive: Receive) -> bytes | None:
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":  # gone: what came is all there is
            return bytes(parts)
        parts += message.get("body", b"")
        if len(parts) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(parts)


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError:  # too many fields: no form of ours
        return {}
    return dict(reversed(fields))  # the first of a name counts


def _address(scope: Scope, trusted: Headers | None) -> str:
    """The client; the network of an IPv6 one, where each may have 2**64 addresses."""
    host = (scope.get("client") or ("", 0))[0]
    if trusted is not None:
        hops = [h.strip() for h in trusted.get("x-forwarded-for", "").split(",") if h.strip()]
        host = hops[-1] if hops else host  # the last is what our proxy saw
    try:
        found = ip_address(host)
    except ValueError:
        return host[:60]
    return found.exploded[:19] if isinstance(found, IPv6Address) else str(found)
