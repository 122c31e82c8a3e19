"""Servers whose TLS is outdated are refused with the mend, and accepted where it is allowed."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import trustme

from core.http.legacy_tls import outcome_of
from tests.core.http.requesting import get, outcome
from tests.core.http.test_connections import served_with
from tests.support.faultserver import fault_server, redirect, reply


def everywhere(_url: str) -> bool:
    return True


def old_cipher(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Return a server's context that only knows a cipher which Python leaves out."""
    context = served_with(certificate)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    return context


@contextmanager
def without_secure_renegotiation() -> Iterator[str]:
    """Serve the beginning of a handshake as a server from before RFC 5746 begins it."""
    hello = struct.pack("!H", 0x0303) + b"r" * 32 + b"\0" + struct.pack("!HB", 0xC02F, 0)
    message = b"\x02" + struct.pack("!I", len(hello))[1:] + hello
    record = b"\x16\x03\x03" + struct.pack("!H", len(message)) + message

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(record)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.slow
def test_outdated_tls_is_named_with_its_mend_and_accepted_for_its_host_only() -> None:
    authority, other = trustme.CA(), trustme.CA()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with fault_server(trust=old_cipher(authority.issue_cert("127.0.0.1"))) as server:
        url = server.on("/x", reply(b"ok"))
        assert outcome(url, trust=trust) == "tls_legacy"
        assert get(url, trust=trust, is_legacy=everywhere).body == b"ok"
        with fault_server() as elsewhere:
            start = elsewhere.on("/x", redirect(url))
            assert outcome(start, trust=trust, is_legacy=start.__eq__) == "tls_legacy"
            assert get(start, trust=trust, is_legacy=url.__eq__).body == b"ok"
    with fault_server(trust=old_cipher(other.issue_cert("127.0.0.1"))) as server:
        url = server.on("/x", reply(b"ok"))
        assert outcome(url, trust=trust, is_legacy=everywhere) == "tls_chain"
        assert server.requests == []


def test_a_server_without_secure_renegotiation_is_named_and_may_be_allowed() -> None:
    with without_secure_renegotiation() as url:
        assert outcome(url) == "tls_legacy"
        assert outcome(url, is_legacy=everywhere) not in ("tls_legacy", "tls_version")


def test_failures_of_handshakes_are_told_apart() -> None:
    outcomes = {
        "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": "tls_legacy",
        "DH_KEY_TOO_SMALL": "tls_legacy",
        "SSLV3_ALERT_HANDSHAKE_FAILURE": "tls_legacy",
        "SSL/TLS_ALERT_HANDSHAKE_FAILURE": "tls_legacy",
        "UNSUPPORTED_PROTOCOL": "tls_version",
        "TLSV1_ALERT_PROTOCOL_VERSION": "tls_version",
        "WRONG_VERSION_NUMBER": "tls",
        "": "tls",
    }
    assert {reason: outcome_of(reason) for reason in outcomes} == outcomes
