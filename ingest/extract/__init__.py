"""From a page's bytes to an article: clean text, metadata, and what was cut, zone by zone.

::

    bytes ─▶ extract_page (pure, article.py) ─▶ ExtractedPage
    bytes ─▶ ExtractPool (pool.py: warm worker processes, a time limit a page) ─▶ the same

What reads pages (``article.py`` and all below it) is loaded by the workers alone: it takes a third
of a second, and the process that polls the feeds has no use for it.
"""

from ingest.extract.models import ExtractedPage, PageHints

__all__ = ["ExtractedPage", "PageHints"]
