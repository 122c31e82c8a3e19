"""Limits of the console's connections: bad clients are cut, and cost the others nothing."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from ipaddress import ip_network

import pytest
from starlette.types import Receive, Scope, Send

from tests.support.web_server import WebServer, request, web_server
from wirewatch.web.limits import (
    AnswerLimit,
    ConnectionLimits,
    ForwardedLimit,
    OpenConnections,
    fit_descriptors,
)

SHORT = ConnectionLimits(
    header=0.5, body=0.5, idle=0.5, write=0.5, header_bytes=2_000, body_bytes=50_000, per_peer=12
)
"""Short enough for a test, and long enough for a good client on a busy machine."""

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n"
HUGE = 8_000_000
PATIENCE = 20.0


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the size of the body; ``/huge`` with much, ``/deaf`` without reading the body."""
    size, more = 0, scope["path"] != "/deaf"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    body = b"x" * HUGE if scope["path"] == "/huge" else f"{size} bytes".encode()
    for start in range(0, len(body), 65_536):
        last = start + 65_536 >= len(body)
        part = body[start : start + 65_536]
        await send({"type": "http.response.body", "body": part, "more_body": not last})


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server(echo, SHORT) as running:
        yield running


def connect(server: WebServer, sent: bytes = b"") -> socket.socket:
    host, port = server.host.split(":")
    client = socket.create_connection((host, int(port)), timeout=PATIENCE)
    client.sendall(sent)
    return client


def seconds_until_cut(client: socket.socket, drip: bytes = b"") -> float:
    """Return how long a connection lasted, during which a byte was sent ten times a second."""
    began = time.monotonic()
    client.settimeout(0.1)
    while time.monotonic() - began < PATIENCE:
        try:
            client.sendall(drip)
            if not client.recv(65_536):
                break
        except TimeoutError:
            continue
        except OSError:  # reset by the server
            break
    return time.monotonic() - began


def read_answer(client: socket.socket) -> bytes:
    """Return what arrives until the connection ends."""
    parts = []
    with suppress(ConnectionError):
        while part := client.recv(65_536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "drip"),
    [
        pytest.param(b"", b"", id="says nothing"),
        pytest.param(b"GET / HTTP/1.1\r\nX: ", b"x", id="drips its head"),
        pytest.param(POST, b"x", id="drips its body"),
        pytest.param(POST.replace(b"/", b"/deaf", 1), b"x", id="drips after the answer"),
        pytest.param(GET, b"", id="stays idle"),
        pytest.param(GET + b"GET / HTTP/1.1\r\nX: ", b"x", id="drips its second head"),
    ],
)
def test_a_client_that_takes_its_time_is_cut_at_the_limit(
    server: WebServer, sent: bytes, drip: bytes
) -> None:
    with closing(connect(server, sent)) as client:
        assert 0.3 < seconds_until_cut(client, drip) < 5
    assert request(server.host, "GET", "/").body == "0 bytes"


@pytest.mark.slow
def test_a_client_that_reads_nothing_is_cut_and_one_that_reads_slowly_is_not(
    server: WebServer,
) -> None:
    with closing(connect(server, GET.replace(b"/", b"/huge", 1))) as client:
        time.sleep(1.5)
        assert len(read_answer(client)) < HUGE
    slowly = GET.replace(b"/", b"/huge", 1).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with closing(connect(server, slowly)) as client:
        received = 0
        while part := client.recv(1_000_000):
            received += len(part)
            time.sleep(0.05)
        assert received > HUGE


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"x" * 60_000, b"400", id="a head too long"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 9_000, b"400", id="too many headers"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 200_000,
            b"",
            id="a body too long",
        ),
        pytest.param(
            b"POST /deaf HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"3e8\r\n%s\r\n" % (b"x" * 1_000) * 200,
            b"",
            id="a body without end, after the answer",
        ),
    ],
)
def test_what_is_too_large_is_cut_before_all_of_it_is_read(
    server: WebServer, sent: bytes, answer: bytes
) -> None:
    with closing(connect(server)) as client:
        with suppress(ConnectionError):
            client.sendall(sent)
        client.shutdown(socket.SHUT_WR) if answer else None
        received = read_answer(client)
    assert answer in received
    assert request(server.host, "GET", "/").status == 200


def test_bodies_of_all_clients_together_are_limited_and_forgotten_with_them() -> None:
    limits = ConnectionLimits(bodies_bytes=30_000)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n"
    with web_server(echo, limits) as small:
        for _ in range(3):
            with ExitStack() as stack:
                half = head + b"x" * 25_000
                both = [stack.enter_context(closing(connect(small, half))) for _ in range(2)]
                cut, _, _ = select.select(both, [], [], PATIENCE)
                assert cut
                assert read_answer(cut[0]) == b""
        assert eventually_answers(small, b"x" * 25_000)


