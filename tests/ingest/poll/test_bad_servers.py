"""One round over real sockets: a server that misbehaves costs its own feed only."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.polling.backoff import DELAYS, FailClass
from tests.support.faultserver import Exchange, FaultServer, Handler, fault_server, redirect, reply
from tests.support.scripted_publisher import Installation, html, item, rss

FEED = rss(item("1", "Eins")).body
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"


def send(data: bytes) -> Handler:
    """Return a handler that sends these bytes and closes the connection."""
    return lambda exchange: exchange.send(data)


def bomb(exchange: Exchange) -> bool:
    body = gzip.compress(b"<rss>" + b" " * (40 << 20), 1)
    return exchange.reply(body, 200, {"Content-Encoding": "gzip"})


def one_byte_at_a_time(exchange: Exchange) -> None:
    exchange.send(HEAD + b"Content-Length: 100000\r\n\r\n")
    while not exchange.stopping.is_set():
        exchange.send(b"<")
        exchange.wait(0.2)


def many_headers(exchange: Exchange) -> bool:
    fields = {f"X-Header-{n}": "x" * 20 for n in range(300)}
    return exchange.reply(FEED, 200, fields | {"Content-Security-Policy": "y" * 30_000})


def six_hops(exchange: Exchange) -> bool:
    hop = int(exchange.request.target.partition("?")[2] or 0)
    return redirect(f"/six_hops?{hop + 1}", 302)(exchange) or True


@dataclass(frozen=True)
class Case:
    """What a server does, how the poll ends, and the class of the failure; None if it works."""

    handler: Handler
    outcome: str
    kind: FailClass | None = None


CASES = {
    "slow_loris": Case(one_byte_at_a_time, "timeout", FailClass.NETWORK),
    "silence": Case(lambda exchange: exchange.wait(60), "timeout", FailClass.NETWORK),
    "reset": Case(Exchange.reset, "reset", FailClass.NETWORK),
    "truncated_chunks": Case(
        send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"),
        "truncated",
        FailClass.NETWORK,
    ),
    "lying_length": Case(
        send(HEAD + b"Content-Length: 99999\r\n\r\n" + FEED), "truncated", FailClass.NETWORK
    ),
    "gzip_bomb": Case(bomb, "too_large", FailClass.CONTENT),
    "brotli": Case(reply(b"\x1b\xff", content_encoding="br"), "encoding", FailClass.CONTENT),
    "zstd": Case(reply(b"\x28\xb5", content_encoding="zstd"), "encoding", FailClass.CONTENT),
    "not_http": Case(send(b"220 ftp.example.org ready\r\n"), "protocol", FailClass.CONTENT),
    "many_headers": Case(many_headers, "read"),
    "html_200_maintenance": Case(
        reply(html("Wartung"), content_type="text/html"), "html_instead", FailClass.CONTENT
    ),
    "empty_body": Case(reply(b""), "empty", FailClass.CONTENT),
    "no_items": Case(reply(rss().body), "read"),
    "moved_to_a_page": Case(
        redirect("/html_200_maintenance", 301), "html_instead", FailClass.CONTENT
    ),
    "redirect_loop": Case(redirect("/redirect_loop", 301), "redirect", FailClass.CONTENT),
    "six_hops": Case(six_hops, "redirect", FailClass.CONTENT),
    "redirect_to_a_file": Case(redirect("file:///etc/passwd"), "redirect", FailClass.CONTENT),
    "unasked_304": Case(reply(status=304), "protocol", FailClass.CONTENT),
    "challenge": Case(
        reply(status=403, cf_mitigated="challenge"), "challenge", FailClass.REFUSED
    ),
    "unavailable_for_legal_reasons": Case(reply(status=451), "refused", FailClass.REFUSED),
    "not_found": Case(reply(status=404), "not_found", FailClass.NOT_FOUND),
    "gone_once": Case(reply(status=410), "gone", FailClass.GONE),
    "too_many_requests": Case(reply(status=429), "rate_limited", FailClass.RATE_LIMITED),
    "overloaded": Case(reply(status=503), "server_error", FailClass.SERVER),
    "good": Case(reply(FEED, etag='"1"'), "read"),
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with fault_server() as server:
        for name, case in CASES.items():
            server.on(f"/{name}", case.handler)
        yield server


@pytest.fixture(scope="module")
def polled(
    server: FaultServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Installation, dict[str, str]]]:
    """Poll every feed once, each under a host of its own."""
    folder: Path = tmp_path_factory.mktemp("polled")
    installation = Installation(folder, http_total_timeout=4.0, http_first_byte_timeout=4.0)
    names = {}
    for name in CASES:
        url = server.url(f"/{name}", f"www.{name.replace('_', '-')}.org")
        [names[name]] = installation.subscribe(url, outlet=name.replace("_", "-"))
    installation.run()
    yield installation, names
    installation.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_poll_ends_with_an_outcome_and_a_failure_waits_by_its_class(
    polled: tuple[Installation, dict[str, str]], name: str
) -> None:
    installation, names = polled
    case, feed = CASES[name], installation.feed(names[name])
    assert feed.last_outcome == case.outcome
    assert feed.fail_class == (case.kind.value if case.kind else None)
    if case.kind:
        wait, first = feed.next_due_at - installation.clock(), DELAYS[case.kind][0]
        assert first <= wait <= first + min(first * 0.1, timedelta(minutes=30))
        assert installation.state(names[name]).state == "failing"
        assert (feed.etag, feed.body_sha256, feed.moved_to, feed.gone_at) == (None,) * 4


@pytest.mark.slow
def test_nothing_of_what_was_refused_is_told_and_no_server_is_asked_twice(
    polled: tuple[Installation, dict[str, str]], server: FaultServer
) -> None:
    installation, _ = polled
    assert {article.outlet for article in installation.announced} == {"good", "many-headers"}
    asked: Callable[[str], int] = lambda name: len(server.requests_to(f"/{name}"))  # noqa: E731
    repeated = {name: asked(name) for name in CASES if asked(name) != 1}
    assert repeated == {
        "unasked_304": 2,  # the second time with no-cache
        "six_hops": 6,
        "html_200_maintenance": 2,  # the target of another
        "reset": 2,  # a connection that broke before an answer
    }
