"""The bundled newsroom: its outlets, and what they publish when and under which headline.

::

    bundle/newsroom.yaml ──▶ Newsroom ─┬─ DemoOutlet  a publisher, its feed and robots.txt
                                       └─ Edition     the nth version of a piece, with its time

A *piece* is what an outlet publishes at one URL; an *edition* is one version of it, as a revision
is one version of an article. Pages are templates in ``bundle/``, with one layout for each outlet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from config.durations import parse_duration

BUNDLE = Path(__file__).parent / "bundle"


@dataclass(frozen=True, slots=True)
class FeedFault:
    """A fault of a feed that lasts for some answers.

    Attributes:
        at: Second of the timetable at which it starts.
        answers: What is sent in place of the feed, one for each request: ``error`` (HTTP 500) or
            ``cut`` (the document breaks off in the middle).
    """

    at: float
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoOutlet:
    """A publisher.

    Attributes:
        feed: Format of its feed: rss, atom, json, sitemap, or html for a page in place of a feed.
        path: Path of the feed.
        robots: Its robots.txt.
        charset: Encoding of its pages.
        tracking: What its feed appends to every link.
        forbidden: Prefixes of the paths that its robots.txt forbids, for the check at the end.
        trouble: A fault of its feed, if it has one.
    """

    id: str
    name: str
    country: str
    language: str
    feed: str
    path: str
    tier: str = "B"
    robots: str = ""
    charset: str = "utf-8"
    tracking: str = ""
    forbidden: tuple[str, ...] = ()
    trouble: FeedFault | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a piece.

    Attributes:
        piece: Its name in the tables, ``<outlet>/<word>``.
        number: 1 for the first version.
        at: Second of the timetable at which it is published; 0 or less: before the start.
        after: Editions that Wirewatch must process first, as an outlet that rewrites a report of
            another one has read it.
        age: How long before the start it was published, if it was.
        path: Path of its page.
        canonical: Path that its page names as canonical, if it is another one.
        page: Template in ``bundle/``.
    """

    piece: str
    number: int
    outlet: str
    path: str
    page: str
    title: str
    teaser: str
    author: str = ""
    at: float = 0.0
    after: tuple[str, ...] = ()
    age: timedelta = timedelta(0)
    canonical: str = ""

    @property
    def name(self) -> str:
        """The name in the tables: ``piece``, or ``piece#2`` for the second version."""
        return f"{self.piece}#{self.number}" if self.number > 1 else self.piece


@dataclass(frozen=True)
class Newsroom:
    """All outlets and everything they publish, in the order of the timetable."""

    outlets: tuple[DemoOutlet, ...]
    editions: tuple[Edition, ...] = field(default=())

    @cached_property
    def named(self) -> Mapping[str, Edition]:
        """Editions by name."""
        return {edition.name: edition for edition in self.editions}

    @cached_property
    def at_path(self) -> Mapping[tuple[str, str], str]:
        """The piece at each outlet and path, including canonical paths."""
        both = [(e.outlet, path, e.piece) for e in self.editions for path in (e.path, e.canonical)]
        return {(outlet, path): piece for outlet, path, piece in both if path}

    def outlet(self, name: str) -> DemoOutlet:
        """Return the outlet with this id."""
        return next(o for o in self.outlets if o.id == name)

    @property
    def seconds(self) -> float:
        """The second of the timetable at which the last edition is published."""
        return max(edition.at for edition in self.editions)


def load_newsroom(folder: Path = BUNDLE) -> Newsroom:
    """Read the newsroom's tables."""
    tables = read_yaml(folder / "newsroom.yaml")
    outlets = tuple(_outlet(row) for row in tables["outlets"])
    editions = [e for row in tables["pieces"] for e in _editions(row)]
    return Newsroom(outlets, tuple(sorted(editions, key=lambda e: (e.at, e.name))))


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML 1.2 file."""
    return YAML(typ="safe", pure=True).load(path)


def _outlet(row: Mapping[str, Any]) -> DemoOutlet:
    trouble = row.get("trouble")
    fault = FeedFault(trouble["at"], tuple(trouble["answers"])) if trouble else None
    return DemoOutlet(**{**row, "trouble": fault})


def _editions(row: Mapping[str, Any]) -> list[Edition]:
    """Return the first version, and each later one, which is written as changes to the previous."""
    values = {k: v for k, v in row.items() if k != "later"}
    editions = []
    for number, change in enumerate([{}, *row.get("later", [])], 1):
        values = values | {"after": ()} | change if number > 1 else values
        editions.append(_edition(values, number))
    return editions


def _edition(values: Mapping[str, Any], number: int) -> Edition:
    piece = values["piece"]
    own = {k: v for k, v in values.items() if k not in ("piece", "age", "after")}
    after = (*values.get("after", ()), *((_before(piece, number),) if number > 1 else ()))
    age = parse_duration(values.get("age", "0s")) or timedelta(0)
    outlet = piece.split("/")[0]
    own.setdefault("page", f"{piece}.html")
    return Edition(
        piece=piece,
        number=number,
        outlet=outlet,
        after=after,
        age=age,
        **own,
    )


def _before(piece: str, number: int) -> str:
    return f"{piece}#{number - 1}" if number > 2 else piece
