"""A second opinion on what extraction leaves of a page, so that no article is lost.

::

    what is left ─ much less than the blocks, JSON-LD or feed have? ── no ──▶ it stays
                       │ yes
                 plain extractor, JSON-LD, feed ─ decide ──▶ the better supported
"""

from ingest.extract.opinion.dispute import Dispute

__all__ = ["Dispute"]
