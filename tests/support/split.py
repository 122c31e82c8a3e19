"""The split deployment under fire: real `run --only ...` processes that are killed.

::

    Newsroom (keeps publishing) ──▶ ingest ──▶ 2 x processors ──▶ alerts ──▶ WebhookReceiver
                                      └── store, streams: SQLite, or PostgreSQL and Kafka ──┘

At the end every article is in ``news.articles`` once, every match once, and the webhook receiver
has got every story, each under one id. Used by ``bench/soak.py`` and ``tests/e2e/test_split.py``.
"""

from __future__ import annotations

import dataclasses
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from standardwebhooks import Webhook

from alerts import worker as alerts_worker
from config.errors import StreamError
from core.messages import AlertEvent, AlertEventKind, ArticleRevision, Enriched, Match, Message
from core.messages.envelope import ALERTS, ARTICLES, DEAD_LETTER, ENRICHED, MATCHES
from core.streams.port import Record, StreamLog
from processors import worker as processors_worker
from tests.support.cli_installation import SECRET, new_installation
from tests.support.committed import committed
from tests.support.newsroom import Newsroom, Story, WebhookReceiver
from tests.support.soak import Killable, log_of
from tests.support.supervised_processes import (
    Job,
    SupervisedProcesses,
    supervised_processes,
    wait_until,
)

M = TypeVar("M", bound=Message)
ROLES = {
    "ingest": "ingest",
    "processors-1": "processors",
    "processors-2": "processors",
    "alerts": "alerts",
}
"""The stage that each process runs, by slot."""

FULL = ROLES | {"ingest-b": "ingest", "alerts-b": "alerts"}
"""Two processes for each stage."""

