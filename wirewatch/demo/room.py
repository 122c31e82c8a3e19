"""The bundled newsroom: its outlets, what they publish when, and under which headline.

::

    room/newsroom.yaml ──load──▶ Newsroom ─┬─ Outlet   a publisher, its feed and robots.txt
                                           └─ Edition  the nth version of a piece, with its time

A *piece* is what an outlet has at one URL; an *edition* is one version of it, as Wirewatch's
revision is one version of an article. Pages are templates below ``room/``, one layout an outlet.
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

ROOM = Path(__file__).parent / "room"


@dataclass(frozen=True, slots=True)
class FeedFault:
    """What is wrong with a feed for a while.

    Attributes:
        at: Second of the timetable from which on.
        answers: What comes instead of the feed, answer by answer: ``error`` (HTTP 500) or
            ``cut`` (the document breaks off in the middle).
    """

    at: float
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoOutlet:
    """A publisher.

    Attributes:
        feed: Form of its feed: rss, atom, json, sitemap, or html where a page stands in its place.
        path: Where the feed is.
        robots: Its robots.txt.
        charset: Of its pages.
        tracking: What its feed appends to every link.
        forbidden: Beginnings of paths that its robots.txt forbids, for the check at the end.
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
        after: Editions that Wirewatch must have read before, as an outlet that rewrites another's
            report has read it before.
        age: How long before the start it was published, where it was.
        path: Where it is; ``canonical`` where its page says that it is.
        page: Template below ``room/``.
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
        """``piece``, or ``piece#2`` for the second version."""
        return f"{self.piece}#{self.number}" if self.number > 1 else self.piece


@dataclass(frozen=True)
class Newsroom:
    """All outlets with all they publish, in the order of the timetable."""

    outlets: tuple[DemoOutlet, ...]
    editions: tuple[Edition, ...] = field(default=())

    @cached_property
    def named(self) -> Mapping[str, Edition]:
        """Editions by name."""
        return {edition.name: edition for edition in self.editions}

    @cached_property
    def at_path(self) -> Mapping[tuple[str, str], str]:
        """Piece by outlet and path, the canonical path too."""
        both = [(e.outlet, path, e.piece) for e in self.editions for path in (e.path, e.canonical)]
        return {(outlet, path): piece for outlet, path, piece in both if path}

    def outlet(self, name: str) -> DemoOutlet:
        """The outlet of this id."""
        return next(o for o in self.outlets if o.id == name)

    @property
    def seconds(self) -> float:
        """When the last edition is out, by the timetable."""
        return max(edition.at for edition in self.editions)


def load(folder: Path = ROOM) -> Newsroom:
    """Read the newsroom's tables."""
    tables = read_yaml(folder / "newsroom.yaml")
    outlets = tuple(_outlet(row) for row in tables["outlets"])
    editions = [e for row in tables["pieces"] for e in _editions(row)]
    return Newsroom(outlets, tuple(sorted(editions, key=lambda e: (e.at, e.name))))


def read_yaml(path: Path) -> Any:
    """A YAML 1.2 file as plain values."""
    return YAML(typ="safe", pure=True).load(path)


def _outlet(row: Mapping[str, Any]) -> DemoOutlet:
    trouble = row.get("trouble")
    made = FeedFault(trouble["at"], tuple(trouble["answers"])) if trouble else None
    return DemoOutlet(**{**row, "trouble": made})


def _editions(row: Mapping[str, Any]) -> list[Edition]:
    """The first version, and each later one as the changes to the one before it."""
    values = {k: v for k, v in row.items() if k != "later"}
    made = []
    for number, change in enumerate([{}, *row.get("later", [])], 1):
        values = values | {"after": ()} | change if number > 1 else values
        made.append(_edition(values, number))
    return made


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
