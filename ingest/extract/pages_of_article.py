"""Find the further pages of an article that has several, and the one page that has all of it. Pure.

::

    links ── same address but for the number of a page ──┐
                                                         ├──▶ PageLinks
    "2", "Seite 2", "weiter", rel=next, /seite-2 ────────┘

A further page has the article's own address with the number of a page added: ``?page=2``,
``/seite-2``, ``-2.html``. A link to the next article has another address, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from core.text.clean import clean_line
from ingest.extract.page_links import NO_LINKS, PageLinks
from ingest.extract.vocabulary import alternatives

MOST_PAGES = 30
"""Highest number of a page; a number above it is a year or an id."""

_MOST_LINKS = 300
_LONGEST_URL = 2_000
_LONGEST_TEXT = 120
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
_MAY_BE_A_LIST = re.compile(r"[?&]p(?:age|aged|g)?(?:_?\w+)?=", re.IGNORECASE)
"""Lists of teasers and comments have such parameters, too; the text of the link must say "2"."""
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|wt|at|hsa|ns|mc|etcc)_|(?:[fgm]s?clid|ref|src|source|from|via|rss"
    r"|feed|cmp|cmpid|cid|xtor|ocid|maca|partner|campaign|origin)$",
    re.IGNORECASE,
)
"""Parameters that say how a reader came to the page (:mod:`ingest.urls` knows them all)."""
_OTHER_LIST = re.compile(
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
_ALL_NAME = re.compile(
    r"(?:komplett(?:ansicht)?|print|druck(?:en|version|ansicht)?|single(?:_?page)?|one_?page|view_?all"
    r"|show_?all|full|printable|view|mode|layout|display|output|format|style)",
    re.IGNORECASE,
)
_ALL_VALUE = re.compile(
    r"(?:all|alle|alles|komplett|gesamt|full|print|printable|druck|drucken|single|single-?page"
    r"|one-?page|1|true|yes|ja|on|)",
    re.IGNORECASE,
)
_PRINT = re.compile(r"print|druck|imprim|печат|друк", re.IGNORECASE)
_SIMILAR = etree.XPath(
    "//a[contains(@href, $name) or starts-with(@href, '?')] | //link[contains(@rel, 'next')]"
)
_ARROWS = re.compile(r"[\s›»>→▸▶⟩·|\[\]().:…]+|(?:&gt;)+")


_Key = tuple[str, str, tuple[tuple[str, str], ...]]
"""Host, path and parameters of an article, without what other URLs of it have as well."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    url: str
    by_word: bool
    between: str


def find_page_links(
    root: HtmlElement, html: str, url: str, canonical: str | None = None, link: str = ""
) -> PageLinks:
    """Return the links of a page to the other pages of its article, and remove them from the tree.

    Args:
        root: The whole tree, with its head.
        html: The page, of which the tree was made.
        url: Where the page was fetched from.
        canonical: The URL that it names as its own.
        link: The URL by which the article is known.
    """
    if not _may_have_pages(html, url):
        return NO_LINKS
    own = {_bare(u) for u in (url, canonical, link) if u and _host(u) == _host(url)}
    numbered: dict[int, tuple[int, str]] = {}
    whole: list[tuple[bool, str]] = []
    elements: list[HtmlElement] = []
    says_one_page = False
    for element, target in _links(root, url, own):
        if (candidate := _numbered(target, own)) is not None:
            strength = _evidence(element, candidate)
            elements += [element] if strength else []
            if strength > numbered.get(candidate.number, (0, ""))[0]:
                numbered[candidate.number] = strength, target
        elif (is_print := _whole(element, target, own)) is not None:
            says_one_page |= not is_print
            whole.append((is_print, target))
            elements.append(element)
        elif _bare(target) in own:
            elements.append(element)
    further = tuple((number, target) for number, (_, target) in sorted(numbered.items()))
    if not further and not says_one_page:
        return NO_LINKS
    _drop_links(elements)
    best = [target for _, target in sorted(whole, key=lambda one: one[0])]
    return PageLinks(further, tuple(dict.fromkeys(best))[:2])


def without_page_links(text: str) -> str:
    """Return a text without the lines that only lead to other pages: "Seite 2 von 5"."""
    return "\n".join(line for line in text.split("\n") if not is_page_link(line))


