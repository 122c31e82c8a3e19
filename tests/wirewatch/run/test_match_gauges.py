"""The metrics say how today's matches ended, and add up to them."""

from __future__ import annotations

from datetime import date

from prometheus_client import Gauge

from alerts.match_end import TopicDayEnds
from core import metrics
from wirewatch.run.housekeeping import set_match_gauges

TODAY = date(2026, 11, 22)


def values(gauge: Gauge) -> dict[tuple[str, ...], float]:
    [family] = gauge.collect()
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


def test_the_gauges_add_up_and_fall_to_zero_when_the_day_is_over() -> None:
    trade = TopicDayEnds("trade", TODAY, 2, 1, 1, {"too_old": 3}, {"cap": 1}, {"shadow": 5})
    rail = TopicDayEnds("rail", TODAY, suppressed={"too_old": 1, "replay": 2})
    set_match_gauges([trade, rail])
    by_end = values(metrics.MATCHES_TODAY)
    assert {end: n for (topic, end), n in by_end.items() if topic == "trade"} == {
        "told": 2, "joined": 1, "held": 1, "suppressed": 3,
    }  # fmt: skip
    assert sum(n for (topic, _), n in by_end.items() if topic == "trade") == trade.matches
    assert values(metrics.SUPPRESSED_TODAY) == {("too_old",): 4, ("replay",): 2}
    set_match_gauges([])
    assert set(values(metrics.MATCHES_TODAY).values()) == {0}
