"""What people take away from the console: lists, feeds, and a story as a briefing.

::

    GET /stories.csv?topic=… ────────▶ StoryFilter ─┬─▶ pages of the store ─▶ csv_table
    GET /stories.md?topic=…                         │                         markdown_table
    GET /alert-feeds/<token>/stories/atom.xml?…     └─▶ the newest stories ─▶ story_feed
    GET /alerts/<id>/briefing ─▶ StoryView ─▶ a page to print
"""

from wirewatch.web.pages.export.briefing import BriefingPage
from wirewatch.web.pages.export.feeds import ListFeeds
from wirewatch.web.pages.export.lists import ListExport

__all__ = ["BriefingPage", "ListExport", "ListFeeds"]
