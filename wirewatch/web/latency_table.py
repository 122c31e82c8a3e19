"""The latency of outlets, as the feeds page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from config.catalog.models import Catalog
from config.i18n import Translator
from wirewatch.outlet_latency import ALL, OTHERS, SEGMENTS, OutletLatency
from wirewatch.web import display
from wirewatch.web.charts import Interval, log_interval

SEEN = SEGMENTS[0]
"""From publication to first seen: how late the feeds of an outlet are read."""

WIDTH = 140


def latency_rows(
    latency: Sequence[OutletLatency], catalog: Catalog, t: Translator
) -> list[dict[str, object]]:
    """Return a row for each outlet: all together first, then those whose articles are seen latest.

    ``segments`` has the texts of both percentiles for each of
    :data:`~wirewatch.outlet_latency.SEGMENTS`, or None where nothing was measured.
    ``interval`` is the picture of the time from publication to first seen.
    """
    most = max((each.segments[SEEN].p95 for each in latency if SEEN in each.segments), default=1.0)
    names = {ALL: t("feeds.latency.all"), OTHERS: t("feeds.latency.others")}
    return [
        {
            "outlet": names.get(each.outlet) or display.outlet_name(catalog, each.outlet),
            "articles": each.articles,
            "segments": [_percentiles(each, segment, t) for segment in SEGMENTS],
            "interval": _interval(each, most),
        }
        for each in sorted(latency, key=_lateness)
    ]


def _lateness(latency: OutletLatency) -> tuple[int, float]:
    seen = latency.segments.get(SEEN)
    order = {ALL: 0, OTHERS: 2}.get(latency.outlet, 1)
    return order, -seen.p50 if seen else 0.0


def _interval(latency: OutletLatency, most: float) -> Interval | None:
    seen = latency.segments.get(SEEN)
    return log_interval(seen.p50, seen.p95, most=most, width=WIDTH) if seen else None


def _percentiles(latency: OutletLatency, segment: str, t: Translator) -> tuple[str, str] | None:
    measured = latency.segments.get(segment)
    if measured is None:
        return None
    p50, p95 = (t.duration(timedelta(seconds=s)) for s in (measured.p50, measured.p95))
    return p50, p95
