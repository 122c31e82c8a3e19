"""A link that may lead to a feed, as workers report it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link that may lead to a feed.

    Attributes:
        url: Absolute.
        title: What the page calls it.
        declared: Whether the page says that it is a feed, rather than that it looks like one.
        refresh: Whether the page leads there by itself.
    """

    url: str
    title: str
    declared: bool
    refresh: bool = False
