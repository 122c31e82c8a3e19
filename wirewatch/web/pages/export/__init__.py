"""What people take away from the console: a list as CSV or Markdown.

::

    GET /stories.csv?topic=… ─┬─▶ StoryFilter ─▶ pages of the store ─▶ csv_table, markdown_table
    GET /stories.md?topic=…  ─┘
"""

from wirewatch.web.pages.export.lists import ListExport

__all__ = ["ListExport"]