def is_page_link(line: str) -> bool:
    """Return whether a paragraph only leads to another page of the article."""
    return len(line) <= _LONGEST_TEXT and _furniture().match(line.strip().lower()) is not None


def _links(root: HtmlElement, url: str, own: set[_Key]) -> Iterator[tuple[HtmlElement, str]]:
    """Yield links to other pages whose path begins like the page's own."""
    stems = tuple(key[1] for key in own)
    for element in _similar_links(root, url):
        href = (element.get("href") or "").strip()
        if not href or href[0] == "#" or len(href) > _LONGEST_URL:
            continue
        try:
            target = urljoin(url, href)
            path = urlsplit(target).path
        except ValueError:
            continue
        if _host(target) == _host(url) and _key_path(path).startswith(stems):
            yield element, target


def _drop_links(elements: Sequence[HtmlElement]) -> None:
    """Remove links that are no text of the article: numbers, "weiter", the titles of its parts."""
    for element in elements:
        holds_text = any(child.tag in ("p", "article", "main") for child in element.iter())
        if element.tag == "a" and element.getparent() is not None and not holds_text:
            element.drop_tree()


def _names(url: str) -> set[str]:
    """Return the last part of the page's path, which links to its other pages have, too."""
    return {path.rpartition("/")[2] for path in (_path(url), unquote(_path(url)))}


def _may_have_pages(html: str, url: str) -> bool:
    """Return whether there is a link to look at: most pages have none, which is found out fast."""
    if 'href="?' in html or "href='?" in html:
        return True
    behind = r"[/_,;.~?&-][^\"'>\s]{0,60}?(?:[2-9]|all|komplett|single|one)"
    return any(re.search(re.escape(name) + behind, html) for name in _names(url))


def _similar_links(root: HtmlElement, url: str) -> Sequence[HtmlElement]:
    """Return links that have the last part of the page's path in them, or are parameters only.

    The query runs in C: there are hundreds of links, and few of them can be meant.
    """
    found: list[HtmlElement] = []
    for name in _names(url):
        links = cast("list[HtmlElement]", _SIMILAR(root, name=name))
        found += links[:_MOST_LINKS]
    return found


def _numbered(target: str, own: set[_Key]) -> _Candidate | None:
    """Return a link whose URL is the article's own with a number of two or more."""
    for bare, number, by_word, between in _readings(target):
        if bare in own and 2 <= number <= MOST_PAGES:
            return _Candidate(number, target, by_word, between)
    return None


