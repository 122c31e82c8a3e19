"""What came of every edition beside what was to come of it, story by story.

::

    room/expected.yaml ──▶ Expected ──┐
    Facts + Newsroom ──outcomes()─────┴──compare()──▶ differences, in words; none: as expected
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.messages import ArticleRevision
from wirewatch.demo.facts import Facts, Key
from wirewatch.demo.room import ROOM, Newsroom, read_yaml

TOLD = "told"
_WORDS = {"new_story": TOLD}
"""Reason codes that the table has another word for."""

Outcome = Mapping[str, str]
"""What became of an edition: a reason code by topic; empty where no topic matched."""


@dataclass(frozen=True, slots=True)
class StoryTable:
    """One event, or one thing that must not be taken for news, and all that is written of it.

    Attributes:
        title: The event.
        editions: What is to become of each edition.
        note: What is to be seen here.
    """

    title: str
    editions: Mapping[str, Outcome]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """An edition that looks like a topic and is none of it.

    Attributes:
        words: What looks like it.
    """

    edition: str
    topic: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """The table.

    Attributes:
        feeds: By outlet: the changes of its feed's health, in order.
        by_feed: Editions whose page is not read, so that the feed's words are all there is.
    """

    stories: tuple[StoryTable, ...]
    lookalikes: tuple[Lookalike, ...]
    feeds: Mapping[str, tuple[str, ...]]
    by_feed: tuple[str, ...]

    @property
    def editions(self) -> dict[str, Outcome]:
        """What is to become of every edition."""
        return {name: found for s in self.stories for name, found in s.editions.items()}


def load_expected(folder: Path = ROOM) -> Expected:
    """Read the table."""
    rows = read_yaml(folder / "expected.yaml")
    return Expected(
        stories=tuple(
            StoryTable(r["story"], r["editions"], r.get("note", "")) for r in rows["stories"]
        ),
        lookalikes=tuple(
            Lookalike(r["edition"], r["topic"], tuple(r["words"])) for r in rows["lookalikes"]
        ),
        feeds={outlet: tuple(events) for outlet, events in rows["feeds"].items()},
        by_feed=tuple(rows["by_feed"]),
    )


class EditionNames:
    """Which edition an article revision is."""

    def __init__(self, newsroom: Newsroom, urls: Mapping[str, str]) -> None:
        self._newsroom = newsroom
        self._outlets = {urlsplit(url).netloc: outlet for outlet, url in urls.items()}

    def of(self, article: ArticleRevision) -> str | None:
        """Name of the edition; None where the newsroom has none at that address."""
        parts = urlsplit(article.url)
        piece = self._newsroom.at_path.get((self._outlets.get(parts.netloc, ""), parts.path))
        if piece is None:
            return None
        return piece if article.revision == 1 else f"{piece}#{article.revision}"


def keys(facts: Facts, names: EditionNames) -> dict[str, Key]:
    """The article revision each edition became."""
    return {n: key for key, article in facts.articles.items() if (n := names.of(article))}


def outcomes(facts: Facts, names: EditionNames) -> dict[str, dict[str, str]]:
    """What became of every edition that was read."""
    found: dict[str, dict[str, str]] = {}
    for name, key in keys(facts, names).items():
        found[name] = {
            topic: _WORDS.get(event.reason_code, event.reason_code)
            for (own, topic), event in facts.decisions.items()
            if own == key
        }
    return found


def compare(
    expected: Expected, facts: Facts, names: EditionNames, outlets: Mapping[str, str]
) -> list[str]:
    """Differences between the table and what came, in words; empty where it is as expected.

    Args:
        expected: The table.
        facts: What came.
        names: Of the editions.
        outlets: Outlet by feed id.
    """
    found = outcomes(facts, names)
    return [
        *_editions(expected.editions, found),
        *_stories(expected, facts, keys(facts, names)),
        *_feeds(expected, facts, outlets),
        *_texts(expected, facts, keys(facts, names)),
    ]


def in_words(outcome: Outcome | None) -> str:
    """``nato-membership: told``; ``no topic``; ``not read``."""
    if outcome is None:
        return "not read"
    return ", ".join(f"{t}: {w}" for t, w in sorted(outcome.items())) or "no topic"


def _editions(expected: Mapping[str, Outcome], found: Mapping[str, Outcome]) -> list[str]:
    names = sorted({*expected, *found})
    return [
        f"{name} is {in_words(found.get(name))}; expected: {in_words(expected.get(name))}."
        for name in names
        if found.get(name) != expected.get(name)
    ]


def _stories(expected: Expected, facts: Facts, known: Mapping[str, Key]) -> list[str]:
    """One story each: every article that belongs to one is in it, and no other."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for table in expected.stories:
        for name in table.editions:
            for (key, topic), event in facts.decisions.items():
                if key == known.get(name):
                    found[event.story_id, topic].add(table.title)
    mixed = [
        f"{topic}: one story was made of {' and '.join(sorted(titles))}."
        for (_, topic), titles in found.items()
        if len(titles) > 1
    ]
    split = [
        f"{topic}: {count} stories were made of {title}."
        for (title, topic), count in _counts(found).items()
        if count > 1
    ]
    return mixed + split


def _counts(found: Mapping[tuple[str, str], set[str]]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for (_, topic), titles in found.items():
        for title in titles:
            counts[title, topic] += 1
    return counts


def _feeds(expected: Expected, facts: Facts, outlets: Mapping[str, str]) -> list[str]:
    events: dict[str, list[str]] = defaultdict(list)
    for health in facts.health:
        events[outlets.get(health.feed_id, health.feed_id)].append(health.event.value)
    return [
        f"The feed of {name} was {_chain(events[name])}; expected: {_chain(wanted)}."
        for name in sorted({*expected.feeds, *events})
        if tuple(events[name]) != (wanted := expected.feeds.get(name, ()))
    ]


def _chain(events: Sequence[str]) -> str:
    return ", then ".join(events) or "well"


def _texts(expected: Expected, facts: Facts, known: Mapping[str, Key]) -> list[str]:
    by_feed = {n for n, key in known.items() if facts.articles[key].text_source == "feed"}
    return [
        f"The page of {name} was {'not ' if name in by_feed else ''}read; expected otherwise."
        for name in sorted(by_feed ^ set(expected.by_feed))
        if name in known
    ]
