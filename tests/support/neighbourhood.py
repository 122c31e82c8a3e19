"""The whole program beside bad neighbours: are the good ones' articles notified, and when?

::

    good outlets, articles over time ──▶ wirewatch run ──▶ webhook: when did each arrive?
    bad outlets (some of each kind)  ──▶      │        ──▶ bad webhooks
    bad clients ─────────────────▶ console ◀──┴── /healthz, once a second
                                   memory of each process, data folder, time to stop

Used by ``bench/neighbours.py`` and ``tests/e2e/test_neighbours.py``.
"""

from __future__ import annotations

import http.client
import json
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.cli_installation import AT_ONCE, SECRET, new_installation
from tests.support.faultserver import FaultServer, Handler, fault_server
from tests.support.memory_watch import MemoryWatch
from tests.support.neighbours import NEIGHBOURS, Neighbour, Role, feed_of_pages
from tests.support.newsroom import (
    Story,
    serve_newsroom,
    serve_webhook,
    unique_story,
)
from tests.support.running_program import RunningProgram, run_program

MONITOR = "127.0.0.8"
"""Where the health check connects from."""


MEMORY_LIMITS = {
    "parent": 400,
    "stages": 400,
    "console": 400,
    "fork server for feeds": 400,
    "fork server for pages": 400,
    "worker for feeds": 300,
    "worker for pages": 300,
}
"""The most memory of each process, in MiB."""

MEMORY_LIMIT_TOGETHER = 1536
"""The most memory of all processes together, in MiB."""

STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run.

    Attributes:
        outlets: Good outlets.
        articles: Articles of each good outlet.
        pause: Seconds between two articles of an outlet.
        copies: Bad outlets of each kind.
        patience: Seconds until the last article must be notified.
        environment: Settings.
    """

    outlets: int = 6
    articles: int = 5
    pause: float = 3.0
    copies: int = 2
    patience: float = 120.0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What was measured; times in seconds, memory in MiB.

    Attributes:
        expected: Articles of good outlets.
        latencies: From an article's appearance in its feed to the webhook, for each that arrived.
        repeated: Messages about an article that had arrived already.
        peaks: Highest resident memory of any process of each role.
        resident: Highest resident memory of all together; shared memory is counted for each.
        share: The same, with shared memory counted once.
        health: How often ``/healthz`` said what, and how often it did not answer in time.
        reasons: What it called wrong.
        slowest_health: Longest time for an answer of ``/healthz``.
        health_after: What ``/healthz`` said at the end, when the bad clients had gone.
        requests: Requests to bad servers.
        unvisited: Bad servers without any request.
        stopped_in: From SIGTERM to the end of the program.
        log: The program's log lines.
        growth: Bytes that the data folder grew by, from the first article to the last message.
    """

    expected: int = 0
    latencies: list[float] = field(default_factory=list)
    repeated: int = 0
    peaks: Mapping[str, float] = field(default_factory=dict)
    resident: float = 0.0
    share: float = 0.0
    health: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    slowest_health: float = 0.0
    health_after: str = ""
    requests: int = 0
    unvisited: int = 0
    stopped_in: float = 0.0
    growth: int = 0
    log: Sequence[str] = field(default=(), repr=False)

    @property
    def notified(self) -> int:
        """Articles of good outlets that arrived."""
        return len(self.latencies)

    @property
    def median(self) -> float:
        """Median latency."""
        return statistics.median(self.latencies or [float("inf")])

    @property
    def worst(self) -> float:
        """Longest latency."""
        return max(self.latencies, default=float("inf"))


