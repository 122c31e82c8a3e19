"""Whom the HTTP client talks to: the guard, TLS, how many at once, and posting."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from typing import Any

import pytest
import trustme
from aiohttp.abc import AbstractResolver, ResolveResult

from config.errors import FetchError
from core.http import HttpClient, Response, SsrfGuard
from tests.support.asking import MIB, get, outcome, settings
from tests.support.faultserver import (
    Exchange,
    FaultServer,
    fault_server,
    redirect,
    reply,
)

# --- the guard -----------------------------------------------------------------------------


class Names(AbstractResolver):
    """DNS as a test wants it; an exception is raised."""

    def __init__(self, names: dict[str, list[str] | OSError]) -> None:
        self.names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = self.names[host]
        if isinstance(found, OSError):
            raise found
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=0,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in found
        ]  # fmt: skip

    async def close(self) -> None:
        pass


def test_a_private_address_is_refused_before_a_byte_is_sent(faults: FaultServer) -> None:
    url = faults.on("/x", reply(b"secret"))
    assert outcome(url, http_allow_private=False) == "blocked_port"
    for host in ("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"):
        assert outcome(f"http://{host}/x", http_allow_private=False) == "blocked_address"
    assert faults.connections == 0


def test_a_private_address_is_refused_after_a_redirect_too(faults: FaultServer) -> None:
    with fault_server(address="127.0.0.2") as inside:
        inside.on("/secret", reply(b"secret"))
        here = SsrfGuard(exempt=frozenset({("127.0.0.1", faults.port)}))
        for number, target in enumerate(
            (
                f"http://127.0.0.2:{inside.port}/secret",
                "http://127.0.0.2/secret",
                "http://[::ffff:7f00:2]/",
                "http://169.254.169.254/latest/meta-data/",
                "https://localhost/",
            )
        ):
            url = faults.on(f"/{number}", redirect(target))
            assert outcome(url, guard=here) in ("blocked_address", "blocked_port"), target
        assert inside.connections == 0


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.216.34", "10.1.2.3"], ["2606:2800::1", "64:ff9b::a01:1"]]
)
def test_a_name_with_one_private_address_is_refused(addresses: list[str]) -> None:
    names = Names({"news.example": list(addresses)})
    assert (
        outcome("http://news.example/", resolver=names, http_allow_private=False)
        == "blocked_address"
    )


def test_the_address_connected_to_is_checked_last() -> None:
    guard = SsrfGuard()
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    with pytest.raises(OSError, match="not a public address"):
        guard.open_socket(info)
    with SsrfGuard(allow_private=True).open_socket(info) as opened:
        assert opened.family == socket.AF_INET


@pytest.mark.parametrize("host", ["2130706433", "0177.0.0.1", "127.1", "0x7f.0.0.1", "0"])
def test_legacy_spellings_of_an_address_are_refused(host: str) -> None:
    assert outcome(f"http://{host}/") == "bad_url"


def test_names_that_do_not_exist_differ_from_names_that_cannot_be_asked_for() -> None:
    names = Names(
        {
            "gone.example": socket.gaierror(socket.EAI_NONAME, "unknown"),
            "later.example": socket.gaierror(socket.EAI_AGAIN, "later"),
        }
    )
    assert outcome("http://gone.example/", resolver=names) == "nxdomain"
    assert outcome("http://later.example/", resolver=names) == "dns"


# --- TLS -----------------------------------------------------------------------------------


def test_tls_is_verified() -> None:
    authority = trustme.CA()
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with fault_server(trust=theirs) as server:
        url = server.on("/x", reply(b"ok"))
        assert get(url, trust=trusting).body == b"ok"
        assert outcome(url) == "tls"
        assert outcome(server.url("/x", "localhost"), trust=trusting) == "tls"
        assert len(server.requests) == 1


def test_a_server_without_tls_gets_nothing_of_a_tls_request(faults: FaultServer) -> None:
    assert outcome(faults.on("/x", reply()).replace("http:", "https:")) in ("tls", "connect")
    assert faults.requests == []


# --- many at once, and posting -------------------------------------------------------------


def test_no_more_requests_run_at_once_than_allowed(faults: FaultServer) -> None:
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

    async def ask_ten() -> None:
        async with HttpClient.open(settings(http_concurrency=3)) as client:
            await asyncio.gather(*(client.get(url, max_bytes=MIB) for _ in range(10)))

    asyncio.run(ask_ten())
    assert (max(most), len(most)) == (3, 10)


def post(url: str, timeout: float = 20.0, **changes: Any) -> Response:
    async def send() -> Response:
        async with HttpClient.open(settings(**changes)) as client:
            return await client.post(
                url, headers={"Content-Type": "application/json"}, body=b"{}", timeout=timeout
            )

    return asyncio.run(send())


def test_a_webhook_may_be_private_and_is_not_followed(faults: FaultServer) -> None:
    url = faults.on("/hook", redirect("/elsewhere", 307))
    answer = post(url, http_allow_private=False)
    assert answer.status == 307
    (request,) = faults.requests
    assert (request.method, request.body) == ("POST", b"{}")
    assert request.header("content-type") == "application/json"


def test_a_post_is_sent_once_even_where_the_connection_is_cut(faults: FaultServer) -> None:
    with pytest.raises(FetchError) as caught:
        post(faults.on("/hook", Exchange.reset))
    assert caught.value.outcome == "reset"
    assert len(faults.requests) == 1


def test_a_post_that_is_not_answered_is_a_timeout(faults: FaultServer) -> None:
    with pytest.raises(FetchError) as caught:
        post(faults.on("/hook", lambda exchange: exchange.wait(5)), timeout=0.2)
    assert caught.value.outcome == "timeout"
