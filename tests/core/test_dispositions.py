"""Counts of ends, per stage."""

from __future__ import annotations

from core.dispositions import Dispositions


def test_each_stage_has_its_own_counts_in_order_of_name() -> None:
    counts = Dispositions()
    counts.count("ingest", "known", 2)
    counts.count("ingest", "article_new")
    counts.count("alerts", "known")
    counts.count("alerts", "never", 0)
    assert list(counts.of("ingest").items()) == [("article_new", 1), ("known", 2)]
    assert counts.of("alerts") == {"known": 1}
    assert counts.of("processors") == {}
