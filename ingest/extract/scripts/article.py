"""Find the article in the data of a page's scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from core.text.clean import clean_line
from ingest.extract.opinion.support import Text, letters_of, stems_of
from ingest.extract.scripts.json_values import find_json_values
from ingest.extract.scripts.references import References
from ingest.extract.scripts.rich_text import RichText

_MOST_NODES = 50_000
_MOST_CANDIDATES = 20
_LONGEST_TITLE = 400
_MOST_AUTHORS = 20
_AGREEING = 0.7
_REPEATED = 0.8
_AUTHOR = re.compile(
    r"(?:authors?|by_?lines?|creators?|writers?|autor(?:en|es|ka)?|auteurs?|contributors?|reporters?)"
    r"(?:_?names?)?$",
    re.IGNORECASE,
)
_DATES = (
    re.compile(
        r"(?:date|first|original)?_?publi(?:sh|c|é)\w*|publication\w*|pub_?date", re.IGNORECASE
    ),
    re.compile(r"date|datum|created(?:_?at)?|display_?date|timestamp", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class ScriptArticle:
    """An article as the data of a page's scripts has it; a value that is not given is empty.

    Attributes:
        text: Its body, one paragraph a line.
        authors: Names of people, as they are written.
        published: When it was published, as it is written; ISO 8601 where it is a number.
    """

    text: str
    authors: tuple[str, ...] = ()
    published: str = ""


def find_script_article(root: Any, titles: Iterable[str]) -> ScriptArticle | None:
    """Return the article of a page from the data of its scripts.

    It is the object that has one of the page's titles and the most text; objects about other
    articles have other titles.

    Args:
        root: The tree of the page, with its scripts.
        titles: The page's titles.
    """
    wanted = [(letters_of(t), stems_of(t)) for t in titles if len(letters_of(t)) > 5]
    values = (References(value).resolved() for value in find_json_values(root))
    objects = (o for value in values for o in _titled_objects(value, wanted))
    best = ScriptArticle("")
    for candidate in islice(objects, _MOST_CANDIDATES):
        article = _read(candidate)
        # The object that is found later is inside of the one before, or beside it.
        is_inner = bool(best.text) and article.text in best.text
        if len(article.text) > len(best.text) or (
            is_inner and len(article.text) > _REPEATED * len(best.text)
        ):
            best = article
    return best if len(Text(best.text).sentences) > 1 else None


def _titled_objects(
    value: object, wanted: list[tuple[str, frozenset[str]]]
) -> Iterator[dict[str, Any]]:
    """Yield the objects of which a value is one of the titles, outermost first."""
    stack, count = [value], 0
    while stack and count < _MOST_NODES:
        node = stack.pop()
        count += 1
        if isinstance(node, dict):
            if any(_is_title(text, wanted) for text in _short_texts(node)):
                yield node
            stack.extend(v for v in reversed(node.values()) if isinstance(v, dict | list))
        elif isinstance(node, list):
            stack.extend(v for v in reversed(node) if isinstance(v, dict | list))


def _short_texts(node: dict[str, Any]) -> Iterator[str]:
    """Yield the short texts of an object and of the objects that are its values."""
    for value in islice(node.values(), 200):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict) and len(value) <= 12:
            yield from (v for v in value.values() if isinstance(v, str))
        elif isinstance(value, list) and len(value) <= 2:
            yield from (v for v in value if isinstance(v, str))


def _is_title(text: str, wanted: list[tuple[str, frozenset[str]]]) -> bool:
    if not 6 <= len(text) <= _LONGEST_TITLE:
        return False
    letters = letters_of(text)
    if any(letters == title for title, _ in wanted):
        return True
    stems = stems_of(text)
    return len(stems) > 3 and any(
        len(stems & other) >= _AGREEING * max(len(stems), len(other)) for _, other in wanted
    )


def _read(node: dict[str, Any]) -> ScriptArticle:
    return ScriptArticle(_text_of(node), tuple(_authors(node))[:_MOST_AUTHORS], _published(node))


def _text_of(node: dict[str, Any]) -> str:
    lines = RichText().paragraphs(node)
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _authors(node: dict[str, Any]) -> Iterator[str]:
    for key, value in node.items():
        if _AUTHOR.match(key):
            yield from filter(None, (clean_line(name, 120) for name in _names(value, 0)))


def _names(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:200]
    elif isinstance(value, list) and depth < 3:
        for item in value[:_MOST_AUTHORS]:
            yield from _names(item, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        keys = ("name", "fullName", "full_name", "displayName", "display_name", "title", "byline")
        name = next((value[k] for k in keys if isinstance(value.get(k), str) and value[k]), None)
        first, last = value.get("firstName"), value.get("lastName")
        if name is None and isinstance(first, str) and isinstance(last, str):
            name = f"{first} {last}"
        if name:
            yield name[:200]
        else:
            for inner in ("author", "authors", "items", "data", "attributes", "node"):
                yield from _names(value.get(inner), depth + 1)


def _published(node: dict[str, Any]) -> str:
    for pattern in _DATES:
        for key, value in node.items():
            if pattern.fullmatch(key) and (moment := _as_time(value)):
                return moment
    return ""


def _as_time(value: object) -> str:
    """Return a time as text; a number counts seconds or milliseconds since 1970."""
    if isinstance(value, str) and any(c.isdigit() for c in value) and len(value) <= 60:
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    seconds = value / 1000 if value > 100_000_000_000 else value
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds > 0 else ""
    except (OverflowError, ValueError, OSError):
        return ""
