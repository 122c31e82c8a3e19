"""How many feeds one process follows: CPU, lateness and memory at ten-minute intervals.

    python bench/feeds.py [FEEDS] [SECONDS]

A server on loopback, in a process of its own, answers for FEEDS feeds (10,000), each with a host of
its own. Nine in ten answer 304; the others have one new entry with its page at each poll. The real
ingest, with its worker processes, follows them at an interval of ten minutes for SECONDS (120): in
that time the share of polls falls due that would in any other. It prints the CPU time of the
process and of its workers as a share of the time, how late feeds were requested after they were
due, and memory. Before that it prints the CPU time that one document takes: of 100 entries with 5
new ones beside `feedparser.parse` of the whole, and unchanged beside a bare parse by lxml. Needs no
data.
"""

from __future__ import annotations

import asyncio
import hashlib
import html as html_lib
import io
import logging
import multiprocessing
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import structlog
from aiohttp import web
from lxml import etree
from sqlalchemy import update

from config.catalog.models import Catalog, Feed, FilePosition, Outlet, Tier
from config.settings import Settings
from core.dispositions import Dispositions
from core.http.client import HttpClient
from core.ids import feed_id
from core.processes.instance import Instance
from core.store import Connection, Store, feeds
from core.store.feeds import load_feed_states
from ingest.parsing.handler import handle
from ingest.parsing.messages import FeedRequest, decode_answer, encode_request
from ingest.service import Ingest
from ingest.sources.entry import ParsedFeed
from tests.support.scripted_publisher import LoopbackResolver, html, item, rss

INTERVAL = 600.0
CHANGING = 10
"""One feed in so many has a new entry at each poll."""

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POSITION = FilePosition("sources.yaml", 1, 1)
TEXT = "Der Rat hat am Montag über das Vorhaben Nummer {n} beraten und es einstimmig beschlossen. "


async def answer(request: web.Request) -> web.Response:
    """Return a feed, its page, or 304."""
    number = int(request.host.split(".")[0].removeprefix("f"))
    if request.path == "/robots.txt":
        return web.Response(status=404)
    if request.path.startswith("/a/"):
        title = f"Meldung {request.path[3:]} aus Ort {number}"
        return web.Response(body=html(title, TEXT.format(n=number) * 12), content_type="text/html")
    if number % CHANGING and request.headers.get("If-None-Match"):
        return web.Response(status=304)
    newest = int(time.time())
    url = f"http://{request.host}/a/{newest}"
    published = datetime.fromtimestamp(newest, UTC)
    entries = [item(str(newest), f"Meldung {newest} aus Ort {number}", url, published=published)]
    entries += [item(f"old-{n}", f"Alte Meldung {n} aus Ort {number}") for n in range(19)]
    document = rss(*entries, ETag=f'"{newest}"')
    return web.Response(body=document.body, headers=document.headers)


def serve(port: Any) -> None:
    """Run the server until the process is ended."""

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port.value = runner.addresses[0][1]
        await asyncio.Event().wait()

    asyncio.run(run())


def catalog_of(count: int, port: int) -> Catalog:
    outlets = []
    for number in range(count):
        name, url = f"f{number}", f"http://f{number}.bench.example:{port}/feed.xml"
        interval = timedelta(seconds=INTERVAL)
        feed = Feed(feed_id(name, url), url, "feed", interval, name, POSITION)
        outlets.append(Outlet(name, name, "DE", "de", Tier.B, (feed,), POSITION))
    return Catalog(tuple(outlets))


def spread(connection: Connection, names: Sequence[str], now: datetime) -> None:
    """Let the feeds fall due evenly over an interval, as after a while of running.

    They have been polled before, so that their entries of the past are known to be old.
    """
    for index, name in enumerate(names):
        due = now + timedelta(seconds=INTERVAL * index / len(names))
        connection.execute(
            update(feeds.feeds)
            .where(feeds.feeds.c.feed_id == name)
            .values(next_due_at=due, last_200_at=now - timedelta(seconds=INTERVAL), etag='"0"')
        )


async def follow(settings: Settings, store: Store, catalog: Catalog, seconds: float) -> None:
    """Run ingest for a while."""
    with closing(Instance.start(settings.data_dir)) as me:
        async with (
            HttpClient(settings, resolver=LoopbackResolver()) as http,
            Ingest(
                settings, store, lambda: catalog, me, dispositions=Dispositions(), http=http,
                rng=random.Random(7),
            ) as ingest,
        ):  # fmt: skip
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(seconds, stop.set)
            await ingest.run(stop)


TEASER = (
    "<p>Der Rat hat am Montag &uuml;ber das Vorhaben Nummer {n} beraten und es "
    '<a href="https://www.example.org/thema">einstimmig</a> beschlossen.</p>'
    '<img src="https://img.example.org/{n}.jpg"/>'
)


