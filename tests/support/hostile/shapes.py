"""All hostile documents by name: feeds, sitemaps and pages that anybody could send.

Each is made by a few lines, up to ten megabytes, the most that the client accepts.
``bench/hostile.py`` measures all of them, ``tests/ingest/test_hostile.py`` a sample.
"""

from __future__ import annotations

from tests.support.hostile.documents import Shape
from tests.support.hostile.feeds import FEEDS
from tests.support.hostile.json_feeds import JSON_FEEDS
from tests.support.hostile.pages import PAGES
from tests.support.hostile.sitemaps import SITEMAPS

SHAPES: dict[str, Shape] = {
    **{name: Shape("feed", make) for name, make in (FEEDS | JSON_FEEDS).items()},
    **{name: Shape("sitemap", make) for name, make in SITEMAPS.items()},
    **{name: Shape("page", make) for name, make in PAGES.items()},
}
"""The order is that of the benchmark's table."""
