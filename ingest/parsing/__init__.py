"""Parse feeds, sitemaps and robots.txt files in worker processes that can be killed.

::

    FeedParser ── messages: document, hashes of known entries ──▶ worker: handler.handle
        └──◀── messages: new and changed entries, 2 MB at most ──────┘

Only workers import the parsers; the process that polls imports :mod:`ingest.parsing.parser`.
"""
