"""Requests to a host are sent one at a time, with a pause in between."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Settings
from ingest.hosts import HostGate, host_key, is_private_host, pause_scope
from tests.support.lanes import examples


class Time:
    """A monotonic clock that sleeping advances."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        end = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, end)


def gate(time: Time) -> HostGate:
    return HostGate(pause=2.0, private_pause=0.5, monotonic=time, sleep=time.sleep)


def starts(urls: list[str], work: float = 1.0, at_least: float = 0.0) -> list[tuple[str, float]]:
    """Return when each of several simultaneous requests began."""
    time = Time()
    turns = gate(time)
    began: list[tuple[str, float]] = []

    async def one(url: str) -> None:
        async with turns.turn(url, at_least=at_least):
            began.append((url, time.now - 100.0))
            time.now += work

    async def every() -> None:
        await asyncio.gather(*map(one, urls))

    asyncio.run(every())
    return began


@pytest.mark.parametrize(
    ("url", "key", "private"),
    [
        ("https://www.example.org/a", "example.org", False),
        ("http://rss.example.co.uk:80/a", "example.co.uk", False),
        ("https://a.blogspot.com/", "blogspot.com", False),
        ("https://example.org./", "example.org", False),
        ("http://127.0.0.1:8000/a", "127.0.0.1:8000", True),
        ("http://93.184.216.34/a", "93.184.216.34:80", True),
        ("https://[2001:db8::1]/a", "2001:db8::1:443", True),
        ("http://localhost/a", "localhost:80", True),
        ("https://localhost/a", "localhost:443", True),
        ("http://rsshub:1200/a", "rsshub:1200", True),
    ],
)
def test_what_counts_as_one_host(url: str, key: str, private: bool) -> None:
    assert host_key(url) == key
    assert is_private_host(url) is private


def test_a_pause_runs_from_the_end_of_one_request_to_the_start_of_the_next() -> None:
    urls = ["https://www.example.org/1", "https://api.example.org/2", "http://example.org/3"]
    assert starts(urls) == [(urls[0], 0.0), (urls[1], 3.0), (urls[2], 6.0)]


def test_private_hosts_have_a_shorter_pause_and_count_separately() -> None:
    urls = ["http://127.0.0.1:1/a", "http://127.0.0.1:1/b"]
    assert [at for _, at in starts(urls, work=0.0)] == [0.0, 0.5]
    assert [at for _, at in starts(["http://10.0.0.1/", "http://10.0.0.2/"], work=0.0)] == [0, 0]


@pytest.mark.parametrize(("crawl_delay", "pause"), [(5.0, 5.0), (0.1, 2.0), (600.0, 30.0)])
def test_a_crawl_delay_is_respected_up_to_half_a_minute(crawl_delay: float, pause: float) -> None:
    urls = ["https://example.org/1", "https://example.org/2"]
    assert starts(urls, work=0.0, at_least=crawl_delay)[1][1] == pause


def test_a_failed_request_ends_its_turn_and_the_pause_begins() -> None:
    time = Time()
    turns = gate(time)

    async def fail_then_ask() -> float:
        with pytest.raises(RuntimeError):
            async with turns.turn("https://example.org/"):
                raise RuntimeError
        async with turns.turn("https://example.org/"):
            return time.now - 100.0

    assert asyncio.run(fail_then_ask()) == 2.0


def test_a_cancelled_wait_passes_its_turn_on() -> None:
    turns = HostGate(pause=0.0, private_pause=0.0)

    async def cancel_one_of_two() -> str:
        async with turns.turn("https://example.org/"):
            waiting = asyncio.create_task(turns.turn("https://example.org/").__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(10), turns.turn("https://example.org/"):
            return "done"

    assert asyncio.run(cancel_one_of_two()) == "done"


@settings(max_examples=examples(50))
@given(st.lists(st.sampled_from(["a.org", "www.a.org", "b.org"]), max_size=12))
def test_requests_to_a_host_are_a_pause_apart(hosts: list[str]) -> None:
    began = starts([f"https://{h}/" for h in hosts], work=0.0)
    assert len(began) == len(hosts)
    for key in ("a.org", "b.org"):
        times = sorted(at for url, at in began if url.endswith(f"{key}/"))
        assert all(later - earlier >= 2.0 for earlier, later in pairwise(times))


def test_idle_hosts_are_forgotten() -> None:
    time = Time()
    turns = gate(time)

    async def ask_many() -> None:
        for number in range(2500):
            async with turns.turn(f"https://h{number}.example.org:8{number % 10}/"):
                pass
            async with turns.turn(f"http://host{number}/"):
                time.now += 10

    asyncio.run(ask_many())
    assert len(turns._hosts) <= 2001


def test_the_settings_decide_the_pauses() -> None:
    chosen = Settings(http_host_pause=7, http_private_host_pause=0.25, _env_file=None)
    turns = HostGate.of(chosen)
    assert (turns._pause, turns._private_pause) == (7, 0.25)


def test_a_pause_applies_to_the_publisher_or_on_private_hosts_to_the_url() -> None:
    assert pause_scope("https://feeds.kurier.co.uk/a") == "kurier.co.uk"
    assert pause_scope("https://www.kurier.co.uk/b") == "kurier.co.uk"
    for url in ("http://127.0.0.1:1200/kurier", "http://localhost:1200/bote", "http://[::1]/x"):
        assert pause_scope(url) == url


def test_a_pause_of_a_bridge_applies_to_its_url() -> None:
    url = "https://rsshub.example.org/x"
    assert pause_scope(url) == "example.org"
    assert pause_scope(url, "other.example, rsshub.example.org") == url