class Neighbourhood:
    """Good outlets with a webhook, and bad neighbours.

    Args:
        folder: Of the installation.
        plan: What to run.
        bad: The names of the bad neighbours.
        servers: Closes all servers.
    """

    def __init__(self, folder: Path, plan: Plan, bad: Sequence[str], servers: ExitStack) -> None:
        self._plan = plan
        self._bad = [NEIGHBOURS[name] for name in bad]
        self._servers = servers
        self._good = {
            f"good{n}": servers.enter_context(serve_newsroom()) for n in range(plan.outlets)
        }
        self._webhook = servers.enter_context(serve_webhook())
        self._bad_servers: list[FaultServer] = []
        self._published: dict[str, float] = {}
        self._installation = new_installation(folder)
        self._installation.extraction_processes = True
        self._installation.environment |= {"WIREWATCH_EXTRACT_WORKERS": "0", **plan.environment}
        self._write_files()

    def run(self) -> Outcome:
        """Run the program, publish everything, wait for the messages, and stop it."""
        outcome = Outcome(expected=self._plan.outlets * self._plan.articles)
        with (
            run_program(self._installation, as_executable=True) as program,
            closing(MemoryWatch(program.process.pid)) as memory,
        ):
            port = urlsplit(program.url()).port or 0
            self._await_first_polls(program)
            before = _folder_size(self._installation.data)
            with self._bad_clients(port), HealthWatch(port, outcome).watching():
                self._publish_all()
                self._await_messages(program)
            outcome.growth = _folder_size(self._installation.data) - before
            outcome.health_after = check_health(port)[0]
            outcome.stopped_in = program.stop()
        outcome.peaks = memory.peaks()
        outcome.resident, outcome.share = memory.resident, memory.share
        outcome.log = program.lines
        self._count_messages(outcome)
        return outcome

    # ── the scene ────────────────────────────────────────────────────────────────────────────

    def _write_files(self) -> None:
        feeds = {name: newsroom.feed_url(name) for name, newsroom in self._good.items()}
        for name, newsroom in self._good.items():
            newsroom.publish(name, unique_story("/start", f"Auftakt {name}", "Das war alles."))
        webhooks = {"good": self._webhook.url}
        for number, neighbour in enumerate(self._bad):
            if neighbour.make_handler is None:
                continue
            handler = neighbour.make_handler()
            if neighbour.role is Role.WEBHOOK:
                webhooks[f"bad{number}"] = self._serve(handler).url("/bad")
                continue
            for copy in range(self._plan.copies):
                feeds[f"bad{number}-{copy}"] = self._serve_outlet(neighbour, handler)
        self._installation.write("sources.yaml", json.dumps({"outlets": _outlets(feeds)}))
        self._installation.write("alerts.yaml", json.dumps(_alerts(webhooks)))

    def _serve(self, handler: Handler) -> FaultServer:
        server = self._servers.enter_context(fault_server())
        server.on("/bad", handler)
        self._bad_servers.append(server)
        return server

    def _serve_outlet(self, neighbour: Neighbour, handler: Handler) -> str:
        """Serve a bad outlet on a port of its own, as a publisher of its own; return its feed."""
        server = self._serve(handler)
        if neighbour.role is Role.FEED:
            return server.url("/bad")
        return server.on("/feed", feed_of_pages(server.url("/bad")))

    def _await_first_polls(self, program: RunningProgram) -> None:
        """Wait until every good feed was read once; what follows in them is new."""
        deadline = time.monotonic() + self._plan.patience
        while not all(newsroom.asked("/start") for newsroom in self._good.values()):
            log = "\n".join(program.lines[-40:])
            assert time.monotonic() < deadline, f"not every good feed was read\n{log}"
            time.sleep(0.1)

    @contextmanager
    def _bad_clients(self, port: int) -> Iterator[None]:
        stop = threading.Event()
        threads = [
            threading.Thread(target=neighbour.client, args=(port, stop))
            for neighbour in self._bad
            if neighbour.client
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    # ── articles and messages ────────────────────────────────────────────────────────────────

    def _publish_all(self) -> None:
        """Publish an article of one outlet after the other, evenly over the time."""
        for number in range(self._plan.articles):
            for name, newsroom in self._good.items():
                story = _story(name, number)
                self._published[newsroom.url + story.path] = time.monotonic()
                newsroom.publish(name, story)
                time.sleep(self._plan.pause / self._plan.outlets)

    def _await_messages(self, program: RunningProgram) -> None:
        deadline = time.monotonic() + self._plan.patience
        while not self._published.keys() <= self._arrivals().keys():
            if time.monotonic() > deadline or program.process.poll() is not None:
                return
            time.sleep(0.1)

    def _arrivals(self) -> Mapping[str, list[float]]:
        """Return when messages about each article arrived."""
        arrivals: dict[str, list[float]] = {}
        for request in list(self._webhook.requests):
            for article in json.loads(request.body)["articles"]:
                arrivals.setdefault(article["url"], []).append(request.at)
        return arrivals

    def _count_messages(self, outcome: Outcome) -> None:
        arrivals = self._arrivals()
        for url, published in self._published.items():
            if times := arrivals.get(url):
                outcome.latencies.append(times[0] - published)
                outcome.repeated += len(times) - 1
        requests = [len(server.requests_to("/bad")) for server in self._bad_servers]
        outcome.requests, outcome.unvisited = sum(requests), requests.count(0)


class HealthWatch:
    """Asks for the program's health once a second.

    Args:
        port: The console's.
        outcome: Where the answers are counted.
    """

    def __init__(self, port: int, outcome: Outcome) -> None:
        self._port, self._outcome = port, outcome
        self._stop = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch for the time of the context."""
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            status, reasons = check_health(self._port)
            seconds = time.monotonic() - began
            self._outcome.health[status] += 1
            self._outcome.reasons.update(reasons)
            self._outcome.slowest_health = max(self._outcome.slowest_health, seconds)
            self._stop.wait(1.0)


def check_health(port: int) -> tuple[str, Sequence[str]]:
    """Return what ``/healthz`` says, and its reasons; ``no answer`` after ten seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, 10, (MONITOR, 0))
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer["status"], answer["wrong"]
    return "no answer", ()


