"""Respect robots.txt, in which publishers name what must not be requested (RFC 9309).

::

    allowed(url) ── stored copy, younger than a day ── yes ──▶ rules ──▶ decision
                          └── no ── fetch ── 200: rules · 4xx: everything is allowed
                                          └── 5xx, unreachable: the last good copy up to 30 days,
                                              then nothing is allowed
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from protego import Protego

from config.errors import FetchError
from config.i18n import Phrase
from core.clock import Clock
from core.http import Response
from core.http.client import HttpClient
from ingest.hosts import HostGate
from ingest.origin_locks import OriginLocks, origin_of
from ingest.parsing.messages import RobotsAnswer, RobotsRequest
from ingest.polling.backoff import FetchFailure, failure_of

AGENT = "Wirewatch"
"""The name of this program in robots.txt files."""

MAX_BYTES = 512 * 1024
"""Bytes of a robots.txt that are read; RFC 9309 requires at least 500 KiB."""

MAX_PARSED_HERE = 32 * 1024
"""Characters of a robots.txt that is parsed in this process, which takes a few milliseconds; longer
ones are parsed in a worker, where 20,000 rules take a second."""

FRESH = timedelta(hours=24)
RETRY = timedelta(minutes=15)
LAST_GOOD = timedelta(days=30)
_REMEMBERED = 256
"""Origins of which the parsed rules are kept, and of which why they could not be read."""

Fetch = Callable[[str], Awaitable[Response]]

DecideApart = Callable[[RobotsRequest], Awaitable[RobotsAnswer]]
"""Decides by a long robots.txt in a worker; raises FetchError where that fails."""


@dataclass(frozen=True, slots=True)
class RobotsCopy:
    """The stored robots.txt of an origin.

    Attributes:
        verdict: ``rules``: those in ``text`` apply. ``allow`` and ``disallow`` apply to everything.
        text: The file, if there is one.
        fetched_at: When the server last answered with it.
        checked_at: When it was last requested.
    """

    verdict: Literal["rules", "allow", "disallow"]
    text: str
    fetched_at: datetime
    checked_at: datetime

    @property
    def is_stale_copy(self) -> bool:
        """Whether the last request failed, so that this is an earlier copy or a substitute."""
        return self.checked_at != self.fetched_at or self.verdict == "disallow"


class RobotsStore(Protocol):
    """Stores copies of robots.txt files."""

    async def get(self, origin: str) -> RobotsCopy | None:
        """Return the copy of ``https://host[:port]``, or None."""

    async def put(self, origin: str, copy: RobotsCopy) -> None:
        """Store a copy."""


@dataclass(frozen=True, slots=True)
class RobotsDecision:
    """Whether a URL may be requested, and why.

    Attributes:
        allowed: Whether it may be requested.
        reason: ``rules``, ``no_rules``, ``unreachable`` (or impossible to parse) or
            ``last_good_copy``.
        crawl_delay: Seconds between requests that the host asks for, if it does.
        why: Why robots.txt cannot be read, where this process knows it.
    """

    allowed: bool
    reason: str
    crawl_delay: float | None
    why: Phrase | None = None

    @property
    def refusal(self) -> FetchFailure:
        """Why the URL is not requested; only where it is not allowed."""
        if self.reason != "unreachable":
            return FetchFailure("robots", Phrase("fetch.robots"))
        if self.why is None:
            return FetchFailure("robots_unreachable", Phrase("fetch.robots_unreachable"))
        because = Phrase("fetch.robots_unreachable_because", why=self.why)
        return FetchFailure("robots_unreachable", because)


def robots_fetch(client: HttpClient) -> Fetch:
    """Return a function that fetches robots.txt files with a client, cutting those too long."""

    async def fetch(url: str) -> Response:
        return await client.get(
            url, max_bytes=MAX_BYTES, accept="text/plain, */*;q=0.1", truncate=True
        )

    return fetch


def fetch_in_turn(client: HttpClient, gate: HostGate) -> Fetch:
    """Return a function that fetches robots.txt files in the turns of their hosts."""
    fetch = robots_fetch(client)

    async def in_turn(url: str) -> Response:
        async with gate.turn(url):
            return await fetch(url)

    return in_turn


