"""What an HTTP exchange gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PERMANENT = (301, 308)


@dataclass(frozen=True, slots=True)
class Redirect:
    """One hop.

    Attributes:
        status: 301, 302, 303, 307 or 308.
        url: Where the hop led.
    """

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, of any status.

    Attributes:
        url: The URL that answered, after redirects; never holds a name or password.
        status: HTTP status.
        headers: Case does not matter; of a repeated header the first is given.
        body: Decoded body, complete when ``status`` is below 400.
        redirects: The hops from the URL asked for, in order.
        elapsed: Seconds from the request to the last byte, redirects included.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    redirects: tuple[Redirect, ...] = ()
    elapsed: float = 0.0

    @property
    def moved_to(self) -> str | None:
        """Where the unbroken run of permanent hops at the beginning leads; None without one."""
        target = None
        for hop in self.redirects:
            if hop.status not in PERMANENT:
                break
            target = hop.url
        return target
