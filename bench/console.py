"""Load test of the console: requests per second, latency and page size.

::

    python bench/console.py [--stories 100000] [--clients 4] [--seconds 5] [--engine sqlite]

Fills a new store with stories (thirty topics, 220 outlets, every tenth with a copy, every fifth
suppressed, every fortieth with a message that is held), serves the console in another process and
sends requests over loopback, each client on one connection. PostgreSQL is started if its server is
installed. CPU is that of the console's process for one answer, which other load on the machine
changes little.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import http.client
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from sqlalchemy import Table, text

from config.catalog.models import Catalog
from config.settings import Settings
from core.clock import utc_now
from core.ids import alert_id, hash_parts, story_id
from core.store import Store, cards
from core.store import alerts as alert_store
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from core.store.notification_items import notification_items
from tests.support import postgres
from wirewatch.web.app import create_app
from wirewatch.web.listener import address, listen
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.server import serve

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORDS = ("Regierung", "Beitritt", "Gipfel", "Nato", "Ukraine", "Brüssel", "treaty", "summit")
COUNTRIES = ("DE", "AT", "CH", "GB", "US", "FR", "UA", "PL")
CHUNK = 5_000
REFERRING = (delivery_store.deliveries, notification_items)
"""Tables whose rows refer to others."""

PATHS = {
    "stories page": "/",
    "stories page, older": "",
    "stories page, rare outlet": "/?outlet=outlet-219",
    "stories page, topic and country": "/?topic=topic-7&country=PL",
    "stories page, rare word": "/?q=einhorn",
    "compact list": "/?list=compact",
    "stories page, held": "/?state=held",
    "compact list, older": "",
    "compact list, topic and country": "/?list=compact&topic=topic-7&country=PL",
    "wall": "/wall",
    "API stories": "/api/v1/stories",
    "API stories, known (304)": "/api/v1/stories",
    "API newer": "",
    "API one story": "",
    "API topics": "/api/v1/topics",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    engines = ["sqlite", "postgresql"] if options.engine == "both" else [options.engine]
    for engine in engines:
        with ExitStack() as stack:
            url = _database(engine, stack)
            if url:
                _measure(engine, url, options)


def _database(engine: str, stack: ExitStack) -> str:
    if engine == "sqlite":
        return f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/store.db"
    home = postgres.binaries()
    if home is None:
        print(postgres.NOT_THERE)
        return ""
    server = stack.enter_context(closing(postgres.Server(home)))
    return stack.enter_context(postgres.database(server.url()))


def _measure(engine: str, url: str, options: argparse.Namespace) -> None:
    began = time.monotonic()
    with closing(Store.open(url)) as store:
        _fill(store, options.stories)
    print(f"\n{engine}: {options.stories} stories, filled in {time.monotonic() - began:.0f} s")
    pipe, server_pipe = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    console = context.Process(target=_serve, args=(url, server_pipe), daemon=True)
    console.start()
    host = pipe.recv()
    try:
        _measure_all(host, console.pid or 0, options.clients, options.seconds)
    finally:
        pipe.send("stop")
        console.join(20)


def _serve(url: str, pipe: Pipe) -> None:
    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, lambda: (pipe.recv(), loop.call_soon_threadsafe(stop.set)))
        runtime = RuntimeStatus(
            catalog=lambda: Catalog(()), ill=list, faults=list, settings=Settings()
        )
        with closing(Store.open(url)) as store, listen("127.0.0.1", 0) as listener:
            pipe.send(address(listener).removeprefix("http://").rstrip("/"))
            await serve(create_app(store, utc_now, runtime), listener, stop)

    asyncio.run(run())


def _measure_all(host: str, pid: int, clients: int, seconds: float) -> None:
    page = json.loads(_get(host, "/api/v1/stories?limit=50")[1])
    paths = PATHS | {
        "stories page, older": f"/?before={page['next']}",
        "compact list, older": f"/?list=compact&before={page['next']}",
        "API newer": f"/api/v1/stories/newer?than={page['next']}",
        "API one story": f"/api/v1/stories/{page['stories'][0]['alert_id']}",
    }
    print(
        f"{'':32} {'req/s':>7} {'p50 ms':>7} {'p95 ms':>7} {'cpu ms':>6} {'status':>6} "
        f"{'kB':>6} {'gz kB':>6}"
    )
    for name, path in paths.items():
        _, body, tag = _get(host, path)
        headers = {"If-None-Match": tag} if "304" in name else {}
        cpu = _cpu_seconds(pid)
        times, statuses = _load(host, path, headers, clients, seconds)
        cpu = (_cpu_seconds(pid) - cpu) / len(times)
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        print(
            f"{name:32} {len(times) / seconds:7.0f} {statistics.median(times) * 1000:7.1f} "
            f"{p95 * 1000:7.1f} {cpu * 1000:6.1f} {'/'.join(map(str, sorted(statuses))):>6} "
            f"{len(body) / 1000:6.1f} "
            f"{len(gzip.compress(body)) / 1000:6.1f}"
        )


def _cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, by Linux's ``/proc``."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _load(
    host: str, path: str, headers: dict[str, str], clients: int, seconds: float
) -> tuple[list[float], set[int]]:
    times: list[float] = []
    statuses: set[int] = set()
    end = time.monotonic() + seconds

    def send_requests() -> None:
        with closing(http.client.HTTPConnection(host, timeout=120)) as connection:
            while time.monotonic() < end:
                began = time.perf_counter()
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                answer.read()
                times.append(time.perf_counter() - began)
                statuses.add(answer.status)

    threads = [threading.Thread(target=send_requests) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, statuses


def _get(host: str, path: str) -> tuple[int, bytes, str]:
    with closing(http.client.HTTPConnection(host, timeout=120)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("ETag") or ""


def _fill(store: Store, count: int) -> None:
    for first in range(0, count, CHUNK):
        rows: dict[Table, list[dict[str, Any]]] = {}
        for number in range(first, min(first + CHUNK, count)):
            for table, row in _story(number):
                rows.setdefault(table, []).append(row)
        with store.write() as connection:
            for table in sorted(rows, key=lambda t: t in REFERRING):
                connection.execute(table.insert(), rows[table])
    with store.write() as connection:
        connection.execute(text("ANALYZE"))


def _story(number: int) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Yield the rows of a story that is ``number`` minutes old."""
    dice = random.Random(number)
    at, topic = NOW - timedelta(minutes=number), f"topic-{number % 30}"
    article = hash_parts("article", str(number))
    story = story_id(topic, article)
    alert = alert_id(topic, story)
    alerted = number % 5 != 0
    others = 1 if number % 10 == 1 else 0
    outlets = [f"outlet-{int(220 * dice.random() ** 3)}"]
    outlets += [f"outlet-copy-{dice.randrange(9)}"] * others
    title = " ".join(dice.choices(WORDS, k=9)) + (" Einhorn" if number % 9973 == 9000 else "")
    severity, state = ("urgent" if number % 50 == 3 else "normal"), ("open", "acked")[number % 2]
    why = {"reason": "New story. Nothing like it before.", "reason_code": "new_story"}
    ids = {"alert_id": alert, "story_id": story, "topic_id": topic}
    yield cards.cards, ids | why | {
        "article_id": article, "title": title, "url": "https://example.org/a", "outlet": outlets[0],
        "severity": severity, "state": state if alerted else "suppressed", "told": alerted,
        "score": 40, "at": at, "changed_at": at, "words": cards.fold(f"{title} {_sentence(title)}"),
    }  # fmt: skip
    labels = {("language", dice.choice(["de", "en"])), ("country", dice.choice(COUNTRIES))}
    labels |= {("outlet", outlet) for outlet in outlets}
    for kind, value in labels:
        yield cards.card_labels, {"alert_id": alert, "kind": kind, "value": value, "at": at}
    for n, outlet in enumerate(outlets):
        held = not alerted or n > 0
        own = article if not n else hash_parts("copy", str(number))
        yield alert_store.decisions, ids | {
            "article_id": own, "revision": 1, "topic_revision": "r", "outlet": outlet,
            "event": "suppressed" if held else "opened", "title": title, "decided_at": at,
            "reason": "It is so.", "reason_code": "copy" if n else "new_story", "url": "",
        }  # fmt: skip
        yield story_store.story_articles, _story_article(topic, own, story, outlet, title, at)
    yield story_store.stories, {
        "id": story, "topic_id": topic, "title": title, "first_seen": at, "last_seen": at,
        "outlets": len(outlets),
    }  # fmt: skip
    if alerted:
        yield from _alert(alert, story, topic, article, title, severity, state, at)