class Robots:
    """Decides by robots.txt.

    Args:
        fetch: Fetches a robots.txt, such as :func:`robots_fetch`.
        store: Stores the copies.
        clock: The present.
        decide_apart: Decides by a long robots.txt.
    """

    def __init__(
        self, fetch: Fetch, store: RobotsStore, clock: Clock, decide_apart: DecideApart
    ) -> None:
        self._fetch = fetch
        self._store = store
        self._clock = clock
        self._decide_apart = decide_apart
        self._locks = OriginLocks()
        self._parsed: OrderedDict[str, tuple[str, Protego]] = OrderedDict()
        self._failures: OrderedDict[str, Phrase] = OrderedDict()

    async def allowed(self, url: str) -> RobotsDecision:
        """Decide whether an absolute http or https URL may be requested."""
        origin = origin_of(url)
        async with self._locks.hold(origin):
            copy = await self._copy(origin)
        return await self._decide(origin, copy, url)

    async def _copy(self, origin: str) -> RobotsCopy:
        now = self._clock()
        stored = await self._store.get(origin)
        if stored and now - stored.checked_at < (RETRY if stored.is_stale_copy else FRESH):
            return stored
        copy = await self._requested(origin, now) or fallback_copy(stored, now)
        await self._store.put(origin, copy)
        return copy

    async def _requested(self, origin: str, now: datetime) -> RobotsCopy | None:
        """Return what the server answers, or None, and note why, if it could not answer."""
        self._failures.pop(origin, None)
        try:
            response = await self._fetch(f"{origin}/robots.txt")
        except FetchError as error:
            # RFC 9309, 2.3.1.2: after five redirects the file may be assumed to be missing.
            if error.outcome == "redirect":
                return _copy_for_all("allow", now)
            self._note_failure(origin, error.reason)
            return None
        copy = copy_of(response, now)
        if copy is None and (failure := failure_of(response, None)):
            self._note_failure(origin, failure.reason)
        return copy

    def _note_failure(self, origin: str, why: Phrase) -> None:
        self._failures[origin] = why
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    async def _decide(self, origin: str, copy: RobotsCopy, url: str) -> RobotsDecision:
        if copy.verdict == "disallow":
            return RobotsDecision(False, "unreachable", None, self._failures.get(origin))
        reason = "last_good_copy" if copy.is_stale_copy else "rules"
        if copy.verdict == "allow":
            return RobotsDecision(True, "no_rules", None)
        if len(copy.text) > MAX_PARSED_HERE:
            return await self._decide_long(copy.text, url, reason)
        rules = self._rules(origin, copy.text)
        return RobotsDecision(rules.can_fetch(url, AGENT), reason, rules.crawl_delay(AGENT))

    async def _decide_long(self, text: str, url: str, reason: str) -> RobotsDecision:
        """Decide by a long file in a worker; nothing is allowed where it cannot be parsed."""
        try:
            answer = await self._decide_apart(RobotsRequest(text, url, AGENT))
        except FetchError:
            return RobotsDecision(False, "unreachable", None)
        return RobotsDecision(answer.allowed, reason, answer.crawl_delay)

    def _rules(self, origin: str, text: str) -> Protego:
        """Return the parsed rules, from a cache."""
        parsed = self._parsed.get(origin)
        if parsed is None or parsed[0] != text:
            parsed = self._parsed[origin] = (text, Protego.parse(text))
        self._parsed.move_to_end(origin)
        if len(self._parsed) > _REMEMBERED:
            self._parsed.popitem(last=False)
        return parsed[1]


def copy_of(response: Response, now: datetime) -> RobotsCopy | None:
    """Return the copy that an answer means, or None if the server could not answer.

    After 429 it could not: a server that limits requests has not allowed everything.
    """
    if response.status == 429 or response.status >= 500:
        return None
    if response.status >= 300:
        return _copy_for_all("allow", now)
    text = response.body.decode("utf-8-sig", "replace").replace("\0", "\ufffd")
    return RobotsCopy("rules", text, now, now)


def fallback_copy(stored: RobotsCopy | None, now: datetime) -> RobotsCopy:
    """Return the copy that applies while a server cannot answer."""
    if stored and stored.verdict != "disallow" and now - stored.fetched_at < LAST_GOOD:
        return replace(stored, checked_at=now)
    return _copy_for_all("disallow", now)


def _copy_for_all(verdict: Literal["allow", "disallow"], now: datetime) -> RobotsCopy:
    return RobotsCopy(verdict, "", now, now)
