"""What the operator's files say, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class FilePosition:
    """Where something stands in an operator's file; lines and columns begin at 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text value that knows where each of its characters stands in its file.

    Attributes:
        value: The text as YAML gives it (folded, unquoted).
        place: Where the value begins.
        lines: For a value over several lines: (offset in value, line, column) of each piece, by
            growing offset; empty for a value on one line.
    """

    value: str
    place: FilePosition
    lines: tuple[tuple[int, int, int], ...] = ()

    def at(self, offset: int) -> FilePosition:
        """The place of the character at ``offset``."""
        piece = next((p for p in reversed(self.lines) if p[0] <= offset), None)
        if piece is None:
            return FilePosition(self.place.file, self.place.line, self.place.column + offset)
        return FilePosition(self.place.file, piece[1], piece[2] + offset - piece[0])


class Tier(StrEnum):
    """How fast an outlet is: sets the floor and ceiling of polling."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Feed:
    """A URL that is polled.

    Attributes:
        id: ``<outlet>-<8 hex of the URL's hash>``.
        every: Explicit interval; beats every floor, never Retry-After. None: the tier decides.
    """

    id: str
    url: str
    kind: Literal["feed", "sitemap"]
    every: timedelta | None
    outlet: str
    place: FilePosition


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher."""

    id: str
    name: str
    country: str
    language: str
    tier: Tier
    feeds: tuple[Feed, ...]
    place: FilePosition


class TopicState(StrEnum):
    """draft: matches are stored, nobody is told; shadow: decided, nobody is told."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """A weighted query."""

    id: str
    weight: int
    query: SourceText


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """How a topic's alerts are told."""

    severity: str = "normal"
    max_age: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class TopicTest:
    """One entry of ``tests:``: an article and what must come of it.

    Attributes:
        article: Fields of the article, any of ``config.catalog.topic_tests.ARTICLE_FIELDS``.
        match: Whether the topic matches.
        rules: Exactly these fire, when given.
        rules_include: At least these fire.
        score_max: The score is at most this, when given.
    """

    name: str
    article: Mapping[str, Any]
    match: bool
    rules: tuple[str, ...] | None
    rules_include: tuple[str, ...]
    score_max: int | None
    place: FilePosition


@dataclass(frozen=True, slots=True)
class TopicDefinition:
    """What an operator tracks.

    Attributes:
        revision: Hash of the definition (not of comments, layout or tests).
        languages: Gate; empty lets all through.
        entities: Ids usable as ``entity:<id>``.
        publish: Whether its matches are copied to a stream of its own.
        deny: Words that never count as a hit of a term, per term name.
    """

    id: str
    title: str
    revision: str
    languages: tuple[str, ...]
    threshold: int
    state: TopicState
    terms: Mapping[str, SourceText]
    rules: tuple[RuleDefinition, ...]
    entities: tuple[str, ...]
    alert: AlertPolicy
    publish: bool
    tests: tuple[TopicTest, ...]
    place: FilePosition
    deny: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntityDefinition:
    """A person, place or organisation, and the ways to write it."""

    id: str
    type: Literal["person", "organisation", "place", "other"]
    name: str
    aliases: tuple[str, ...]
    wikidata: str | None
    place: FilePosition


@dataclass(frozen=True, slots=True)
class ReceiverDefinition:
    """A configured destination. ``options`` are checked by the receiver of that kind.

    Attributes:
        options: Every key but id and kind, ``${NAME}`` already replaced.
        places: Where each key stands, and each entry of a list as ``key[0]``, ``key[1]`` ...
    """

    id: str
    kind: str
    options: Mapping[str, Any]
    places: Mapping[str, FilePosition]
    place: FilePosition


@dataclass(frozen=True, slots=True)
class RouteDefinition:
    """Labels to receivers. First match wins; ``match`` values may hold ``*``."""

    match: Mapping[str, str]
    receivers: tuple[str, ...]
    place: FilePosition


@dataclass(frozen=True, slots=True)
class AlertsDefinition:
    """``alerts.yaml``; without the file everything goes to the console."""

    console_url: str = "http://127.0.0.1:8080"
    receivers: tuple[ReceiverDefinition, ...] = ()
    routes: tuple[RouteDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """All of the operator's files, free of errors."""

    outlets: tuple[Outlet, ...]
    topics: tuple[TopicDefinition, ...] = ()
    entities: tuple[EntityDefinition, ...] = ()
    alerts: AlertsDefinition = AlertsDefinition()

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """Every feed of every outlet, in file order."""
        return tuple(feed for outlet in self.outlets for feed in outlet.feeds)

    def outlet(self, outlet_id: str) -> Outlet | None:
        """The outlet of that id, None where there is none."""
        return next((o for o in self.outlets if o.id == outlet_id), None)

    def topic(self, topic_id: str) -> TopicDefinition | None:
        """The topic of that id, None where there is none."""
        return next((t for t in self.topics if t.id == topic_id), None)
