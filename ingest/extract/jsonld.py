"""Read the JSON-LD of a page; nothing in it is trusted.

The type of every value is checked and its length limited. Pages contain lists, ``@graph``, HTML
comments around the JSON, raw line feeds in strings and trailing commas; what still does not parse
is skipped. Field meanings: https://schema.org/NewsArticle and Google's article and paywall
documentation (``isAccessibleForFree``, ``hasPart``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice

from core.text.clean import clean, clean_line, cut
from ingest.extract.limits import LONGEST_TEXT, MOST_SCRIPTS
from ingest.pages.page_address import is_same_page, names_article, resembles
from ingest.pages.votes import Vote, vote_of_headline

_MAX_SCRIPT = 2_000_000
_MAX_NODES = 2_000
_MAX_DEPTH = 12
_MOST_ENTRIES = 500  # of a live blog
_MAX_AUTHORS = 20
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*+;?\s*+$"
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_ARTICLE = re.compile(r"(?:Article|Posting|Report|NewsArticle|ReportageNewsArticle|Review)$")
_NOT_ARTICLE = frozenset({"SocialMediaPosting", "DiscussionForumPosting", "JobPosting"})
_NO = re.compile(r"(?:https?://schema\.org/)?false|no", re.IGNORECASE)
_MAX_URL = 2_000
_YES = re.compile(r"(?:https?://schema\.org/)?true|yes", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The article that the JSON-LD of a page describes; a value that is not given is empty.

    Attributes:
        published: ``datePublished`` as written, else ``dateCreated``, else the ``datePublished``
            of the ``WebPage`` with the page's own address.
        free: ``isAccessibleForFree``; None if it is not given.
        live: Whether the article is a live blog.
        coverage_end: ``coverageEndTime`` as written: until when it is live.
        body: ``articleBody`` as plain text.
        entries: Headlines and texts of the entries of a live blog.
        has_article: Whether there is an article at all.
        urls: The addresses that it gives the article.
    """

    title: str = ""
    description: str = ""
    published: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    free: bool | None = None
    live: bool = False
    coverage_end: str = ""
    body: str = ""
    entries: str = ""
    has_article: bool = False
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageClues:
    """What the rest of a page says of it, by which the JSON-LD of its article is known.

    Attributes:
        titles: Its titles.
        urls: Its addresses.
    """

    titles: Sequence[str] = ()
    urls: Sequence[str] = ()


def read_linked_data(scripts: Iterable[str], clues: PageClues = PageClues()) -> LinkedData:
    """Return the article of a page that ``application/ld+json`` scripts describe.

    Args:
        scripts: The scripts.
        clues: What the page is about. Articles of other pages, such as related ones or the one for
            which a template was written, give nothing.

    Returns:
        An article with nothing but perhaps a date where there is none of the page.
    """
    nodes = list(_nodes(scripts))
    articles = [node for node in nodes if _is_article(node)]
    rated = [(_agreement(node, clues), _fullness(node), node) for node in articles]
    own = [one for one in rated if one[0] >= 0]
    of_page = _published_of_page(nodes, clues)
    if not own:
        return LinkedData(published=of_page)
    best = max(own, key=lambda one: one[:2])[2]
    names = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    return LinkedData(
        title=_line(best.get("headline")) or _line(best.get("name")),
        description=cut(clean(_string(best.get("description"))), 2000),
        published=_line(best.get("datePublished") or best.get("dateCreated"), 60) or of_page,
        language=_line(_first(best.get("inLanguage")), 20),
        authors=tuple(dict.fromkeys(_people(best.get("author"), names)))[:_MAX_AUTHORS],
        publisher=next(iter(_people(best.get("publisher"), names)), ""),
        free=_access(best),
        live="LiveBlogPosting" in _types(best),
        coverage_end=_line(best.get("coverageEndTime"), 60),
        body=clean(_string(best.get("articleBody"))[:LONGEST_TEXT]),
        entries=_entries(best),
        has_article=True,
        urls=tuple(_urls(best)),
    )


def _published_of_page(nodes: Iterable[dict[str, object]], clues: PageClues) -> str:
    """Return when the page itself was published; WordPress names that where it names no article."""
    pages = (node for node in nodes if "WebPage" in _types(node))
    own = (node for node in pages if _agreement_of_url(list(_urls(node)), clues.urls) > 0)
    return next(filter(None, (_line(node.get("datePublished"), 60) for node in own)), "")


def _entries(node: dict[str, object]) -> str:
    """Return the entries of a live blog as plain text."""
    entries = node.get("liveBlogUpdate")
    texts: list[str] = []
    for entry in (entries if isinstance(entries, list) else [entries])[:_MOST_ENTRIES]:
        if isinstance(entry, dict):
            texts += [unescape(_string(entry.get(name))) for name in ("headline", "articleBody")]
    return clean("\n".join(filter(None, texts))[:LONGEST_TEXT])