DECIDED = {AlertEventKind.OPENED, AlertEventKind.UPDATED, AlertEventKind.SUPPRESSED}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do.

    Attributes:
        stories: Stories published over the whole time; every second one matches the topic.
        kills: SIGKILLs of processes; every second one hits a child of the chosen process.
        server_kills: SIGKILLs of each server.
        server_stops: Orderly stops of each server.
        away: Seconds that a server stays away.
        pause: Longest pause between two events, in seconds.
        patience: Seconds until every story must be notified after the last event.
        repeats: Whether the engine may get an article or a decision twice, with the same id: one
            that cannot tell what a killed relay had appended already (at least once).
        settled: Whether every process works, and everything is notified, before each event.
        apart: Whether each process has a data folder of its own, as on separate hosts.
        seed: Seed of the random choices.
        roles: The stage that each process runs, by slot.
    """

    stories: int
    kills: int
    server_kills: int = 0
    server_stops: int = 0
    away: float = 3.0
    pause: float = 2.0
    patience: float = 90.0
    repeats: bool = False
    settled: bool = False
    apart: bool = False
    seed: int = 1
    roles: Mapping[str, str] = field(default_factory=lambda: ROLES)


@dataclass
class Outcome:
    """The result; ``wrong`` is empty where everything is correct."""

    articles: int = 0
    repeats: int = 0
    notified: int = 0
    notified_again: int = 0
    seconds: float = 0.0
    stopped_in: float = 0.0
    killed: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = sum(self.killed.values())
        return (
            f"{self.articles} article revisions ({self.repeats} records repeated), {self.notified} "
            f"notifications ({self.notified_again} repeated), {kills} kills, {self.seconds:.0f} s, "
            f"stopped in {self.stopped_in:.1f} s: {len(self.wrong)} wrong; ended by themselves: "
            f"{dict(self.ended) or 'none'}"
        )


class Split:
    """A deployment with its newsroom, webhook receiver and servers."""

    def __init__(
        self,
        folder: Path,
        newsroom: Newsroom,
        webhook: WebhookReceiver,
        environment: Mapping[str, str],
        plan: Plan,
    ) -> None:
        self.plan = plan
        self.installation = new_installation(folder)
        self.installation.environment.update(environment)
        self._newsroom, self._webhook = newsroom, webhook
        self._dice = random.Random(plan.seed)
        self._published: dict[str, Story] = {}
        self._feeds = [f"blatt{n}" for n in range(3)]
        outlets = [
            {"id": name, "name": name, "country": "DE", "language": "de",
             "feeds": [{"url": newsroom.feed_url(name), "every": "1s"}]}
            for name in self._feeds
        ]  # fmt: skip
        self.installation.write("sources.yaml", json.dumps({"outlets": outlets}))
        self.installation.route_to_webhook(f"{webhook.url}/hook")
        for name in self._feeds:
            newsroom.publish(name)

    def run(self, servers: Mapping[str, Killable] | None = None) -> Outcome:
        """Run the plan, then count."""
        jobs = {
            name: Job(["run", "--only", only], self._environment(name), ready="stages_started")
            for name, only in self.plan.roles.items()
        }
        with supervised_processes(self.installation.folder / "logs", jobs) as running:
            began = time.monotonic()
            self._disturb(running, servers or {})
            with log_of(self.installation) as log:
                wait_until(
                    lambda: self._done(log),
                    running,
                    self.plan.patience,
                    "Stories are missing.",
                )
                seconds = time.monotonic() - began
                stopped = max(running.stop().values())
                return self._count(log, running, seconds, stopped)

    def _environment(self, name: str) -> dict[str, str]:
        own = {"WIREWATCH_SLOT": name}
        if self.plan.apart:
            own["WIREWATCH_DATA_DIR"] = str(self.installation.data / name)
        return dataclasses.replace(
            self.installation, environment=self.installation.environment | own
        ).env

    def _disturb(self, running: SupervisedProcesses, servers: Mapping[str, Killable]) -> None:
        events = self._events(servers)
        share = self.plan.stories // (len(events) + 1)
        self._publish(share)
        for event, name in events:
            if self.plan.settled:
                self._settle(running)
            time.sleep(self._dice.uniform(0.1, self.plan.pause))
            if event == "process":
                child = self._dice.random() < 0.5
                running.kill(name, self._dice, child=child)
            else:
                (servers[name].kill if event == "kill" else servers[name].stop)()
                self._publish(share // 2)
                time.sleep(self.plan.away)
                servers[name].start()
            running.restart_ended()
            self._publish(share)
            self._revise()
        self._publish(self.plan.stories)

    def _settle(self, running: SupervisedProcesses) -> None:
        wait_until(
            lambda: len(running.ready()) == len(self.plan.roles) and self._all_notified(),
            running,
            self.plan.patience,
            "The processes do not work before the next event.",
        )
        self._publish(4)

    def _all_notified(self) -> bool:
        return self._expected() <= {_url(body) for body in self._webhook.notifications}

    def _events(self, servers: Mapping[str, Killable]) -> list[tuple[str, str]]:
        names = sorted(self.plan.roles)
        events = [("process", names[n % len(names)]) for n in range(self.plan.kills)]
        events += [("kill", s) for s in servers for _ in range(self.plan.server_kills)]
        events += [("stop", s) for s in servers for _ in range(self.plan.server_stops)]
        self._dice.shuffle(events)
        return events

    # ── the newsroom ────────────────────────────────────────────────────────────────────────

    def _publish(self, count: int) -> None:
        for _ in range(min(count, self.plan.stories - len(self._published))):
            number = len(self._published)
            story = _story(number, 1)
            self._published[story.path] = story
            self._newsroom.publish(self._feeds[number % len(self._feeds)], story)

    def _revise(self) -> None:
        """Change the text of a story that was fetched."""
        fetched = [path for path in self._published if self._newsroom.asked(path)]
        if fetched:
            path = self._dice.choice(fetched)
            revised = _story(int(path.removeprefix("/s")), 2)
            story = self._published[path]
            story.title, story.text = revised.title, revised.text

    # ── the result ───────────────────────────────────────────────────────────────────────────

    def _expected(self) -> set[str]:
        """Return the URLs of the stories that must be notified."""
        return {self._newsroom.url + path for path in self._published if _tracked(path)}

    def _read(self, log: StreamLog, stream: str, kind: type[M]) -> Iterator[tuple[Record, M]]:
        for record in committed(self.installation, log, stream):
            yield record, kind.model_validate_json(record.value or b"")

    def _done(self, log: StreamLog) -> bool:
        if not self._all_notified():
            return False
        try:
            last = {a.url: a.title for _, a in self._read(log, ARTICLES, ArticleRevision)}
            groups = {
                processors_worker.GROUP: processors_worker.STREAMS,
                alerts_worker.GROUP: (MATCHES,),
            }
            unread = sum(lag.records for g, s in groups.items() for lag in log.lag(g, s))
        except StreamError:  # the broker has only just come back
            return False
        return not unread and last == {
            self._newsroom.url + path: story.title for path, story in self._published.items()
        }

    def _count(
        self, log: StreamLog, running: SupervisedProcesses, seconds: float, stopped_in: float
    ) -> Outcome:
        result = Outcome(
            seconds=seconds, stopped_in=stopped_in, killed=running.killed, ended=running.ended
        )
        articles = self._count_articles(log, result)
        self._count_processed(log, articles, result)
        self._count_decided(log, articles, result)
        self._count_notifications(result)
        result.wrong += [
            f"dead letter of {r.header('dlq_stage')}"
            for r in committed(self.installation, log, DEAD_LETTER)
        ]
        return result

    def _count_articles(self, log: StreamLog, result: Outcome) -> Counter[tuple[str, int, bool]]:
        """Return how often each revision is there; repeats have the same id and content."""
        contents: dict[tuple[str, int], set[tuple[str | None, bytes | None]]] = defaultdict(set)
        times: Counter[tuple[str, int, bool]] = Counter()
        for record, a in self._read(log, ARTICLES, ArticleRevision):
            contents[a.article_id, a.revision].add((record.header("ce_id"), record.value))
            path = a.url.removeprefix(self._newsroom.url)
            times[a.article_id, a.revision, _tracked(path)] += 1
        result.articles, result.repeats = len(times), times.total() - len(times)
        revisions: dict[str, list[int]] = defaultdict(list)
        for article, revision in sorted(contents):
            revisions[article].append(revision)
        if len(revisions) != len(self._published):
            result.wrong.append(f"{len(self._published)} published, {len(revisions)} in the stream")
        result.wrong += [
            f"article {a} has revisions {r}"
            for a, r in revisions.items()
            if r != list(range(1, len(r) + 1))
        ]
        result.wrong += [f"article {k} has two contents" for k, v in contents.items() if len(v) > 1]
        if result.repeats and not self.plan.repeats:
            result.wrong.append(f"{result.repeats} articles were appended twice")
        return times

    def _count_processed(
        self, log: StreamLog, articles: Counter[tuple[str, int, bool]], result: Outcome
    ) -> None:
        """Check that each record of an article led to exactly one record of each kind."""
        enriched = Counter(
            (e.article_id, e.revision) for _, e in self._read(log, ENRICHED, Enriched)
        )
        matches = Counter((m.article_id, m.revision) for _, m in self._read(log, MATCHES, Match))
        must = Counter({(a, r): n for (a, r, _), n in articles.items()})
        matched = Counter({(a, r): n for (a, r, tracked), n in articles.items() if tracked})
        result.wrong += [f"enriched lost {k}" for k in must - enriched]
        result.wrong += [f"enriched twice {k}" for k in enriched - must]
        result.wrong += [f"match lost {k}" for k in matched - matches]
        result.wrong += [f"match twice {k}" for k in matches - matched]

    def _count_decided(
        self, log: StreamLog, articles: Counter[tuple[str, int, bool]], result: Outcome
    ) -> None:
        """Check that each matched revision has one decision, and the first opens an alert."""
        events = {record.header("ce_id"): e for record, e in self._read(log, ALERTS, AlertEvent)}
        decided = Counter(
            (e.article_id, e.revision or 0) for e in events.values() if e.event in DECIDED
        )
        must = Counter((a, r) for a, r, tracked in articles if tracked)
        result.wrong += [f"not decided {k}" for k in must - decided]
        result.wrong += [f"decided twice {k}" for k in decided - must]
        opened = Counter(e.article_id for e in events.values() if e.event is AlertEventKind.OPENED)
        if opened != Counter({a for a, _, tracked in articles if tracked}):
            result.wrong.append(f"opened: {opened.total()} alerts on {len(opened)} articles")

    def _count_notifications(self, result: Outcome) -> None:
        """Check that every story was notified under one id, and that each signature is valid."""
        ids: dict[str, set[str]] = defaultdict(set)
        posts = [r for r in list(self._webhook.requests) if r.method == "POST"]
        for request in posts:
            body = Webhook(SECRET).verify(request.body, request.headers)
            if body["id"] != request.headers["webhook-id"]:
                result.wrong.append(f"webhook-id {request.headers['webhook-id']} is not the body's")
            ids[_url(body)].add(body["id"])
        result.notified = sum(len(each) for each in ids.values())
        result.notified_again = len(posts) - result.notified
        result.wrong += [
            f"notified under {len(each)} ids: {u}" for u, each in ids.items() if len(each) > 1
        ]
        result.wrong += [f"not notified: {url}" for url in self._expected() - set(ids)]
        result.wrong += [f"notified without reason: {url}" for url in set(ids) - self._expected()]


def _story(number: int, version: int) -> Story:
    """Return a story whose text resembles no other; the odd ones match the topic.

    Its versions have one headline, so that the second says nothing new.
    """
    dice = random.Random(number * 10 + version)
    words = ["".join(dice.choices("abdegiklmnoprstu", k=7)) for _ in range(144)]
    lines = (" ".join(words[n : n + 12]).capitalize() + "." for n in range(0, 144, 12))
    path = f"/s{number}"
    last = "Das sagte sie zum Nato-Beitritt." if _tracked(path) else "Das sagte sie am Abend."
    titles = random.Random(number)
    title = " ".join("".join(titles.choices("abdegiklmnoprstu", k=7)) for _ in range(4))
    return Story(path, title.capitalize(), f"{' '.join(lines)}\n{last}")


def _tracked(path: str) -> bool:
    return int(path.removeprefix("/s")) % 2 == 1


def _url(body: Mapping[str, object]) -> str:
    articles = body["articles"]
    assert isinstance(articles, list)
    return str(articles[0]["url"])
