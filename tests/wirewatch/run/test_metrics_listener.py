"""``/metrics`` of a run without the console."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from config.errors import SettingsError
from config.settings.metrics import MetricsSettings, split_address
from wirewatch.run import metrics_listener
from wirewatch.run.metrics_listener import MetricsListener, read_head, respond

TEXT = b"wirewatch_pages_total 1.0\n"


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a listener that runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    stop = threading.Event()
    thread = threading.Thread(target=MetricsListener(address, lambda: TEXT).run, args=(stop,))
    thread.start()
    while True:
        try:
            socket.create_connection(split_address(address)).close()
            break
        except ConnectionRefusedError:
            stop.wait(0.01)
    yield address
    stop.set()
    thread.join()


def test_a_request_is_answered_although_other_clients_close_or_are_silent(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_listener, "HEAD_SECONDS", 0.05)
    with socket.create_connection(split_address(address)) as silent:
        silent.sendall(b"GET /metr")
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
            assert answer.read() == TEXT
            assert answer.headers["content-type"].startswith("text/plain; version=")
        assert silent.recv(1) == b""


def test_an_address_in_use_is_named(address: str) -> None:
    with pytest.raises(SettingsError, match=f"{address}: Address already in use"):
        MetricsListener(address, lambda: TEXT).run(threading.Event())


def test_nothing_but_a_whole_request_for_the_metrics_gets_them() -> None:
    heads = {
        b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n": b"200",
        b"GET /metrics?name[]=x HTTP/1.1\r\n\r\n": b"200",
        b"GET / HTTP/1.1\r\n\r\n": b"404",
        b"POST /metrics HTTP/1.1\r\n\r\n": b"405",
        b"\r\n\r\n": b"404",
        b"GET /metrics HTTP/1.1\r\n": b"400",
        b"": b"400",
    }
    answers = {head: respond(head, lambda: TEXT) for head in heads}
    assert {head: answer.split()[1] for head, answer in answers.items()} == heads
    assert all((TEXT in answers[head]) == (code == b"200") for head, code in heads.items())


def test_a_head_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_listener, "HEAD_BYTES", 16)
    near, far = socket.socketpair()
    with near, far:
        far.sendall(b"GET / HTTP/1.1 with more than allowed")
        assert read_head(near, 5) == b"GET / HTTP/1.1 w"


@pytest.mark.parametrize("address", ["9464", "localhost", "host.example:1", "127.0.0.1:0", ":1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="it should be an"):
        MetricsSettings(metrics_listen=address)
    assert split_address("[::1]:9464") == ("::1", 9464)
