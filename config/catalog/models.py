"""The content of the operator's files, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from config.catalog.aliases import EntityAlias
from config.catalog.weights import FieldWeight
from config.cron import CronSchedule
from config.weekly_hours import WeeklyHours


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A position in an operator's file; lines and columns start at 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text value with the position of each of its characters.

    Attributes:
        value: The text as YAML reads it (folded, unquoted).
        position: Where the value starts.
        lines: For a value over several lines: (offset in value, line, column) of each piece, by
            ascending offset; empty for a value on one line.
        quoted: Whether the file has it in double quotes, outside of brackets: YAML takes them away,
            whatever the author of a query meant by them.
        is_list: Whether it is a list of words from a file, which may be longer than a query.
    """

    value: str
    position: FilePosition
    lines: tuple[tuple[int, int, int], ...] = ()
    quoted: bool = False
    is_list: bool = False

    def at(self, offset: int) -> FilePosition:
        """Return the position of the character at ``offset``."""
        piece = next((p for p in reversed(self.lines) if p[0] <= offset), None)
        if piece is None:
            return FilePosition(
                self.position.file, self.position.line, self.position.column + offset
            )
        return FilePosition(self.position.file, piece[1], piece[2] + offset - piece[0])


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
    """

    id: str
    url: str
    kind: Literal["feed", "sitemap", "page"]
    every: timedelta | None
    outlet: str
    position: FilePosition
    links: str = ""


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


class TopicState(StrEnum):
    """draft: matches are published; shadow: also decided; live: also notified; retired: ignored."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """A weighted query.

    Attributes:
        weight: The points furthest from 0 that it can give an article.
        by_field: Points by where its hits lie; None where it gives its weight once per article.
        fields: The fields that the query is restricted to, where it names none; empty for all.
        unless: Ids of the rules none of which may fire.
        allow: Reasons by the codes of the warnings that it allows.
    """

    id: str
    weight: int
    query: SourceText
    by_field: FieldWeight | None = None
    fields: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    allow: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """How a topic alerts.

    Attributes:
        severity: Severity of its alerts.
        max_age: Age of the oldest article that alerts.
        spike: How easily more articles than usual are a spike: ``fewer``, ``normal`` or ``more``
            spikes, or ``off``.
    """

    severity: str = "normal"
    max_age: timedelta = timedelta(hours=48)
    spike: str = "normal"


@dataclass(frozen=True, slots=True)
class TopicTest:
    """One entry of ``tests:``: an article and its expected result.

    Attributes:
        article: Fields of the article, any of ``config.catalog.topic_tests.ARTICLE_FIELDS``.
        match: Whether the topic matches.
        rules: The ids of exactly the rules that fire; None: not tested.
        rules_include: The ids of rules that must fire.
        score_max: The highest score allowed; None: not tested.
    """

    name: str
    article: Mapping[str, Any]
    match: bool
    rules: tuple[str, ...] | None
    rules_include: tuple[str, ...]
    score_max: int | None
    position: FilePosition


@dataclass(frozen=True, slots=True)
class TopicDefinition:
    """What an operator tracks.

    Attributes:
        revision: Hash of the definition (not of comments, layout or tests).
        languages: The languages of its articles; empty allows all.
        entities: Ids that queries may use as ``entity:<id>``.
        publish: Whether its matches are copied to a stream of its own.
        deny: Words that a term never matches, by the term's name.
        allow: Reasons by the codes of the warnings that it allows.
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
    position: FilePosition
    deny: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allow: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntityDefinition:
    """A person, place or organisation, with its spellings.

    Attributes:
        demonyms: Its adjectives, written small, and the words for its people.
        deny: Words and phrases that are no mention of it although they contain an alias.
    """

    id: str
    type: Literal["person", "organisation", "place", "other"]
    name: str
    aliases: tuple[EntityAlias, ...]
    wikidata: str | None
    position: FilePosition
    demonyms: tuple[EntityAlias, ...] = ()
    deny: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConceptTest:
    """A sentence that a concept must find, or must not find.

    Attributes:
        language: Its language; empty where it is detected.
    """

    sentence: str
    language: str
    match: bool
    position: FilePosition


@dataclass(frozen=True, slots=True)
class ConceptDefinition:
    """A concept of the vocabulary: what topics may use as ``$id``.

    Attributes:
        forms: A query for each language, by its code.
    """

    id: str
    forms: Mapping[str, SourceText]
    tests: tuple[ConceptTest, ...]
    position: FilePosition


