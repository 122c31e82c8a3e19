"""Cost of the metrics: of a scrape, and of the queries behind the gauges.

::

    python bench/metrics.py [--articles 100000] [--outlets 500] [--processes 3] [--engine sqlite]

Fills a new store with articles of one day, of which every fiftieth was told, and with messages,
pages and records that wait; sets the gauges of the console's process, and scrapes it beside the
snapshots of further processes. PostgreSQL is started if its server is installed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from prometheus_client import REGISTRY
from sqlalchemy import Table

from config.settings import Settings
from core.clock import utc_now
from core.ids import hash_parts
from core.store import Store
from core.store.articles import articles
from core.store.deliveries import deliveries, notifications
from core.store.entries import entries
from core.store.notification_items import notification_items
from core.store.outbox import outbox
from tests.support import postgres
from wirewatch.run.process_snapshot import merge_metrics, parse_snapshot, take_snapshot
from wirewatch.run.program import Program
from wirewatch.run.store_gauges import StoreGauges

NOW = utc_now()
DAY = 86_400
WAITING = 2_000
"""Messages, pages and records that wait."""


def main() -> None:
    """Fill each store and print what the gauges and a scrape cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--outlets", type=int, default=500)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    for engine in (options.engine,) if options.engine else ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            url = f"sqlite:///{folder}/store.db"
            if engine == "postgresql":
                home = postgres.binaries()
                if home is None:
                    print(postgres.NOT_THERE)
                    continue
                server = stack.enter_context(closing(postgres.Server(home)))
                url = stack.enter_context(postgres.database(server.url()))
            store = stack.enter_context(closing(Store.open(url)))
            fill(store, options.articles, options.outlets)
            settings = Settings(data_dir=Path(folder), database_url=cast("Any", url))
            measure(engine, store, settings, options.processes)


def measure(engine: str, store: Store, settings: Settings, processes: int) -> None:
    """Print medians of milliseconds, CPU time in brackets."""
    catalog = SimpleNamespace(alerts=SimpleNamespace(receivers=[]))
    keeper = SimpleNamespace(current=catalog)
    program = SimpleNamespace(store=store, settings=settings, keeper=keeper, clock=lambda: NOW)
    gauges = StoreGauges(cast("Program", program))
    report(f"{engine}: gauges of what waits, every 15 s", gauges.update)
    report(f"{engine}: latency, every 60 s", gauges.update_latency)
    raw = take_snapshot(("revision", NOW))
    report(f"{engine}: snapshot of a process, every 5 s", lambda: take_snapshot(("r", NOW)))
    families = {f"desk-{n}": parse_snapshot(raw).families for n in range(processes)}
    up = dict.fromkeys(families, True)

    def scrape() -> bytes:
        return merge_metrics(families | {"desk": list(REGISTRY.collect())}, "desk", up, up)

    report(f"{engine}: scrape of {processes + 1} processes", scrape)
    text = scrape()
    print(f"{engine}: {len(text) // 1000} kB, {text.count(b'{')} samples with labels")


def report(name: str, work: Callable[[], object], times: int = 7) -> None:
    """Print how long a piece of work takes."""
    wall, cpu = [], []
    for _ in range(times):
        start = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start[0])
        cpu.append(time.process_time() - start[1])
    print(f"{name}: {statistics.median(wall) * 1000:.1f} ms ({statistics.median(cpu) * 1000:.1f})")


def fill(store: Store, count: int, outlets: int) -> None:
    """Write the rows."""
    dice = random.Random(1)
    rows: dict[Table, list[dict[str, Any]]] = {
        table: []
        for table in (articles, entries, notifications, notification_items, deliveries, outbox)
    }
    for number in range(count):
        outlet = f"outlet-{int(outlets * dice.random() ** 2)}"
        seen = NOW - timedelta(seconds=dice.random() * DAY)
        published = seen - timedelta(seconds=dice.expovariate(1 / 400))
        waits = number % max(count // WAITING, 1) == 0
        _add_article(rows, number, waits, outlet, seen, published)
        if number % 50 == 0:
            _add_message(rows, number, "delivered", seen + timedelta(seconds=dice.random() * 60))
    for number in range(WAITING):
        _add_message(rows, count + number, "pending", NOW - timedelta(seconds=number))
        rows[outbox].append(
            {"stream": "s", "key": b"k", "value": bytes(4000), "headers": "[]", "time": NOW}
        )
    with store.write() as connection:
        for table, added in rows.items():
            for chunk in _chunks(added):
                connection.execute(table.insert(), chunk)
        connection.exec_driver_sql("ANALYZE")


def _add_article(
    rows: dict[Table, list[dict[str, Any]]],
    number: int,
    waits: bool,
    outlet: str,
    seen: datetime,
    published: datetime,
) -> None:
    url, article = f"https://{outlet}.example/{number}", hash_parts("article", str(number))
    rows[articles].append(
        {
            "article_id": article, "url_key": url, "url": url, "outlet": outlet,
            "feed_id": f"{outlet}-0", "first_seen_at": seen, "origin": "live", "revision": 1,
            "revised_at": seen, "text_source": "page", "title_hash": "", "text_hash": "",
        }
    )  # fmt: skip
    rows[entries].append(
        {
            "feed_id": f"{outlet}-0", "key": url, "content_hash": "", "url": url, "url_key": url,
            "host": f"{outlet}.example", "article_id": article, "origin": "live",
            "state": "pending" if waits else "done", "disposition": "", "first_seen_at": seen,
            "changed_at": seen, "published_at": published, "published_is_day": False,
            "text_hash": "", "title": "", "summary": "", "content": "", "authors": [],
            "attempts": 0, "next_page_at": seen, "page_outcome": "",
        }
    )  # fmt: skip


def _add_message(
    rows: dict[Table, list[dict[str, Any]]], number: int, state: str, at: datetime
) -> None:
    article = hash_parts("article", str(number))
    key, topic = hash_parts("notification", str(number)), "topic-1"
    rows[notifications].append(
        {
            "id": key, "alert_id": key, "receiver": f"desk-{number % 20}", "kind": "new_story",
            "seq": 0, "body": "{}", "created_at": at,
        }
    )  # fmt: skip
    rows[notification_items].append(
        {
            "notification_id": key, "number": 0, "alert_id": key, "topic_id": topic,
            "topic_title": topic, "story_id": key, "article_id": article, "revision": 1,
            "kind": "new_story", "severity": "normal", "score": 1, "reason": "",
            "reason_code": "new_story", "added_at": at,
        }
    )  # fmt: skip
    rows[deliveries].append(
        {
            "id": key, "notification_id": key, "receiver": f"desk-{number % 20}", "target": "t",
            "state": state, "attempts": 1, "possible_repeat": False, "next_attempt_at": at,
            "created_at": at, "updated_at": at,
            "delivered_at": at if state == "delivered" else None,
        }
    )  # fmt: skip


def _chunks(rows: list[dict[str, Any]], size: int = 5_000) -> Iterator[list[dict[str, Any]]]:
    return (rows[first : first + size] for first in range(0, len(rows), size))


if __name__ == "__main__":
    main()
