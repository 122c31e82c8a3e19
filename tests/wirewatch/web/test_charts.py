"""Bar charts."""

from __future__ import annotations

from datetime import date

from wirewatch.web import charts


def test_a_chart_has_one_bar_per_day_and_a_hairline_for_a_day_without_anything() -> None:
    days = [(date(2026, 11, n), n % 3) for n in range(1, 31)]
    chart = charts.bars(days, width=180)
    assert (len(chart.bars), chart.top, chart.total) == (30, 2, 30)
    assert all(bar.x + bar.width <= 180 and bar.y + bar.height <= 32.01 for bar in chart.bars)
    assert chart.bars[2].height < 1 < chart.bars[0].height < chart.bars[1].height


def test_a_chart_without_days_has_no_bars() -> None:
    assert charts.bars([], width=10).bars == ()
