"""Other readings of a page: what a plain extractor finds on it as it was sent, and what is hidden.

Hidden is what a browser without scripts shows (``<noscript>``), what scripts show later
(``<template>``), and the data that they build the page from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from core.text.clean import clean
from ingest.extract.blocks import collect_blocks, is_statement
from ingest.extract.limits import LONGEST_TEXT
from ingest.extract.markup import drop_empty, parse_markup
from ingest.extract.scripts.article import ScriptArticle, find_script_article
from ingest.extract.selectors import select_elements

LARGEST_PAGE = 2_000_000
"""Bytes of markup of a page that is read a second time. Of 400 news pages three are larger."""

_MOST_HIDDEN = 50


def read_plainly(markup: bytes, removed: str, *, thorough: bool) -> str:
    """Return the text that trafilatura finds on a whole page, one paragraph a line.

    Args:
        markup: The page.
        removed: CSS selector of what is not part of the text; empty for nothing.
        thorough: Whether it also tries its fallbacks, which find text where its rules find none.
    """
    if len(markup) > LARGEST_PAGE:
        return ""
    try:
        root = parse_markup(markup)
        etree.strip_elements(root, "script", "style", with_tail=False)  # JSON-LD is another reading
        for element in select_elements(root, "", removed).removed:
            if element.getparent() is not None:
                element.drop_tree()
        if not thorough:
            drop_empty(root)
        document = trafilatura.bare_extraction(root, fast=not thorough, include_comments=False)
    except (etree.LxmlError, ValueError, RecursionError):
        return ""
    text = clean(getattr(document, "text", "") or "") if document is not None else ""
    lines = (line.strip("| ") for line in text.split("\n"))
    return "\n".join(filter(None, lines))[:LONGEST_TEXT]


@dataclass(frozen=True, slots=True)
class HiddenTexts:
    """What a page does not show without its scripts, or only without them.

    Attributes:
        article: The article in the data of its scripts.
        texts: The prose of ``<noscript>`` and ``<template>`` elements.
    """

    article: ScriptArticle | None = None
    texts: tuple[str, ...] = ()


def read_hidden(markup: bytes, titles: Iterable[str]) -> HiddenTexts:
    """Return the texts of a page that are hidden.

    Args:
        markup: The page.
        titles: Its titles, by which its article is recognised in the data.
    """
    if len(markup) > LARGEST_PAGE:
        return HiddenTexts()
    try:
        root = parse_markup(markup)
    except (etree.LxmlError, ValueError):
        return HiddenTexts()
    article = find_script_article(root, titles)
    etree.strip_elements(root, "script", "style", with_tail=False)
    return HiddenTexts(article, tuple(_hidden_prose(root)))


def _hidden_prose(root: HtmlElement) -> Iterator[str]:
    elements = list(root.iter("noscript", "template"))[:_MOST_HIDDEN]
    for element in elements:
        element.tag = "div"
        blocks = collect_blocks(element)
        if sum(block.prose for block in blocks) > 1:
            lines = (block.text for block in blocks if block.prose or is_statement(block))
            yield "\n".join(lines)[:LONGEST_TEXT]
