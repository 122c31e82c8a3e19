"""Other readings of a page: the text that a plain extractor finds on the page as it was sent."""

from __future__ import annotations

import trafilatura
from lxml import etree

from core.text.clean import clean
from ingest.extract.limits import LONGEST_TEXT
from ingest.extract.markup import parse_markup

LARGEST_PAGE = 2_000_000
"""Bytes of markup of a page that is read a second time. Of 400 news pages three are larger."""


def read_plainly(markup: bytes, *, thorough: bool) -> str:
    """Return the text that trafilatura finds on a whole page, one paragraph a line.

    Args:
        markup: The page.
        thorough: Whether it also tries its fallbacks, which find text where its rules find none.
    """
    if len(markup) > LARGEST_PAGE:
        return ""
    try:
        root = parse_markup(markup)
        etree.strip_elements(root, "script", "style", with_tail=False)  # JSON-LD is another reading
        document = trafilatura.bare_extraction(root, fast=not thorough, include_comments=False)
    except (etree.LxmlError, ValueError, RecursionError):
        return ""
    text = clean(getattr(document, "text", "") or "") if document is not None else ""
    lines = (line.strip("| ") for line in text.split("\n"))
    return "\n".join(filter(None, lines))[:LONGEST_TEXT]
