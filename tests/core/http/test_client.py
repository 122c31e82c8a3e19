"""The HTTP client against a server that misbehaves."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from typing import Any

import pytest

from config.errors import FetchError
from core.http import HttpClient, Redirect
from tests.support.asking import MIB, get, outcome, settings
from tests.support.faultserver import (
    Exchange,
    FaultServer,
    Handler,
    closed_port,
    fault_server,
    redirect,
    reply,
)

# --- answers -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 204, 206, 226, 300, 304, 403, 404, 410, 429, 500, 503])
def test_an_answer_of_any_status_is_an_answer(faults: FaultServer, status: int) -> None:
    url = faults.on("/x", reply(b"" if status in (204, 304) else b"why", status, etag='W/"ä 1"'))
    answer = get(url)
    assert (answer.status, answer.url, answer.redirects) == (status, url, ())
    assert answer.headers["ETAG"] == 'W/"ä 1"'
    assert answer.body == (b"" if status in (204, 304) else b"why")
    assert answer.elapsed > 0


def test_it_says_who_asks_and_sends_neither_cookie_nor_referer(faults: FaultServer) -> None:
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


def test_path_and_query_go_out_as_they_are(faults: FaultServer) -> None:
    faults.on("/%7Ea/B%2fc;x=1", reply(b"ok"))
    get(faults.url("/%7Ea/B%2fc;x=1?z=%41&a=b+c&sig=a%2Bb%3D#top"))
    assert faults.requests[0].target == "/%7Ea/B%2fc;x=1?z=%41&a=b+c&sig=a%2Bb%3D"


def test_validators_are_echoed_byte_for_byte(faults: FaultServer) -> None:
    url = faults.on("/x", reply(b"", 304))
    validators = {"If-None-Match": "W/\"a,'b' ü\"", "If-Modified-Since": "yesterday, 2041"}
    get(url, headers=validators)
    for name, value in validators.items():
        assert faults.requests[0].header(name) == value


def test_a_header_no_request_can_carry_is_left_out(faults: FaultServer) -> None:
    url = faults.on("/x", reply(b"ok"))
    answer = get(url, headers={"If-None-Match": "a\r\nHost: evil", "If-Modified-Since": "\udcff"})
    assert answer.status == 200
    assert faults.requests[0].header("if-none-match") is None
    assert faults.requests[0].header("if-modified-since") is None


def test_large_headers_and_many_of_them_are_read(faults: FaultServer) -> None:
    many = {f"X-{n}": "v" for n in range(300)}
    policy = {"Content-Security-Policy": "s" * 30_000}
    url = faults.on("/x", lambda exchange: exchange.reply(b"ok", 200, policy | many))
    assert get(url).body == b"ok"


def test_a_flood_of_headers_is_not(faults: FaultServer) -> None:
    def flood(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: v\r\n" % n for n in range(5000)))

    assert outcome(faults.on("/x", flood)) == "protocol"


# --- what goes wrong -----------------------------------------------------------------------


def test_a_server_that_drips_is_left_after_the_total_time(faults: FaultServer) -> None:
    def drip(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not exchange.stopping.is_set():
            exchange.send(b"x")
            exchange.wait(0.05)

    began = time.monotonic()
    assert outcome(faults.on("/x", drip), http_total_timeout=0.6) == "timeout"
    assert 0.5 < time.monotonic() - began < 10


def test_a_server_that_keeps_silent_is_left_earlier(faults: FaultServer) -> None:
    url = faults.on("/x", lambda exchange: exchange.wait(30))
    began = time.monotonic()
    assert outcome(url, http_first_byte_timeout=0.3) == "timeout"
    assert time.monotonic() - began < 10


def test_redirects_do_not_buy_time(faults: FaultServer) -> None:
    def later(exchange: Exchange) -> bool:
        exchange.wait(0.2)
        number = int(exchange.request.target[2:])
        return exchange.reply(status=302, headers={"Location": f"/{'x'}{number + 1}"})

    for n in range(6):
        faults.on(f"/x{n}", later)
    assert outcome(faults.url("/x0"), http_total_timeout=0.6) == "timeout"


CUT_BODIES = {
    "content-length that lies": b"Content-Length: 100\r\n\r\nhalf",
    "chunks that stop": b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "chunk cut in the middle": b"Transfer-Encoding: chunked\r\n\r\nff\r\nhello",
    "gzip that stops": b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello " * 999)[:-9],
    "deflate that stops": b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"hello" * 99)[:-5],
}


@pytest.mark.parametrize("head", CUT_BODIES.values(), ids=CUT_BODIES.keys())
def test_half_an_answer_is_no_answer(faults: FaultServer, head: bytes) -> None:
    url = faults.on("/x", lambda exchange: exchange.send(b"HTTP/1.1 200 OK\r\n" + head))
    assert outcome(url) == "truncated"


def test_half_of_an_explanation_is_one_all_the_same(faults: FaultServer) -> None:
    head = b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 99\r\n\r\nhalf"
    answer = get(faults.on("/x", lambda exchange: exchange.send(head)))
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")


def test_a_reset_is_tried_once_more_and_named(faults: FaultServer) -> None:
    assert outcome(faults.on("/x", Exchange.reset)) == "reset"
    assert len(faults.requests) <= 2


def test_a_cut_connection_that_was_reused_is_replaced_at_once(faults: FaultServer) -> None:
    answers: list[int] = []

    def once_per_connection(exchange: Exchange) -> bool | None:
        if exchange.request.connection in answers:
            return None  # the second request on a connection meets its end
        answers.append(exchange.request.connection)
        return exchange.reply(b"ok")

    url = faults.on("/x", once_per_connection)

    async def twice() -> list[int]:
        async with HttpClient.open(settings()) as client:
            return [(await client.get(url, max_bytes=MIB)).status for _ in range(2)]

    assert asyncio.run(twice()) == [200, 200]
    assert [r.connection for r in faults.requests] == [1, 1, 2]


def test_what_is_not_http_is_named_so(faults: FaultServer) -> None:
    assert outcome(faults.on("/x", lambda exchange: exchange.send(b"SSH-2.0-x\r\n"))) == "protocol"


def test_nobody_listens() -> None:
    assert outcome(f"http://127.0.0.1:{closed_port()}/") == "connect"


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "http://", "", "http://127.1/", "x" * 9000]
)
def test_what_is_no_web_url_is_refused_for_good(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        get(url)
    assert (caught.value.outcome, caught.value.retry) == ("bad_url", False)


# --- bodies --------------------------------------------------------------------------------


def packed(body: bytes, encoding: str) -> Handler:
    return reply(body, content_encoding=encoding)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKED = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip in capitals": ("X-GZip", gzip.compress),
    "two gzip members": ("gzip", lambda b: gzip.compress(b[:9]) + gzip.compress(b[9:])),
    "gzip with zeros behind": ("gzip", lambda b: gzip.compress(b) + b"\0" * 99),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "said to be packed and is not": ("gzip", bytes),
    "a charset where an encoding belongs": ("utf-8", bytes),
}


@pytest.mark.parametrize(("name", "pack"), PACKED.values(), ids=PACKED.keys())
def test_bodies_are_unpacked(faults: FaultServer, name: str, pack: Any) -> None:
    body = b"<rss>" + bytes(range(256)) * 99 + b"</rss>"
    assert get(faults.on("/x", packed(pack(body), name))).body == body


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_a_packing_nobody_asked_for_is_refused(faults: FaultServer, encoding: str) -> None:
    assert outcome(faults.on("/x", packed(b"\x0b\x01\x80", encoding))) == "protocol"


def test_a_body_up_to_the_limit_is_read_and_one_byte_more_is_not(faults: FaultServer) -> None:
    url = faults.on("/x", reply(b"x" * 1000))
    assert len(get(url, max_bytes=1000).body) == 1000
    assert outcome(url, max_bytes=999) == "too_large"


def test_the_limit_counts_unpacked_bytes(faults: FaultServer) -> None:
    url = faults.on("/x", packed(gzip.compress(b"x" * 5000), "gzip"))
    assert outcome(url, max_bytes=4999) == "too_large"
    assert len(get(url, max_bytes=5000).body) == 5000


def test_a_bomb_is_left_after_a_mebibyte(faults: FaultServer) -> None:
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    bomb = b"".join(packer.compress(b"\0" * MIB) for _ in range(100)) + packer.flush()
    assert len(bomb) < 200_000
    url = faults.on("/x", packed(bomb, "gzip"))
    assert outcome(url, max_bytes=1000 * MIB) == "too_large"


def test_text_that_packs_well_is_no_bomb(faults: FaultServer) -> None:
    text = b"".join(b"<item>%d: a sentence that repeats itself</item>" % n for n in range(60_000))
    url = faults.on("/x", packed(gzip.compress(text), "gzip"))
    assert get(url, max_bytes=10 * MIB).body == text


def test_a_body_may_be_cut_instead_of_refused(faults: FaultServer) -> None:
    for encoding, body in (("", b"abc" * 999), ("gzip", gzip.compress(b"abc" * 999))):
        url = faults.on("/x", packed(body, encoding))
        assert get(url, max_bytes=10, truncate=True).body == b"abcabcabca"


# --- redirects -----------------------------------------------------------------------------


def test_redirects_are_followed_and_told(faults: FaultServer) -> None:
    url = faults.on("/a", redirect("/b?x=1#top", 301))
    faults.on("/b", redirect("//127.0.0.1:%d/c" % faults.port, 308))  # noqa: UP031
    faults.on("/c", redirect("d", 302))
    faults.on("/d", redirect(faults.url("/é"), 307))
    faults.on("/%C3%A9", reply(b"there"))
    answer = get(url)
    assert (answer.body, answer.url) == (b"there", faults.url("/%C3%A9"))
    assert answer.redirects == (
        Redirect(301, faults.url("/b?x=1")),
        Redirect(308, faults.url("/c")),
        Redirect(302, faults.url("/d")),
        Redirect(307, faults.url("/%C3%A9")),
    )
    assert answer.moved_to == faults.url("/c")


def test_five_redirects_are_followed_and_six_are_not(faults: FaultServer) -> None:
    for n in range(6):
        faults.on(f"/{n}", redirect(f"/{n + 1}"))
    faults.on("/6", reply(b"end"))
    assert get(faults.url("/1")).body == b"end"
    assert outcome(faults.url("/0")) == "redirect"


@pytest.mark.parametrize(
    "location", ["/x", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://u:p@h/"]
)
def test_a_redirect_that_leads_nowhere_is_named(faults: FaultServer, location: str) -> None:
    assert outcome(faults.on("/x", redirect(location))) == "redirect"


def test_a_redirect_without_a_target_is_an_answer(faults: FaultServer) -> None:
    assert get(faults.on("/x", reply(b"?", 302))).status == 302


def test_a_password_stays_with_its_origin(faults: FaultServer) -> None:
    with fault_server() as other:
        other.on("/c", reply(b"ok"))
        faults.on("/a", redirect("/b"))
        faults.on("/b", redirect(other.url("/c")))
        answer = get(faults.url("/a").replace("://", "://me:p%40ss@"))
        assert answer.url == other.url("/c")
        sent = [r.header("authorization") for r in (*faults.requests, *other.requests)]
        assert sent == ["Basic bWU6cEBzcw==", "Basic bWU6cEBzcw==", None]
