"""What people take away from the console: lists, feeds, and a story as a briefing.

::

    GET /stories.csv?topic=… ──────────┐
    GET /stories.markdown?topic=… ─────┼─▶ StoryFilter ─┬─▶ pages ─▶ csv_table, markdown_table
    GET /alert-feeds/<token>/stories/… ┘                └─▶ the newest stories ─▶ story_feed
    GET /alerts/<id>/briefing ─▶ StoryView ─▶ a page to print
"""

from wirewatch.web.pages.export.briefing import BriefingPage
from wirewatch.web.pages.export.feeds import ListFeeds
from wirewatch.web.pages.export.lists import ListExport

__all__ = ["BriefingPage", "ListExport", "ListFeeds"]
