from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ingest.polling.pace import SLOWEST_TO_FASTEST, news_gap, pace_after
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY

WORKING = {"last_200_at": MONDAY - timedelta(minutes=10), "entry_count": 20, "next_due_at": MONDAY}


@pytest.mark.parametrize(
    ("minutes", "gap"),
    [
        ([], None),
        ([0, 0, 0], None),
        ([0, 30], 30),
        ([0, 0, 0, 30, 30, 90], 45),
        ([90, 0, 30, 30], 45),
        ([0, 10, 20, 30, 600], 10),
    ],
)
def test_the_gap_is_the_median_between_polls_that_brought_news(
    minutes: list[int], gap: int | None
) -> None:
    times = [MONDAY + timedelta(minutes=m) for m in minutes]
    assert news_gap(times) == (None if gap is None else timedelta(minutes=gap))


@pytest.mark.parametrize(
    ("pace", "new", "known", "after"),
    [
        (1.0, 14, 6, 0.5),  # 30 % known
        (1.0, 13, 7, 1.0),  # 35 %
        (0.5, 7, 13, 0.5),  # 65 %
        (0.5, 6, 14, 0.575),  # 70 %
        (0.5, 0, 20, 0.575),
        (1.0, 0, 20, 1.0),
        (0.95, 0, 20, 1.0),
        (1.0, 20, 0, SLOWEST_TO_FASTEST),  # a gap: straight to the shortest interval
        (0.06, 19, 1, SLOWEST_TO_FASTEST),
        (0.7, 0, 0, 0.7),
    ],
)
def test_a_document_of_new_entries_speeds_a_feed_up_and_known_ones_slow_it_down_again(
    pace: float, new: int, known: int, after: float
) -> None:
    feed = feed_record(**WORKING, pace=pace)
    assert pace_after(feed, new=new, known=known, now=MONDAY) == pytest.approx(after)


@pytest.mark.parametrize(
    "values",
    [
        {"next_due_at": MONDAY - timedelta(minutes=21)},
        {"next_due_at": MONDAY + timedelta(minutes=21)},
        {"fail_count": 1},
        {"last_200_at": None},
    ],
)
def test_a_late_poll_or_one_after_a_failure_says_nothing_about_the_interval(
    values: dict[str, Any],
) -> None:
    feed = feed_record(**WORKING | values)
    assert pace_after(feed, new=20, known=0, now=MONDAY) == 1.0


def test_the_first_document_is_no_reason_to_hurry() -> None:
    feed = feed_record(**WORKING | {"entry_count": 0})
    assert pace_after(feed, new=20, known=0, now=MONDAY) == 0.5
