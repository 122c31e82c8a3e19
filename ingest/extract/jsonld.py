"""Read the JSON-LD of a page; nothing in it is trusted.

The type of every value is checked and its length limited. Pages contain lists, ``@graph``, HTML
comments around the JSON, raw line feeds in strings and trailing commas; what still does not parse
is skipped. Field meanings: https://schema.org/NewsArticle and Google's article and paywall
documentation (``isAccessibleForFree``, ``hasPart``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

from core.text.clean import clean, clean_line, cut
from ingest.extract.limits import LONGEST_TEXT, MOST_SCRIPTS

_MAX_SCRIPT = 2_000_000
_MAX_NODES = 2_000
_MAX_DEPTH = 12
_MAX_AUTHORS = 20
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*+;?\s*+$"
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_ARTICLE = re.compile(r"(?:Article|Posting|Report|NewsArticle|ReportageNewsArticle|Review)$")
_NOT_ARTICLE = frozenset({"SocialMediaPosting", "DiscussionForumPosting", "JobPosting"})
_NO = re.compile(r"(?:https?://schema\.org/)?false|no", re.IGNORECASE)
_YES = re.compile(r"(?:https?://schema\.org/)?true|yes", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The article that the JSON-LD of a page describes; a value that is not given is empty.

    Attributes:
        published: ``datePublished`` as written.
        free: ``isAccessibleForFree``; None if it is not given.
        live: Whether the article is a live blog.
        body: ``articleBody`` as plain text.
        has_article: Whether there is an article at all.
    """

    title: str = ""
    description: str = ""
    published: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    free: bool | None = None
    live: bool = False
    body: str = ""
    has_article: bool = False


def read_linked_data(scripts: Iterable[str]) -> LinkedData:
    """Return the article that ``application/ld+json`` scripts describe, or an empty one."""
    nodes = list(_nodes(scripts))
    articles = [node for node in nodes if _is_article(node)]
    if not articles:
        return LinkedData()
    best = max(
        articles,
        key=lambda node: sum(
            k in node for k in ("headline", "datePublished", "author", "articleBody")
        ),
    )
    names = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    return LinkedData(
        title=_line(best.get("headline")) or _line(best.get("name")),
        description=cut(clean(_string(best.get("description"))), 2000),
        published=_line(best.get("datePublished"), 60),
        language=_line(_first(best.get("inLanguage")), 20),
        authors=tuple(dict.fromkeys(_people(best.get("author"), names)))[:_MAX_AUTHORS],
        publisher=next(iter(_people(best.get("publisher"), names)), ""),
        free=_access(best),
        live="LiveBlogPosting" in _types(best),
        body=clean(_string(best.get("articleBody"))[:LONGEST_TEXT]),
        has_article=True,
    )


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
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
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
