"""The health check."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from config.i18n import Phrase
from core.store.feeds import feeds
from tests.support.console import Console, add_feeds, open_store
from wirewatch.web.pages.health import StoreProbe


def test_the_health_check_and_every_page_name_the_stage_that_stopped(console: Console) -> None:
    reason = "The store is <away>."
    console.ill.append(Phrase("health.stage", stage="relay", reason=reason))
    status, body = console.request("/healthz")
    assert (status, '"relay: The store is <away>."' in body) == (503, True)
    page = console.page("/")
    assert "restarted shortly: <span>relay: The store is &lt;away&gt;.</span>" in page


def test_the_health_check_names_a_store_that_does_not_answer(console: Console) -> None:
    with console.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE alerts")
    status, body = console.request("/healthz")
    assert (status, '"status":"ill"' in body, '"feeds":null' in body) == (503, True, True)


def test_the_health_check_says_how_many_feeds_were_ever_read(
    console: Console, now: datetime
) -> None:
    assert '"feeds":{"read":0,"not_read":0}' in console.request("/healthz")[1]
    add_feeds(console.store, console.catalog, now)
    with console.store.write() as connection:
        kurier = feeds.update().where(feeds.c.outlet == "kurier")
        connection.execute(kurier.values(last_304_at=now))
    assert '"feeds":{"read":1,"not_read":1}' in console.request("/healthz")[1]


def test_the_health_check_does_not_wait_for_a_store_that_another_process_keeps_locked(
    tmp_path: Path,
) -> None:
    async def ask(probe: StoreProbe) -> list[list[str]]:
        return await asyncio.gather(*(probe.find_problems() for _ in range(100)))

    async def run(lock: sqlite3.Connection) -> None:
        probe = StoreProbe(store, seconds=0.05)
        lock.execute("BEGIN EXCLUSIVE")
        assert await ask(probe) == [["The store has not answered for 0.05 s."]] * 100
        assert threading.active_count() <= threads + 1
        lock.execute("ROLLBACK")
        assert await StoreProbe(store, seconds=20).find_problems() == []

    with closing(open_store(tmp_path)) as store:
        [file] = tmp_path.glob("*.db")
        threads = threading.active_count()
        with closing(sqlite3.connect(file, isolation_level=None)) as lock:
            asyncio.run(run(lock))


def test_who_asks_for_the_store_again_does_not_disturb_those_who_wait(tmp_path: Path) -> None:
    async def ask_twice(probe: StoreProbe) -> list[list[str]]:
        return [await probe.find_problems(), await probe.find_problems()]

    async def run() -> list[list[list[str]]]:
        probe = StoreProbe(store, seconds=20)
        return await asyncio.gather(*(ask_twice(probe) for _ in range(3)))

    with closing(open_store(tmp_path)) as store:
        assert asyncio.run(run()) == [[[], []]] * 3


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Broken: the canary is missing, alerts may not arrive"),
        (
            "de",
            "Gestört: Die stündliche Kontrollmeldung fehlt, Meldungen kommen womöglich nicht an",
        ),
    ],
)
def test_the_health_check_and_every_page_name_a_canary_that_is_missing(
    console: Console, now: datetime, language: str, text: str
) -> None:
    add_feeds(console.store, console.catalog, now)
    console.language = language
    console.canary.append(Phrase("canary.missing", receiver="desk", target="host", since=now))
    status, body = console.request("/healthz")
    assert (status, "missing at desk (host)" in body) == (503, True)
    page = console.page("/")
    assert text in page
    missing = {"en": "missing at desk (host)", "de": "Bei desk (host) ist seit"}
    assert missing[language] in page