def document_of(first: int, repeat: int, *, guids: bool) -> bytes:
    """Return a feed of 100 entries, each with a teaser and, if it repeats, a full text."""
    teasers = {n: html_lib.escape(TEASER.format(n=n)) for n in range(first, first + 100)}
    entries = (
        f"<item><title>Meldung {n} aus dem Rat</title><description>{teaser}</description>"
        f"<link>https://www.example.org/politik/meldung-{n}</link>"
        + (f'<guid isPermaLink="false">id-{n}</guid>' if guids else "")
        + (f"<content:encoded>{teaser * repeat}</content:encoded>" if repeat else "")
        + "<pubDate>Sun, 22 Nov 2026 08:00:00 +0100</pubDate></item>"
        for n, teaser in teasers.items()
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' "
        "xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Kurier</title>"
        f"<link>https://www.example.org/</link>{''.join(entries)}</channel></rss>"
    ).encode()


def parse(body: bytes, known: dict[str, str]) -> ParsedFeed:
    """Parse a document as a poll does: with its messages from and to the worker."""
    request = FeedRequest("feed", body, "https://www.example.org/f", None, NOW, known, 500)
    answer = decode_answer(handle(encode_request(request)), request.url, known)
    if not isinstance(answer, ParsedFeed):
        raise TypeError(answer)
    return answer


def parse_whole(body: bytes) -> Any:
    """Parse a document with feedparser alone."""
    return feedparser.parse(io.BytesIO(body))  # type: ignore[attr-defined,no-untyped-call]


def fastest(times: int, run: Callable[..., object], *args: object) -> float:
    """Return the CPU milliseconds of the fastest of several runs."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        run(*args)
        taken.append(time.process_time() - began)
    return 1000 * min(taken)


def measure_documents() -> None:
    """Print what a changed and an unchanged document take, as shares of their baselines."""
    kinds = {"teasers": (0, True), "teasers, no guids": (0, False), "full texts": (12, True)}
    for name, (repeat, guids) in kinds.items():
        before = document_of(5, repeat, guids=guids)
        known = {entry.key: entry.content_hash for entry in parse(before, {}).entries}
        body = document_of(0, repeat, guids=guids)
        assert len(parse(body, known).entries) == 5
        whole = fastest(5, parse_whole, body)
        changed = fastest(30, parse, body, known)
        bare = fastest(30, etree.fromstring, body)
        unchanged = fastest(30, hashlib.sha256, body)
        print(
            f"100 entries, 5 new, {name}, {len(body) // 1000} kB: {changed:.2f} ms, "
            f"{changed / whole:.2f} x feedparser ({whole:.1f} ms); "
            f"unchanged {unchanged:.3f} ms, {unchanged / bare:.2f} x lxml ({bare:.3f} ms)"
        )


def main() -> None:
    measure_documents()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 120.0
    port = multiprocessing.Value("i", 0)
    server = multiprocessing.get_context("fork").Process(target=serve, args=(port,), daemon=True)
    server.start()
    while not port.value:
        time.sleep(0.05)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), http_allow_private=True, _env_file=None)
        store = Store.open(f"sqlite:///{folder}/store.db")
        catalog = catalog_of(count, port.value)
        measure(settings, store, catalog, seconds)
        store.close()
    server.kill()


def measure(settings: Settings, store: Store, catalog: Catalog, seconds: float) -> None:
    """Follow the feeds and print what it took."""
    from ingest.polling.feed_records import feed_records

    now = datetime.now(UTC)
    names = [feed.id for outlet in catalog.outlets for feed in outlet.feeds]
    with store.write() as connection:
        feeds.sync(connection, feed_records(catalog, now), now)
    with store.write() as connection:
        spread(connection, names, began := datetime.now(UTC))
    cpu = _cpu()
    asyncio.run(follow(settings, store, catalog, seconds))
    elapsed = (datetime.now(UTC) - began).total_seconds()
    used = _cpu() - cpu
    with store.read() as connection:
        states = {s.feed.feed_id: s.feed for s in load_feed_states(connection, now)}
    late = [
        (attempt - began).total_seconds() - INTERVAL * index / len(names)
        for index, name in enumerate(names)
        if (attempt := states[name].last_attempt_at) is not None
    ]
    failed = sum(bool(feed.fail_count) for feed in states.values())
    expected = len(names) * elapsed / INTERVAL
    print(f"{len(names)} feeds, {elapsed:.0f} s with start and stop")
    print(f"{len(late)} polled of {expected:.0f} that fell due, {failed} failed")
    print(f"CPU {100 * used / elapsed:.0f} % of one core")
    p95 = statistics.quantiles(late, n=20)[-1] if len(late) > 1 else 0.0
    print(f"late: median {statistics.median(late):.1f} s, p95 {p95:.1f} s, max {max(late):.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB, of the largest worker {workers:.0f} MiB")


def _cpu() -> float:
    """Return the CPU seconds of this process and of its workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
