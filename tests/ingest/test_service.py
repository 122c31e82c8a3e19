"""Ingest as a service: stopping, sharing work, recovering after a killed process."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest

from config.errors import UsageError
from config.i18n import Phrase, in_english
from core.clock import utc_now
from core.processes.instance import Instance
from core.store import entries, entry_leases, feeds
from ingest.service import Ingest, IngestCounts
from tests.support import fork_server
from tests.support.fork_server import ForkedProcess
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss

FEED = "/feed.xml"

pytestmark = ON_EVERY_DATABASE


def many(publisher: ScriptedPublisher, number: int) -> list[str]:
    return [
        item(str(n), f"Titel {n}", publisher.serve_page(f"/{n}", f"Titel {n}"))
        for n in range(number)
    ]


async def _until(done: object, seconds: float = 30.0) -> None:
    assert callable(done)
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.02)


@pytest.mark.slow
def test_the_service_reads_what_is_due_until_it_is_stopped(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.subscribe(publisher.serve(FEED, rss(*many(publisher, 3))))

    async def serve(ingest: Ingest) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(ingest.run(stop))
        await _until(lambda: len(installation.announced) == 3)
        installation.clock.advance(hours=1)
        publisher.serve(FEED, rss(*many(publisher, 4)))
        await _until(lambda: len(installation.announced) == 4)
        stop.set()
        await asyncio.wait_for(running, 20)

    installation.with_ingest(serve)
    assert publisher.asked(FEED) == 2


@pytest.mark.slow
def test_stopping_releases_running_jobs_within_seconds(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.subscribe(publisher.serve(FEED, rss(*many(publisher, 4))))
    publisher.page_delay = 0.6

    async def serve(ingest: Ingest) -> float:
        stop = asyncio.Event()
        running = asyncio.create_task(ingest.run(stop))
        await _until(lambda: publisher.asked("/0") == 1)
        stop.set()
        began = time.monotonic()
        await asyncio.wait_for(running, 8)
        return time.monotonic() - began

    assert installation.with_ingest(serve) < 6
    with installation.store.read() as connection:
        rows = entries.find_by_keys(connection, installation.catalog.feeds[0].id, "0123")
    assert Counter(r.state for r in rows.values()) == {"pending": 3, "done": 1}
    other = Instance.start(installation.settings.data_dir)
    with installation.store.write() as connection:
        taken = entry_leases.lease_due(connection, other, installation.clock(), limit=9)
    other.close()
    assert len(taken) == 1


@pytest.mark.slow
def test_a_changed_catalog_is_applied_while_running(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve(FEED, rss(*many(publisher, 1)))

    async def serve(ingest: Ingest) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(ingest.run(stop))
        await asyncio.sleep(0.1)
        installation.subscribe(publisher.url + FEED)
        await _until(lambda: len(installation.announced) == 1)
        stop.set()
        await running

    installation.with_ingest(serve)


def test_a_feed_with_an_interval_of_zero_is_polled_once_per_run(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.subscribe(publisher.serve(FEED, rss()), every=0.0)
    assert [installation.run().polled for _ in range(3)] == [1, 1, 1]
    assert publisher.asked(FEED) == 3


def test_an_unknown_feed_cannot_be_polled(installation: Installation) -> None:
    with pytest.raises(UsageError):
        installation.with_ingest(lambda ingest: ingest.poll_feed("nobody-1"))


def test_polling_one_feed_leaves_its_pages_for_a_run(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve(FEED, rss(*many(publisher, 2))))
    polled = installation.with_ingest(lambda ingest: ingest.poll_feed(feed))
    assert (polled.outcome, polled.new) == ("read", 2)
    assert in_english(Phrase.load(polled.due_reason)) == "every 10 min, the default for tier B"
    assert installation.announced == []
    assert installation.run() == IngestCounts(new=2)


def test_two_processes_share_the_work(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    names = [f"/{n}.xml" for n in range(6)]
    for n, name in enumerate(names):
        publisher.serve(
            name, rss(item(str(n), f"Titel {n}", publisher.serve_page(f"/{n}", f"Titel {n}")))
        )
    installation.subscribe(
        *(publisher.url_for(f"www.outlet{n}.com", name) for n, name in enumerate(names))
    )
    second = Instance.start(installation.settings.data_dir)

    async def both(one: Ingest) -> list[IngestCounts]:
        args = (
            installation.settings,
            installation.store,
            lambda: installation.catalog,
            second,
            installation.clock,
        )
        assert one._http is not None
        assert one._extract is not None
        async with Ingest(*args, http=one._http, parser=one._parser, extract=one._extract) as two:
            return list(await asyncio.gather(one.run_once(), two.run_once()))

    counts = installation.with_ingest(both)
    second.close()
    assert sum(c.polled for c in counts) == 6
    assert [publisher.asked(name) for name in names] == [1] * 6
    assert sorted(a.title for a in installation.announced) == [f"Titel {n}" for n in range(6)]


def test_jobs_of_a_dead_process_are_taken_over_at_once_in_a_run_and_after_a_minute_in_service(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve(FEED, rss()))
    installation.with_ingest(_nothing)
    dead = Instance.start(installation.settings.data_dir)
    now = installation.clock()
    with installation.store.write() as connection:
        assert feeds.lease_due(connection, dead, now, limit=1)
        again = now + timedelta(seconds=60)
        assert feeds.begin_attempt(connection, feed, dead, now, again)
    assert installation.run().polled == 0
    dead.close()
    with installation.store.write() as connection:
        assert feeds.lease_due(connection, installation.me, now, limit=1) == []
        [_] = feeds.lease_due(connection, installation.me, again, limit=1)
        feeds.release(connection, feed, installation.me)
    assert installation.run().polled == 0
    with installation.store.write() as connection:
        connection.execute(feeds.feeds.update().values(lease_holder=dead.id, lease_until=again))
    assert installation.run().polled == 1


async def _nothing(ingest: Ingest) -> None:
    ingest.sync()


@pytest.mark.processes
def test_a_process_killed_at_any_moment_loses_nothing_and_repeats_nothing(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve(FEED, rss(*many(publisher, 12)))
    publisher.page_delay = 0.05  # so that a child that is killed late still has pages to read
    kills = 0
    for wait in (0.05, 0.15):
        child = _child(installation, publisher.url + FEED)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(wait)
        child.kill()
        child.communicate()
        kills += child.returncode == -signal.SIGKILL
    publisher.page_delay = 0.0
    child = _child(installation, publisher.url + FEED)
    child.communicate()
    assert kills > 0
    titles = Counter(a.title for a in installation.announced)
    assert titles == Counter({f"Titel {n}": 1 for n in range(12)})


def _child(installation: Installation, url: str) -> ForkedProcess:
    settings = installation.settings
    arguments = [str(settings.data_dir), url, settings.database_location]
    return fork_server.start(arguments, main="tests.support.scripted_publisher_child:main")


def test_the_default_clock_is_the_real_one(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve(FEED, rss()))
    installation.clock.now = utc_now()
    installation.run()
    assert installation.feed(feed).last_attempt_at == installation.clock()


def test_feeds_overdue_after_a_pause_are_spread_in_service_and_polled_at_once_in_a_run(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    urls = [publisher.serve(f"/{n}.xml", rss()) for n in range(6)]
    names = installation.subscribe(*urls)
    installation.run()
    installation.clock.advance(hours=5)
    asked = len(publisher.requests)

    async def turn(ingest: Ingest) -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(ingest.run(stop))
        while min(installation.feed(n).next_due_at for n in names) < installation.clock():
            await asyncio.sleep(0.01)
        stop.set()
        await task

    installation.with_ingest(turn)
    assert len(publisher.requests) == asked
    due = [installation.feed(n).next_due_at - installation.clock() for n in names]
    assert timedelta(0) <= min(due) < max(due) <= timedelta(minutes=10)
    installation.clock.advance(minutes=10)
    assert installation.run().polled == 6


def test_a_clock_that_was_ahead_stalls_nothing(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve("/f", rss(), rss(item("1", "Eins"))))
    installation.clock.advance(days=30)
    installation.run()
    installation.clock.advance(days=-30)
    assert installation.run().polled == 0
    assert installation.feed(feed).next_due_at - installation.clock() < timedelta(minutes=12)
    installation.clock.advance(minutes=12)
    assert installation.run().new == 1
