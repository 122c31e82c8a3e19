"""Failures of polls and pages: their class, and how long to wait after the nth of a class.

The table is the anchors' (feeds that were off for an hour come back by themselves, none is ever
given up): Media Cloud weighs a name that does not resolve for now at a quarter of a hard error,
Unread waits four hours after a refusal, YouTube answers 404 for whole hours.
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
    """What kind of failure, as far as waiting is concerned."""

    NETWORK = "network"
    UNKNOWN_HOST = "unknown_host"
    SERVER = "server"
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    GONE = "gone"
    CONTENT = "content"


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
}
"""Wait after the first failure of a class, doubled with each further one up to the cap."""

JITTER = 0.1
JITTER_MOST = timedelta(minutes=30)
"""Every wait is up to a tenth longer, so that feeds of one host drift apart (lion-reader)."""

_NETWORK = frozenset({"dns", "connect", "timeout", "reset", "truncated"})
_UNKNOWN_HOST = frozenset({"nxdomain", "tls", "bad_url", "blocked_port", "blocked_address"})

OUT_OF_REACH = frozenset(
    {"dns", "nxdomain", "connect", "tls", "timeout", "reset", "blocked_port", "blocked_address"}
    | {"bad_url"}
)
"""Outcomes with which nobody answered at all."""

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
}


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """Why a feed or page could not be had.

    Attributes:
        outcome: A word of a bounded set: those of :mod:`core.http`, of ``ingest.sources`` and
            ``ingest.extract``, and those that statuses stand for here.
        reason: What happened, for the operator.
        retry_after: Seconds the server asked us to wait.
    """

    outcome: str
    reason: Phrase
    retry_after: float | None = None

    @property
    def kind(self) -> FailClass:
        """The class that decides how long to wait; what is not known is the content's fault."""
        if self.outcome in _NETWORK:
            return FailClass.NETWORK
        if self.outcome in _UNKNOWN_HOST:
            return FailClass.UNKNOWN_HOST
        return _BY_OUTCOME.get(self.outcome, FailClass.CONTENT)

    @property
    def is_network(self) -> bool:
        """Whether our own connection may be to blame, or a resolver that knows nobody."""
        return self.outcome in ("dns", "nxdomain", "connect", "timeout", "reset")


def failure_of(response: Response, wait: float | None) -> FetchFailure | None:
    """The failure that an answer is; None for one whose body is to be read.

    Args:
        response: The answer.
        wait: What its ``Retry-After`` asks for, in seconds; heeded for 429 and 5xx only.
    """
    status = response.status
    if 200 <= status < 300:
        return None
    if response.headers.get("cf-mitigated", "").lower() == "challenge":
        return FetchFailure("challenge", Phrase("fetch.challenge", status=status))
    outcome = _BY_STATUS.get(status, "server_error" if status >= 500 else "http_error")
    heeded = wait if status == 429 or status >= 500 else None
    return FetchFailure(outcome, _status_reason(status, heeded), heeded)


def _status_reason(status: int, wait: float | None) -> Phrase:
    if not wait:
        return Phrase("fetch.http", status=status)
    return Phrase("fetch.http_wait", status=status, wait=timedelta(seconds=wait))


def delay(kind: FailClass, count: int) -> timedelta:
    """How long to wait after the ``count``-th failure in a row of a class, without jitter."""
    first, longest = DELAYS[kind]
    return exponential(first, count, longest)


def with_jitter(wait: timedelta, rng: random.Random) -> timedelta:
    """A wait, made up to a tenth (at most half an hour) longer."""
    return wait + jittered(min(wait * JITTER, JITTER_MOST), rng.random())
