"""Leave the pages of a host alone for some minutes after it could not be reached several times.

::

    failures in a row ── fewer than three ──▶ pages are requested
                     └── three ──▶ no page of the host for ten minutes ── then one page
                                                    ▲                         ├── answer: as before
                                                    └───────── failure ───────┘

Without it each of a host's pages waits for a time-out of up to half a minute, and no page that was
leased behind it is read meanwhile. A host is a name with its port: that one name of a publisher
cannot be reached says nothing about the others, nor about its feeds, which are polled as ever. The
pause is stored, so that the next process respects it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from core.text.clean import for_log

HOST_DOWN = "host_down"
"""Outcome of a page whose host counts as out of reach. It is not an attempt at the page."""

WAITS_FOR_HOST = frozenset({HOST_DOWN, "robots_unreachable"})
"""Outcomes after which a page waits for its host, without a request for the page."""

FAILURES = 3
"""After this many failures in a row a host counts as out of reach. One is not enough: a server may
take long for one page."""

DOWN_FOR = timedelta(minutes=10)
"""How long no page of the host is requested (as in story-indexer of Media Cloud)."""

WAIT_AT_MOST = timedelta(hours=24)
"""How long a page waits for its host; then the text of its feed is all there is."""

_OUT_OF_REACH = frozenset({"dns", "nxdomain", "connect", "timeout", "reset"})
_FORGET_ABOVE = 2_000
_SCOPE = "pages "

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Host:
    failures: int
    down_until: datetime


class UnreachableHosts:
    """Knows which hosts could not be reached when their pages were last requested."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def load(self, pauses: Mapping[str, datetime]) -> None:
        """Load the pauses that an earlier process has stored: their ends, by scope."""
        for scope, until in pauses.items():
            if scope.startswith(_SCOPE):
                self._hosts[scope.removeprefix(_SCOPE)] = _Host(FAILURES, until)

    def down_until(self, url: str, now: datetime) -> datetime | None:
        """Return until when no page of a URL's host is to be requested; None if it may be now."""
        host = self._hosts.get(host_and_port(url))
        return host.down_until if host and now < host.down_until else None

    def failed(self, url: str, outcome: str, now: datetime) -> datetime | None:
        """Record that a page could not be fetched.

        Args:
            url: The URL that failed, after redirects.
            outcome: Why (:mod:`core.http`); only a host that cannot be reached counts.
            now: The present.

        Returns:
            Until when the host counts as out of reach because of this failure, if it does.
        """
        if outcome not in _OUT_OF_REACH:
            return None
        name = host_and_port(url)
        failures = 1 + (self._hosts[name].failures if name in self._hosts else 0)
        self._forget(now)
        if failures < FAILURES:
            self._hosts[name] = _Host(failures, now)
            return None
        until = now + DOWN_FOR
        self._hosts[name] = _Host(failures, until)
        at = until.isoformat()
        log.warning("host_unreachable", host=for_log(name), outcome=outcome, until=at, n=failures)
        return until

    def answered(self, urls: Iterable[str]) -> None:
        """Record that the hosts of URLs have answered, whatever the answer is."""
        for name in map(host_and_port, urls):
            before = self._hosts.pop(name, None)
            if before is not None and before.failures >= FAILURES:
                log.info("host_reachable_again", host=for_log(name))

    def _forget(self, now: datetime) -> None:
        """Forget hosts of which nothing was requested for long, once there are many."""
        if len(self._hosts) > _FORGET_ABOVE:
            recent = now - WAIT_AT_MOST
            self._hosts = {n: h for n, h in self._hosts.items() if h.down_until > recent}


def page_scope(url: str) -> str:
    """Return the scope under which it is stored that the pages of a URL's host are paused."""
    return _SCOPE + host_and_port(url)


def host_and_port(url: str) -> str:
    """Return the name of a URL's host, with its port if it has one."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()
