"""Weeks of articles need no more space than the first: everything is deleted after its time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.store.column_types import metadata
from tests.support.retention_year import open_year

WEEK = timedelta(days=7)
KINDS = ("articles", "told", "history", "counts", "archive", "streams")


@pytest.mark.slow
def test_what_is_published_every_day_takes_as_many_rows_after_weeks_as_after_days(
    tmp_path: Path,
) -> None:
    retention = {f"{kind}_retention": WEEK for kind in KINDS}
    with open_year(tmp_path, per_day=4, words=20, **retention) as year:
        nights = list(year.live(18))
        with year.store.read() as connection:
            rows = {
                name: connection.scalar(select(func.count()).select_from(table)) or 0
                for name, table in metadata.tables.items()
            }
        rows["archive"] = len(list(year.archive.articles()))
        records = {stream.name: stream.records for stream in year.streams.list_streams()}
    rows["stream"] = records["news.articles.v1"]
    days = 9  # a week, the day before the night, and the day that the feed shows
    assert {name: n for name, n in rows.items() if n > 16 * days} == {}
    for name in ("articles", "article_revisions", "entries", "page_reads", "archive", "stream"):
        assert 4 * 7 <= rows[name] <= 4 * days, name
    assert rows["outbox"] == 0
    assert 7 <= rows["cards"] <= days
    assert 7 <= rows["nightly_runs"] <= days
    last = nights[-1].run
    assert {"articles", "entries", "stories", "archive"} <= last.deleted.keys()
    assert last.sizes.keys() == {"store", "streams", "archive"}
