"""robots.txt: what a publisher does not want to be asked for (RFC 9309).

::

    allowed(url) ── copy in store, younger than a day? ── yes ──▶ rules ──▶ decision
                          └── no ── fetch ── 200: rules · 4xx: all allowed
                                          └── 5xx, unreachable: the last good copy up to 30 days,
                                              else nothing is allowed
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import urlsplit

from protego import Protego

from config.errors import FetchError
from core.clock import Clock
from core.http import HttpClient, Response

AGENT = "Wirewatch"
"""The name robots.txt files know us by."""

MAX_BYTES = 512 * 1024
"""What is read of a robots.txt; RFC 9309 asks for 500 KiB at least."""

FRESH = timedelta(hours=24)
RETRY = timedelta(minutes=15)
LAST_GOOD = timedelta(days=30)
_PARSED = 256

Fetch = Callable[[str], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class RobotsCopy:
    """What is kept of one origin's robots.txt.

    Attributes:
        verdict: ``rules`` are in ``text``; ``allow`` and ``disallow`` are for everything.
        text: The file, where there is one.
        fetched_at: When the verdict was last given by the server.
        checked_at: When the server was last asked.
    """

    verdict: Literal["rules", "allow", "disallow"]
    text: str
    fetched_at: datetime
    checked_at: datetime

    @property
    def is_stale_copy(self) -> bool:
        """Whether the last attempt failed and this is from an earlier one, or stands in for it."""
        return self.checked_at != self.fetched_at or self.verdict == "disallow"


class RobotsStore(Protocol):
    """Where copies are kept between runs."""

    async def get(self, origin: str) -> RobotsCopy | None:
        """The copy of ``https://host[:port]``."""

    async def put(self, origin: str, copy: RobotsCopy) -> None:
        """Keep a copy."""


@dataclass(frozen=True, slots=True)
class RobotsDecision:
    """Whether a URL may be asked for, and why.

    Attributes:
        reason: ``rules``, ``no_rules``, ``unreachable`` or ``last_good_copy``.
        crawl_delay: Seconds the host asks for between requests, where it does.
    """

    allowed: bool
    reason: str
    crawl_delay: float | None


def robots_fetch(client: HttpClient) -> Fetch:
    """Fetch robots.txt files with our client; what is too long is cut."""

    async def fetch(url: str) -> Response:
        return await client.get(url, max_bytes=MAX_BYTES, accept="text/plain, */*;q=0.1", cut=True)

    return fetch


class Robots:
    """Decides by robots.txt.

    Args:
        fetch: Gets a robots.txt (:func:`robots_fetch`, within a host's turn or not).
        store: Where copies are kept.
        clock: The present.
    """

    def __init__(self, fetch: Fetch, store: RobotsStore, clock: Clock) -> None:
        self._fetch = fetch
        self._store = store
        self._clock = clock
        self._busy: dict[str, asyncio.Lock] = {}
        self._parsed: OrderedDict[str, tuple[str, Protego]] = OrderedDict()

    async def allowed(self, url: str) -> RobotsDecision:
        """Whether ``url`` (absolute, http or https) may be asked for."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        lock = self._busy.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                copy = await self._copy(origin)
        finally:
            if not lock.locked():
                self._busy.pop(origin, None)
        return self._decide(origin, copy, url)

    async def _copy(self, origin: str) -> RobotsCopy:
        now = self._clock()
        kept = await self._store.get(origin)
        if kept and now - kept.checked_at < (RETRY if kept.is_stale_copy else FRESH):
            return kept
        try:
            copy = verdict(await self._fetch(f"{origin}/robots.txt"), now)
        except FetchError as error:
            # RFC 9309, 2.3.1.2: after five redirects the file may be taken as not there.
            copy = _everything("allow", now) if error.outcome == "redirect" else None
        copy = copy or last_good(kept, now)
        await self._store.put(origin, copy)
        return copy

    def _decide(self, origin: str, copy: RobotsCopy, url: str) -> RobotsDecision:
        if copy.verdict == "disallow":
            return RobotsDecision(False, "unreachable", None)
        reason = "last_good_copy" if copy.is_stale_copy else "rules"
        if copy.verdict == "allow":
            return RobotsDecision(True, "no_rules", None)
        rules = self._rules(origin, copy.text)
        return RobotsDecision(rules.can_fetch(url, AGENT), reason, rules.crawl_delay(AGENT))

    def _rules(self, origin: str, text: str) -> Protego:
        """Parsed once: 20,000 rules take a second."""
        kept = self._parsed.get(origin)
        if kept is None or kept[0] != text:
            kept = self._parsed[origin] = (text, Protego.parse(text))
        self._parsed.move_to_end(origin)
        if len(self._parsed) > _PARSED:
            self._parsed.popitem(last=False)
        return kept[1]


def verdict(response: Response, now: datetime) -> RobotsCopy | None:
    """What an answer means; None where the server could not say.

    429 counts as such: a server that limits us has not said that everything is allowed.
    """
    if response.status == 429 or response.status >= 500:
        return None
    if response.status >= 300:
        return _everything("allow", now)
    text = response.body.decode("utf-8-sig", "replace").replace("\0", "\ufffd")
    return RobotsCopy("rules", text, now, now)


def last_good(kept: RobotsCopy | None, now: datetime) -> RobotsCopy:
    """What holds while a server cannot say."""
    if kept and kept.verdict != "disallow" and now - kept.fetched_at < LAST_GOOD:
        return replace(kept, checked_at=now)
    return _everything("disallow", now)


def _everything(word: Literal["allow", "disallow"], now: datetime) -> RobotsCopy:
    return RobotsCopy(word, "", now, now)
