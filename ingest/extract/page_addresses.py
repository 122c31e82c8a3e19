"""Read URLs as those of pages of an article: its own with a number, or with a word for all. Pure.

::

    /wissen/wald-4711-2.html ──▶ page 2 of /wissen/wald-4711
    /wissen/wald?seite=all   ──▶ all of /wissen/wald
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

MOST_PAGES = 30
"""Highest number of a page; a number above it is a year or an id."""

_NAMES = "seite|page|pagina|página|pag|pg|paged|pagenumber|pageno|pagenum|currentpage|pageindex|"
_NAMES += "sida|side|sivu|strona|str|stranica|stranka|storinka|sayfa|pagewanted|p|s|teil|part|nr|n"
_IN_PATH = re.compile(
    rf"(?P<between>[/_,;.~-])(?:(?P<name>{_NAMES})(?P<equals>[/_=.,-])?)?0?(?P<number>[1-9]\d?)"
    r"(?P<tail>(?:\.(?:s?html?|xhtml|php|aspx?|jsp|cfm))?/?)$",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"(?:\.(?:s?html?|xhtml|php|aspx?|jsp|cfm))?/?$", re.IGNORECASE)
_PAGE_NAME = re.compile(rf"(?:{_NAMES})(?:_?(?:no|num|number|nr|id|index))?", re.IGNORECASE)
_SURE_NAME = re.compile(
    r"(?:seite|page|pagina|página|pag|pg|paged|currentpage|sida|side|sivu|strona|stranica|storinka"
    r"|sayfa|pagewanted)(?:_?(?:no|num|number|nr|index))?",
    re.IGNORECASE,
)
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|wt|at|hsa|ns|mc|etcc)_|(?:[fgm]s?clid|ref|src|source|from|via|rss"
    r"|feed|cmp|cmpid|cid|xtor|ocid|maca|partner|campaign|origin)$",
    re.IGNORECASE,
)
"""Parameters that say how a reader came to the page (:mod:`ingest.urls` knows them all)."""
OTHER_LIST = re.compile(
    r"comment|kommentar|komment|disqus|leserbrief|forum|reply|replies|antwort|gallery"
    r"|galerie|slideshow|fotostrecke|carousel|related|teaser-list|коммент|комент",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?P<between>[/_,;.-])(?:komplettansicht|komplett|gesamt|ganz|all|alles|full|single-?page|"
    r"one-?page|print|printable|drucken|druckversion|druckansicht|druck|seite-(?:all|komplett))"
    r"(?P<tail>(?:\.(?:s?html?|xhtml|php|aspx?|jsp|cfm))?/?)$",
    re.IGNORECASE,
)
_PRINT_BEFORE = re.compile(
    r"^(?P<start>(?:/[a-z]{2})?)/(?:print|printable|drucken|druckversion|druckansicht|druck"
    r"|imprimer)(?=/[^/])",
    re.IGNORECASE,
)
_PAGERS = re.compile(r"(?:0,)+(?P<last>\d{1,2})")
"""The pages of several lists on one page, of which the last one is the article (Drupal)."""
_ALL_NAME = re.compile(
    r"(?:komplett(?:ansicht)?|print|druck(?:en|version|ansicht)?|single(?:_?page)?|one_?page|view_?all"
    r"|show_?all|full|printable|view|mode|layout|display|output|format|style)",
    re.IGNORECASE,
)
_ALL_VALUE = re.compile(
    r"(?:all|alle|alles|komplett|gesamt|full|print|printable|druck|drucken|single|single-?page|full-?text"
    r"|one-?page|1|true|yes|ja|on|)",
    re.IGNORECASE,
)
ID_BEFORE = re.compile(r"\d[-_,.]\d{1,2}(?:\.\w{2,5})?/?$|\.(?:s?html?|php|aspx?)$")
"""The number of a page behind an id, or before an extension: a second article of the same name
has neither."""

ArticleKey = tuple[str, str, tuple[tuple[str, str], ...]]
"""Host, path and parameters of an article, without what other URLs of it have as well."""


@dataclass(frozen=True, slots=True)
class NumberedUrl:
    """A link whose URL is that of the article with a number.

    Attributes:
        by_word: Whether a word for pages is before the number.
        between: The sign between the article's URL and that; ``?`` for a parameter.
        is_series: Whether the word may as well be for articles of a series ("teil-2").
    """

    number: int
    url: str
    by_word: bool
    between: str
    is_series: bool = False


def read_numbers(url: str) -> Iterator[tuple[ArticleKey, NumberedUrl]]:
    """Yield the ways to read a URL as a page of another one."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for index, (name, pages) in enumerate(pairs):
        pagers = _PAGERS.fullmatch(pages)
        value = pagers["last"] if pagers else pages
        if value.isascii() and value.isdigit() and 0 < int(value[:4]) <= MOST_PAGES:
            if OTHER_LIST.search(name) or not _PAGE_NAME.fullmatch(name):
                continue
            rest = pairs[:index] + pairs[index + 1 :]
            by_word = _SURE_NAME.fullmatch(name) is not None
            yield _key(parts.netloc, parts.path, rest), NumberedUrl(int(value), url, by_word, "?")
    if match := _IN_PATH.search(parts.path):
        name = match["name"] or ""
        candidate = NumberedUrl(
            number=int(match["number"]),
            url=url,
            by_word=_SURE_NAME.fullmatch(name) is not None,
            between=match["between"],
            is_series=name.lower() in ("teil", "part"),
        )
        start = parts.path[: match.start()]
        yield _key(parts.netloc, start + match["tail"], pairs), candidate
        if match["between"] == "/" and match["tail"].strip("/"):  # /titel/seite-2.html
            yield _key(parts.netloc, start, pairs), candidate


