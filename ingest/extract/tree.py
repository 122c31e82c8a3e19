"""Parse a page once, and read its head.

::

    str ─ lxml ─▶ tree ─ JSON-LD, meta, canonical, language ─ scripts stripped ─▶ ParsedPage
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from config.errors import ExtractionError
from config.i18n import Phrase
from core.text.clean import clean_line, clean_markup
from core.text.languages import languages
from ingest.extract.bounds import bound_page
from ingest.extract.jsonld import LinkedData, PageClues, read_linked_data
from ingest.extract.markup import parse_markup
from ingest.extract.models import PageHints
from ingest.extract.page_head import (
    base_of,
    canonical_links,
    credible_address,
    find_refresh,
    leads_away,
    og_url,
    stated_address,
)
from ingest.extract.page_links import PageLinks
from ingest.extract.pages_of_article import find_page_links
from ingest.extract.vocabulary import words_in

_STRIPPED = words_in(
    "script style svg noscript iframe template select canvas video audio object embed picture "
    "map math datalist textarea input head "
)
_HEAD = 4096
_MAX_META = 400
_MAX_VALUE = 2_000
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]|$)")
# Everything after <html ... /> would otherwise be lost.
_CLOSED_ROOT = re.compile(r"(<html\b[^<>]*?)/>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """A parsed page.

    Attributes:
        root: The tree, without head, scripts and styles.
        markup: The page in UTF-8 as it was parsed, for extractors that parse all of it again.
        data: The article's JSON-LD.
        meta: ``<meta>`` by lower-case name, property or itemprop; the first value of each.
        html_title: The text of ``<title>``.
        address: Where it came from; where that is not known, the address that it names, if any.
        canonical: rel=canonical, else og:url, absolute; None if there is neither, or if nothing
            else on the page agrees with it.
        own_urls: All addresses that the page gives itself, right or wrong.
        refresh: Where a refresh leads at once; None if there is none.
        leads_away: Whether a refresh or a script of a small page leads to another page.
        language: Two letters from ``<html lang>``, og:locale or content-language.
        links: Other pages of the article, if it has several.
    """

    root: HtmlElement
    markup: bytes
    data: LinkedData
    meta: Mapping[str, str]
    html_title: str
    address: str
    canonical: str | None
    language: str | None
    own_urls: tuple[str, ...]
    refresh: str | None
    leads_away: bool
    links: PageLinks


def parse_page(html: str, url: str, hints: PageHints) -> ParsedPage:
    """Parse a page.

    Args:
        html: The page.
        url: Where it came from, after redirects; empty for a file.
        hints: What the feed says.

    Raises:
        ExtractionError: ``empty``: there is nothing that can be parsed.
    """
    html = bound_page(html)
    try:
        head = _CLOSED_ROOT.sub(r"\1>", html[:_HEAD])
        markup = clean_markup((head + html[_HEAD:]).encode("utf-8", "replace"))
        root = parse_markup(markup)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ExtractionError(url, "empty", Phrase("extract.unreadable")) from error
    meta = _meta(root)
    title = clean_line((root.findtext(".//title") or "")[:_MAX_VALUE])
    url = url or stated_address(root, meta)
    titles = [meta.get("og:title", ""), title, *_first_headings(root), hints.title]
    pages = [url, *([hints.url] if hints.url else [])]
    base = base_of(root, url)
    links, shared = canonical_links(root, url, base), og_url(meta, url)
    scripts = (
        script.text for script in root.iter("script")
        if script.text and "ld+json" in (script.get("type") or "").lower()
    )  # fmt: skip
    data = read_linked_data(scripts, PageClues(titles, [*pages, *links, *shared]))
    own_urls = [*links, *shared, *data.urls]
    language = _language(
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "", meta
    )
    canonical = credible_address(links or shared, own_urls[len(links) :], pages, titles)
    refresh = find_refresh(root, url, base)
    further = find_page_links(root, url, canonical, hints.url)
    etree.strip_elements(root, *_STRIPPED, with_tail=False)
    return ParsedPage(
        root=root,
        markup=markup,
        data=data,
        meta=meta,
        html_title=title,
        address=url,
        canonical=canonical,
        language=language,
        own_urls=tuple(own_urls),
        refresh=refresh,
        leads_away=refresh is not None or leads_away(html),
        links=further,
    )


def _first_headings(root: HtmlElement) -> Sequence[str]:
    headings = islice(root.iter("h1"), 3)
    return [clean_line(heading.text_content()[:_MAX_VALUE]) for heading in headings]


def _meta(root: HtmlElement) -> dict[str, str]:
    meta: dict[str, str] = {}
    for index, element in enumerate(root.iter("meta")):
        if index >= _MAX_META:
            break
        name = (
            element.get("property")
            or element.get("name")
            or element.get("itemprop")
            or element.get("http-equiv")
        )
        value = element.get("content")
        if name and value:
            meta.setdefault(name.strip().lower(), value[:_MAX_VALUE])
    return meta


def _language(declared: str, meta: Mapping[str, str]) -> str | None:
    for value in (declared, meta.get("og:locale", ""), meta.get("content-language", "")):
        if match := _LANGUAGE.match(value.strip()):
            return two_letter_code(match[1])
    return None


def two_letter_code(tag: str) -> str | None:
    """Return ``de`` for ``de-AT`` and ``deu``, or None for what is not a language tag."""
    match = _LANGUAGE.match(tag.strip())
    if not match:
        return None
    code = match[1].lower()
    return next(
        (one.code for one in languages() if code in one.other_codes),
        code if len(code) == 2 else None,
    )
