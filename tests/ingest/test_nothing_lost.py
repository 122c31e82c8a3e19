"""The promise of ingest, over random histories: nothing served is lost, nothing told twice."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from config.errors import StoreError
from core.store import Store
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    Installation,
    ScriptedPublisher,
    cut_short,
    html,
    item,
    rss,
)

FEED = "/feed.xml"

FAULTS = ("none", "none", "etag", "304", "500", "404", "429", "cut", "html", "empty", "store")
PAGES = ("fine", "fine", "fine", "503", "403", "timeout")

STEP = st.tuples(
    st.sampled_from(FAULTS),
    st.lists(st.integers(0, 7), min_size=0, max_size=5, unique=True),
    st.sampled_from(PAGES),
)


def test_no_served_entry_is_lost_and_none_is_told_twice() -> None:
    press = ScriptedPublisher()

    @settings(max_examples=8, deadline=None)
    @given(st.lists(STEP, min_size=1, max_size=6))
    def over(history: list[tuple[str, list[int], str]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            check(press, Path(folder), history)

    try:
        over()
    finally:
        press.close()


def check(
    press: ScriptedPublisher, folder: Path, history: list[tuple[str, list[int], str]]
) -> None:
    desk = Installation(folder, fetch_page_attempts=3)
    try:
        desk.subscribe(press.url + FEED, every=0.0)
        served: set[int] = set()
        for fault, shown, page in history:
            served |= step(press, desk, fault, shown, page)
        settle(press, desk)
        told = Counter((a.article_id, a.revision) for a in desk.announced)
        assert set(told.values()) <= {1}
        first = Counter(a.title for a in desk.announced if a.revision == 1)
        assert first == Counter({f"Titel {n}": 1 for n in served})
    finally:
        desk.close()


def step(
    press: ScriptedPublisher, desk: Installation, fault: str, shown: list[int], page: str
) -> set[int]:
    """One poll; the entries that were served whole, and so must be told in the end."""
    for n in shown:
        press.says(f"/{n}", page_answer(page, n))
    document = rss(
        *(entry(press, n) for n in shown), **({"ETag": '"1"'} if fault == "etag" else {})
    )
    press.says(FEED, feed_answer(fault, document))
    if fault == "store":
        fail_once(desk)
    else:
        desk.run()
    desk.clock.forward(hours=25)
    return set(shown) if fault in ("none", "etag") else set()


def feed_answer(fault: str, document: Answer) -> Answer:
    statuses = {"304": 304, "500": 500, "404": 404, "429": 429}
    if fault in statuses:
        return Answer(status=statuses[fault], headers={"Retry-After": "60"})
    broken = {"cut": cut_short(document), "html": Answer(html("Wartung")), "empty": Answer(b"")}
    return broken.get(fault, document)


def page_answer(kind: str, n: int) -> Answer:
    if kind == "fine":
        return Answer(html(f"Titel {n}"), headers=HTML)
    return Answer(status={"503": 503, "403": 403, "timeout": 500}[kind])


def entry(press: ScriptedPublisher, n: int) -> str:
    return item(f"guid-{n}", f"Titel {n}", f"{press.url}/{n}", summary=f"Vorspann {n}.")


def fail_once(desk: Installation) -> None:
    """A run in which the store takes no entry, and one right after it in which it does."""
    trigger = "CREATE TRIGGER no BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no'); END"
    execute(desk.store, trigger)
    try:
        desk.run()
    except StoreError:
        pass
    finally:
        execute(desk.store, "DROP TRIGGER no")


def execute(store: Store, statement: str) -> None:
    with store.write() as connection:
        connection.execute(text(statement))


def settle(press: ScriptedPublisher, desk: Installation) -> None:
    """Let every waiting page come to its end."""
    press.says(FEED, Answer(status=500))
    for _ in range(4):
        desk.run()
        desk.clock.forward(hours=25)
