"""The gauges of the process that answers ``/metrics``, from a real store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import Gauge

from config.settings import Settings
from core import metrics
from core.store import Store
from core.store.article_times import ArticleTimes
from core.store.deliveries import Notification, add_notification
from tests.support.schemas import new_sqlite
from wirewatch.outlet_latency import ALL
from wirewatch.run import store_gauges
from wirewatch.run.store_gauges import StoreGauges

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def values(gauge: Gauge) -> dict[tuple[str, ...], float]:
    [family] = gauge.collect()
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Any]:
    """What the gauges need of a program."""
    location = new_sqlite(tmp_path)
    settings = Settings(data_dir=tmp_path, database_url=location)
    with closing(Store.open(location)) as store:
        alerts = SimpleNamespace(receivers=[SimpleNamespace(id=name) for name in ("desk", "night")])
        keeper = SimpleNamespace(current=SimpleNamespace(alerts=alerts))
        yield SimpleNamespace(store=store, settings=settings, clock=lambda: NOW, keeper=keeper)


def test_every_receiver_has_a_value_until_it_is_removed_and_nothing_waits_for_it(
    program: Any,
) -> None:
    with program.store.write() as connection:
        at = NOW - timedelta(minutes=2)
        message = Notification("n", "a", "old", "new_story", 0, "{}", at)
        add_notification(connection, message, ["https://x.example"], due=at)
    StoreGauges(program).update()
    assert values(metrics.UNDELIVERED) == {
        ("desk", "due"): 0, ("desk", "held"): 0, ("desk", "pending"): 0,
        ("night", "due"): 0, ("night", "held"): 0, ("night", "pending"): 0,
        ("old", "due"): 1, ("old", "held"): 0, ("old", "pending"): 0,
    }  # fmt: skip
    assert values(metrics.UNDELIVERED_AGE) == {("desk",): 0, ("night",): 0, ("old",): 120}
    sizes = values(metrics.STORAGE_BYTES)
    assert sizes["store",] > 100_000
    assert sizes.keys() == {("store",), ("archive",), ("streams",)}
    assert metrics.DISK_SIZE._value.get() >= metrics.DISK_FREE._value.get() > 0
    program.keeper.current.alerts.receivers.pop()
    StoreGauges(program).update()
    assert ("night", "due") not in values(metrics.UNDELIVERED)


def test_the_latency_is_that_of_the_last_day_and_an_outlet_without_articles_disappears(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [ArticleTimes("kurier", NOW - timedelta(seconds=90), NOW, None)]

    def load(_: object, since: datetime, *, limit: int) -> list[ArticleTimes]:
        assert (NOW - since, limit) == (timedelta(hours=24), store_gauges.MOST_ARTICLES)
        return times

    monkeypatch.setattr(store_gauges, "load_article_times", load)
    gauges = StoreGauges(program)
    gauges.update_latency()
    assert [each.outlet for each in gauges.latency] == [ALL, "kurier"]
    assert values(metrics.LATENCY_SECONDS) == {
        (outlet, "published_to_seen", percent): 90
        for outlet in (ALL, "kurier")
        for percent in ("50", "95")
    }
    assert values(metrics.LATENCY_ARTICLES)["kurier", "published_to_seen"] == 1
    times.clear()
    gauges.update_latency()
    assert values(metrics.LATENCY_SECONDS) == values(metrics.LATENCY_ARTICLES) == {}
