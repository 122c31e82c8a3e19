"""No request makes the console fail: what cannot be answered is refused with a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from starlette.types import ASGIApp

import wirewatch.web.explain
from tests.support.console import Console, add_delivery, add_feeds, add_story, open_console
from tests.support.odd_requests import OddAnswer, OddRequest, OddRequests, routes_of, send
from tests.support.thread_extraction import ThreadExtraction
from tests.support.web_server import WebServer

SEED = 7
ROUNDS = 2
"""Requests to each route."""

JSON = (("content-type", b"application/json"),)
FORM = (("content-type", b"application/x-www-form-urlencoded"),)
EXPLAIN, TRY = b"/api/v1/topics/nato/explain", b"/topics/nato"


@pytest.fixture
def odd_app(
    server: WebServer, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ASGIApp, Console]]:
    """A console with something to find, which is called without a server."""
    monkeypatch.setattr(wirewatch.web.explain, "ExtractPool", ThreadExtraction)
    with open_console(server, tmp_path, lambda: now) as console:
        console.page("/login")
        add_feeds(console.store, console.catalog, now)
        assert server.app is not None
        yield server.app, console


def session(console: Console) -> tuple[tuple[str, bytes], ...]:
    """Return the headers of a signed-in browser's requests."""
    texts = {"host": console.host, "cookie": console.cookie, "x-csrf-token": console.csrf}
    return tuple((name, text.encode()) for name, text in texts.items())


def faults_of(request: OddRequest, answer: OddAnswer) -> str:
    """Return what is wrong with an answer; empty if nothing is."""
    if answer.error or not 200 <= answer.status < 500:
        return f"{answer.status} {answer.error!r} for {request}"
    is_said = answer.body.strip() or request.method == "HEAD" or answer.status < 400
    return "" if is_said else f"{answer.status} without a sentence for {request}"


@pytest.mark.slow
def test_no_route_fails_whatever_it_is_asked(
    odd_app: tuple[ASGIApp, Console], now: datetime
) -> None:
    app, console = odd_app
    stories = [add_story(console.store, n, now, texts=("Die Nato tagt.",)) for n in ("a", "b")]
    add_delivery(console.store, stories[0], "desk", "failed", now)
    known = ["nato", "nato", "talks", "console", "desk", console.catalog.feeds[0].id, "close",
             *stories]  # fmt: skip
    routes = routes_of(app)
    assert len(routes) > 40
    odd = OddRequests(routes, SEED, session(console), known)

    async def ask_all() -> list[str]:
        requests = [odd.make(number) for number in range(ROUNDS * len(routes))]
        return [fault for r in requests if (fault := faults_of(r, await send(app, r)))]

    assert asyncio.run(ask_all()) == []


ONCE_FAILED: tuple[tuple[bytes, bytes, tuple[tuple[str, bytes], ...], bytes, int], ...] = (
    (b"/newer", b"than=\xed\xbf\xbf", (), b"", 400),
    (EXPLAIN, b"", JSON, b'{"source":"{\\"title\\":\\"\\\\ud83d\\",\\"text\\":\\"x\\"}"}', 200),
    (TRY, b"", FORM, b'source={"title":"%5Cud83d","text":"x%5Cudc00"}', 200),
    (EXPLAIN, b"", JSON, b'{"source": "\\ud800"}', 422),
    (TRY, b"", FORM, b'source={"published_at":"9999-12-31T23:59:59-23:59","text":"a"}', 200),
    (EXPLAIN, b"", JSON, b'{"source":"{\\"fetched_at\\":\\"0001-01-01T00:00:00+23:59\\"}"}', 422),
    (EXPLAIN, b"", JSON, b"[" * 100_000, 400),
    (EXPLAIN, b"", JSON, b'{"source": "' + b"[" * 50_000 + b'"}', 200),
    (TRY, b"", FORM, b"source=" + b'{"a":' * 20_000, 200),
    (TRY, b"", FORM, b"source=" + b"9" * 5_000, 200),
    (b"/api/v1/actions/ack", b"", JSON, b'{"ids": [1' + b"0" * 6_000 + b"]}", 400),
    (b"/api/v1/stories", b"limit=" + b"9" * 5_000, (), b"", 422),
    (b"/api/v1/stories", b"since=9999-12-31T23:59:59-23:59", (), b"", 422),
    (b"/\0", b"", (), b"", 404),
)  # fmt: skip
"""Path, query, type, body, and the status that is right. Some of them were answered with 500."""


def test_requests_that_break_parsers_are_answered(odd_app: tuple[ASGIApp, Console]) -> None:
    app, console = odd_app
    for path, query, kind, body, status in ONCE_FAILED:
        headers = (*session(console), *kind)
        request = OddRequest("POST" if kind else "GET", path, query, headers, body)
        answer = asyncio.run(send(app, request))
        assert faults_of(request, answer) == ""
        assert answer.status == status, (path, query, body[:80], answer.body[:500])