def read_wholes(url: str) -> Iterator[ArticleKey]:
    """Yield the articles of which a URL may be the page that has all, or that is for printing."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for index, (name, value) in enumerate(pairs):
        is_all = _ALL_VALUE.fullmatch(value) is not None and (
            _ALL_NAME.fullmatch(name) is not None
            or (_PAGE_NAME.fullmatch(name) is not None and not value.isdigit())
        )
        if is_all:
            yield _key(parts.netloc, parts.path, pairs[:index] + pairs[index + 1 :])
    if (path := without_print(parts.path)) != parts.path:
        yield _key(parts.netloc, path, pairs)
    if match := _ALL.search(parts.path):
        yield _key(parts.netloc, parts.path[: match.start()] + match["tail"], pairs)
        yield _key(parts.netloc, parts.path[: match.start()], pairs)


def extends(target: str, own: set[ArticleKey]) -> bool:
    """Return whether a URL has a parameter more than the article's own, or a longer path."""
    host, path, pairs = article_key(target)
    return any(
        host == own_host and set(pairs) >= set(own_pairs) and (path, pairs) != (own_path, own_pairs)
        for own_host, own_path, own_pairs in own
        if path == own_path or path.startswith(f"{own_path}/")
    )


def article_key(url: str) -> ArticleKey:
    """Return the address of an article whose first, or another, page has a URL."""
    for bare, candidate in read_numbers(url):
        if candidate.by_word and candidate.number <= MOST_PAGES:
            return bare
    parts = urlsplit(url)
    return _key(parts.netloc, parts.path, parse_qsl(parts.query, keep_blank_values=True))


def _key(host: str, path: str, pairs: list[tuple[str, str]]) -> ArticleKey:
    kept = tuple(sorted(pair for pair in pairs if not _TRACKING.match(pair[0])))
    return _plain_host(host), key_path(path), kept


def path_of(url: str) -> str:
    """Return the path of the first page of an article, without an extension."""
    path = _EXTENSION.sub("", urlsplit(url).path).rstrip("/").removesuffix("/index")
    match = _IN_PATH.search(path)
    return path[: match.start()] if match and match["name"] else path


def without_print(path: str) -> str:
    """Return the path of an article whose page for printing is below ``/print/``."""
    match = _PRINT_BEFORE.match(path)
    return match["start"] + path[match.end() :] if match else path


def key_path(path: str) -> str:
    """Return a path as a part of the key of an article."""
    return _EXTENSION.sub("", path).rstrip("/").lower().removesuffix("/index")


def host_of(url: str) -> str:
    """Return the host of a URL without ``www.``; empty if it is not a URL."""
    try:
        return _plain_host(urlsplit(url).netloc)
    except ValueError:
        return ""


def _plain_host(host: str) -> str:
    return host.lower().removeprefix("www.").removeprefix("m.")
