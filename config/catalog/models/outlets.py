"""The content of ``sources.yaml``: outlets and their feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from config.catalog.models.text import FilePosition


class Tier(StrEnum):
    """How often an outlet publishes: sets the shortest and longest polling interval."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Feed:
    """A URL that is polled.

    Attributes:
        id: ``<outlet>-<8 hex digits of the URL's hash>``.
        every: Explicit interval; overrides the tier's limits but never Retry-After. None: the tier
            decides.
        links: CSS selector of the links on a ``page``, which lists articles; else empty.
        paused: Whether the operator has paused it; it is not polled.
    """

    id: str
    url: str
    kind: Literal["feed", "sitemap", "page"]
    every: timedelta | None
    outlet: str
    position: FilePosition
    links: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors by which the text of an outlet's pages is found.

    Attributes:
        body: Elements with the text; empty where extraction finds it.
        remove: Elements that are not part of the text.
    """

    body: str = ""
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher.

    Attributes:
        time_zone: Name of the zone that its dates without one are in, of the IANA database; empty
            where neither it nor its country is known.
        selectors: Where the text of its pages is.
        legacy_tls: Whether outdated TLS of its servers is accepted.
        full_text: How long the archive keeps the full texts of its articles; zero: never, None: as
            long as the articles.
    """

    id: str
    name: str
    country: str
    language: str
    tier: Tier
    feeds: tuple[Feed, ...]
    position: FilePosition
    time_zone: str = ""
    selectors: Selectors = Selectors()
    legacy_tls: bool = False
    full_text: timedelta | None = None
