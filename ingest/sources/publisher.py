"""Whose article an entry is whose link does not say so, as those of Google News. Pure.

::

    <title>Deich bricht - Bote</title> <source url="https://www.bote.example">Bote</source>
        ──▶ title "Deich bricht", publisher https://www.bote.example/
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from core.text.clean import clean_line
from ingest.sources.entry import FeedEntry
from ingest.sources.namespaces import CORE, split_tag
from ingest.urls import fetchable_url, hides_address

_LONGEST_NAME = 200


def with_publisher(entry: FeedEntry, element: etree._Element) -> FeedEntry:
    """Return an entry with its publisher, if its link hides the address and ``<source>`` says it.

    Args:
        entry: The entry.
        element: Its element in the document.
    """
    if not entry.url or not hides_address(entry.url):
        return entry
    source = next((child for child in element if _is_source(child)), None)
    url = fetchable_url(source.get("url", ""), "") if source is not None else None
    if source is None or url is None:
        return entry
    name = clean_line((source.text or "")[:_LONGEST_NAME])
    title = entry.title.removesuffix(f" - {name}") if name else entry.title
    return replace(entry, publisher_url=url, title=title or entry.title)


def _is_source(element: etree._Element) -> bool:
    namespace, name = split_tag(element.tag)
    return name == "source" and namespace in CORE
