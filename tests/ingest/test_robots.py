"""URLs that a robots.txt disallows are not requested."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.errors import FetchError
from config.i18n import Phrase
from config.settings import Settings
from core.http import Response
from core.http.client import HttpClient
from ingest.parsing.messages import RobotsAnswer, RobotsRequest
from ingest.polling.backoff import FetchFailure
from ingest.robots import (
    AGENT,
    MAX_BYTES,
    MAX_PARSED_HERE,
    Robots,
    RobotsCopy,
    RobotsDecision,
    robots_fetch,
)
from tests.support.faultserver import FaultServer, redirect, reply
from tests.support.scripted_publisher import InProcessParser

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
ORIGIN = "https://example.org"


class InMemoryRobotsStore:
    def __init__(self) -> None:
        self._copies: dict[str, RobotsCopy] = {}

    async def get(self, origin: str) -> RobotsCopy | None:
        return self._copies.get(origin)

    async def put(self, origin: str, copy: RobotsCopy) -> None:
        self._copies[origin] = copy


class Site:
    """A server whose robots.txt changes, and a clock."""

    def __init__(self, answer: Response | FetchError) -> None:
        self.answer = answer
        self.now = START
        self.requested: list[str] = []
        self.store = InMemoryRobotsStore()
        self.robots = Robots(
            self.fetch, self.store, lambda: self.now, InProcessParser().decide_robots
        )

    async def fetch(self, url: str) -> Response:
        self.requested.append(url)
        await asyncio.sleep(0)
        if isinstance(self.answer, FetchError):
            raise self.answer
        return self.answer

    def allowed(self, url: str = f"{ORIGIN}/a", *, after: timedelta | None = None) -> bool:
        return self.decide(url, after=after).allowed

    def decide(self, url: str = f"{ORIGIN}/a", *, after: timedelta | None = None) -> RobotsDecision:
        self.now += after or timedelta(0)
        return asyncio.run(self.robots.allowed(url))


def answer(text: str = "", status: int = 200) -> Response:
    return Response(f"{ORIGIN}/robots.txt", status, {}, text.encode())


def failure(outcome: str) -> FetchError:
    return FetchError(f"{ORIGIN}/robots.txt", outcome, Phrase("fetch.connect"))


NOTHING = "User-agent: *\nDisallow: /\n"

RULES: dict[str, tuple[str, str, bool]] = {
    "empty": ("", "/a", True),
    "everything": (NOTHING, "/a", False),
    "robots.txt itself is not checked": ("User-agent: *\nDisallow: /b", "/a", True),
    "our name": ("User-agent: Wirewatch\nDisallow: /a\n\nUser-agent: *\nDisallow:", "/a", False),
    "another name": ("User-agent: Googlebot\nDisallow: /", "/a", True),
    "our name wins": (f"{NOTHING}\nUser-agent: wirewatch\nAllow: /", "/a", True),
    "longest match": ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
    "wildcard": ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
    "wildcard that does not end there": ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
    "escaped": ("User-agent: *\nDisallow: /%C3%A4", "/ä", False),
    "query": ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
    "crlf and bom": ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
    "html": ("<!doctype html><title>404</title>", "/a", True),
}  # fmt: skip


@pytest.mark.parametrize(("text", "path", "allowed"), RULES.values(), ids=RULES.keys())
def test_rules_decide_by_agent_and_path(text: str, path: str, allowed: bool) -> None:
    assert Site(answer(text)).allowed(f"{ORIGIN}{path}") is allowed


STATUS: dict[Any, tuple[bool, str]] = {
    **dict.fromkeys((400, 401, 403, 404, 410, 451), (True, "no_rules")),
    **dict.fromkeys((429, 500, 502, 503, 599), (False, "unreachable")),
}


@pytest.mark.parametrize(("status", "expected"), STATUS.items(), ids=map(str, STATUS))
def test_a_missing_file_allows_everything_and_a_failing_server_nothing(
    status: int, expected: tuple[bool, str]
) -> None:
    decision = Site(answer(NOTHING, status)).decide()
    assert (decision.allowed, decision.reason) == expected


@pytest.mark.parametrize(
    ("outcome", "allowed"),
    [("timeout", False), ("dns", False), ("tls", False), ("blocked_address", False),
     ("truncated", False), ("redirect", True)],
)  # fmt: skip
def test_an_unreachable_server_allows_nothing(outcome: str, allowed: bool) -> None:
    assert Site(failure(outcome)).allowed() is allowed


def test_a_refusal_says_why_robots_txt_cannot_be_read_until_it_can() -> None:
    site = Site(failure("connect"))
    because = Phrase("fetch.robots_unreachable_because", why=Phrase("fetch.connect"))
    assert site.decide().refusal == FetchFailure("robots_unreachable", because)
    assert site.decide(f"{ORIGIN}/b").refusal.reason == because  # not requested again
    site.answer = answer(NOTHING)
    decision = site.decide(after=timedelta(minutes=15))
    assert (decision.why, decision.refusal.outcome) == (None, "robots")


def test_a_refusal_by_the_copy_of_another_process_has_no_reason() -> None:
    site, other = Site(failure("connect")), Site(answer(NOTHING))
    site.decide()
    other.robots = Robots(other.fetch, site.store, lambda: START, InProcessParser().decide_robots)
    assert other.decide().refusal.reason == Phrase("fetch.robots_unreachable")
    assert not other.requested


@pytest.mark.parametrize(
    ("line", "delay"),
    [("Crawl-delay: 5", 5.0), ("Crawl-delay: 0.5", 0.5), ("Crawl-delay: abc", None), ("", None)],
)
def test_the_crawl_delay_is_that_of_the_matching_group(line: str, delay: float | None) -> None:
    assert Site(answer(f"User-agent: *\n{line}\n")).decide().crawl_delay == delay


def test_a_copy_is_fresh_for_a_day() -> None:
    site = Site(answer(""))
    assert site.allowed()
    site.answer = answer(NOTHING)
    assert site.allowed(after=timedelta(hours=23, minutes=59))
    assert not site.allowed(after=timedelta(minutes=1))
    assert site.requested == [f"{ORIGIN}/robots.txt"] * 2


def test_the_last_good_copy_applies_for_a_month_while_the_server_fails() -> None:
    site = Site(answer("User-agent: *\nDisallow: /b"))
    assert site.allowed()
    site.answer = failure("timeout")
    decision = site.decide(after=timedelta(days=2))
    assert (decision.allowed, decision.reason) == (True, "last_good_copy")
    assert not site.allowed(f"{ORIGIN}/b")
    assert site.allowed(after=timedelta(days=27))
    assert not site.allowed(after=timedelta(days=1))


def test_robots_txt_of_a_failing_server_is_requested_again_soon_but_not_for_every_page() -> None:
    site = Site(answer("", 503))
    assert [site.allowed(f"{ORIGIN}/{n}") for n in range(5)] == [False] * 5
    assert len(site.requested) == 1
    site.answer = answer("")
    assert site.allowed(after=timedelta(minutes=15))
    assert len(site.requested) == 2


def test_origins_differ_by_scheme_host_and_port() -> None:
    site = Site(answer(""))
    for url in ("https://a.example/x", "http://a.example/x", "https://b.example/x",
                "https://a.example:8443/x", "https://a.example/y"):  # fmt: skip
        assert site.allowed(url)
    assert site.requested == [
        "https://a.example/robots.txt", "http://a.example/robots.txt",
        "https://b.example/robots.txt", "https://a.example:8443/robots.txt",
    ]  # fmt: skip


def test_pages_at_the_same_time_cause_one_request() -> None:
    site = Site(answer(NOTHING))

    async def ask() -> list[RobotsDecision]:
        return await asyncio.gather(*(site.robots.allowed(f"{ORIGIN}/{n}") for n in range(9)))

    assert not any(d.allowed for d in asyncio.run(ask()))
    assert len(site.requested) == 1


def test_a_new_copy_is_parsed_again() -> None:
    site = Site(answer(NOTHING))
    assert not site.allowed()
    site.answer = answer("User-agent: *\nAllow: /")
    assert site.allowed(after=timedelta(days=1))


def test_long_files_are_cut_and_redirects_followed_over_a_real_connection(
    faults: FaultServer,
) -> None:
    rules = b"User-agent: *\nDisallow: /private\n"
    faults.on("/robots.txt", redirect("/moved.txt"))
    faults.on("/moved.txt", reply(rules + b"# a long comment\n" * 60_000 + b"Disallow: /late\n"))
    settings = Settings(http_allow_private=True, _env_file=None)

    async def ask() -> list[bool]:
        async with HttpClient.open(settings) as client:
            robots = Robots(
                robots_fetch(client),
                InMemoryRobotsStore(),
                lambda: START,
                InProcessParser().decide_robots,
            )
            paths = ("/private/x", "/late", "/a")
            return [(await robots.allowed(faults.url(path))).allowed for path in paths]

    assert MAX_BYTES >= 500 * 1024
    assert asyncio.run(ask()) == [False, True, True]
    assert len(faults.requests) == 2


@pytest.mark.parametrize("fails", [False, True])
def test_a_long_file_is_parsed_apart_and_allows_nothing_where_that_fails(fails: bool) -> None:
    requests: list[RobotsRequest] = []

    async def decide_apart(request: RobotsRequest) -> RobotsAnswer:
        requests.append(request)
        if fails:
            raise FetchError(request.url, "limit_cpu", Phrase("parse.crash"))
        return RobotsAnswer(request.url.endswith("/open"), 2.0)

    text = "User-agent: *\nDisallow: /\n".ljust(MAX_PARSED_HERE + 1, "#")
    site = Site(answer(text))
    robots = Robots(site.fetch, site.store, lambda: START, decide_apart)
    decisions = [asyncio.run(robots.allowed(f"{ORIGIN}/{path}")) for path in ("open", "closed")]
    if fails:
        assert decisions == [RobotsDecision(False, "unreachable", None)] * 2
    else:
        assert decisions == [RobotsDecision(a, "rules", 2.0) for a in (True, False)]
    assert {(request.text, request.agent) for request in requests} == {(text, AGENT)}
