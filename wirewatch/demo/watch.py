"""The watcher: looks at the streams and the store, and says what is new since it looked last."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.text import Text

from config.i18n import Phrase, in_english
from config.settings import Settings
from core.ids import feed_id
from core.messages import AlertEvent, Enriched, Message
from core.store import Store, feeds
from core.store.feed_record import FeedRecord
from processors import Processors
from wirewatch.demo.facts import Facts, FactsReader, Key
from wirewatch.demo.press import DemoPublisher
from wirewatch.demo.room import DemoOutlet, Edition, Newsroom
from wirewatch.demo.screen import Screen, held_back, quoted
from wirewatch.demo.verdict import EditionNames, Expected, Lookalike, keys
from wirewatch.demo.why import why_not
from wirewatch.run.bootstrap import load_files, open_instance, open_store, open_stream_log

_TROUBLES = 3
"""So many failures in a row of one feed are told one by one."""


@dataclass(frozen=True)
class OpenedDemo:
    """A running installation, opened to read.

    Attributes:
        processors: The topics it runs with, compiled once more to be asked why.
    """

    processors: Processors
    reader: FactsReader
    store: Store


@dataclass
class DemoObserver:
    """What is known, and what was said of it.

    Attributes:
        began: When the demo was started (monotonic).
        first_told: Seconds until the first story was told.
        last_change: When the last record came (monotonic).
    """

    opened: OpenedDemo
    names: EditionNames
    press: DemoPublisher
    expected: Expected
    began: float = 0.0
    first_told: float | None = None
    last_change: float = 0.0
    facts: Facts = field(default_factory=Facts)
    _new: list[Message] = field(default_factory=list)
    _feeds: list[FeedRecord] = field(default_factory=list)
    _said: dict[str, int] = field(default_factory=dict)
    _troubled: set[str] = field(default_factory=set)

    @property
    def newsroom(self) -> Newsroom:
        """What is published."""
        return self.press.newsroom

    def look(self) -> None:
        """Read what is new."""
        new = self.opened.reader.news()
        for message in new:
            self.facts.add(message)
        self._new += new
        if new:
            self.last_change = time.monotonic()
        with self.opened.store.read() as connection:
            self._feeds = [state.feed for state in feeds.load_feed_states(connection)]

    @property
    def outlets(self) -> dict[str, str]:
        """Outlet by feed id."""
        return {feed_id(o.id, self.press.urls[o.id] + o.path): o.id for o in self.newsroom.outlets}

    @property
    def all_out(self) -> bool:
        """Whether every edition is published."""
        return len(self.press.out) == len(self.newsroom.editions)

    @property
    def is_settled(self) -> bool:
        """Whether every edition that is out was read and decided."""
        return all(map(self.is_read, self.press.out))

    def is_read(self, name: str) -> bool:
        """Whether an edition was read, matched and decided."""
        key = keys(self.facts, self.names).get(name)
        return key is not None and self.facts.is_settled(key)

    def begin_trouble(self, outlet: DemoOutlet) -> bool:
        """Whether a feed's trouble begins with this call."""
        new = outlet.id not in self._troubled
        self._troubled.add(outlet.id)
        return new

    def name_of(self, key: Key) -> str | None:
        """The edition that an article revision is."""
        article = self.facts.articles.get(key)
        return self.names.of(article) if article else None

    def title_of(self, topic: str) -> str:
        """A topic's title."""
        found = self.opened.processors.catalog.topic(topic)
        return found.title if found else topic

    # ── saying it ────────────────────────────────────────────────────────────────────────────

    def published(self, screen: Screen, edition: Edition) -> None:
        """An outlet has published."""
        what = "publishes" if edition.number == 1 else "changes"
        name = self.newsroom.outlet(edition.outlet).name
        screen.happens(self._second, what, "dim", (f"{name}: {edition.title}", "dim"))

    def tell(self, screen: Screen) -> None:
        """Say what the last look found."""
        new, self._new = self._new, []
        for message in new:
            if isinstance(message, AlertEvent):
                self._tell_decision(screen, message)
            elif isinstance(message, Enriched) and not message.topics:
                self._tell_no_topic(screen, message)
        for feed in self._feeds:
            self._tell_feed(screen, feed)

    @property
    def _second(self) -> float:
        return time.monotonic() - self.began

    def _tell_decision(self, screen: Screen, event: AlertEvent) -> None:
        key = (event.article_id, event.revision or 0)
        match = self.facts.matches.get((key, event.topic_id))
        if self.facts.decisions.get((key, event.topic_id)) is not event or match is None:
            return
        outlet = self.newsroom.outlet(match.article.outlet).name
        topic = self.title_of(event.topic_id)
        if event.event != "opened":
            words = f"{topic} · {outlet}: {held_back(event)}"
            screen.happens(self._second, "held back", "yellow", words)
            return
        if self.first_told is None:
            self.first_told = self._second
        head = Text.assemble((topic, "bold"), f" · {outlet}: ", (match.article.title, "bold"))
        screen.happens(self._second, "TOLD", "bold green", head)
        screen.more(quoted(match))

    def _tell_no_topic(self, screen: Screen, found: Enriched) -> None:
        key = (found.article_id, found.revision)
        name, article = self.name_of(key), self.facts.articles.get(key)
        if name is None or article is None:
            return
        outlet = self.newsroom.outlet(article.outlet).name
        screen.happens(self._second, "no topic", "cyan", f"{outlet}: {article.title}")
        for look in self.expected.lookalikes:
            if look.edition == name:
                screen.more((self.why_not(look), "cyan"))

    def why_not(self, look: Lookalike) -> str:
        """Why an edition that looks like a topic is none of it."""
        key = keys(self.facts, self.names).get(look.edition)
        if key is None:
            return "It was not read."
        page = self.press.page_text(look.edition)
        return why_not(self.opened.processors, self.facts.articles[key], look, page)

    def _tell_feed(self, screen: Screen, feed: FeedRecord) -> None:
        before, now = self._said.get(feed.feed_id, 0), feed.fail_count
        self._said[feed.feed_id] = now
        name = self.newsroom.outlet(feed.outlet).name
        if now > before and now <= _TROUBLES:
            error = in_english(Phrase.load(feed.last_error))
            screen.happens(self._second, "feed", "red", f"{name}: {error}")
            if now == _TROUBLES:
                screen.more(
                    ("The third failure in a row: the feed is announced as failing.", "red")
                )
        elif before and not now:
            screen.happens(self._second, "feed", "green", f"{name} works again")


def compiled(settings: Settings) -> Processors:
    """The topics of an installation, to be asked why."""
    catalog, _ = load_files(settings)
    return Processors.compile(catalog, settings.language_codes)


@contextmanager
def watching(settings: Settings, processors: Processors) -> Iterator[OpenedDemo]:
    """Open the streams and the store of a running installation, to read."""
    with (
        open_instance(settings) as me,
        open_store(settings) as store,
        open_stream_log(settings, me) as streams,
    ):
        yield OpenedDemo(processors, FactsReader(streams), store)
