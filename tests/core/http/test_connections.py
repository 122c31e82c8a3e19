"""Connections that cannot be trusted, and one that leads nowhere."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta

import trustme
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.core.http.requesting import get, outcome
from tests.support.faultserver import FaultServer, fault_server, reply


def served_with(certificate: trustme.LeafCert, chain: int = 9) -> ssl.SSLContext:
    """Return a server's context with a certificate and so many certificates of its chain."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pems = certificate.cert_chain_pems[:chain]
    parts = (certificate.private_key_pem, *pems)
    with trustme.Blob(b"".join(part.bytes() for part in parts)).tempfile() as path:
        context.load_cert_chain(path)
    return context


def test_a_certificate_that_cannot_be_trusted_is_refused_and_named() -> None:
    authority, other = trustme.CA(), trustme.CA()
    middle = authority.create_child_ca()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    past, future = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1)
    year = timedelta(days=365)
    own = trustme.LeafCert(other.private_key_pem.bytes(), other.cert_pem.bytes(), [])
    cases = {
        "tls_expired": served_with(
            authority.issue_cert("127.0.0.1", not_before=past - year, not_after=past)
        ),
        "tls_expired ": served_with(
            authority.issue_cert("127.0.0.1", not_before=future, not_after=future + year)
        ),
        "tls_name": served_with(authority.issue_cert("kurier.example.org")),
        "tls_chain": served_with(middle.issue_cert("127.0.0.1"), chain=1),
        "tls_chain ": served_with(other.issue_cert("127.0.0.1")),
        "tls_self_signed": served_with(own),
    }
    for expected, context in cases.items():
        with fault_server(trust=context) as server:
            assert outcome(server.on("/x", reply(b"ok")), trust=trust) == expected.strip()
            assert server.requests == []
    with fault_server(trust=served_with(middle.issue_cert("127.0.0.1"))) as server:
        assert get(server.on("/x", reply(b"ok")), trust=trust).body == b"ok"


def test_ipv4_is_used_within_a_second_where_ipv6_leads_nowhere(faults: FaultServer) -> None:
    class BothFamilies(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            addresses = [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]
            return [
                ResolveResult(
                    hostname=host, host=address, port=port, family=kind, proto=0,
                    flags=socket.AI_NUMERICHOST,
                )
                for kind, address in addresses
            ]  # fmt: skip

        async def close(self) -> None:
            pass

    url = faults.on("/x", reply(b"ok")).replace("127.0.0.1", "kurier.example.org")
    with black_hole(faults.port):
        began = time.monotonic()
        response = get(url, resolver=BothFamilies(), http_connect_timeout=15.0)
    assert response.body == b"ok"
    assert time.monotonic() - began < 5  # 0.25 s, and what a busy machine adds


@contextmanager
def black_hole(port: int) -> Iterator[None]:
    """Make connections to ::1 hang: a queue for one connection that is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
        listener.bind(("::1", port))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(("::1", port))
        yield
