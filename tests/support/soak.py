"""The processors under fire: real workers that are killed, on an engine that may be killed too.

::

    articles 0..N ──▶ news.articles ──▶ 3 workers (killed, restarted) ──▶ enriched, matches, copies

At the end every record of articles has one record of enriched and its matches, and none has two.
The matches of an article follow from its number (:func:`topics_of`), not from the code under test.
Used by ``bench/soak.py`` and ``tests/e2e/test_soak.py``.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from config.errors import StreamUnavailableError
from config.settings import Settings
from core.clock import utc_now
from core.ids import article_id
from core.messages import ArticleRevision, Enriched, Match
from core.messages.envelope import ARTICLES, DEAD_LETTER, ENRICHED, MATCHES, to_record, topic_stream
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.port import NewRecord, Record, StreamLog
from core.streams.topology import stream_specs
from processors.worker import GROUP, STREAMS
from tests.support.cli_installation import CliInstallation
from tests.support.committed import committed
from tests.support.soak_child import READY
from tests.support.supervised_processes import (
    Job,
    SupervisedProcesses,
    supervised_processes,
    wait_until,
)

TOPICS = {
    "hafen": "id: hafen\ntitle: Hafen\nquery: Hafen*\n",
    "bruecke": "id: bruecke\ntitle: Brücken\npublish: true\nquery: Brücke* AND NOT Steg\n",
    "akten": (
        "id: akten\ntitle: Akten\nthreshold: 20\nrules:\n"
        "  - {id: a, weight: 10, query: Akte*}\n  - {id: b, weight: 10, query: Gericht*}\n"
    ),
}
COPIED = topic_stream("bruecke")
SLICE = 100
"""Articles in one append."""


class Killable(Protocol):
    """An engine's server, such as the tests' broker."""

    def kill(self) -> None: ...
    def stop(self) -> None: ...
    def start(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do; the same seed leads to the same events in the same order.

    Attributes:
        articles: Revisions to append.
        kills: SIGKILLs of workers; three of four hit a worker while it commits.
        workers: Processes, each with a slot of its own.
        batch: Articles in a transaction.
        broker_kills: SIGKILLs of the broker.
        broker_stops: Orderly stops of the broker.
        away: Seconds that the broker stays away.
        pause: Longest pause between two events, in seconds.
        patience: Seconds until everything must be processed after the last event.
        seed: Seed of the random choices.
    """

    articles: int
    kills: int
    workers: int = 3
    batch: int = 10
    broker_kills: int = 0
    broker_stops: int = 0
    away: float = 3.0
    pause: float = 0.8
    patience: float = 60.0
    seed: int = 1

    @property
    def share(self) -> int:
        """Articles appended before each event."""
        return self.articles // (self.kills + self.broker_kills + self.broker_stops + 1)

    def events(self) -> list[str]:
        """Return the events in order."""
        events = ["worker" if n % 4 == 3 else "commit" for n in range(self.kills)]
        events += ["kill"] * self.broker_kills + ["stop"] * self.broker_stops
        random.Random(self.seed).shuffle(events)
        return events


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result.

    Attributes:
        articles: Records in ``news.articles``.
        repeats: Those that the test appended again, not knowing whether they had arrived.
        seconds: From the first article to the last output.
        lost: The names of what is missing.
        doubled: The names of what is there too often.
        matches: Records that ``news.matches`` must have.
        ended: Processes that ended by themselves, by exit code.
        killed: Kills by process.
        at_work: Kills while there was work left.
    """

    articles: int
    repeats: int
    seconds: float
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    matches: int
    ended: Mapping[str, int]
    killed: Mapping[str, int]
    at_work: int

    def __str__(self) -> str:
        killed = sum(self.killed.values())
        in_commit = sum(n for name, n in self.killed.items() if name.endswith("in a commit"))
        return (
            f"{self.articles} articles ({self.repeats} repeated by the test), {self.matches} "
            f"matches, {killed} kills ({self.at_work} at work, {in_commit} in a commit), "
            f"{self.seconds:.0f} s: {len(self.lost)} lost, {len(self.doubled)} duplicate; "
            f"ended by themselves: {dict(self.ended) or 'none'}"
        )


def topics_of(number: int) -> set[str]:
    """Return the topics that the article of a number matches."""
    matches = {"hafen": number % 3 == 0, "bruecke": number % 4 == 0 and number % 8 != 0}
    matches["akten"] = number % 5 == 0 and number % 2 == 0
    return {topic for topic, matched in matches.items() if matched}


def article(number: int) -> ArticleRevision:
    """Return an article revision: every eighth is the second revision of the one before."""
    first = number - 1 if number % 8 == 7 else number
    dice = random.Random(number)
    words = ["x" + "".join(dice.choices("abdegiklmnoprstu", k=7)) for _ in range(120)]
    words += ["Hafenrand"] * (number % 3 == 0) + ["Akten"] * (number % 5 == 0)
    words += ["Brücke"] * (number % 4 == 0) + ["Steg"] * (number % 8 == 0)
    words += ["Gericht"] * (number % 2 == 0)
    dice.shuffle(words)
    url = f"https://kurier.example.org/{first}"
    return ArticleRevision(
        article_id=article_id(url),
        revision=number - first + 1,
        url=url,
        title=f"Bericht {number}",
        text=" ".join(words),
        outlet="kurier",
        feed_id="kurier-00000000",
        language="de",
        country="DE",
        first_seen_at=utc_now(),
        fetched_at=utc_now(),
    )


Key = tuple[str, int]


def expected(count: int) -> dict[Key, set[str]]:
    """Return the topics that each article revision must match."""
    articles = {n: article(n) for n in range(count)}
    return {(a.article_id, a.revision): topics_of(n) for n, a in articles.items()}


class Soak:
    """One run: an engine, its articles and its workers."""

    def __init__(self, folder: Path, environment: Mapping[str, str], plan: Plan) -> None:
        self.plan = plan
        self.installation = CliInstallation(folder, dict(environment))
        self.installation.write("sources.yaml", "outlets: []\n")
        for name, text in TOPICS.items():
            self.installation.write(f"topics/{name}.yaml", text)
        self._dice = random.Random(plan.seed)
        self._to_come = iter(range(plan.articles))
        self._at_work = 0

    def run(self, broker: Killable | None = None) -> Outcome:
        """Run the plan, then count."""
        jobs = {
            f"worker-{n}": Job(
                [f"processors-soak-{n}", str(self.plan.batch)],
                self.installation.env,
                ready=READY,
                main="tests.support.soak_child:main",
            )
            for n in range(self.plan.workers)
        }
        with (
            log_of(self.installation) as log,
            supervised_processes(self.installation.folder / "logs", jobs) as workers,
        ):
            log.create(stream_specs(settings_of(self.installation), published=["bruecke"]))
            began = time.monotonic()
            self._disturb(log, workers, broker)
            wait_until(
                lambda: _unread(log) == 0, workers, self.plan.patience, "The articles are not done."
            )
            seconds = time.monotonic() - began
            workers.stop()
            return self._count(log, workers, seconds)

    def _disturb(
        self, log: StreamLog, workers: SupervisedProcesses, broker: Killable | None
    ) -> None:
        for event in self.plan.events():
            wait_until(workers.ready, workers, self.plan.patience, "No worker is working.")
            if event == "commit":
                self._kill_in_commit(log, workers)
            else:
                self._feed(log, self.plan.share)
                time.sleep(self._dice.uniform(0.05, self.plan.pause))
                self._kill(event, log, workers, broker)
            workers.restart_ended()
        self._feed(log, self.plan.articles)

    def _kill_in_commit(self, log: StreamLog, workers: SupervisedProcesses) -> None:
        """Tell a worker to die in its next commit, then give it work."""
        name = self._dice.choice(workers.ready())
        workers.kill_in_next_commit(name)
        self._feed(log, self.plan.share)
        self._at_work += workers.wait_killed(name)

    def _kill(
        self, event: str, log: StreamLog, workers: SupervisedProcesses, broker: Killable | None
    ) -> None:
        if event == "worker":
            self._at_work += _unread(log) > 0
            workers.kill(self._dice.choice(workers.ready()), self._dice)
        elif broker is not None:
            (broker.kill if event == "kill" else broker.stop)()
            time.sleep(self.plan.away)
            broker.start()

    def _feed(self, log: StreamLog, count: int) -> None:
        """Append up to ``count`` more articles; retry while the engine is away."""
        numbers = [n for _, n in zip(range(count), self._to_come, strict=False)]
        for first in range(0, len(numbers), SLICE):
            records = [_record(n) for n in numbers[first : first + SLICE]]
            deadline = time.monotonic() + self.plan.patience
            while True:
                try:
                    log.append(records)
                    break
                except StreamUnavailableError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.5)

    def _count(self, log: StreamLog, workers: SupervisedProcesses, seconds: float) -> Outcome:
        def all_of(stream: str) -> list[Record]:
            return list(committed(self.installation, log, stream))

        came = Counter(map(_of_article, all_of(ARTICLES)))
        wanted = expected(self.plan.articles)
        assert set(came) == set(wanted), "the test lost articles"
        matches = Counter({(*key, t): came[key] for key, topics in wanted.items() for t in topics})
        copies = Counter({key: n for key, n in matches.items() if key[2] == "bruecke"})
        checks: list[tuple[str, Counter[Any], Callable[[Record], Any]]] = [
            (ENRICHED, came, _of_enriched),
            (MATCHES, matches, _of_match),
            (COPIED, copies, _of_match),
        ]
        lost, doubled = [], []
        for stream, must, key in checks:
            records = all_of(stream)
            has = Counter(map(key, records))
            ids = Counter(record.header("ce_id") for record in records)
            lost += [f"{stream} {k}" for k in must - has]
            doubled += [f"{stream} {k}" for k in has - must]
            if sorted(ids.values()) != sorted(has.values()):
                doubled.append(f"{stream}: the ids do not agree with the contents")
        lost += [f"dead letter {r.partition}:{r.offset}" for r in all_of(DEAD_LETTER)]
        return Outcome(
            articles=came.total(),
            repeats=came.total() - len(came),
            seconds=seconds,
            lost=tuple(lost),
            doubled=tuple(doubled),
            matches=matches.total(),
            ended=workers.ended,
            killed=workers.killed,
            at_work=self._at_work,
        )


def settings_of(installation: CliInstallation) -> Settings:
    """Return the settings that a process of this installation would read."""
    values: dict[str, Any] = {
        name.removeprefix("WIREWATCH_").lower(): text
        for name, text in installation.environment.items()
    }
    return Settings(_env_file=None, data_dir=installation.data, **values)


@contextmanager
def log_of(installation: CliInstallation) -> Iterator[StreamLog]:
    """Open the installation's stream engine in this process."""
    instance = Instance.start(installation.data)
    log = open_streams(settings_of(installation), instance=instance, clock=utc_now)
    try:
        yield log
    finally:
        log.close()
        instance.close()


def _record(number: int) -> NewRecord:
    made = article(number)
    return to_record(made, at=made.fetched_at)


def _of_article(record: Record) -> Key:
    value = ArticleRevision.model_validate_json(record.value or b"")
    return value.article_id, value.revision


def _of_enriched(record: Record) -> Key:
    value = Enriched.model_validate_json(record.value or b"")
    return value.article_id, value.revision


def _of_match(record: Record) -> tuple[str, int, str]:
    value = Match.model_validate_json(record.value or b"")
    return value.article_id, value.revision, value.topic_id


def _unread(log: StreamLog) -> int:
    try:
        return sum(lag.records for lag in log.lag(GROUP, STREAMS))
    except StreamUnavailableError:  # the broker has only just come back
        return -1
