"""Which addresses are not the public internet."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import FetchError
from core.http import SsrfGuard, is_blocked

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


@pytest.mark.parametrize("address", BLOCKED.split())
def test_it_is_blocked(address: str) -> None:
    assert is_blocked(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_it_is_public(address: str) -> None:
    assert not is_blocked(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "2130706433", "::g"])
def test_what_is_no_address_is_blocked(text: str) -> None:
    assert is_blocked(text)


@given(st.ip_addresses(v=4))
def test_an_address_in_ipv6_clothes_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    assert is_blocked(f"::ffff:{address}") == is_blocked(str(address))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if getattr(address, "ipv4_mapped", None):
        return  # judged as itself, above
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
def test_urls_are_judged_before_dns_is_asked(url: str, outcome: str | None) -> None:
    SsrfGuard(allow_private=True).check(url)
    if outcome is None:
        SsrfGuard().check(url)
        return
    with pytest.raises(FetchError) as caught:
        SsrfGuard().check(url)
    assert caught.value.outcome == outcome
    assert not caught.value.retry
    assert "WIREWATCH_HTTP_ALLOW_PRIVATE" in caught.value.mend
