"""Compare the result of every edition with the expected one, story by story.

::

    bundle/expected.yaml ──▶ Expected ──┐
    Results + Newsroom ──outcomes()─────┴──compare()──▶ differences, as sentences
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.messages import ArticleRevision
from wirewatch.demo.newsroom import BUNDLE, Newsroom, read_yaml
from wirewatch.demo.results import Key, Results

ALERT = "alert"
_NAMES = {"new_story": ALERT}
"""The names of reason codes in the table, where they differ."""

Outcome = Mapping[str, str]
"""The result of an edition: a reason code by topic; empty where no topic matched."""


@dataclass(frozen=True, slots=True)
class StoryTable:
    """An event, or something that must not be mistaken for one, with all its editions.

    Attributes:
        title: The event.
        editions: The expected outcome of each edition.
        note: What the story demonstrates.
    """

    title: str
    editions: Mapping[str, Outcome]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """An edition that resembles a topic but does not match it.

    Attributes:
        words: The words that resemble it.
    """

    edition: str
    topic: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected results.

    Attributes:
        feeds: The changes of each feed's health, in order, by outlet.
        by_feed: Editions whose page is not fetched, so that only the feed's text is known.
        held: Editions of which people are told later: the message about them waits.
    """

    stories: tuple[StoryTable, ...]
    lookalikes: tuple[Lookalike, ...]
    feeds: Mapping[str, tuple[str, ...]]
    by_feed: tuple[str, ...]
    held: tuple[str, ...] = ()

    @property
    def editions(self) -> dict[str, Outcome]:
        """The expected outcome of every edition."""
        return {name: outcome for s in self.stories for name, outcome in s.editions.items()}


def load_expected(folder: Path = BUNDLE) -> Expected:
    """Read the table of expected results."""
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
        held=tuple(rows["held"]),
    )


class EditionNames:
    """Finds the edition that an article revision was extracted from."""

    def __init__(self, newsroom: Newsroom, urls: Mapping[str, str]) -> None:
        self._newsroom = newsroom
        self._outlets = {urlsplit(url).netloc: outlet for outlet, url in urls.items()}

    def of(self, article: ArticleRevision) -> str | None:
        """Return the name of the edition, or None where the newsroom has none at that address."""
        parts = urlsplit(article.url)
        piece = self._newsroom.at_path.get((self._outlets.get(parts.netloc, ""), parts.path))
        if piece is None:
            return None
        return piece if article.revision == 1 else f"{piece}#{article.revision}"


def keys(results: Results, names: EditionNames) -> dict[str, Key]:
    """Return the article revision of each edition."""
    return {n: key for key, article in results.articles.items() if (n := names.of(article))}


def outcomes(results: Results, names: EditionNames) -> dict[str, dict[str, str]]:
    """Return the outcome of every edition that was read."""
    return {
        name: {
            topic: _NAMES.get(event.reason_code, event.reason_code)
            for (own, topic), event in results.decisions.items()
            if own == key
        }
        for name, key in keys(results, names).items()
    }


def compare(
    expected: Expected, results: Results, names: EditionNames, outlets: Mapping[str, str]
) -> list[str]:
    """Return a sentence for each difference between the expected and the real results.

    Args:
        expected: The expected results.
        results: The real ones.
        names: Names of the editions.
        outlets: The outlet of each feed, by feed id.
    """
    revisions = keys(results, names)
    return [
        *_editions(expected.editions, outcomes(results, names)),
        *_stories(expected, results, revisions),
        *_feeds(expected, results, outlets),
        *_texts(expected, results, revisions),
        *_held(expected, results, revisions),
    ]


def describe_outcome(outcome: Outcome | None) -> str:
    """Return ``nato-membership: alert``, ``no topic`` or ``not read``."""
    if outcome is None:
        return "not read"
    return ", ".join(f"{t}: {w}" for t, w in sorted(outcome.items())) or "no topic"


def _editions(expected: Mapping[str, Outcome], found: Mapping[str, Outcome]) -> list[str]:
    names = sorted({*expected, *found})
    return [
        f"{name} is {describe_outcome(found.get(name))}; "
        f"expected: {describe_outcome(expected.get(name))}."
        for name in names
        if found.get(name) != expected.get(name)
    ]


def _stories(expected: Expected, results: Results, revisions: Mapping[str, Key]) -> list[str]:
    """Check that each event became one story with its own articles and no others."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for table in expected.stories:
        for name in table.editions:
            for (key, topic), event in results.decisions.items():
                if key == revisions.get(name):
                    found[event.story_id, topic].add(table.title)
    mixed = [
        f"{topic}: {' and '.join(sorted(titles))} became one story."
        for (_, topic), titles in found.items()
        if len(titles) > 1
    ]
    split = [
        f"{topic}: {title} became {count} stories."
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


def _feeds(expected: Expected, results: Results, outlets: Mapping[str, str]) -> list[str]:
    events: dict[str, list[str]] = defaultdict(list)
    for health in results.health:
        events[outlets.get(health.feed_id, health.feed_id)].append(health.event.value)
    return [
        f"The feed of {name} was {_chain(events[name])}; expected: {_chain(wanted)}."
        for name in sorted({*expected.feeds, *events})
        if tuple(events[name]) != (wanted := expected.feeds.get(name, ()))
    ]


def _chain(events: Sequence[str]) -> str:
    return ", then ".join(events) or "healthy"


def _texts(expected: Expected, results: Results, revisions: Mapping[str, Key]) -> list[str]:
    by_feed = {n for n, key in revisions.items() if results.articles[key].text_source == "feed"}
    return [
        f"The page of {name} was {'not ' if name in by_feed else ''}read; expected the opposite."
        for name in sorted(by_feed ^ set(expected.by_feed))
        if name in revisions
    ]


def _held(expected: Expected, results: Results, revisions: Mapping[str, Key]) -> list[str]:
    waiting = {key for key, _ in results.held}
    held = {name for name, key in revisions.items() if key in waiting}
    return [
        f"The message about {name} {'waits' if name in held else 'does not wait'}; "
        "expected the opposite."
        for name in sorted(held ^ set(expected.held))
    ]