def run_neighbourhood(folder: Path, plan: Plan, bad: Sequence[str]) -> Outcome:
    """Run the program beside the bad neighbours of these names."""
    with ExitStack() as servers:
        return Neighbourhood(folder, plan, bad, servers).run()


def find_faults(outcome: Outcome, *, slack: float = 0.0) -> Iterator[str]:
    """Yield what was not as it must be.

    Args:
        outcome: What was measured.
        slack: Seconds that the program may take longer to stop, on a busy machine.
    """
    if outcome.notified < outcome.expected:
        yield f"{outcome.notified} of {outcome.expected} articles were notified"
    if outcome.repeated:
        yield f"{outcome.repeated} articles were notified twice"
    for role, peak in outcome.peaks.items():
        if peak > MEMORY_LIMITS[role]:
            yield f"a process had {peak:.0f} MiB: {role}"
    if outcome.resident > MEMORY_LIMIT_TOGETHER:
        yield f"all processes together had {outcome.resident:.0f} MiB"
    if outcome.stopped_in > STOP_SECONDS + slack:
        yield f"the program took {outcome.stopped_in:.1f} s to stop"


def _outlets(feeds: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": name, "name": name, "country": "DE", "language": "de",
         "feeds": [{"url": url, "every": "1s"}]}
        for name, url in feeds.items()
    ]  # fmt: skip


def _alerts(webhooks: Mapping[str, str]) -> dict[str, Any]:
    receivers = [
        {"id": name, "kind": "webhook", "url": url, "secret": SECRET}
        for name, url in webhooks.items()
    ]
    return {"receivers": receivers, "routes": [AT_ONCE | {"receivers": list(webhooks)}]}


def _story(outlet: str, number: int) -> Story:
    """Return a story about a topic whose headline and text resemble no other."""
    dice = random.Random(f"{outlet} {number}")
    title = " ".join("".join(dice.choices("abdegiklmnoprstu", k=7)) for _ in range(4))
    return unique_story(f"/{number}", title.capitalize())


def _folder_size(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # a file that was replaced just now
            size += path.stat().st_size
    return size
