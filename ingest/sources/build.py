"""From what feedparser found in an entry to an :class:`Entry`: clean, absolute, dated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.text.clean import clean_line
from ingest.bylines import without_opener
from ingest.dates import parse_date
from ingest.sources.entry import FeedEntry
from ingest.sources.text import to_line, to_text
from ingest.urls import fetchable_url

_CODE = re.compile(r"([a-z]{2})(?:[-_]|$)")
_ADDRESS = re.compile(r"\S+@\S+\.\S+|https?://\S+|mailto:")
_BEHIND_ADDRESS = re.compile(r"\S+@\S+\s+\(([^()]+)\)")
_MOST_AUTHORS = 20
_LONGEST_NAME = 500
_READABLE = ("text/", "application/xhtml")


@dataclass(frozen=True, slots=True)
class FeedContext:
    """What entries take from their feed.

    Attributes:
        base: What relative links are relative to.
        language: Two letters, where the feed says.
        now: The present.
    """

    base: str
    language: str | None
    now: datetime


def entry_of(item: Any, key: str, digest: str, context: FeedContext) -> FeedEntry:
    """The entry feedparser made of one element."""
    language = language_code(field(item, "language") or _title_language(item))
    content = _content(item)
    summary = field(item, "summary")
    published_at, raw = _published(item, context, language or context.language)
    return FeedEntry(
        key=key,
        url=_url(item, context.base),
        title=to_line(field(item, "title")),
        summary="" if summary == content else to_text(summary),
        content=to_text(content),
        published_at=published_at,
        published_raw=raw,
        authors=_authors(item),
        language=language,
        digest=digest,
    )


def field(thing: Any, name: str) -> str:
    """A text of feedparser's, which is None or something else where the feed is damaged."""
    value = dict.get(thing, name)
    return value if isinstance(value, str) else ""


def language_code(raw: str) -> str | None:
    """``de`` of ``de-DE``; None for what is no two-letter code."""
    found = _CODE.match(raw.strip().lower())
    return found[1] if found else None


def author_names(raw: list[str]) -> tuple[str, ...]:
    """Names without "Von", addresses and repeats."""
    texts = (_ADDRESS.sub("", name[:_LONGEST_NAME]) for name in raw[:_MOST_AUTHORS])
    names = (without_opener(to_line(text, 200)).strip(" ,;()<>") for text in texts)
    return tuple(dict.fromkeys(name for name in names if name))


def _authors(item: Any) -> tuple[str, ...]:
    listed = [field(a, "name") for a in dict.get(item, "authors", ())]
    if len(listed) > 1:
        return author_names(listed)
    # RSS 2.0 writes "address (name)"; feedparser cuts some of those at the wrong place.
    written = field(item, "author")[:_LONGEST_NAME]
    behind = _BEHIND_ADDRESS.fullmatch(written.strip())
    return author_names([behind[1]] if behind else listed if any(listed) else [written])


def _title_language(item: Any) -> str:
    return field(dict.get(item, "title_detail", {}), "language")


def _content(item: Any) -> str:
    """The longest readable content; images in base64 are content too."""
    values = (
        field(c, "value")
        for c in dict.get(item, "content", ())
        if (field(c, "type") or "text/").startswith(_READABLE)
    )
    return max(values, key=len, default="")


def _url(item: Any, base: str) -> str | None:
    return next((u for c in _links(item) if c and (u := fetchable_url(c, base))), None)


def _links(item: Any) -> Iterator[str]:
    """Where an entry may lead, the best first: FeedBurner keeps the publisher's own link aside."""
    yield field(item, "feedburner_origlink")
    guid = field(item, "id")
    link = field(item, "link")
    # feedparser takes every guid for a link that is not said to be none.
    yield link if link != guid or link.startswith(("http", "/")) else ""
    yield from (
        field(x, "href") for x in dict.get(item, "links", ()) if x.get("rel") == "alternate"
    )
    yield guid if guid.startswith(("http://", "https://")) else ""


def _published(
    item: Any, context: FeedContext, language: str | None
) -> tuple[datetime | None, str]:
    """The publication date, else the date of the last change, else that of creation."""
    given = [field(item, name).strip() for name in ("published", "updated", "created")]
    given = [raw for raw in given if raw]
    for raw in given:
        at = parse_date(raw, now=context.now, publisher_language=language)
        if at:
            return at, clean_line(raw, 200)
    return None, clean_line(given[0], 200) if given else ""
