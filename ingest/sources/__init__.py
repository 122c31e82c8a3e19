"""Sources: the kinds of documents that entries come from, one parser for each.

::

    body ── utf8 ────┬── RSS, Atom ── feed.parse_xml ──┐
                     ├── JSON Feed ── jsonfeed ────────┼──▶ ParsedFeed: new and changed entries
                     └── news sitemap ── sitemap ──────┘     and the keys of the unchanged ones

Outcomes of the :class:`~config.errors.FetchError` raised here: ``empty``, ``html_instead``,
``consent_wall``, ``challenge``, ``not_a_feed``, ``parse``, and those of unpacking a gzip file
(``too_large``, ``truncated``, ``protocol``).
"""

from ingest.sources.entry import FeedEntry, ParsedFeed

__all__ = ["FeedEntry", "ParsedFeed"]
