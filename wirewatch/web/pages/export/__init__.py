"""What people take away from the console: a list as CSV, Markdown or feed.

::

    GET /stories.csv?topic=… ────────▶ StoryFilter ─┬─▶ pages of the store ─▶ csv_table
    GET /stories.md?topic=…                         │                         markdown_table
    GET /alert-feeds/<token>/stories/atom.xml?…     └─▶ the newest stories ─▶ story_feed
"""

from wirewatch.web.pages.export.feeds import ListFeeds
from wirewatch.web.pages.export.lists import ListExport

__all__ = ["ListExport", "ListFeeds"]
