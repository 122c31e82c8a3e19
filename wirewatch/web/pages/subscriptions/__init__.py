"""Pages on which feeds are added to ``sources.yaml``, changed, paused and removed.

::

    site ─▶ finder ──── feeds with what reading them gave ─┐
    OPML ─▶ candidates ─ feeds that are new, and known ─────┼─▶ sources_file: a diff, and the file
    form of a feed ─────────────────────────────────────────┘   written where that is allowed

Every action is a button of one form, and the answer is the whole page, with or without a script.
"""

from wirewatch.web.pages.subscriptions.add_page import AddFeedsPage
from wirewatch.web.pages.subscriptions.edit_page import EditFeedPage

__all__ = ["AddFeedsPage", "EditFeedPage"]
