"""The latency of outlets, as the feeds page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from config.catalog.models import Catalog
from config.i18n import Translator
from wirewatch.outlet_latency import ALL, OTHERS, SEGMENTS, OutletLatency
from wirewatch.web import display


def latency_rows(
    latency: Sequence[OutletLatency], catalog: Catalog, t: Translator
) -> list[dict[str, object]]:
    """Return a row for each outlet, all outlets together first.

    ``segments`` has the texts of both percentiles for each of
    :data:`~wirewatch.outlet_latency.SEGMENTS`, or None where nothing was measured.
    """
    names = {ALL: t("feeds.latency.all"), OTHERS: t("feeds.latency.others")}
    return [
        {
            "outlet": names.get(each.outlet) or display.outlet_name(catalog, each.outlet),
            "articles": each.articles,
            "segments": [_percentiles(each, segment, t) for segment in SEGMENTS],
        }
        for each in latency
    ]


def _percentiles(latency: OutletLatency, segment: str, t: Translator) -> tuple[str, str] | None:
    measured = latency.segments.get(segment)
    if measured is None:
        return None
    p50, p95 = (t.duration(timedelta(seconds=s)) for s in (measured.p50, measured.p95))
    return p50, p95
