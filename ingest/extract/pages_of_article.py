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
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

from lxml.html import HtmlElement

from core.text.clean import clean_line
from ingest.extract.page_addresses import (
    ID_BEFORE,
    MOST_PAGES,
    OTHER_LIST,
    ArticleKey,
    NumberedUrl,
    article_key,
    extends,
    host_of,
    key_path,
    path_of,
    read_numbers,
    read_wholes,
    without_print,
)
from ingest.extract.page_links import NO_LINKS, PageLinks
from ingest.extract.vocabulary import alternatives

_MOST_LINKS = 300
_LONGEST_URL = 2_000
_MOST_PIECES = 50
"""Elements and texts of a link that are looked at: a link may hold the whole page."""
_LONGEST_TEXT = 120
_MAY_BE_A_LIST = re.compile(r"[?&]p(?:age|aged|g)?(?:_?\w+)?=", re.IGNORECASE)
"""Lists of teasers and comments have such parameters, too; the text of the link must say "2"."""
_NEXT_LABEL = re.compile(
    r"\bnext\b|[-_]next\b|\bnext[-_]|pagin|pager|weiter|naechst", re.IGNORECASE
)
_PRINT = re.compile(r"print|druck|imprim|печат|друк", re.IGNORECASE)
_RELATIVE = ("?", "page", "seite")
_NUMBER_BEHIND = re.compile(r"[/_,;.~?&-][^\"'>\s]{0,60}?(?:[2-9]|all|full|komplett|single|one)")
_ARROWS = re.compile(r"[\s›»>→▸▶⟩·|\[\]().:…]+|(?:&gt;)+")


@dataclass
class _FoundLinks:
    """Links to other pages of an article, while they are being looked for.

    Attributes:
        numbered: How sure it is and the link, by number.
        weak: Links with a number, of which nothing else says that they are pages.
        whole: Whether it is for printing, and the page with all of the article.
        elements: Links that are no text of the article.
    """

    numbered: dict[int, tuple[int, NumberedUrl]] = field(default_factory=dict)
    weak: dict[int, tuple[HtmlElement, NumberedUrl]] = field(default_factory=dict)
    whole: list[tuple[bool, str]] = field(default_factory=list)
    elements: list[HtmlElement] = field(default_factory=list)

    def add(
        self, element: HtmlElement, candidate: NumberedUrl, evidence: tuple[int, int] | None
    ) -> None:
        """Add a link, with how sure it is and its number; None if it belongs to another list."""
        if evidence is None:
            return
        strength, number = evidence
        if not strength:
            self.weak.setdefault(number, (element, candidate))
            return
        self.elements.append(element)
        if strength > self.numbered.get(number, (0, candidate))[0]:
            self.numbered[number] = strength, candidate

    def further(self) -> tuple[tuple[int, str], ...]:
        """Return the pages: those that are sure, and others that are numbered like them.

        Links from 2 to 3 or more behind an id are pages of the article, whatever their texts say.
        """
        signs = {candidate.between for _, candidate in self.numbered.values()}
        in_row = len(self.weak) > 1 and sorted(self.weak) == list(range(2, len(self.weak) + 2))
        for number, (element, candidate) in self.weak.items():
            is_alike = candidate.between in signs - {"?"}
            is_one_of = in_row and ID_BEFORE.search(candidate.url) is not None
            if number not in self.numbered and (is_alike or is_one_of):
                self.numbered[number] = 1, candidate
                self.elements.append(element)
        return tuple((n, candidate.url) for n, (_, candidate) in sorted(self.numbered.items()))


def find_page_links(
    root: HtmlElement, url: str, canonical: str | None = None, link: str = ""
) -> PageLinks:
    """Return the links of a page to the other pages of its article, and remove them from the tree.

    Args:
        root: The whole tree, with its head.
        url: Where the page was fetched from.
        canonical: The URL that it names as its own.
        link: The URL by which the article is known.
    """
    similar = _similar_links(root, url)
    if not similar:
        return NO_LINKS
    own = {article_key(u) for u in (url, canonical, link) if u and host_of(u) == host_of(url)}
    found = _FoundLinks()
    for element, target in _links(similar, url, own):
        if (candidate := _numbered(target, own)) is not None:
            found.add(element, candidate, _evidence(element, candidate))
        elif (is_print := _whole(element, target, own)) is not None:
            found.whole.append((is_print, target))
            found.elements.append(element)
        elif article_key(target) in own and _numbers().fullmatch(_text(element)):
            found.elements.append(element)
    further = found.further()
    if not further and all(is_print for is_print, _ in found.whole):
        return NO_LINKS
    _drop_links(found.elements)
    best = [target for _, target in sorted(found.whole, key=lambda one: one[0])]
    return PageLinks(further, tuple(dict.fromkeys(best))[:2])


def without_page_links(text: str) -> str:
    """Return a text without the lines that only lead to other pages: "Seite 2 von 5"."""
    return "\n".join(line for line in text.split("\n") if not is_page_link(line))


def is_page_link(line: str) -> bool:
    """Return whether a paragraph only leads to another page of the article."""
    return len(line) <= _LONGEST_TEXT and _furniture().match(line.strip().lower()) is not None


def _links(
    similar: Sequence[HtmlElement], url: str, own: set[ArticleKey]
) -> Iterator[tuple[HtmlElement, str]]:
    """Yield links to other pages whose path begins like the page's own."""
    stems = tuple(key[1] for key in own)
    for element in similar:
        href = (element.get("href") or "").strip()
        if not href or href[0] == "#" or len(href) > _LONGEST_URL:
            continue
        try:
            target = urljoin(url, href)
            path = urlsplit(target).path
        except ValueError:
            continue
        if host_of(target) == host_of(url) and key_path(without_print(path)).startswith(stems):
            yield element, target


