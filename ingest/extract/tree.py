"""Parse a page once, and read its head.

::

    str ─ lxml ─▶ tree ─ JSON-LD, meta, canonical, language ─ scripts stripped ─▶ ParsedPage
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from config.errors import ExtractionError
from config.i18n import Phrase
from core.text.clean import clean_line, clean_markup
from core.text.languages import languages
from ingest.extract.bounds import bound_page
from ingest.extract.jsonld import LinkedData, read_linked_data
from ingest.extract.markup import parse_markup
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
        markup: The page in UTF-8 as it was parsed, for whoever has to read all of it again.
        data: The article's JSON-LD.
        meta: ``<meta>`` by lower-case name, property or itemprop; the first value of each.
        html_title: The text of ``<title>``.
        canonical: rel=canonical, else og:url, absolute; None if there is neither.
        language: Two letters from ``<html lang>``, og:locale or content-language.
    """

    root: HtmlElement
    markup: bytes
    data: LinkedData
    meta: Mapping[str, str]
    html_title: str
    canonical: str | None
    language: str | None


def parse_page(html: str, url: str) -> ParsedPage:
    """Parse a page.

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
    data = read_linked_data(
        script.text for script in root.iter("script")
        if script.text and "ld+json" in (script.get("type") or "").lower()
    )  # fmt: skip
    title = clean_line((root.findtext(".//title") or "")[:_MAX_VALUE])
    language = _language(
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "", meta
    )
    canonical = _canonical(root, meta, url)
    etree.strip_elements(root, *_STRIPPED, with_tail=False)
    return ParsedPage(root, markup, data, meta, title, canonical, language)


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


def _canonical(root: HtmlElement, meta: Mapping[str, str], url: str) -> str | None:
    links = (
        e.get("href")
        for e in root.iter("link")
        if "canonical" in (e.get("rel") or "").lower().split()
    )
    for value in (next(links, None), meta.get("og:url")):
        if value and (absolute := _absolute(url, value)):
            return absolute
    return None


def _absolute(base: str, value: str) -> str | None:
    """Return an absolute http(s) URL, or None; a homepage as canonical URL is a mistake."""
    value = value.strip()
    if not value or len(value) > _MAX_VALUE:
        return None
    try:
        joined = urljoin(base, value)
        parts, base_parts = urlsplit(joined), urlsplit(base)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s<>\"\\]", joined):
        return None
    if parts.path in ("", "/") and not parts.query and base_parts.path not in ("", "/"):
        return None
    return joined
