"""From a page's bytes to an article: clean text, metadata, and what was cut, zone by zone.

::

    bytes ─▶ extract_page (pure, article.py) ─▶ ExtractedPage
    bytes ─▶ ExtractPool (pool.py: warm worker processes, a time limit a page) ─▶ the same
"""

from ingest.extract.article import extract_page
from ingest.extract.page import ExtractedPage, PageHints

__all__ = ["ExtractedPage", "PageHints", "extract_page"]
