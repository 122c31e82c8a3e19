"""Find the feeds of a site: what its pages link, what its robots.txt lists, what is usual.

::

    address ─ page ─ links ──┐
            ─ robots.txt ────┼─ candidates ─ each requested and parsed ─▶ FoundFeed
            ─ usual paths ───┘
"""
