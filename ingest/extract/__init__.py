"""Extract an article from the bytes of a page: clean text, metadata, and what was cut, by zone.

::

    bytes ─▶ extract_page (pure, article.py) ─▶ ExtractedPage
    bytes ─▶ ExtractPool (pool.py: warm worker processes, a time limit per page) ─▶ the same

Only worker processes import ``article.py`` and what it needs: that takes a third of a second, and
the process that polls feeds does not need it.
"""

from ingest.extract.models import ExtractedPage, PageHints

__all__ = ["ExtractedPage", "PageHints"]