def _drop_links(elements: Sequence[HtmlElement]) -> None:
    """Remove links that are no text of the article: numbers, "weiter", the titles of its parts."""
    for element in elements:
        inside = list(islice(element.iter(), _MOST_PIECES))
        holds_text = any(child.tag in ("p", "article", "main") for child in inside)
        is_small = len(inside) < _MOST_PIECES and not holds_text
        if element.tag == "a" and element.getparent() is not None and is_small:
            element.drop_tree()


def _names(url: str) -> set[str]:
    """Return the last part of the page's path, which links to its other pages have, too."""
    return {path.rpartition("/")[2] for path in (path_of(url), unquote(path_of(url)))}


def _similar_links(root: HtmlElement, url: str) -> list[HtmlElement]:
    """Return links that have the last part of the page's path in them, or are parameters only.

    Returns:
        None of them if no link, nor the page's own URL, has a number or a word for all behind that:
        so it is on most pages.
    """
    names = _names(url)
    similar: list[HtmlElement] = []
    has_number = _has_number(url, names)
    for element in root.iter("a", "link"):
        href = element.get("href") or ""
        is_named = any(name in href for name in names)
        is_relative = href.startswith(_RELATIVE)
        has_number = has_number or is_relative or (is_named and _has_number(href, names))
        is_link = element.tag == "a"
        if (is_named or is_relative) if is_link else "next" in (element.get("rel") or ""):
            similar.append(element)
    return similar[:_MOST_LINKS] if has_number else []


def _has_number(url: str, names: set[str]) -> bool:
    """Return whether a number or a word for all is behind one of the names in a URL."""
    for name in names:
        start = url.find(name)
        while start >= 0:
            if _NUMBER_BEHIND.match(url, start + len(name)):
                return True
            start = url.find(name, start + 1)
    return False


def _numbered(target: str, own: set[ArticleKey]) -> NumberedUrl | None:
    """Return a link whose URL is the article's own with a number; 1 may be the second page."""
    for bare, candidate in read_numbers(target):
        first = 1 if candidate.between == "?" else 2
        if bare in own and first <= candidate.number <= MOST_PAGES:
            return candidate
    return None


def _evidence(element: HtmlElement, candidate: NumberedUrl) -> tuple[int, int] | None:
    """Return how surely a link leads to another page of its article, and the number of that.

    A bare number behind a hyphen may as well be another article ("wahl-2"), so that it has to be
    the text of the link too. Pages may be counted from 0 in URLs: the text of the link is right.

    Returns:
        None if the link is part of another list, such as that of comments.
    """
    if _belongs_to_another_list(element, candidate):
        return None
    text, number = _text(element), candidate.number
    written = _numbers().match(text)
    shown = int(written[1]) if written else 0
    if shown == number or (shown == number + 1 and candidate.between == "?"):
        return (3, shown) if shown > 1 else None
    is_next = _is_next(element, text)
    if number == 1:
        return (2, 2) if is_next else None
    if candidate.by_word and (candidate.between != "?" or not _MAY_BE_A_LIST.search(candidate.url)):
        return (2 if is_next else 1), number
    has_id = ID_BEFORE.search(candidate.url) is not None
    return (2 if is_next and (candidate.between in "/?" or has_id) else 0), number


def _belongs_to_another_list(element: HtmlElement, candidate: NumberedUrl) -> bool:
    if OTHER_LIST.search(urlsplit(candidate.url).fragment):
        return True
    if candidate.is_series and candidate.between not in "/?":
        return True
    return any(OTHER_LIST.search(_labels(around)) for around in _around(element))


def _is_next(element: HtmlElement, text: str) -> bool:
    """Return whether a link says that it leads on, by its text, its relation or its class."""
    says = f"{element.get('rel') or ''} {element.get('class') or ''} {element.get('id') or ''}"
    return _NEXT_LABEL.search(says) is not None or _next().search(text) is not None


def _whole(element: HtmlElement, target: str, own: set[ArticleKey]) -> bool | None:
    """Return whether a link to all of the article is for printing; None for any other link."""
    text = _text(element)
    says_so = _one_page().search(text) is not None and not _PRINT.search(text)
    if not any(bare in own for bare in read_wholes(target)):
        return False if says_so and extends(target, own) else None
    if says_so or re.search("komplett|single|one-?page|=all", target.lower()):
        return _PRINT.search(f"{text} {target}") is not None
    return True if _PRINT.search(target) else None


def _around(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    for depth, parent in enumerate(element.iterancestors()):
        if depth >= 6 or parent.tag in ("body", "main", "article"):
            return
        yield parent


def _labels(element: HtmlElement) -> str:
    return " ".join(filter(None, (element.get(n) for n in ("class", "id", "aria-label"))))[:500]


def _text(element: HtmlElement) -> str:
    shown = (
        ""
        if element.tag == "link"
        else "".join(map(str, islice(element.itertext(), _MOST_PIECES)))[:500]
    )
    texts = (shown, element.get("aria-label") or "", element.get("title") or "")
    lines = (_ARROWS.sub(" ", clean_line(text, _LONGEST_TEXT)).strip().lower() for text in texts)
    return next(filter(None, lines), "")


def _page_words() -> str:
    return "|".join(alternatives("page_word"))


@cache
def _numbers() -> re.Pattern[str]:
    """Return what the text of a link to a numbered page begins with: "2", "Seite 2 von 5"."""
    return re.compile(rf"(?:(?:{_page_words()})\W{{0,3}})?0?(\d{{1,2}})(?:\b|$)")


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
