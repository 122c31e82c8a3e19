"""Addresses that are not public are blocked: in URLs, after redirects, and behind names."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from config.errors import FetchError
from core.http.ssrf_guard import SsrfGuard, is_blocked
from tests.core.http.requesting import outcome
from tests.support.faultserver import FaultServer, fault_server, redirect, reply

BLOCKED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254
169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1
192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::1
64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:db8::1 2002::1 2002:7f00:1::
3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1
"""
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 93.184.216.34 100.63.255.255 100.128.0.1 126.255.255.255
128.0.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1
223.255.255.255 ::ffff:93.184.216.34
2001:200::1 2003::1 2606:2800:220:1:248:1893:25c8:1946 2a00:1450:4001:80b::200e
"""


def test_an_address_that_is_not_public_is_blocked() -> None:
    assert [address for address in BLOCKED.split() if not is_blocked(address)] == []


def test_a_public_address_is_not_blocked() -> None:
    assert [address for address in PUBLIC.split() if is_blocked(address)] == []


def test_a_text_that_is_no_address_is_blocked() -> None:
    texts = ("", "localhost", "127.1", "2130706433", "::g")
    assert [text for text in texts if not is_blocked(text)] == []


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_mapped_to_ipv6_is_blocked_like_itself(
    address: ipaddress.IPv4Address,
) -> None:
    assert is_blocked(f"::ffff:{address}") == is_blocked(str(address))


@given(st.ip_addresses())
def test_an_address_that_python_calls_private_is_blocked(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if getattr(address, "ipv4_mapped", None):
        return  # like itself: see the test above
    if address.is_private or address.is_loopback or address.is_multicast or address.is_reserved:
        assert is_blocked(str(address))


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://example.org/", None),
        ("https://example.org:443/", None),
        ("https://93.184.216.34/", None),
        ("http://example.org:8080/", "blocked_port"),
        ("http://example.org:22/", "blocked_port"),
        ("http://10.0.0.1/", "blocked_address"),
        ("http://[::1]/", "blocked_address"),
        ("http://[::1]:8080/", "blocked_port"),
    ],
)
def test_urls_are_checked_before_names_are_resolved(url: str, outcome: str | None) -> None:
    SsrfGuard(allow_private=True).check(url)
    if outcome is None:
        SsrfGuard().check(url)
        return
    with pytest.raises(FetchError) as caught:
        SsrfGuard().check(url)
    assert caught.value.outcome == outcome
    assert not caught.value.retry
    assert "WIREWATCH_HTTP_ALLOW_PRIVATE" in caught.value.mend


class Resolver(AbstractResolver):
    """Resolves names from a dictionary; an exception in it is raised."""

    def __init__(self, names: dict[str, list[str] | OSError]) -> None:
        self.names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = self.names[host]
        if isinstance(addresses, OSError):
            raise addresses
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=0,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in addresses
        ]  # fmt: skip

    async def close(self) -> None:
        pass


def test_a_private_address_is_refused_before_a_connection_is_made(faults: FaultServer) -> None:
    url = faults.on("/x", reply(b"secret"))
    assert outcome(url, http_allow_private=False) == "blocked_port"
    for host in ("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"):
        assert outcome(f"http://{host}/x", http_allow_private=False) == "blocked_address"
    assert faults.connections == 0


def test_a_redirect_to_a_private_address_is_refused(faults: FaultServer) -> None:
    with fault_server(address="127.0.0.2") as inside:
        inside.on("/secret", reply(b"secret"))
        guard = SsrfGuard(exempt=frozenset({("127.0.0.1", faults.port)}))
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
            assert outcome(url, guard=guard) in ("blocked_address", "blocked_port"), target
        assert inside.connections == 0


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.216.34", "10.1.2.3"], ["2606:2800::1", "64:ff9b::a01:1"]]
)
def test_a_name_with_one_private_address_is_refused(addresses: list[str]) -> None:
    resolver = Resolver({"news.example": list(addresses)})
    assert (
        outcome("http://news.example/", resolver=resolver, http_allow_private=False)
        == "blocked_address"
    )


def test_the_address_that_is_connected_to_is_checked() -> None:
    guard = SsrfGuard()
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    with pytest.raises(OSError, match="not a public address"):
        guard.open_socket(info)
    with SsrfGuard(allow_private=True).open_socket(info) as opened:
        assert opened.family == socket.AF_INET


@pytest.mark.parametrize("host", ["2130706433", "0177.0.0.1", "127.1", "0x7f.0.0.1", "0"])
def test_legacy_spellings_of_an_address_are_refused(host: str) -> None:
    assert outcome(f"http://{host}/") == "bad_url"


def test_a_name_that_does_not_exist_differs_from_a_failure_of_dns() -> None:
    resolver = Resolver(
        {
            "gone.example": socket.gaierror(socket.EAI_NONAME, "unknown"),
            "later.example": socket.gaierror(socket.EAI_AGAIN, "later"),
        }
    )
    assert outcome("http://gone.example/", resolver=resolver) == "nxdomain"
    assert outcome("http://later.example/", resolver=resolver) == "dns"
