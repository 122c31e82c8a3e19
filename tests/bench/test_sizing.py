"""The simulation behind docs/sizing.md, on cases that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench._day import (
    DAY,
    Burst,
    Costs,
    Limits,
    Load,
    arrivals,
    evenly,
    fewest,
    match_arrivals,
    size,
    spread_topics,
    work_off,
)
from bench.sizing import markdown
from core.streams.partitioner import partition_of

PAGE = Path(__file__).parents[2] / "docs" / "sizing.md"
FLAT = (1.0,) * 24
COSTS = Costs(
    ingest=0.02, relay=0.0004, processors=0.002, archive=0.002, alerts=0.02,
    server_article=0.004, server_match=0.01, article_bytes=2000, enriched_bytes=1000,
    match_bytes=4000, wal_bytes=20_000, store_bytes=30_000, ingest_mb=600, other_mb=250,
)  # fmt: skip
EXACT = Limits(busy=1.0, page_seconds=0.0)
HOUR = 3600.0


def test_a_day_has_as_many_articles_as_it_should_and_a_burst_adds_to_them() -> None:
    assert sum(arrivals(Load(86_400, FLAT))) == pytest.approx(86_400)
    assert max(arrivals(Load(86_400, FLAT))) == pytest.approx(30)
    with_burst = arrivals(Load(86_400, FLAT, (Burst(HOUR, HOUR, 4.0, 1.0),)))
    assert sum(with_burst) == pytest.approx(86_400 + 3 * 3600)
    assert with_burst[0] == pytest.approx(30)
    assert max(with_burst) == pytest.approx(120)
    busy_noon = arrivals(Load(1000, tuple(float(hour == 12) for hour in range(24))))
    assert busy_noon[:1440] == [0.0] * 1440
    assert sum(busy_noon[1440:1560]) == pytest.approx(1000)


def test_a_queue_grows_by_what_a_process_cannot_do_and_is_worked_off_later() -> None:
    """One a second comes for two minutes; one process does one in two seconds."""
    rows = [[30.0]] * 4 + [[0.0]] * 4
    queue = work_off(rows, 1, seconds=2.0)
    assert queue.lag == pytest.approx((30, 60, 90, 120, 90, 60, 30, 0))
    assert queue.served == pytest.approx((15,) * 8)
    assert queue.busiest == pytest.approx(1.0)
    twice = work_off(evenly([30.0] * 4, 2), 2, seconds=2.0)
    assert twice.longest == 0
    assert twice.busiest == pytest.approx(1.0)


def test_more_processes_do_not_help_where_all_keys_are_in_one_partition() -> None:
    rows = [[30.0, 0.0, 0.0, 0.0]] * 4
    assert work_off(rows, 4, seconds=2.0).lag == work_off(rows, 1, seconds=2.0).lag
    helpless = fewest(rows, 4, seconds=2.0, lag=10.0)
    assert helpless.processes == 2  # as the mean needs
    assert helpless.longest == pytest.approx(120)


def test_the_fewest_processes_that_keep_the_lag_are_found() -> None:
    rows = evenly([30.0] * 20, 12)
    found = {seconds: fewest(rows, 12, seconds, lag=5.0).processes for seconds in (0.5, 1, 2, 6)}
    assert found == {0.5: 1, 1: 1, 2: 2, 6: 6}
    assert fewest(rows, 12, 2.0, lag=1000.0).processes == 2  # no fewer than the mean needs


def test_matches_go_to_the_partition_of_their_topic() -> None:
    load = Load(86_400, FLAT, (Burst(0.0, HOUR, 3.0, 0.5),), matches=0.1, topics=4, skew=0.0)
    shares = spread_topics(load, 12)
    assert sum(shares) == pytest.approx(1.0)
    topics = {partition_of(f"topic-{number}".encode(), 12) for number in range(1, 5)}
    assert {number for number, share in enumerate(shares) if share} == topics
    rows = match_arrivals(load, arrivals(load), 12)
    assert sum(rows[0]) == pytest.approx(30 * 0.1 + 60 * 0.5)
    assert rows[0][partition_of(b"breaking", 12)] >= 60 * 0.5
    assert sum(rows[-1]) == pytest.approx(30 * 0.1)


def test_what_a_day_needs_follows_from_its_rate() -> None:
    """Ten articles a second, one of ten of which matches one of many topics."""
    load = Load(10 * DAY, FLAT, matches=0.1, topics=500, skew=0.0)
    need = size(load, COSTS, EXACT, step=300.0)
    stages = {name: queue.processes for name, queue in need.stages.items()}
    assert stages == {"ingest": 1, "relay": 1, "processors": 1, "archive": 1, "alerts": 1}
    assert need.rate == pytest.approx(10)
    assert need.produced == pytest.approx(10 * 3000 + 4000)
    assert need.brokers == 3
    assert need.stream_bytes == pytest.approx(34_000 * 30 * DAY * 3)
    assert need.database_cores == pytest.approx(0.05)
    assert need.wal == pytest.approx(10 * 20_000 * 2)
    assert need.store_bytes == pytest.approx(10 * DAY * 30_000)
    assert need.memory_mb == 600 + 3 * 250
    assert need.loads["relay, one process"] == pytest.approx(0.0044)
    tenfold = size(replace(load, articles=100 * DAY), COSTS, EXACT, step=300.0)
    assert tenfold.stages["ingest"].processes == 2
    faster = Limits(busy=1.0, page_seconds=0.0, core_speed=2.0)
    assert size(Load(100 * DAY, FLAT), COSTS, faster, step=300.0).stages["ingest"].processes == 1


def test_waiting_for_pages_needs_processes_too() -> None:
    waiting = Limits(busy=1.0, page_seconds=1.0, pages_at_once=10.0)
    need = size(Load(100 * DAY, FLAT), COSTS, waiting, step=300.0)
    assert need.stages["ingest"].processes == 10


def test_a_hot_topic_is_what_breaks_first_where_it_outruns_one_process() -> None:
    burst = Burst(HOUR, HOUR, 10.0, 1.0)
    need = size(Load(10 * DAY, FLAT, (burst,)), COSTS, EXACT, step=300.0)
    assert need.breaks_first == "alerts, the partition of the hottest topic"
    assert need.loads[need.breaks_first] == pytest.approx(90 * 0.02, rel=0.02)
    alerts = need.stages["alerts"]
    assert alerts.processes == 1
    assert alerts.longest == pytest.approx(0.8 * HOUR, rel=0.05)
    assert alerts.lag[-1] == pytest.approx(0, abs=1.0)


@pytest.mark.slow
def test_the_page_has_the_figures_of_the_simulation() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    assert [row for row in markdown() if row not in lines] == []
