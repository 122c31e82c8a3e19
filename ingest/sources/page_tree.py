"""Parse a page for its links: lists of articles, and links to feeds."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from core.text.clean import clean_markup
from ingest.extract.bounds import bound_page
from ingest.extract.decode import decode
from ingest.urls import fetchable_url


def parse_page(body: bytes, content_type: str | None) -> HtmlElement | None:
    """Return the tree of a page; None if there is nothing in it.

    Args:
        body: The page, decompressed.
        content_type: The ``Content-Type``; only its charset is used.
    """
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    html = bound_page(decode(body, content_type)).encode("utf-8", "replace")
    try:
        return document_fromstring(clean_markup(html), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def base_of(root: HtmlElement, url: str) -> str:
    """Return the URL that links of a page are relative to: that of its ``<base>``, or its own."""
    return fetchable_url(next((e.get("href", "") for e in root.iter("base")), ""), url) or url
