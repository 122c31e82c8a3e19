"""Decide which outlet an article belongs to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.store.feed_record import FeedRecord
from core.store.outlets import HostOutlet
from ingest.hosts import host_key


def attributed(feed: FeedRecord, url: str, outlets: Sequence[HostOutlet]) -> FeedRecord:
    """Return a feed as one of the outlet on whose site an article is.

    A feed may list what others publish: an aggregator's, or that of a publisher with several
    titles. The article is the outlet's whose site has it, if that is one other outlet.

    Args:
        feed: The feed that brought the article first.
        url: Where readers find the article.
        outlets: The outlets with feeds on the host of that URL.
    """
    if host_key(url) == feed.host or len(outlets) != 1 or outlets[0].outlet == feed.outlet:
        return feed
    [owner] = outlets
    return replace(feed, outlet=owner.outlet, country=owner.country, language=owner.language)
