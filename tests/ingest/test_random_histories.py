"""Over random histories, no entry that was served is lost, and none is announced twice."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
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
    html,
    item,
    rss,
    truncated,
)

FEED = "/feed.xml"

FAULTS = ("none", "none", "etag", "304", "500", "404", "429", "cut", "html", "empty", "store")
PAGES = ("fine", "fine", "fine", "503", "403", "timeout")

STEP = st.tuples(
    st.sampled_from(FAULTS),
    st.lists(st.integers(0, 7), min_size=0, max_size=5, unique=True),
    st.sampled_from(PAGES),
)


@pytest.mark.slow
def test_no_entry_that_was_served_is_lost_or_announced_twice() -> None:
    publisher = ScriptedPublisher()

    @settings(max_examples=8, deadline=None)
    @given(st.lists(STEP, min_size=1, max_size=6))
    def over(history: list[tuple[str, list[int], str]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            check(publisher, Path(folder), history)

    try:
        over()
    finally:
        publisher.close()


def check(
    publisher: ScriptedPublisher, folder: Path, history: list[tuple[str, list[int], str]]
) -> None:
    installation = Installation(folder, fetch_page_attempts=3)
    try:
        installation.subscribe(publisher.url + FEED, every=0.0)
        served: set[int] = set()
        for fault, shown, page in history:
            served |= step(publisher, installation, fault, shown, page)
        settle(publisher, installation)
        announced = Counter((a.article_id, a.revision) for a in installation.announced)
        assert set(announced.values()) <= {1}
        first = Counter(a.title for a in installation.announced if a.revision == 1)
        assert first == Counter({f"Titel {n}": 1 for n in served})
    finally:
        installation.close()


def step(
    publisher: ScriptedPublisher,
    installation: Installation,
    fault: str,
    shown: list[int],
    page: str,
) -> set[int]:
    """Poll once and return the entries that were served, which must be announced in the end."""
    for n in shown:
        publisher.serve(f"/{n}", page_answer(page, n))
    document = rss(
        *(entry(publisher, n) for n in shown), **({"ETag": '"1"'} if fault == "etag" else {})
    )
    publisher.serve(FEED, feed_answer(fault, document))
    if fault == "store":
        fail_once(installation)
    else:
        installation.run()
    installation.clock.advance(hours=25)
    return set(shown) if fault in ("none", "etag") else set()


def feed_answer(fault: str, document: Answer) -> Answer:
    statuses = {"304": 304, "500": 500, "404": 404, "429": 429}
    if fault in statuses:
        return Answer(status=statuses[fault], headers={"Retry-After": "60"})
    broken = {"cut": truncated(document), "html": Answer(html("Wartung")), "empty": Answer(b"")}
    return broken.get(fault, document)


def page_answer(kind: str, n: int) -> Answer:
    if kind == "fine":
        return Answer(html(f"Titel {n}"), headers=HTML)
    return Answer(status={"503": 503, "403": 403, "timeout": 500}[kind])


def entry(publisher: ScriptedPublisher, n: int) -> str:
    return item(f"guid-{n}", f"Titel {n}", f"{publisher.url}/{n}", summary=f"Vorspann {n}.")


def fail_once(installation: Installation) -> None:
    """Run once while the store refuses entries."""
    trigger = "CREATE TRIGGER no BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no'); END"
    execute(installation.store, trigger)
    try:
        installation.run()
    except StoreError:
        pass
    finally:
        execute(installation.store, "DROP TRIGGER no")


def execute(store: Store, statement: str) -> None:
    with store.write() as connection:
        connection.execute(text(statement))


def settle(publisher: ScriptedPublisher, installation: Installation) -> None:
    """Run until every waiting page has ended."""
    publisher.serve(FEED, Answer(status=500))
    for _ in range(4):
        installation.run()
        installation.clock.advance(hours=25)
