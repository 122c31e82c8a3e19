"""The HTTP client against servers that behave and misbehave."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import threading
import time
import zlib
from typing import Any

import pytest
import trustme

from config.errors import FetchError
from core.http import Redirect, Response
from core.http.client import HttpClient
from tests.core.http.requesting import MIB, get, outcome, settings
from tests.support.faultserver import (
    Exchange,
    FaultServer,
    closed_port,
    fault_server,
    redirect,
    reply,
)

# --- responses -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 204, 206, 226, 300, 304, 403, 404, 410, 429, 500, 503])
def test_a_response_of_any_status_is_returned(faults: FaultServer, status: int) -> None:
    url = faults.on("/x", reply(b"" if status in (204, 304) else b"why", status, etag='W/"ä 1"'))
    response = get(url)
    assert (response.status, response.url, response.redirects) == (status, url, ())
    assert response.headers["ETAG"] == 'W/"ä 1"'
    assert response.body == (b"" if status in (204, 304) else b"why")
    assert response.elapsed > 0


def test_requests_have_a_contact_and_neither_cookies_nor_referer(faults: FaultServer) -> None:
    faults.on("/a", reply(status=302, location="/b", set_cookie="id=1"))
    url = faults.on("/b", reply(b"ok", set_cookie="id=2"))

    async def twice() -> None:
        async with HttpClient.open(settings()) as client:
            await client.get(faults.url("/a"), max_bytes=MIB, accept="application/rss+xml")
            await client.get(url, max_bytes=MIB, accept="application/rss+xml")

    asyncio.run(twice())
    assert len(faults.requests) == 3
    for request in faults.requests:
        assert (request.header("user-agent") or "").startswith("Wirewatch/")
        assert (request.header("user-agent") or "").endswith(" (+desk@example.org)")
        assert request.header("accept") == "application/rss+xml"
        assert request.header("accept-encoding") == "gzip, deflate"
        assert not {"cookie", "referer", "authorization"} & {k for k, _ in request.headers}


def test_path_and_query_are_sent_unchanged(faults: FaultServer) -> None:
    faults.on("/%7Ea/B%2fc;x=1", reply(b"ok"))
    get(faults.url("/%7Ea/B%2fc;x=1?z=%41&a=b+c&sig=a%2Bb%3D#top"))
    assert faults.requests[0].target == "/%7Ea/B%2fc;x=1?z=%41&a=b+c&sig=a%2Bb%3D"


def test_validators_are_sent_byte_for_byte(faults: FaultServer) -> None:
    url = faults.on("/x", reply(b"", 304))
    validators = {"If-None-Match": "W/\"a,'b' ü\"", "If-Modified-Since": "yesterday, 2041"}
    get(url, headers=validators)
    for name, value in validators.items():
        assert faults.requests[0].header(name) == value


def test_a_header_that_cannot_be_sent_is_left_out(faults: FaultServer) -> None:
    url = faults.on("/x", reply(b"ok"))
    response = get(url, headers={"If-None-Match": "a\r\nHost: evil", "If-Modified-Since": "\udcff"})
    assert response.status == 200
    assert faults.requests[0].header("if-none-match") is None
    assert faults.requests[0].header("if-modified-since") is None


def test_large_headers_and_hundreds_of_them_are_read(faults: FaultServer) -> None:
    many = {f"X-{n}": "v" for n in range(300)}
    policy = {"Content-Security-Policy": "s" * 30_000}
    url = faults.on("/x", lambda exchange: exchange.reply(b"ok", 200, policy | many))
    assert get(url).body == b"ok"


def test_thousands_of_headers_are_refused(faults: FaultServer) -> None:
    def flood(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: v\r\n" % n for n in range(5000)))

    assert outcome(faults.on("/x", flood)) == "protocol"


# --- failures ------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_server_that_sends_too_slowly_is_given_up_after_the_total_time(
    faults: FaultServer,
) -> None:
    def drip(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not exchange.stopping.is_set():
            exchange.send(b"x")
            exchange.wait(0.05)

    began = time.monotonic()
    assert outcome(faults.on("/x", drip), http_total_timeout=0.6) == "timeout"
    assert 0.5 < time.monotonic() - began < 10


def test_a_server_that_sends_nothing_is_given_up_earlier(faults: FaultServer) -> None:
    url = faults.on("/x", lambda exchange: exchange.wait(30))
    began = time.monotonic()
    assert outcome(url, http_first_byte_timeout=0.3) == "timeout"
    assert time.monotonic() - began < 10


@pytest.mark.slow
def test_redirects_do_not_extend_the_total_time(faults: FaultServer) -> None:
    def later(exchange: Exchange) -> bool:
        exchange.wait(0.2)
        number = int(exchange.request.target[2:])
        return exchange.reply(status=302, headers={"Location": f"/{'x'}{number + 1}"})

    for n in range(6):
        faults.on(f"/x{n}", later)
    assert outcome(faults.url("/x0"), http_total_timeout=0.6) == "timeout"


INCOMPLETE_BODIES = {
    "content-length that is too long": b"Content-Length: 100\r\n\r\nhalf",
    "chunks that stop": b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "chunk that ends early": b"Transfer-Encoding: chunked\r\n\r\nff\r\nhello",
    "gzip that stops": b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello " * 999)[:-9],
    "deflate that stops": b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"hello" * 99)[:-5],
}


@pytest.mark.parametrize("head", INCOMPLETE_BODIES.values(), ids=INCOMPLETE_BODIES.keys())
def test_an_incomplete_response_is_an_error(faults: FaultServer, head: bytes) -> None:
    url = faults.on("/x", lambda exchange: exchange.send(b"HTTP/1.1 200 OK\r\n" + head))
    assert outcome(url) == "truncated"


def test_the_body_of_an_error_response_may_be_incomplete(faults: FaultServer) -> None:
    head = b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 99\r\n\r\nhalf"
    response = get(faults.on("/x", lambda exchange: exchange.send(head)))
    assert (response.status, response.headers["retry-after"]) == (429, "7")


def test_a_reset_is_retried_at_most_once(faults: FaultServer) -> None:
    assert outcome(faults.on("/x", Exchange.reset)) == "reset"
    assert len(faults.requests) <= 2


def test_a_reused_connection_that_was_closed_is_replaced_at_once(faults: FaultServer) -> None:
    answered: list[int] = []

    def once_per_connection(exchange: Exchange) -> bool | None:
        if exchange.request.connection in answered:
            return None  # close it at the second request
        answered.append(exchange.request.connection)
        return exchange.reply(b"ok")

    url = faults.on("/x", once_per_connection)

    async def twice() -> list[int]:
        async with HttpClient.open(settings()) as client:
            return [(await client.get(url, max_bytes=MIB)).status for _ in range(2)]

    assert asyncio.run(twice()) == [200, 200]
    assert [r.connection for r in faults.requests] == [1, 1, 2]


def test_a_response_that_is_not_http_is_an_error(faults: FaultServer) -> None:
    assert outcome(faults.on("/x", lambda exchange: exchange.send(b"SSH-2.0-x\r\n"))) == "protocol"


def test_a_port_without_a_server_is_an_error() -> None:
    assert outcome(f"http://127.0.0.1:{closed_port()}/") == "connect"


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "http://", "", "http://127.1/", "x" * 9000]
)
def test_a_text_that_is_no_web_url_is_refused_for_good(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        get(url)
    assert (caught.value.outcome, caught.value.retry) == ("bad_url", False)


# --- redirects -----------------------------------------------------------------------------


def test_redirects_are_followed_and_recorded(faults: FaultServer) -> None:
    url = faults.on("/a", redirect("/b?x=1#top", 301))
    faults.on("/b", redirect("//127.0.0.1:%d/c" % faults.port, 308))  # noqa: UP031
    faults.on("/c", redirect("d", 302))
    faults.on("/d", redirect(faults.url("/é"), 307))
    faults.on("/%C3%A9", reply(b"there"))
    response = get(url)
    assert (response.body, response.url) == (b"there", faults.url("/%C3%A9"))
    assert response.redirects == (
        Redirect(301, faults.url("/b?x=1")),
        Redirect(308, faults.url("/c")),
        Redirect(302, faults.url("/d")),
        Redirect(307, faults.url("/%C3%A9")),
    )
    assert response.moved_to == faults.url("/c")


def test_five_redirects_are_followed_and_six_are_not(faults: FaultServer) -> None:
    for n in range(6):
        faults.on(f"/{n}", redirect(f"/{n + 1}"))
    faults.on("/6", reply(b"end"))
    assert get(faults.url("/1")).body == b"end"
    assert outcome(faults.url("/0")) == "redirect"


@pytest.mark.parametrize(
    "location", ["/x", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://u:p@h/"]
)
def test_a_redirect_to_no_new_web_url_is_an_error(faults: FaultServer, location: str) -> None:
    assert outcome(faults.on("/x", redirect(location))) == "redirect"


def test_a_redirect_without_a_target_is_a_response(faults: FaultServer) -> None:
    assert get(faults.on("/x", reply(b"?", 302))).status == 302


def test_a_password_is_sent_only_to_its_origin(faults: FaultServer) -> None:
    with fault_server() as other:
        other.on("/c", reply(b"ok"))
        faults.on("/a", redirect("/b"))
        faults.on("/b", redirect(other.url("/c")))
        response = get(faults.url("/a").replace("://", "://me:p%40ss@"))
        assert response.url == other.url("/c")
        sent = [r.header("authorization") for r in (*faults.requests, *other.requests)]
        assert sent == ["Basic bWU6cEBzcw==", "Basic bWU6cEBzcw==", None]


# --- TLS -----------------------------------------------------------------------------------


def test_certificates_are_verified() -> None:
    authority = trustme.CA()
    server_trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_trust)
    client_trust = ssl.create_default_context()
    authority.configure_trust(client_trust)
    with fault_server(trust=server_trust) as server:
        url = server.on("/x", reply(b"ok"))
        assert get(url, trust=client_trust).body == b"ok"
        assert outcome(url) == "tls_chain"
        assert outcome(server.url("/x", "localhost"), trust=client_trust) == "tls_name"
        assert len(server.requests) == 1


def test_nothing_of_a_tls_request_is_sent_to_a_server_without_tls(faults: FaultServer) -> None:
    assert outcome(faults.on("/x", reply()).replace("http:", "https:")) in ("tls", "connect")
    assert faults.requests == []


# --- concurrency and posting ---------------------------------------------------------------


def test_requests_run_at_most_as_many_at_once_as_configured(faults: FaultServer) -> None:
    running: list[int] = []
    most: list[int] = []
    together = threading.Event()

    def count(exchange: Exchange) -> bool:
        running.append(1)
        most.append(len(running))
        if len(running) >= 3:
            together.set()
        together.wait(20)
        exchange.wait(0.05)
        running.pop()
        return exchange.reply(b"ok")

    url = faults.on("/x", count)

    async def request_ten() -> None:
        async with HttpClient.open(settings(http_concurrency=3)) as client:
            await asyncio.gather(*(client.get(url, max_bytes=MIB) for _ in range(10)))

    asyncio.run(request_ten())
    assert (max(most), len(most)) == (3, 10)


def post(url: str, timeout: float = 20.0, **changes: Any) -> Response:
    async def send() -> Response:
        async with HttpClient.open(settings(**changes)) as client:
            return await client.post(
                url, headers={"Content-Type": "application/json"}, body=b"{}", timeout=timeout
            )

    return asyncio.run(send())


def test_a_post_may_go_to_a_private_address_and_follows_no_redirect(faults: FaultServer) -> None:
    url = faults.on("/hook", redirect("/elsewhere", 307))
    response = post(url, http_allow_private=False)
    assert response.status == 307
    (request,) = faults.requests
    assert (request.method, request.body) == ("POST", b"{}")
    assert request.header("content-type") == "application/json"


def test_a_post_is_sent_once_although_the_connection_was_reset(faults: FaultServer) -> None:
    with pytest.raises(FetchError) as caught:
        post(faults.on("/hook", Exchange.reset))
    assert caught.value.outcome == "reset"
    assert len(faults.requests) == 1


def test_a_post_without_a_response_is_a_timeout(faults: FaultServer) -> None:
    with pytest.raises(FetchError) as caught:
        post(faults.on("/hook", lambda exchange: exchange.wait(5)), timeout=0.2)
    assert caught.value.outcome == "timeout"
