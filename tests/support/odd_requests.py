"""Requests that no browser sends, for an app in this process: odd paths, queries, headers, bodies.

The values are those that break parsers: numbers with too many digits, half characters, NUL, dates
at the ends of the calendar, deep nesting, bytes that are no text. The same seed makes the same
requests again.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount
from starlette.types import ASGIApp, Message

ODD_TEXTS: tuple[str, ...] = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff x", "\U0010ffff", "\ufffe", "\u202e", "e\u0301" * 50,
    "ﬃ", "%", "%00", "../..", "'", '"', "\\", "-", "--1", "0", "-0", "-1", "1e999", "nan", "inf",
    "9" * 400, "9" * 5000, "1" * 19, "٣", "²", "0x1f", "1_0", "true", "null", "[]", "{}", "\r\n",
    "\x85", "\u2028", "a" * 3000, "f" * 32, "F" * 32, "0" * 31 + "g", "/", "a/b", ";", "#",
    "?", "&", "=", "*", "javascript:alert(1)", "http://[", "http://[::1", "http://a:99999999/",
    "http://\ud800/", "[" * 5000, '{"a":' * 5000, "0001-01-01", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "9999-12-31", "2026-02-30", "2026-11-22T12:00:00Z", "-1-1-1",
    "2026-11-22T12:00:00", "12:00", "1-" + "f" * 32, "0." + "f" * 32, "9" * 20 + "." + "0" * 32,
    "253402300800000000-" + "f" * 32, '{"a":"\\ud800"}', '{"title": 1}', '{"text": 1e999}',
    '{"title":"\\ud83d","text":"\\udc00x","language":"\\ud800"}', '{"text": ' + "9" * 5000 + "}",
    '{"published_at": "9999-12-31T23:59:59-23:59", "text": "a"}', '{"text": [1, 2, {"a": []}]}',
    '{"authors": "\\ud800", "url": "http://[", "text": "x"}', '{"url": "\\ud800", "text": "x"}',
)  # fmt: skip

ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, -(2**63) - 1, 10**400, 1.5, 1e308, [], {}, [[]], [None], {"a": 1},
    [""], ["\ud800"], ["f" * 32], ["f" * 32] * 2, ["f" * 32] * 300, "relevant", "irrelevant",
)  # fmt: skip

ODD_BODIES: tuple[bytes, ...] = (
    b"", b"\0", b"\xff\xfe", b"{", b"[]", b"null", b"1" * 5000, b'"\\ud800"', b"[" * 100_000,
    b'{"a":' * 50_000, b"NaN", b'{"ids": NaN}', b'\xef\xbb\xbf{}', b"{}" + b" " * 900_000,
    b"a=1&" * 3000, b"pick=\xff&act=%ff", b"--x\r\n\r\n--x--",
    b'{"ids":["' + b"f" * 900_000 + b'"]}',
)  # fmt: skip

ODD_HEADERS: tuple[tuple[str, bytes], ...] = (
    ("accept-language", b"\xff;q=\xff"), ("accept-language", b"de;q=nan, en;q=1e999,;;;,=" * 30),
    ("if-none-match", b'"' * 500), ("if-none-match", b"W/\xff"), ("if-modified-since", b"x"),
    ("accept-encoding", b"gzip;q=0, identity;q=\xff"), ("authorization", b"Bearer"),
    ("authorization", b"Basic \xff"), ("cookie", b"a=\xff; =; ;;"), ("cookie", b'a="\\377' * 50),
    ("origin", b"null"), ("origin", b"http://\xff"), ("range", b"bytes=-1-,x"),
    ("sec-fetch-site", b"cross-site"), ("sec-fetch-mode", b"navigate"), ("last-event-id", b"\xff"),
    ("x-forwarded-for", b"\xff, ,::::"), ("x-forwarded-proto", b"javascript"), ("accept", b"\xff"),
    ("content-length", b"-1"), ("content-length", b"x"), ("transfer-encoding", b"x"),
    ("if-range", b"\xff"), ("range", b"bytes=0-0,1-1,2-2"), ("expect", b"100-continue"),
)  # fmt: skip

CONTENT_TYPES: tuple[bytes, ...] = (
    b"application/json", b"application/x-www-form-urlencoded", b"multipart/form-data", b"",
    b"multipart/form-data; boundary=x", b"application/json; charset=utf-16", b"\xff",
    b"application/x-www-form-urlencoded; charset=idna", b"text/plain", b"application/problem+json",
)  # fmt: skip


@dataclass(frozen=True)
class OddRequest:
    """A request as the server hands it to an app."""

    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes


@dataclass(frozen=True)
class OddAnswer:
    """What the app answered; ``error`` is what it raised, if it did."""

    status: int
    body: bytes
    error: BaseException | None


def routes_of(app: ASGIApp) -> list[tuple[str, str, APIRoute]]:
    """Return method, path and route of everything that an app and what is mounted in it serves."""
    inner: Any = app
    while not isinstance(inner, FastAPI):
        inner = getattr(inner, "_app", None) or inner.app
    found = []
    mounted = [("", inner), *((r.path, r.app) for r in inner.routes if isinstance(r, Mount))]
    for prefix, each in mounted:
        for route in getattr(each, "routes", ()):
            if isinstance(route, APIRoute):
                found += [(m, prefix + route.path, route) for m in sorted(route.methods or ())]
    return found


class OddRequests:
    """Makes odd requests for the routes of an app.

    Args:
        routes: As :func:`routes_of` returns them.
        seed: The same seed makes the same requests.
        headers: Sent with each request: host, session, form token.
        known: Ids and words that exist, so that requests get beyond the first look-up.
    """

    def __init__(
        self,
        routes: Sequence[tuple[str, str, APIRoute]],
        seed: int,
        headers: Iterable[tuple[str, bytes]],
        known: Sequence[str],
    ) -> None:
        self._routes = routes
        self._random = random.Random(seed)
        self._headers = tuple(headers)
        self._known = tuple(known)

    def make(self, number: int) -> OddRequest:
        """Return a request to the route of that number, counted round."""
        method, path, route = self._routes[number % len(self._routes)]
        for name in route.dependant.path_params:
            path = path.replace(f"{{{name.name}}}", self._id())
        names = [p.alias for p in route.dependant.query_params] or ["x"]
        pairs = [(self._random.choice([*names, self._text()]), self._text())
                 for _ in range(self._random.randrange(4))]  # fmt: skip
        extra = [self._random.choice(ODD_HEADERS) for _ in range(self._random.randrange(3))]
        kind = self._random.choice(CONTENT_TYPES[:2] if self._often() else CONTENT_TYPES)
        body = self._body(route, kind) if method == "POST" else b""
        query = "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in pairs).encode()
        if not self._often():
            query = _bytes(self._text())
        headers = (*self._headers, *extra, ("content-type", kind))
        return OddRequest(method, _bytes(path), query, headers, body)

    def _body(self, route: APIRoute, kind: bytes) -> bytes:
        if not self._often():
            return self._random.choice(ODD_BODIES)
        if b"json" in kind:
            fields = _field_names(route)
            value = {name: self._value() for name in fields if self._random.random() < 0.8}
            return json.dumps(value).encode()
        names = ("source", "title", "language", "act", "pick", "back", "reason", "note", "to",
                 "until", "delivery", "receiver", "feed", "topic", "url", "undo", "name", "with",
                 "article", "story", "token", "next")  # fmt: skip
        chosen = self._random.sample(names, 6)
        values = (self._id() if self._random.random() < 0.4 else self._text() for _ in chosen)
        return "&".join(f"{k}={_quoted(v)}" for k, v in zip(chosen, values, strict=True)).encode()

    def _value(self) -> Any:
        kind = self._random.randrange(4)
        if kind == 0:
            return self._random.choice(ODD_VALUES)
        if kind == 1:
            return [self._id() for _ in range(self._random.randrange(4))]
        return self._id() if kind == 2 else self._text()

    def _text(self) -> str:
        return self._random.choice(ODD_TEXTS)

    def _id(self) -> str:
        return self._random.choice(self._known) if self._often() else self._text()

    def _often(self) -> bool:
        return self._random.random() < 0.85


def _field_names(route: APIRoute) -> list[str]:
    model = getattr(route.body_field, "type_", None) if route.body_field else None
    return [f.alias or name for name, f in getattr(model, "model_fields", {}).items()]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _quoted(text: str) -> str:
    return "".join(f"%{octet:02X}" for octet in _bytes(text))


async def send(app: ASGIApp, request: OddRequest) -> OddAnswer:
    """Hand a request to an app; an endless answer is ended after its first part."""
    messages: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]
    status, parts = 0, bytearray()
    host, _, port = dict(request.headers).get("host", b"127.0.0.1:80").decode().rpartition(":")

    has_part = asyncio.Event()

    async def receive() -> Message:
        if messages:
            return messages.pop(0)
        await has_part.wait()
        return {"type": "http.disconnect"}

    async def keep(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.body":
            has_part.set()
        status = message.get("status", status)
        parts.extend(message.get("body", b""))

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": request.method, "path": request.path.decode("utf-8", "replace"),
        "raw_path": request.path, "query_string": request.query, "root_path": "",
        "headers": [(name.encode(), value) for name, value in request.headers],
        "client": ("127.0.0.1", 1), "server": (host, int(port)), "state": {},
    }  # fmt: skip
    try:
        await app(scope, receive, keep)
    except BaseException as error:  # noqa: BLE001 it is what the test reports
        return OddAnswer(status or 500, bytes(parts), error)
    return OddAnswer(status, bytes(parts), None)
