"""Add, change and remove feeds of ``sources.yaml``; all else stays as its author wrote it.

::

    text ─ YAML nodes with their positions ─ lines inserted or cut ─▶ text
                                             └─ read again: exactly this change, or UsageError

Nothing is written by a YAML writer, which would move comments and change quotes. Only the lines of
the feed are touched; the result is read like any operator file, and refused unless it says what the
old text said apart from the change.
"""

from config.catalog.sources_edit.change import change_feed, find_feed_keys
from config.catalog.sources_edit.feeds import add_feeds, remove_feed
from config.catalog.sources_edit.yaml_text import NewFeed, NewOutlet

__all__ = ["NewFeed", "NewOutlet", "add_feeds", "change_feed", "find_feed_keys", "remove_feed"]
