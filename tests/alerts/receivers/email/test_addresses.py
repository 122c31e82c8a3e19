from __future__ import annotations

import pytest

from alerts.receivers.email.addresses import parse_mail_server, parse_mailbox


@pytest.mark.parametrize(
    "text",
    ["desk@example.org", " desk@localhost ", "o'neil+x@example.org", "bücher@müller.example"],
)
def test_valid_addresses(text: str) -> None:
    box = parse_mailbox(text)
    assert box is not None
    assert box.text == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "", "desk", "@example.org", "desk@", "a b@example.org", "a@b@example.org",
        "desk@example.org\r\nBcc: x@example.org", "desk@exa mple.org", "desk@127.0.0.1",
        "desk@[::1]", ".desk@example.org", "de..sk@example.org", "desk@-example.org",
        "x" * 65 + "@example.org", "x@" + "a." * 130 + "org", "de\u202esk@example.org",
        "Desk <desk@example.org>", "a@example.org, b@example.org", '"a b"@example.org',
        "desk@example.org>", "<desk@example.org", "desk@müller\x00.example",
    ],
)  # fmt: skip
def test_invalid_addresses(text: str) -> None:
    assert parse_mailbox(text) is None


def test_an_address_may_have_a_name_where_that_is_allowed() -> None:
    box = parse_mailbox('"Wirewatch" <alerts@müller.example>', named=True)
    assert box is not None
    assert (box.name, box.address) == ("Wirewatch", "alerts@xn--mller-kva.example")


def test_valid_servers() -> None:
    server = parse_mail_server("smtp://ann:p@ss:w/rd%25#1@mail.example.org:587")
    assert server is not None
    assert (server.user, server.password) == ("ann", "p@ss:w/rd%#1")
    assert (server.host, server.port, server.implicit_tls) == ("mail.example.org", 587, False)
    assert "p@ss" not in repr(server)
    plain, tls = (
        parse_mail_server("smtp://mail.example.org"),
        parse_mail_server("smtps://ann%40x:y@[::1]/"),
    )
    assert plain is not None
    assert (plain.port, plain.user, plain.is_loopback) == (25, "", False)
    assert tls is not None
    assert (tls.port, tls.user, tls.host, tls.is_loopback) == (465, "ann@x", "::1", True)


@pytest.mark.parametrize(
    "url",
    ["", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:0",
     "smtp://host:99999", "smtp://host/path", "smtp://user@host", "smtp://:pass@host",
     "smtp://@host", "smtp://a:b\n@host", "smtp://ho st", "smtp://a:%00@host", "25",
     "smtp://host:port"],
)  # fmt: skip
def test_invalid_servers(url: str) -> None:
    assert parse_mail_server(url) is None