def _fullness(node: dict[str, object]) -> int:
    return sum(k in node for k in ("headline", "datePublished", "author", "articleBody"))


def _agreement(node: dict[str, object], clues: PageClues) -> int:
    """Return how well an article agrees with the page; negative if it is another page's."""
    headline = _line(node.get("headline")) or _line(node.get("name"))
    vote = vote_of_headline(headline, [title for title in clues.titles if title])
    by_headline = {Vote.YES: 2, Vote.NO: -2, Vote.UNKNOWN: 0}[vote]
    return by_headline + _agreement_of_url(list(_urls(node)), clues.urls)


def _agreement_of_url(urls: Sequence[str], pages: Sequence[str]) -> int:
    if not urls or not pages:
        return 0
    if any(is_same_page(url, page) for url in urls for page in pages):
        return 2
    others = [url for url in urls if names_article(url)]
    is_other = others and not any(resembles(url, page) for url in others for page in pages)
    return -2 if is_other else 0


def _urls(node: dict[str, object]) -> Iterator[str]:
    """Yield the addresses of an article: ``url``, ``mainEntityOfPage``, ``@id`` if it is one."""
    page = _first(node.get("mainEntityOfPage"))
    values = [node.get("url"), page, node.get("@id")]
    if isinstance(page, dict):
        values[1:2] = [page.get("@id"), page.get("url")]
    for value in values:
        url = _string(value).strip()[:_MAX_URL]
        if url.startswith(("http://", "https://")):
            yield url.partition("#")[0]


def _nodes(scripts: Iterable[str]) -> Iterator[dict[str, object]]:
    """Yield the objects of all scripts, outermost first, up to the limits."""
    count = 0
    for script in islice(scripts, MOST_SCRIPTS):
        stack: list[tuple[object, int]] = [(_parse(script), 0)]
        while stack and count < _MAX_NODES:
            value, depth = stack.pop()
            count += 1
            if isinstance(value, dict):
                yield value
                inner: Iterable[object] = (
                    value[k]
                    for k in ("@graph", "mainEntity", "mainEntityOfPage", "author", "publisher")
                    if k in value
                )
            else:
                inner = value[:_MAX_NODES] if isinstance(value, list) else ()
            if depth < _MAX_DEPTH:
                stack.extend(
                    (item, depth + 1)
                    for item in reversed(list(inner))
                    if isinstance(item, dict | list)
                )


def _parse(script: str) -> object:
    if len(script) > _MAX_SCRIPT:
        return None
    text = _WRAPPING.sub("", _WRAPPING.sub("", script)).strip().rstrip(";")
    value = _loaded(text)
    return _loaded(_TRAILING_COMMA.sub(r"\1", text)) if value is None else value


def _loaded(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _types(node: dict[str, object]) -> tuple[str, ...]:
    value = node.get("@type")
    values = value if isinstance(value, list) else [value]
    return tuple(v.rsplit("/", 1)[-1] for v in values if isinstance(v, str))


def _is_article(node: dict[str, object]) -> bool:
    return any(_ARTICLE.search(t) and t not in _NOT_ARTICLE for t in _types(node)[:8])


def _string(value: object) -> str:
    value = _first(value)
    return value if isinstance(value, str) else ""


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _line(value: object, limit: int = 500) -> str:
    return clean_line(unescape(_string(value)[: limit * 4]), limit)


def _people(value: object, names: dict[object, dict[str, object]]) -> Iterator[str]:
    """Yield the names of persons or organisations, and of objects that ``@id`` refers to."""
    for item in (value if isinstance(value, list) else [value])[: _MAX_AUTHORS * 2]:
        if isinstance(item, str):
            yield from _names(item)
        elif isinstance(item, dict):
            name = (item if "name" in item else names.get(item.get("@id"), item)).get("name")
            for one in name if isinstance(name, list) else [name]:
                yield from _names(one)


def _names(value: object) -> Iterator[str]:
    name = _line(value, 120)
    if name:
        yield name


def _access(node: dict[str, object]) -> bool | None:
    """Return False if the article, or a part of it, is declared not to be free."""
    free = _truth(node.get("isAccessibleForFree"))
    parts = node.get("hasPart")
    for part in (parts if isinstance(parts, list) else [parts])[:20]:
        if isinstance(part, dict) and _truth(part.get("isAccessibleForFree")) is False:
            return False
    return free


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return (
            False
            if _NO.fullmatch(value.strip())
            else True
            if _YES.fullmatch(value.strip())
            else None
        )
    return None
