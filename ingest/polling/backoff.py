"""Classify failures of polls and pages, and decide how long to wait after each. Pure.

The waits follow what other feed readers do. No feed is ever given up, and one that fails for an
hour recovers by itself: Media Cloud counts a name that does not resolve at the moment as a quarter
of a hard error, Unread waits four hours after a refusal, YouTube answers 404 for hours.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from config.i18n import Phrase
from core.backoff import exponential, jittered
from core.http.response import Response


class FailClass(StrEnum):
    """The class of a failure, which determines the wait."""

    NETWORK = "network"
    UNKNOWN_HOST = "unknown_host"
    SERVER = "server"
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    GONE = "gone"
    CONTENT = "content"
    LIMIT = "limit"
    POSTPONED = "postponed"


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

DELAYS = {
    FailClass.NETWORK: (2 * _MINUTE, _HOUR),
    FailClass.UNKNOWN_HOST: (15 * _MINUTE, 12 * _HOUR),
    FailClass.SERVER: (5 * _MINUTE, 6 * _HOUR),
    FailClass.RATE_LIMITED: (15 * _MINUTE, 6 * _HOUR),
    FailClass.REFUSED: (4 * _HOUR, 24 * _HOUR),
    FailClass.NOT_FOUND: (30 * _MINUTE, 24 * _HOUR),
    FailClass.GONE: (24 * _HOUR, 24 * _HOUR),
    FailClass.CONTENT: (15 * _MINUTE, 6 * _HOUR),
    FailClass.LIMIT: (_HOUR, 24 * _HOUR),
    FailClass.POSTPONED: (2 * _MINUTE, 15 * _MINUTE),
}
"""By class, the wait after the first failure, and the longest; it doubles with each failure."""

JITTER = 0.1
JITTER_MOST = timedelta(minutes=30)
"""Every wait is up to a tenth longer, so that feeds of one host drift apart (as in lion-reader)."""

_NETWORK = frozenset({"dns", "connect", "timeout", "reset", "truncated"})
_TLS = frozenset(
    {"tls", "tls_expired", "tls_name", "tls_chain", "tls_self_signed", "tls_legacy", "tls_version"}
)
_UNKNOWN_HOST = _TLS | {"nxdomain", "bad_url", "blocked_port", "blocked_address"}

OUT_OF_REACH = _UNKNOWN_HOST | {"dns", "connect", "timeout", "reset"}
"""Outcomes without any answer from a server."""

_BY_STATUS = {
    401: "refused",
    402: "refused",
    403: "refused",
    404: "not_found",
    410: "gone",
    429: "rate_limited",
    451: "refused",
}

_BY_OUTCOME = {
    "challenge": FailClass.REFUSED,
    "refused": FailClass.REFUSED,
    "not_found": FailClass.NOT_FOUND,
    "gone": FailClass.GONE,
    "rate_limited": FailClass.RATE_LIMITED,
    "server_error": FailClass.SERVER,
    "http_error": FailClass.NOT_FOUND,
    "limit_cpu": FailClass.LIMIT,
    "limit_time": FailClass.LIMIT,
    "limit_memory": FailClass.LIMIT,
    "limit_size": FailClass.LIMIT,
    "parse_busy": FailClass.POSTPONED,
    "parse_unavailable": FailClass.POSTPONED,
}


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """Why a feed or page could not be fetched or read.

    Attributes:
        outcome: One of a bounded set: the outcomes of :mod:`core.http`, :mod:`ingest.sources` and
            :mod:`ingest.extract`, and those of statuses defined here.
        reason: What happened, for the operator.
        retry_after: Seconds that the server asked to wait, if it did.
    """

    outcome: str
    reason: Phrase
    retry_after: float | None = None

    @property
    def kind(self) -> FailClass:
        """The class that determines the wait; an unknown outcome is a problem of the content."""
        if self.outcome in _NETWORK:
            return FailClass.NETWORK
        if self.outcome in _UNKNOWN_HOST:
            return FailClass.UNKNOWN_HOST
        return _BY_OUTCOME.get(self.outcome, FailClass.CONTENT)

    @property
    def is_network(self) -> bool:
        """Whether our own connection, or a resolver that is down, may be the cause."""
        return self.outcome in ("dns", "nxdomain", "connect", "timeout", "reset")


def failure_of(response: Response, wait: float | None) -> FetchFailure | None:
    """Return the failure that an answer means, or None if its body is to be read.

    Args:
        response: The answer.
        wait: Seconds that its ``Retry-After`` asks for; respected for 429 and 5xx only.
    """
    status = response.status
    if 200 <= status < 300:
        return None
    if response.headers.get("cf-mitigated", "").lower() == "challenge":
        return FetchFailure("challenge", Phrase("fetch.challenge", status=status))
    outcome = _BY_STATUS.get(status, "server_error" if status >= 500 else "http_error")
    retry_after = wait if status == 429 or status >= 500 else None
    return FetchFailure(outcome, _status_reason(status, retry_after), retry_after)


def _status_reason(status: int, wait: float | None) -> Phrase:
    if not wait:
        return Phrase("fetch.http", status=status)
    return Phrase("fetch.http_wait", status=status, wait=timedelta(seconds=wait))


def delay(kind: FailClass, count: int) -> timedelta:
    """Return the wait after the ``count``-th failure in a row of a class, without jitter."""
    first, longest = DELAYS[kind]
    return exponential(first, count, longest)


def with_jitter(wait: timedelta, rng: random.Random) -> timedelta:
    """Return a wait that is up to a tenth, at most half an hour, longer."""
    return wait + jittered(min(wait * JITTER, JITTER_MOST), rng.random())
