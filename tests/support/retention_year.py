"""A simulated year: days of articles in the store, the streams and the archive, and their nights.

Each day writes what ingest, processors, alerts and deliveries write, through the functions that
they use, at a rate that the caller chooses. Each night runs the real job.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from config.settings import Settings
from core.archive import Archive
from core.archive.open import FILE
from core.archive.sqlite import SqliteArchive
from core.ids import hash_parts
from core.messages import ArticleRevision
from core.messages.envelope import to_record
from core.processes.instance import Instance
from core.relay import Relay
from core.store import (
    Connection,
    Store,
    articles,
    entries,
    feed_days,
    feed_history,
    feeds,
    page_reads,
)
from core.store.console import actions
from core.store.entries import DONE
from core.store.feed_history import FeedEvent, FeedPoll
from core.store.nightly_runs import NightlyRun, set_due
from core.store.page_reads import PageValidators
from core.store.sightings import add_sighting
from core.streams.embedded import EmbeddedLog
from core.streams.port import StreamSpec
from processors.archive.words import words_of
from tests.support.records import article_record, entry_record, feed_record
from tests.support.schemas import new_sqlite
from tests.support.stories import add_article, add_delivery
from wirewatch.disk_usage import measure_storage
from wirewatch.run.nightly import NightlyJob

T = TypeVar("T")

BEGINNING = datetime.fromisoformat("2025-01-01T12:00:00Z")
DAY = timedelta(days=1)
FEED = "kurier-1"
STREAM = "news.articles.v1"

MATCHED, TOLD = 10, 30
"""Of so many articles one matches a topic, and one is told."""

VOCABULARY = 20_000


@dataclass(frozen=True, slots=True)
class Night:
    """What a night left.

    Attributes:
        sizes: Bytes of each part.
        longest: Seconds that the longest write transaction of the store took, and its CPU time.
        longest_step: Seconds of the longest step, those of the archive included.
        seconds: Seconds that all steps took, without the rests.
    """

    run: NightlyRun
    sizes: dict[str, int]
    longest: tuple[float, float]
    longest_step: float
    seconds: float

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(self.sizes.values())


class RetentionYear:
    """An installation whose days are simulated.

    Args:
        folder: For its files.
        settings: With the retention of each kind.
        per_day: Articles of a day.
        words: Words of an article.
    """

    def __init__(self, folder: Path, settings: Settings, per_day: int, words: int) -> None:
        self.settings, self.per_day, self.words = settings, per_day, words
        self.now = BEGINNING
        self.store = Store.open(new_sqlite(folder))
        self.archive = Archive(SqliteArchive(folder / FILE), words_of)
        self.instance = Instance.start(folder)
        self.streams = EmbeddedLog(
            folder / "streams.db", clock=lambda: self.now, instance="a", is_alive=bool,
            durability="normal",
        )  # fmt: skip
        kept = settings.streams_retention
        self.streams.create([StreamSpec(name, 2, kept) for name in (STREAM, "news.alerts.v1")])
        self._relay = Relay(self.store, self.streams, self.instance, lambda: self.now)
        self._times: list[tuple[float, float]] = []
        self._transact = self.store.transact
        self.store.transact = self._timed  # type: ignore[method-assign]
        self._dice = random.Random(1)
        with self.store.write() as connection:
            feeds.sync(connection, [feed_record(feed_id=FEED)], self.now)

    def close(self) -> None:
        """Close the files."""
        self.streams.close()
        self.archive.close()
        self.store.close()
        self.instance.close()

    def live(self, days: int) -> Iterator[Night]:
        """Yield the nights of so many days."""
        for number in range(days):
            self.now = BEGINNING + number * DAY
            self._publish(number)
            self.now += DAY / 2
            yield self._sleep()

    def _timed(self, work: Callable[[Connection], T]) -> T:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            return self._transact(work)
        finally:
            self._times.append((time.perf_counter() - wall, time.thread_time() - cpu))

    def _publish(self, day: int) -> None:
        names = [f"{day}-{n}" for n in range(self.per_day)]
        revisions = [self._revision(name) for name in names]
        with self.store.write() as connection:
            self._poll(connection, day, names)
            for n, revision in enumerate(revisions):
                self._store(connection, names[n], revision)
                if n % MATCHED == 0:
                    self._decide(connection, names[n], told=n % TOLD == 0)
        self.streams.append([to_record(one, at=self.now) for one in revisions])
        self.archive.add(revisions)
        self._relay.drain()

    def _poll(self, connection: Connection, day: int, names: list[str]) -> None:
        feed_days.count_poll(connection, feed_id=FEED, now=self.now)
        poll = FeedPoll(FEED, day, self.now, "read", 200, 12, 3456, 1, 2, 0, self.now, "")
        feed_history.add_poll(connection, poll)
        feed_history.add_events(connection, [FeedEvent(FEED, self.now, "moved", "x")])
        known = [self._entry(name) for name in names]
        entries.add(connection, known)
        entries.mark_shown(connection, FEED, names, self.now)

    def _entry(self, name: str) -> entries.EntryRecord:
        url = f"https://kurier.example/{name}"
        return entry_record(
            key=name, url=url, url_key=url, state=DONE, article_id=hash_parts("article", name),
            first_seen_at=self.now, changed_at=self.now, next_page_at=self.now,
        )  # fmt: skip

    def _revision(self, name: str) -> ArticleRevision:
        text = " ".join(f"wort{self._dice.randrange(VOCABULARY)}" for _ in range(self.words))
        return ArticleRevision(
            article_id=hash_parts("article", name), revision=1, title=f"Meldung {name}", text=text,
            url=f"https://kurier.example/{name}", outlet="kurier", feed_id=FEED, language="de",
            country="DE", first_seen_at=self.now, fetched_at=self.now,
        )  # fmt: skip

    def _store(self, connection: Connection, name: str, revision: ArticleRevision) -> None:
        article = article_record(
            article_id=revision.article_id, url=revision.url, url_key=revision.url,
            first_seen_at=self.now, revised_at=self.now,
        )  # fmt: skip
        articles.add_revision(connection, article, revision)
        add_sighting(connection, revision.article_id, FEED, revision.url, self.now)
        page_reads.save(connection, revision.article_id, PageValidators("e"), self.now)

    def _decide(self, connection: Connection, name: str, *, told: bool) -> None:
        sketch = tuple(self._dice.randbytes(8) for _ in range(16))
        code = "" if told else "too_old"
        alert = add_article(connection, name, self.now, told=told, code=code, sketch=sketch)
        if told:
            target = "https://a.example"
            add_delivery(connection, alert, target, state="delivered", at=self.now)
            actions.close(connection, [alert], by="Anna", at=self.now)

    def _sleep(self) -> Night:
        """Run the nightly job, and the maintenance of the streams."""
        with self.store.write() as connection:
            set_due(connection, self.now)
        rests = [time.perf_counter()]
        steps: list[float] = []

        def rest(_: float) -> bool:
            steps.append(time.perf_counter() - rests[-1])
            rests.append(time.perf_counter())
            return True

        self._times.clear()
        job = NightlyJob(self.settings, self.store, self.instance, lambda: self.now, rest)
        run = job.run_due()
        assert run is not None, "the job is due and alone"
        self.streams.maintain()
        return Night(
            run,
            measure_storage(self.settings, self.store),
            max(self._times),
            max(steps),
            sum(steps),
        )


@contextmanager
def open_year(
    folder: Path, per_day: int, words: int, **retention: timedelta
) -> Iterator[RetentionYear]:
    """Open an installation with the retention of each kind."""
    kinds: dict[str, Any] = {**retention}
    settings = Settings(_env_file=None, data_dir=folder, **kinds)
    with closing(RetentionYear(folder, settings, per_day, words)) as year:
        yield year
