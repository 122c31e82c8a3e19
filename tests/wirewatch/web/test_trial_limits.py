"""The try box: how much of it is done at the same time, whoever asks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from config.catalog.models import Catalog
from config.errors import BusyError, WirewatchError
from config.settings import Settings
from wirewatch.article_input import Document
from wirewatch.web import explain
from wirewatch.web.explain import CONCURRENT_FETCHES, CONCURRENT_TRIALS, Explainer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

REFUSED = 60 - CONCURRENT_TRIALS


@pytest.mark.processes
def test_of_sixty_trials_at_once_few_fetch_some_wait_and_the_others_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetching, most = 0, 0

    async def run() -> list[object]:
        release = asyncio.Event()

        async def fetch(url: str, settings: Settings) -> Document:
            nonlocal fetching, most
            fetching += 1
            most = max(most, fetching)
            await release.wait()
            fetching -= 1
            return Document(url, b"[1]")

        monkeypatch.setattr(explain, "fetch_page", fetch)
        explainer = Explainer(lambda: Catalog(outlets=()), Settings(_env_file=None), lambda: NOW)
        tries = [
            asyncio.ensure_future(explainer.try_topic("t", f"https://outlet.test/{n}", "", ""))
            for n in range(60)
        ]
        async with asyncio.timeout(30):
            while fetching < CONCURRENT_FETCHES or not all(t.done() for t in tries[-REFUSED:]):
                await asyncio.sleep(0.01)
        assert fetching == CONCURRENT_FETCHES
        assert sum(one.done() for one in tries) == REFUSED
        release.set()
        results = await asyncio.gather(*tries, return_exceptions=True)
        again = await asyncio.gather(explainer.try_topic("t", "", "", ""), return_exceptions=True)
        return [*results, *again]

    results = asyncio.run(run())
    assert sum(isinstance(result, BusyError) for result in results) == REFUSED
    assert [r for r in results if not isinstance(r, WirewatchError)] == []
    assert not isinstance(results[-1], BusyError)
    assert most == CONCURRENT_FETCHES
