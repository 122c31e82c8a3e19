"""Observe the streams and the store of the running program, and print what is new."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from rich.text import Text

from config.catalog.models import Catalog
from config.i18n import Phrase, in_english
from config.settings import Settings
from core.ids import feed_id
from core.messages import AlertEvent, Enriched, Message
from core.store import Store, feeds
from core.store.feed_record import FeedRecord
from core.text import clean_line
from processors import Processors
from wirewatch.demo.expectations import EditionNames, Expected, Lookalike, keys
from wirewatch.demo.lookalikes import explain_lookalike
from wirewatch.demo.newsroom import DemoOutlet, Edition, Newsroom
from wirewatch.demo.publisher import DemoPublisher
from wirewatch.demo.results import Key, Results, ResultsReader
from wirewatch.demo.screen import Screen, quoted, suppression_reason
from wirewatch.run.bootstrap import load_files, open_instance, open_store, open_stream_log

_LISTED_FAILURES = 3
"""Failures in a row of one feed that are printed one by one."""


@dataclass(frozen=True)
class OpenedDemo:
    """A running installation, opened for reading.

    Attributes:
        catalog: Its files.
        processors: Its topics that articles resemble without matching, compiled to explain why.
        reader: Reads its streams.
        store: Its store.
    """

    catalog: Catalog
    processors: Processors
    reader: ResultsReader
    store: Store


@dataclass
class DemoObserver:
    """What is known of the running program, and what of it was printed.

    Attributes:
        opened: The installation.
        names: Finds the edition of an article.
        publisher: The newsroom's servers.
        expected: The expected results.
        began: When the demo started, in monotonic seconds.
        first_alert: Seconds until the first alert.
        last_change: When the last record arrived, in monotonic seconds.
        results: The records so far.
    """

    opened: OpenedDemo
    names: EditionNames
    publisher: DemoPublisher
    expected: Expected
    began: float = 0.0
    first_alert: float | None = None
    last_change: float = 0.0
    results: Results = field(default_factory=Results)
    _new: list[Message] = field(default_factory=list)
    _feeds: list[FeedRecord] = field(default_factory=list)
    _failures: dict[str, int] = field(default_factory=dict)
    _faulty: set[str] = field(default_factory=set)

    @property
    def newsroom(self) -> Newsroom:
        """The newsroom."""
        return self.publisher.newsroom

    def read_new(self) -> None:
        """Read what is new on the streams and in the store."""
        new = self.opened.reader.read_new()
        for message in new:
            self.results.add(message)
        self._new += new
        if new:
            self.last_change = time.monotonic()
        with self.opened.store.read() as connection:
            self._feeds = [state.feed for state in feeds.load_feed_states(connection)]

    @property
    def outlets(self) -> dict[str, str]:
        """The outlet of each feed, by feed id."""
        return {
            feed_id(o.id, self.publisher.urls[o.id] + o.path): o.id for o in self.newsroom.outlets
        }

    @property
    def is_all_published(self) -> bool:
        """Whether every edition is published."""
        return len(self.publisher.published) == len(self.newsroom.editions)

    @property
    def is_all_processed(self) -> bool:
        """Whether every published edition was read and decided."""
        return all(map(self.is_processed, self.publisher.published))

    def is_processed(self, name: str) -> bool:
        """Return whether an edition was read and decided."""
        key = keys(self.results, self.names).get(name)
        return key is not None and self.results.is_decided(key)

    def starts_fault(self, outlet: DemoOutlet) -> bool:
        """Return whether this is the first call for an outlet, which starts its feed's fault."""
        first = outlet.id not in self._faulty
        self._faulty.add(outlet.id)
        return first

    def name_of(self, key: Key) -> str | None:
        """Return the edition of an article revision, if it is one."""
        article = self.results.articles.get(key)
        return self.names.of(article) if article else None

    def title_of(self, topic: str) -> str:
        """Return a topic's title."""
        definition = self.opened.catalog.topic(topic)
        return definition.title if definition else topic

    # ── printing ─────────────────────────────────────────────────────────────────────────────

    def print_published(self, screen: Screen, edition: Edition) -> None:
        """Print that an outlet has published an edition."""
        label = "publishes" if edition.number == 1 else "changes"
        name = self.newsroom.outlet(edition.outlet).name
        screen.event(self._second, label, "dim", (f"{name}: {edition.title}", "dim"))

    def print_new(self, screen: Screen) -> None:
        """Print what the last :meth:`read_new` found."""
        new, self._new = self._new, []
        for message in new:
            if isinstance(message, AlertEvent):
                self._print_decision(screen, message)
            elif isinstance(message, Enriched) and not message.topics:
                self._print_no_topic(screen, message)
        for feed in self._feeds:
            self._print_feed(screen, feed)

    @property
    def _second(self) -> float:
        return time.monotonic() - self.began

    def _print_decision(self, screen: Screen, event: AlertEvent) -> None:
        key = (event.article_id, event.revision or 0)
        match = self.results.matches.get((key, event.topic_id))
        if self.results.held.get((key, event.topic_id)) is event:
            text = f"{self.title_of(event.topic_id)}: {clean_line(event.reason, 300)}"
            screen.event(self._second, "held", "magenta", text)
            return
        if self.results.decisions.get((key, event.topic_id)) is not event or match is None:
            return
        outlet = self.newsroom.outlet(match.article.outlet).name
        topic = self.title_of(event.topic_id)
        if event.event != "opened":
            text = f"{topic} · {outlet}: {suppression_reason(event)}"
            screen.event(self._second, "no alert", "yellow", text)
            return
        if self.first_alert is None:
            self.first_alert = self._second
        head = Text.assemble((topic, "bold"), f" · {outlet}: ", (match.article.title, "bold"))
        screen.event(self._second, "ALERT", "bold green", head)
        screen.more(quoted(match))

    def _print_no_topic(self, screen: Screen, enriched: Enriched) -> None:
        key = (enriched.article_id, enriched.revision)
        name, article = self.name_of(key), self.results.articles.get(key)
        if name is None or article is None:
            return
        outlet = self.newsroom.outlet(article.outlet).name
        screen.event(self._second, "no topic", "cyan", f"{outlet}: {article.title}")
        for lookalike in self.expected.lookalikes:
            if lookalike.edition == name:
                screen.more((self.explain(lookalike), "cyan"))

    def explain(self, lookalike: Lookalike) -> str:
        """Return why an edition that resembles a topic does not match it."""
        key = keys(self.results, self.names).get(lookalike.edition)
        if key is None:
            return "It was not read."
        page = self.publisher.page_text(lookalike.edition)
        article = self.results.articles[key]
        return explain_lookalike(self.opened.processors, article, lookalike, page)

    def _print_feed(self, screen: Screen, feed: FeedRecord) -> None:
        before, now = self._failures.get(feed.feed_id, 0), feed.fail_count
        self._failures[feed.feed_id] = now
        name = self.newsroom.outlet(feed.outlet).name
        if now > before and now <= _LISTED_FAILURES:
            error = in_english(Phrase.load(feed.last_error))
            screen.event(self._second, "feed", "red", f"{name}: {error}")
            if now == _LISTED_FAILURES:
                screen.more(("The third failure in a row: the feed counts as failing.", "red"))
        elif before and not now:
            screen.event(self._second, "feed", "green", f"{name} works again")


def compile_topics(
    settings: Settings, lookalikes: Iterable[Lookalike]
) -> tuple[Catalog, Processors]:
    """Return the files of an installation, and the compiled topics of some lookalikes."""
    catalog, _ = load_files(settings)
    named = {lookalike.topic for lookalike in lookalikes}
    topics = tuple(topic for topic in catalog.topics if topic.id in named)
    return catalog, Processors.compile(replace(catalog, topics=topics), settings.language_codes)


@contextmanager
def open_demo(settings: Settings, catalog: Catalog, processors: Processors) -> Iterator[OpenedDemo]:
    """Open the streams and the store of a running installation for reading."""
    with (
        open_instance(settings) as instance,
        open_store(settings) as store,
        open_stream_log(settings, instance) as streams,
    ):
        yield OpenedDemo(catalog, processors, ResultsReader(streams), store)
