"""The console answers only under its own host names."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse

from tests.support.web_server import WebServer, request
from wirewatch.web.trusted_hosts import TrustedHosts, host_of

APP = PlainTextResponse("answered")
NAMES = ("localhost", "Desk.example.org")


def status(server: WebServer, host: str) -> int:
    return request(server.host, "GET", "/", headers={"Host": host}).status


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "desk.example.org", "DESK.example.org:80"]
)
def test_its_own_names_are_answered(server: WebServer, host: str) -> None:
    server.app = TrustedHosts(APP, NAMES)
    assert status(server, host) == 200


@pytest.mark.parametrize("host", ["evil.example", "192.0.2.7.evil.example", "", "[evil]"])
def test_foreign_names_are_refused_even_if_any_address_is_accepted(
    server: WebServer, host: str
) -> None:
    server.app = TrustedHosts(APP, NAMES, any_address=True)
    assert status(server, host) in (400, 421)


@pytest.mark.parametrize("host", ["192.0.2.7", "192.0.2.7:8080", "[2001:db8::1]", "[::1]:80"])
def test_addresses_are_answered_only_if_the_console_listens_on_all(
    server: WebServer, host: str
) -> None:
    server.app = TrustedHosts(APP, NAMES, any_address=True)
    assert status(server, host) == 200
    server.app = TrustedHosts(APP, NAMES)
    assert status(server, host) == 421


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("wire.example", "/websub/t", 200),
        ("WIRE.example:443", "/websub/t", 200),
        ("wire.example", "/", 421),
        ("wire.example", "/websub", 421),
        ("evil.example", "/websub/t", 421),
    ],
)
def test_under_the_public_name_only_callbacks_are_answered(
    server: WebServer, host: str, path: str, expected: int
) -> None:
    public = host_of("https://Wire.example/wire")
    server.app = TrustedHosts(APP, NAMES, public=public, open_folder="/websub/")
    assert request(server.host, "GET", path, headers={"Host": host}).status == expected
