"""Search of the archive in the query language of topics.

::

    query ──compile_search──▶ SearchQuery ─┬─ required literals ──propose──▶ proposal for the index
                                           └─ program of the engine               │
                    hits ◀──decides────────────────────────────── candidates ◀────┘ newest first
"""

from processors.archive.query import SearchQuery, compile_search
from processors.archive.search import Hit, SearchLimits, SearchPage, Stopped, search

__all__ = [
    "Hit",
    "SearchLimits",
    "SearchPage",
    "SearchQuery",
    "Stopped",
    "compile_search",
    "search",
]