@pytest.mark.slow
def test_good_requests_on_one_connection_outlast_every_limit() -> None:
    limits = ConnectionLimits(header=2, body=2, idle=2, write=2)
    with web_server(echo, limits) as server, closing(connect(server)) as client:
        for _ in range(5):
            client.sendall(POST + b"x" * 20)
            time.sleep(0.5)
            client.sendall(b"x" * 20)
            answer = b""
            while not answer.endswith(b"0\r\n\r\n"):
                part = client.recv(1_000)
                assert part, "the connection was cut"
                answer += part
            assert b"40 bytes" in answer


def test_connections_over_the_limit_are_closed_at_once_and_others_admitted_after_them() -> None:
    limits = ConnectionLimits(per_peer=3)
    with web_server(echo, limits) as server, ExitStack() as stack:
        held = [stack.enter_context(closing(connect(server))) for _ in range(3)]
        for client in held:
            client.sendall(GET)
            assert client.recv(1_000).startswith(b"HTTP/1.1 200")
        for _ in range(100):
            with closing(connect(server)) as refused:
                assert read_answer(refused) == b""
        held[0].close()
        assert eventually_answers(server)


def eventually_answers(server: WebServer, body: bytes = b"") -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(ConnectionError):
            return request(server.host, "POST", "/", body).status == 200
        time.sleep(0.05)
    return False


def test_a_request_of_a_client_behind_a_proxy_is_refused_where_it_has_too_many() -> None:
    begun, release = threading.Semaphore(0), threading.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.release()
        while not release.is_set():
            await asyncio.sleep(0.01)
        await echo(scope, receive, send)

    limits = ConnectionLimits(per_peer=2, proxies=(ip_network("127.0.0.0/8"),))
    statuses: list[int] = []

    def ask(client: str) -> None:
        headers = {"X-Forwarded-For": f"6.6.6.6, {client}"}
        statuses.append(request(proxied.host, "GET", "/", headers=headers).status)

    with web_server(slow, limits) as proxied:
        clients = ["192.0.2.1", "192.0.2.1", "192.0.2.2"]
        threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
            assert begun.acquire(timeout=PATIENCE)
        ask("192.0.2.1")
        release.set()
        for thread in threads:
            thread.join()
    assert statuses == [503, 200, 200, 200]


def test_answers_under_way_are_limited_except_events_and_the_health_check() -> None:
    answered: list[tuple[str, int]] = []

    async def run() -> None:
        release = asyncio.Event()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"] != "/slow":
                await release.wait()
            await send({"type": "http.response.start", "status": 200})
            await release.wait()  # as long as the client does not read

        limited = AnswerLimit(app, most=2)

        async def ask(path: str) -> None:
            async def send(message: dict[str, object]) -> None:
                if message["type"] == "http.response.start":
                    answered.append((path, int(str(message["status"]))))

            await limited({"type": "http", "path": path}, None, send)  # type: ignore[arg-type]

        paths = ["/slow", "/slow", "/events", "/a", "/b", "/c", "/healthz"]
        tasks = [asyncio.create_task(ask(path)) for path in paths]
        await asyncio.sleep(0.01)
        assert answered == [("/slow", 200), ("/slow", 200), ("/c", 503)]
        release.set()
        await asyncio.gather(*tasks)
        await ask("/c")

    asyncio.run(run())
    assert sorted(answered[3:]) == [(p, 200) for p in ("/a", "/b", "/c", "/events", "/healthz")]


def test_connections_are_counted_by_client_and_in_all() -> None:
    proxies = (ip_network("10.0.0.1"),)
    connections = OpenConnections(ConnectionLimits(connections=5, per_peer=2, proxies=proxies))
    hosts = ["192.0.2.1"] * 3 + ["2001:db8::1", "2001:db8::2", "2001:db8::3"] + ["10.0.0.1"] * 2
    admitted = [connections.admit(host) for host in hosts]
    assert admitted == [True, True, False, True, True, False, True, False]
    connections.release("192.0.2.1")
    assert [connections.admit("10.0.0.1"), connections.admit("192.0.2.1")] == [True, False]


@pytest.mark.parametrize(
    ("most", "reserved", "connections"),
    [(1024, 64, 200), (256, 64, 192), (256, 168, 88), (100, 168, 1)],
)
def test_connections_leave_the_rest_of_the_process_its_descriptors(
    most: int, reserved: int, connections: int
) -> None:
    assert fit_descriptors(ConnectionLimits(), most, reserved).connections == connections


def test_only_a_trusted_proxy_is_believed_and_only_its_own_entry() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(limit._by_client)

    limit = ForwardedLimit(app, ConnectionLimits(proxies=(ip_network("10.0.0.0/8"),)))

    def ask(host: str) -> None:
        headers = [
            (b"x-forwarded-for", b"6.6.6.6"),
            (b"x-forwarded-for", b"7.7.7.7, ::ffff:8.8.8.8"),
        ]
        scope = {"type": "http", "client": (host, 1), "headers": headers}
        asyncio.run(limit(scope, None, None))  # type: ignore[arg-type]

    for host in ("10.1.2.3", "::ffff:10.1.2.3", "192.0.2.1"):
        ask(host)
    assert seen == ["8.8.8.8", "8.8.8.8"]
