"""A simulated year of articles and nights: how much space it takes, and how long nights lock.

::

    python bench/retention.py [--days 365] [--per-day 100] [--words 300]

Every table of the store, the streams and the archive is written as the stages write it, and every
night the real job deletes what is past its retention. Scaled down is the rate (100 articles a day
for 100,000), and the retention: 14 to 45 days for 60 days to two years, so that the longest has
passed eight times in the year and everything has been deleted and written again that often. What
one article takes after 60 days and after a year is then compared, and multiplied.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from datetime import timedelta
from pathlib import Path

import structlog

from tests.support.retention_year import Night, open_year

DAYS = {"articles": 14, "told": 45, "history": 30, "counts": 45, "archive": 45, "streams": 7}
REAL = {"store": 90, "streams": 30, "archive": 730}
"""Days that an article is kept by default."""
KEPT = {"store": DAYS["articles"], "streams": DAYS["streams"], "archive": DAYS["archive"]}
RATE = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--per-day", type=int, default=100)
    parser.add_argument("--words", type=int, default=300)
    args = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    retention = {f"{kind}_retention": timedelta(days=days) for kind, days in DAYS.items()}
    with (
        tempfile.TemporaryDirectory() as folder,
        open_year(Path(folder), args.per_day, args.words, **retention) as year,
    ):
        print(
            "night   store MB  streams MB  archive MB   rows deleted  night s  store ms (CPU)  step"
        )
        nights = []
        for night in year.live(args.days):
            nights.append(night)
            if len(nights) in (30, 60, 90) or len(nights) % 60 == 0 or len(nights) == args.days:
                _print(len(nights), night)
    _compare(nights, args.per_day)


def _print(number: int, night: Night) -> None:
    store, streams, archive = (night.sizes[p] / 1e6 for p in ("store", "streams", "archive"))
    print(
        f"{number:5} {store:10.1f} {streams:11.1f} {archive:11.1f} {night.run.total:14}"
        f" {night.seconds:8.2f} {night.longest[0] * 1000:8.0f} ({night.longest[1] * 1000:3.0f})"
        f" {night.longest_step * 1000:8.0f}"
    )


def _compare(nights: list[Night], per_day: int) -> None:
    early, last = nights[min(59, len(nights) - 1)], nights[-1]
    print(f"size after night {len(nights)} / night 60: {last.size / early.size:.3f}")
    for name, numbers in (
        ("transaction of the store", [night.longest[0] for night in nights]),
        ("CPU time of one", [night.longest[1] for night in nights]),
        ("step of the archive", [night.longest_step for night in nights]),
    ):
        numbers.sort()
        median, p95 = numbers[len(numbers) // 2], numbers[len(numbers) * 95 // 100]
        print(
            f"longest {name} in a night: median {median * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms,"
            f" worst {numbers[-1] * 1000:.0f} ms"
        )
    for part, days in REAL.items():
        each = last.sizes[part] / (per_day * KEPT[part])
        total = each * RATE * days / 1e9
        print(
            f"{part}: {each / 1000:.1f} kB an article; {RATE} a day for {days} days: {total:.0f} GB"
        )


if __name__ == "__main__":
    main()
