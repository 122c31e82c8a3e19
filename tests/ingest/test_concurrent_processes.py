"""Several processes on one store read the same articles at the same time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from core.store.sightings import load_sightings
from tests.support.newsroom import Answer
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import HTML, Installation, ScriptedPublisher, html, item, rss


@pytest.mark.slow
@ON_EVERY_DATABASE
def test_articles_read_by_several_processes_at_once_are_announced_once_and_in_order(
    publisher: ScriptedPublisher, tmp_path: Path, database_url: str
) -> None:
    pages = [publisher.serve_page(f"/{n}", f"Titel {n}") for n in range(8)]
    shown = [item(str(n), f"Titel {n}", page) for n, page in enumerate(pages)]
    installations = [Installation(tmp_path, database_url=database_url) for _ in range(3)]
    feeds = [publisher.serve(f"/{n}.xml", rss(*shown)) for n in range(3)]
    for installation in installations:
        for n, feed in enumerate(feeds):
            installation.subscribe(
                feed.replace("127.0.0.1", f"www.outlet{n}.com"), outlet=f"outlet{n}"
            )
    for _ in range(2):
        start = Barrier(len(installations))

        def run(installation: Installation, start: Barrier = start) -> None:
            start.wait()
            installation.run()

        with ThreadPoolExecutor(len(installations)) as pool:
            list(pool.map(run, installations))
        for n in range(8):
            publisher.serve(f"/{n}", Answer(html(f"Anderer Titel {n}"), headers=HTML))
        for n in range(3):
            changed = [item(str(i), f"Anderer Titel {i}", page) for i, page in enumerate(pages)]
            publisher.serve(f"/{n}.xml", rss(*changed))
        for installation in installations:
            installation.clock.advance(hours=25)
    announced = [(a.article_id, a.revision) for a in installations[0].announced]
    assert len({article for article, _ in announced}) == 8
    assert set(Counter(announced).values()) == {1}
    assert [r for a, r in announced if a == announced[0][0]] == [1, 2]
    with installations[0].store.read() as connection:
        assert all(len(load_sightings(connection, a)) == 3 for a, _ in announced)
    for installation in installations:
        installation.close()
