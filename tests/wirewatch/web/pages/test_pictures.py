"""Pictures of the pages: each has a name, and a table with the same numbers beside it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from tests.support.console import Console, add_story
from wirewatch.outlet_latency import ALL, OTHERS, OutletLatency, Percentiles

pytestmark = pytest.mark.slow


def test_a_topic_shows_matches_outlets_ends_and_precision(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "one", now, copies=2)
    add_story(console.store, "two", now - timedelta(days=1))
    console.page("/")
    fields = [("pick", alert_id), ("act", "relevant"), ("back", "/")]
    console.submit("/act", fields)
    page = console.page("/topics/nato")
    cells = re.findall(
        r'<tr><th scope="row"><time datetime="([^"]+)"[^>]*>[^<]+</time></th>(.*?)</tr>', page
    )
    by_day = {day: re.findall(r">(\d+)<", row) for day, row in cells[:30]}
    assert by_day["2026-11-22"] == ["3", "3"]
    assert by_day["2026-11-21"] == ["1", "1"]
    assert by_day["2026-11-20"] == ["0", "0"]
    assert "Outlets per day, last 30 days" in page
    [title] = re.findall(r"<g><title>(22 Nov 2026 \(UTC\)[^<]*)</title>", page)
    assert "Joined 2" in title
    assert re.search(r'<rect class="joined" x="[\d.]+" y="[\d.]+"', page)
    assert 'aria-label="100%; with 95% confidence between 21% and 100%"' in page
    console.language = "de"
    assert "Diese Zahlen als Tabelle" in console.page("/topics/nato")
    assert "<svg" not in console.page("/topics/talks").partition('id="ends"')[2]


def test_the_latest_outlets_come_first_in_the_picture_of_lateness(console: Console) -> None:
    def outlet(name: str, p50: float) -> OutletLatency:
        return OutletLatency(name, 5, {"published_to_seen": Percentiles(5, p50, 3 * p50)})

    console.latency += [outlet(ALL, 60), outlet("kurier", 20), outlet("courier", 900)]
    console.latency += [outlet(OTHERS, 5000)]
    page = console.page("/feeds")
    rows = re.findall(r'<tr><th scope="row"><bdi>(.*?)</bdi></th>(.*?)</tr>', page)
    assert [name for name, _ in rows] == ["All outlets", "The Courier", "Der Kurier",
                                          "Other outlets"]  # fmt: skip
    dots = [float(x) for _, row in rows for x in re.findall(r'<circle cx="([\d.]+)"', row)]
    assert dots[2] < dots[0] < dots[1] < dots[3]
    assert "Half of the articles were seen within 15 min, 95% within 45 min" in rows[1][1]