@dataclass(frozen=True, slots=True)
class ReceiverDefinition:
    """A configured destination. ``options`` are checked by the receiver of that kind.

    Attributes:
        options: Every key that is no other attribute. Values are texts as they are written, with
            ``${NAME}`` replaced and empty where there is none; lists are tuples of them.
        positions: The position of each key, and of each list entry as ``key[0]``, ``key[1]`` ...
        was: Its id before it was renamed; it inherits what waits for that. Empty: it was not.
        max_per_minute: Most messages per minute to each of its targets; None: its kind's limit.
        canary: Whether its targets get a canary every hour, and are reported if it is missing.
    """

    id: str
    kind: str
    options: Mapping[str, Any]
    positions: Mapping[str, FilePosition]
    position: FilePosition
    was: str = ""
    max_per_minute: int | None = None
    canary: bool = False


DEFAULT_GROUP_WAIT = timedelta(seconds=90)
"""Copies of an agency's report and other topics' matches usually come within it."""


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Who is told of an urgent alert that nobody takes care of.

    Attributes:
        after: How long after the first message.
        receivers: Ids of receivers, each once.
    """

    after: timedelta
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteDefinition:
    """Labels to receivers. The first match wins; values of ``match`` may contain ``*``.

    Attributes:
        group_wait: How long a message waits for others about the same article, for its copies, and
            for more news of its story.
        max_per_hour: Messages about a topic that a receiver gets in an hour, the others come in a
            roll-up; 0 for any number, None for the default.
        quiet_hours: Instead of those of the file; None where the route has none of its own.
        active: Hours in which the route is used; None where it always is.
        escalate: Steps in the order of time, for alerts of severity urgent.
        digest: Id of the digest that gets its messages, except urgent ones; empty where they go
            out singly.
    """

    match: Mapping[str, str]
    receivers: tuple[str, ...]
    position: FilePosition
    group_wait: timedelta = DEFAULT_GROUP_WAIT
    max_per_hour: int | None = None
    quiet_hours: WeeklyHours | None = None
    active: WeeklyHours | None = None
    escalate: tuple[EscalationStep, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class SilenceDefinition:
    """A timed mute.

    Attributes:
        match: Label to pattern, as in a route; all must fit.
        until: When it ends.
        reason: Why, in the operator's words.
        author: Who asked for it; may be empty.
    """

    match: Mapping[str, str]
    until: datetime
    reason: str
    author: str
    position: FilePosition


@dataclass(frozen=True, slots=True)
class DigestDefinition:
    """A scheduled summary.

    Attributes:
        schedule: When it goes out.
        match: Label to pattern, as in a route: which unacknowledged stories and held messages it
            has besides what routes send to it; none for all.
        sends_empty: Whether it goes out with nothing in it.
    """

    id: str
    receivers: tuple[str, ...]
    schedule: CronSchedule
    match: Mapping[str, str]
    sends_empty: bool
    position: FilePosition


@dataclass(frozen=True, slots=True)
class InhibitionDefinition:
    """A topic that is not told what another one tells.

    Attributes:
        source: Pattern of the topics that are told.
        target: Pattern of the topics that are suppressed about the same event.
    """

    source: str
    target: str
    position: FilePosition


@dataclass(frozen=True, slots=True)
class AlertsDefinition:
    """The content of ``alerts.yaml``; without that file every alert goes to the console.

    Attributes:
        time_zone: The zone of hours in the file, an IANA name; empty where it names none.
        quiet_hours: Hours in which messages are held; None where there are none.
    """

    console_url: str = "http://127.0.0.1:8080"
    receivers: tuple[ReceiverDefinition, ...] = ()
    routes: tuple[RouteDefinition, ...] = ()
    time_zone: str = ""
    quiet_hours: WeeklyHours | None = None
    silences: tuple[SilenceDefinition, ...] = ()
    digests: tuple[DigestDefinition, ...] = ()
    inhibitions: tuple[InhibitionDefinition, ...] = ()

    def digest(self, digest_id: str) -> DigestDefinition | None:
        """Return the digest with this id, or None."""
        return next((d for d in self.digests if d.id == digest_id), None)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The content of all operator files, without errors."""

    outlets: tuple[Outlet, ...]
    topics: tuple[TopicDefinition, ...] = ()
    entities: tuple[EntityDefinition, ...] = ()
    alerts: AlertsDefinition = AlertsDefinition()
    vocabulary: tuple[ConceptDefinition, ...] = ()

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """All feeds of all outlets, in file order."""
        return tuple(feed for outlet in self.outlets for feed in outlet.feeds)

    def outlet(self, outlet_id: str) -> Outlet | None:
        """Return the outlet with this id, or None."""
        return next((o for o in self.outlets if o.id == outlet_id), None)

    def topic(self, topic_id: str) -> TopicDefinition | None:
        """Return the topic with this id, or None."""
        return next((t for t in self.topics if t.id == topic_id), None)