def _sentence(title: str) -> str:
    return f"Wie es weiter hieß, {title} und mehr davon in einem langen Satz, wie er vorkommt."


def _story_article(
    topic: str, article: str, story: str, outlet: str, title: str, at: datetime
) -> dict[str, Any]:
    sentence = _sentence(title)
    span = {"start": 20, "end": 28, "surface": title.split()[0], "rule": "direct"}
    facts = {
        "id": article, "revision": 1, "url": f"https://{outlet}.example/{article}", "title": title,
        "outlet": outlet, "language": "de", "published_at": at.isoformat(),
        "first_seen_at": at.isoformat(), "score": 40, "rules": ["direct"],
        "evidence": [span | {"field": f, "sentence": sentence} for f in ("title", "lead", "text")],
    }  # fmt: skip
    return {
        "topic_id": topic, "article_id": article, "revision": 1, "story_id": story,
        "role": "original", "copy_of": None, "similarity": 1.0, "moment": at, "first_seen_at": at,
        "outlet": outlet, "exact": "", "facts": json.dumps(facts), "features": "", "shingles": b"",
    }  # fmt: skip


def _alert(
    alert: str, story: str, topic: str, article: str, title: str, severity: str, state: str,
    at: datetime,
) -> Iterator[tuple[Table, dict[str, Any]]]:  # fmt: skip
    yield alert_store.alerts, {
        "id": alert, "topic_id": topic, "topic_title": topic.title(), "story_id": story,
        "state": state, "severity": severity, "title": title, "reason": "New story.",
        "reason_code": "new_story", "article_id": article, "opened_at": at, "updated_at": at,
        "acked_by": "Anna" if state == "acked" else "", "acked_at": at,
    }  # fmt: skip
    note, is_held = hash_parts("note", alert), int(alert[:6], 16) % 40 == 0
    later = at + timedelta(days=9_999)
    yield delivery_store.notifications, {
        "id": note, "alert_id": alert, "receiver": "desk", "kind": "new_story", "seq": 0,
        "body": "{}", "created_at": at,
    }  # fmt: skip
    yield notification_items, {
        "notification_id": note, "number": 0, "alert_id": alert, "topic_id": topic,
        "topic_title": topic.title(), "story_id": story, "article_id": article, "revision": 1,
        "kind": "new_story", "severity": severity, "score": 40, "reason": "New story.",
        "reason_code": "new_story", "hold_code": "cap" if is_held else "", "added_at": at,
    }  # fmt: skip
    yield delivery_store.deliveries, {
        "id": hash_parts("delivery", alert), "notification_id": note, "receiver": "desk",
        "target": "https://desk.example", "state": "pending" if is_held else "delivered",
        "attempts": int(not is_held), "possible_repeat": False, "next_attempt_at": at,
        "held_until": later if is_held else None, "created_at": at, "updated_at": at,
    }  # fmt: skip


if __name__ == "__main__":
    main()