def _readings(url: str) -> Iterator[tuple[_Key, int, bool, str]]:
    """Yield the ways to read a URL as a page of another one: that one, number, by word, sign."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for index, (name, value) in enumerate(pairs):
        if value.isascii() and value.isdigit() and 0 < int(value[:4]) <= MOST_PAGES:
            if _OTHER_LIST.search(name) or not _PAGE_NAME.fullmatch(name):
                continue
            rest = pairs[:index] + pairs[index + 1 :]
            by_word = _SURE_NAME.fullmatch(name) is not None
            yield _key(parts.netloc, parts.path, rest), int(value), by_word, "?"
    if match := _IN_PATH.search(parts.path):
        path = parts.path[: match.start()] + match["tail"]
        by_word = match["name"] is not None and _SURE_NAME.fullmatch(match["name"]) is not None
        sign = match["between"]
        yield _key(parts.netloc, path, pairs), int(match["number"]), by_word, sign
        if match["between"] == "/" and match["tail"].strip("/"):  # /titel/seite-2.html
            bare = _key(parts.netloc, parts.path[: match.start()], pairs)
            yield bare, int(match["number"]), by_word, sign


def _evidence(element: HtmlElement, candidate: _Candidate) -> int:
    """Return how surely a link says that it leads to another page of its article; 0: it does not.

    A bare number behind a hyphen may as well be another article ("wahl-2"), so that it has to be
    the text of the link too.
    """
    if any(_OTHER_LIST.search(_labels(e)) for e in _around(element)):
        return 0
    text = _text(element)
    number = str(candidate.number)
    if _numbers().match(text) and re.search(rf"\b0?{number}\b", text):
        return 3
    is_next = "next" in (element.get("rel") or "").lower() or _next().match(text) is not None
    if candidate.by_word and (candidate.between != "?" or not _MAY_BE_A_LIST.search(candidate.url)):
        return 2 if is_next else 1
    return 2 if is_next and candidate.between in "/?" else 0


def _whole(element: HtmlElement, target: str, own: set[_Key]) -> bool | None:
    """Return whether a link to all of the article is for printing; None for any other link."""
    if not any(bare in own for bare in _without_all(target)):
        return None
    text = _text(element)
    if _one_page().search(text) or re.search("komplett|single|one-?page|=all", target.lower()):
        return _PRINT.search(f"{text} {target}") is not None
    return True if _PRINT.search(target) else None


def _without_all(url: str) -> Iterator[_Key]:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for index, (name, value) in enumerate(pairs):
        is_all = _ALL_VALUE.fullmatch(value) is not None and (
            _ALL_NAME.fullmatch(name) is not None
            or (_PAGE_NAME.fullmatch(name) is not None and not value.isdigit())
        )
        if is_all:
            yield _key(parts.netloc, parts.path, pairs[:index] + pairs[index + 1 :])
    if match := _ALL.search(parts.path):
        yield _key(parts.netloc, parts.path[: match.start()] + match["tail"], pairs)
        yield _key(parts.netloc, parts.path[: match.start()], pairs)


def _bare(url: str) -> _Key:
    """Return the address of an article whose first, or another, page has a URL."""
    for bare, number, by_word, _ in _readings(url):
        if by_word and number <= MOST_PAGES:
            return bare
    parts = urlsplit(url)
    return _key(parts.netloc, parts.path, parse_qsl(parts.query, keep_blank_values=True))


def _key(host: str, path: str, pairs: list[tuple[str, str]]) -> _Key:
    kept = tuple(sorted(pair for pair in pairs if not _TRACKING.match(pair[0])))
    return _plain_host(host), _key_path(path), kept


def _path(url: str) -> str:
    """Return the path of the first page of an article, without an extension."""
    path = _EXTENSION.sub("", urlsplit(url).path).rstrip("/")
    match = _IN_PATH.search(path)
    return path[: match.start()] if match and match["name"] else path


def _key_path(path: str) -> str:
    return _EXTENSION.sub("", path).rstrip("/").lower()


def _host(url: str) -> str:
    try:
        return _plain_host(urlsplit(url).netloc)
    except ValueError:
        return ""


def _plain_host(host: str) -> str:
    return host.lower().removeprefix("www.").removeprefix("m.")


def _around(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    for depth, parent in enumerate(element.iterancestors()):
        if depth >= 6 or parent.tag in ("body", "main", "article"):
            return
        yield parent


def _labels(element: HtmlElement) -> str:
    return " ".join(filter(None, (element.get(n) for n in ("class", "id", "aria-label"))))[:500]


def _text(element: HtmlElement) -> str:
    shown = "" if element.tag == "link" else "".join(map(str, element.itertext()))[:500]
    texts = (shown, element.get("aria-label") or "", element.get("title") or "")
    lines = (_ARROWS.sub(" ", clean_line(text, _LONGEST_TEXT)).strip().lower() for text in texts)
    return next(filter(None, lines), "")


def _page_words() -> str:
    return "|".join(alternatives("page_word"))


@cache
def _numbers() -> re.Pattern[str]:
    """Return what the text of a link to a numbered page begins with: "2", "Seite 2 von 5"."""
    return re.compile(rf"(?:(?:{_page_words()})\W{{0,3}})?0?\d{{1,2}}(?:\b|$)")


@cache
def _next() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in alternatives("next_page")))


@cache
def _one_page() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in alternatives("whole_page")))


@cache
def _furniture() -> re.Pattern[str]:
    """Return what paragraphs are that only lead to another page."""
    words = _page_words()
    numbered = rf"(?:(?:{words})\W*)?\d{{1,2}}(?:\s*(?:/|von|of|sur|из|з)\s*\d{{1,2}})?\W*$"
    following = "|".join(line.replace("$", r"\W*$") for line in alternatives("next_page"))
    after = following.replace("^", "")
    several = r"(?:\[?\d{1,2}\]?[\s|·,-]+){1,20}\[?\d{1,2}\]?"
    row = rf"(?:(?:{words})\W*)?{several}\W*(?:$|{after})"
    return re.compile(rf"(?:{numbered})|(?:{row})|(?:{following})")
