"""The heartbeat to an outside monitor: sent while health is good, and at no other time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from config.settings import Settings
from tests.support.newsroom import Answer, LoopbackServer, Request
from wirewatch.run.outward_heartbeat import OutwardHeartbeat

TOKEN = "s3cr3t-token"


async def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


class Stopwatch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def heartbeat(
    address: str,
    is_healthy: Callable[[], bool],
    now: Callable[[], float] = time.monotonic,
    every: float = 0.05,
) -> OutwardHeartbeat:
    settings = Settings(heartbeat_url=SecretStr(f"{address}/ping/{TOKEN}"))
    return OutwardHeartbeat(settings, is_healthy, every=every, look=0.01, now=now)


def test_one_is_sent_a_minute_but_none_while_health_is_ill_and_each_change_is_logged_once() -> None:
    server = LoopbackServer(lambda _: Answer(status=204))
    healthy, looks, now = [True], [0], Stopwatch()

    def is_healthy() -> bool:
        looks[0] += 1
        return healthy[0]

    async def scene() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(heartbeat(server.url, is_healthy, now, 60).run(stop))
        await asyncio.sleep(0)  # it begins at 0
        for number in (1, 2):
            now.seconds += 60
            await eventually(lambda n=number: len(server.requests) == n)  # type: ignore[misc]
        assert looks == [2]
        healthy[0] = False
        now.seconds += 60
        await eventually(lambda: looks[0] > 5)
        assert len(server.requests) == 2
        healthy[0] = True
        await eventually(lambda: len(server.requests) == 3)
        stop.set()
        await running

    with capture_logs() as logs:
        asyncio.run(scene())
    server.close()
    assert {(r.method, r.path, r.body) for r in server.requests} == {
        ("POST", f"/ping/{TOKEN}", b"")
    }
    assert [line["event"] for line in logs] == ["heartbeat_withheld", "heartbeat_sent"]


def test_a_monitor_that_refuses_is_logged_once_without_the_secret_of_its_url() -> None:
    statuses = [500, 404, 302, 204, 204]

    def answer(_: Request) -> Answer:
        return Answer(status=statuses.pop(0) if statuses else 204)

    server = LoopbackServer(answer)

    async def scene() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(heartbeat(server.url, lambda: True).run(stop))
        await eventually(lambda: len(server.requests) >= 6)
        stop.set()
        await running

    with capture_logs() as logs:
        asyncio.run(scene())
    server.close()
    told = [(line["event"], line["monitor"], line["reason"]) for line in logs]
    assert told == [
        ("heartbeat_failed", "127.0.0.1", "HTTP 500"),
        ("heartbeat_sent", "127.0.0.1", "HTTP 204"),
    ]
    assert TOKEN not in str(logs)


def test_a_silent_monitor_does_not_delay_the_stop_and_one_that_is_gone_is_logged() -> None:
    requested, release = threading.Event(), threading.Event()

    def hang(_: Request) -> Answer:
        requested.set()
        release.wait(30)
        return Answer(status=204)

    server = LoopbackServer(hang)

    async def scene(address: str, condition: Callable[[], object]) -> float:
        stop = asyncio.Event()
        running = asyncio.create_task(heartbeat(address, lambda: True).run(stop))
        await eventually(condition)
        began = time.monotonic()
        stop.set()
        await running
        return time.monotonic() - began

    assert asyncio.run(scene(server.url, requested.is_set)) < 5
    release.set()
    server.close()
    with capture_logs() as logs:
        asyncio.run(scene(server.url, lambda: logs))
    assert [(line["event"], line["reason"]) for line in logs] == [("heartbeat_failed", "connect")]


@pytest.mark.parametrize("url", ["a.example/ping", "ftp://a.example/", "https://", "http://["])
def test_a_url_that_cannot_be_requested_is_a_bad_setting(url: str) -> None:
    with pytest.raises(ValidationError, match="it should be a URL"):
        Settings(heartbeat_url=SecretStr(url))
