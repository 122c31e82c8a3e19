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


def test_the_parts_of_a_stack_touch_and_the_tallest_fills_the_chart() -> None:
    days = [(date(2026, 11, 1), {"told": 1, "held": 3}), (date(2026, 11, 2), {"told": 2}),
            (date(2026, 11, 3), {})]  # fmt: skip
    chart = charts.stacked_bars(days, ("told", "joined", "held"), width=300, height=100)
    full, half, empty = chart.stacks
    assert [(part.name, part.y, part.height) for part in full.parts] == [
        ("told", 75.0, 25.0),
        ("held", 0.0, 75.0),
    ]
    assert [(part.y, part.height) for part in half.parts] == [(50.0, 50.0)]
    assert (chart.top, empty.total, empty.parts) == (4, 0, ())
    assert [stack.x for stack in chart.stacks] == [0, 100, 200]
    assert charts.stacked_bars([], ("told",), width=1, height=1).stacks == ()


def test_an_interval_stays_in_the_picture() -> None:
    share = charts.share_interval(0.5, 0.8, 1.0, width=100)
    assert (share.start, share.dot, share.end) == (50, 80, 100)
    late = charts.log_interval(59, 3599, most=3599, width=100)
    assert (late.start, late.dot, late.end) == (50.0, 50.0, 100)
    assert charts.log_interval(0, 0, most=0, width=100).end == 0
