"""The response to an HTTP request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REFRESH = 200
"""Status of a hop that a page asked for (``<meta http-equiv="refresh">``), not its server."""

PERMANENT = (301, 308, REFRESH)


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect.

    Attributes:
        status: 301, 302, 303, 307 or 308, or ``REFRESH``.
        url: Where it led.
    """

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Response:
    """A response of any status.

    Attributes:
        url: The URL that responded, after redirects, without a user name or password.
        status: HTTP status.
        headers: Headers, found in any case; of a repeated header the first.
        body: Decoded body; complete where ``status`` is below 400.
        redirects: The redirects that led here, in order.
        elapsed: Seconds from the first request to the last byte.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    redirects: tuple[Redirect, ...] = ()
    elapsed: float = 0.0

    @property
    def moved_to(self) -> str | None:
        """Where the permanent redirects at the beginning lead, or None where there are none."""
        target = None
        for hop in self.redirects:
            if hop.status not in PERMANENT:
                break
            target = hop.url
        return target
