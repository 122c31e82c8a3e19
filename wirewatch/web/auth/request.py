"""A request as access control sees it, with its body read and limited."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from wirewatch.web.peers import Networks, client_network, is_trusted, last_hop

MAX_BODY = 1_000_000
"""Bytes of a request: enough for a pasted page, and for any form."""

MAX_FIELDS = 1_000
"""Fields of a form: enough to select two hundred stories."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_QUERY = "%!$&'()*+,/:;=?@~-._"
"""Characters that a query keeps; it is encoded already, as far as the client did that."""

FORM = "application/x-www-form-urlencoded"


class AccessRequest:
    """A request and what access control needs to know about it.

    Attributes:
        address: Client address by which wrong tokens are counted.
        is_from_proxy: Whether a trusted proxy sent it.
        is_https: Whether the browser uses https.
        form: Fields of a form; empty for any other body.
    """

    def __init__(self, scope: Scope, body: bytes, receive: Receive, *, proxies: Networks) -> None:
        self.scope = scope
        self.headers = Headers(scope=scope)
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        host = (scope.get("client") or ("", 0))[0]
        self.is_from_proxy = is_proxy = is_trusted(host, proxies)
        self.address = client_network(last_hop(scope["headers"], host) if is_proxy else host)
        forwarded = self.headers.get("x-forwarded-proto", "") if is_proxy else ""
        scheme = forwarded.rpartition(",")[2].strip().lower()  # the last entry is the proxy's own
        self.is_https = (scheme or scope["scheme"]) == "https"
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.form = _form(body) if kind == FORM else {}
        self._body: bytes | None = None if self.method in SAFE_METHODS else body
        self._receive = receive

    @classmethod
    async def read(
        cls, scope: Scope, receive: Receive, *, proxies: Networks
    ) -> AccessRequest | None:
        """Read a request; return None if its body exceeds :data:`MAX_BODY` or is incomplete."""
        body = b"" if scope["method"] in SAFE_METHODS else await _body(receive)
        return None if body is None else cls(scope, body, receive, proxies=proxies)

    async def receive(self) -> Message:
        """Return the body that was read, then the further messages of the connection."""
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    @property
    def bearer(self) -> str | None:
        """Return the token of an API client; None if it does not send one."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else None

    @property
    def cookie_name(self) -> str:
        """Return the name of the session cookie.

        It contains the port, because browsers send cookies to every port of a host and two
        consoles on one machine must not share one.
        """
        _, port = self.scope.get("server") or ("", 0)
        return f"{'__Host-' if self.is_https else ''}wirewatch-{port or 0}"

    @property
    def cookie(self) -> str:
        """Return the session cookie; empty if there is none."""
        try:
            found = SimpleCookie(self.headers.get("cookie", "")).get(self.cookie_name)
        except CookieError:
            return ""
        return found.value if found else ""

    @property
    def csrf_token(self) -> str:
        """Return the form token from the header that scripts send, or from the form."""
        return self.headers.get("x-csrf-token") or self.form.get("csrf", "")

    @property
    def is_same_origin(self) -> bool:
        """Return whether nothing in the headers says that another site's page sent this."""
        if self.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = self.headers.get("origin")
        own = f"{'https' if self.is_https else 'http'}://{self.headers.get('host', '')}"
        return origin is None or origin.lower() == own.lower()

    @property
    def has_other_host_than_the_browser(self) -> bool:
        """Return whether the browser sent this to the page's own origin, which is another here.

        A proxy then passes on another host or scheme than the browser uses.
        """
        is_own = self.headers.get("sec-fetch-site") == "same-origin"
        return is_own and not self.is_same_origin

    @property
    def is_link_from_elsewhere(self) -> bool:
        """Return whether a person followed a link on another site.

        The browser does not send the session cookie with such a request (``SameSite=Strict``).
        """
        fetch = self.headers.get("sec-fetch-site"), self.headers.get("sec-fetch-mode")
        return self.method in SAFE_METHODS and fetch == ("cross-site", "navigate")

    @property
    def path_and_query(self) -> str:
        """Return the path and the query as a URL has them."""
        query = quote(self.scope.get("query_string", b""), safe=_QUERY)
        return f"{quote(self.path)}?{query}" if query else quote(self.path)


async def _body(receive: Receive) -> bytes | None:
    """Read a body; return None if it is too large, or if the client has left before its end."""
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":  # half a form must not be carried out
            return None
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
    except ValueError:  # too many fields for a form of this console
        return {}
    return dict(reversed(fields))  # the first value of a name counts
