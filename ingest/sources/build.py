"""Build a :class:`FeedEntry` from what feedparser read: clean text, absolute URL, parsed date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.text.clean import clean_line
from ingest.bylines import without_opener
from ingest.dates import parse_date
from ingest.sources.article_text import article_text
from ingest.sources.entry import FeedEntry
from ingest.sources.identity import EntryIdentity
from ingest.sources.limits import LONGEST_AUTHOR, MOST_AUTHORS, MOST_LINKS
from ingest.sources.text import to_line
from ingest.sources.visible_text import is_placeholder
from ingest.urls import fetchable_url

_CODE = re.compile(r"([a-z]{2})(?:[-_]|$)")
_ADDRESS = re.compile(r"https?://\S+|mailto:")
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_WORD = re.compile(r"(\s+)")
_READABLE = ("text/", "application/xhtml")


@dataclass(frozen=True, slots=True)
class FeedContext:
    """What the entries of a feed have in common.

    Attributes:
        base: The URL that relative links are relative to.
        language: Two letters, if the feed names a language.
        now: The present.
    """

    base: str
    language: str | None
    now: datetime


def build_entry(item: Any, identity: EntryIdentity, context: FeedContext) -> FeedEntry:
    """Return the entry that feedparser read from one element."""
    language = language_code(text_field(item, "language") or _title_language(item))
    content = _content(item)
    summary = text_field(item, "summary")
    published_at, raw = _published(item, context, language or context.language)
    return FeedEntry(
        key=identity.key,
        url=_url(item, context.base),
        title=to_line(text_field(item, "title")),
        summary="" if summary == content else article_text(summary, context.base),
        content=article_text(content, context.base),
        published_at=published_at,
        published_raw=raw,
        authors=_authors(item),
        language=language,
        content_hash=identity.content_hash,
        text_hash=identity.text_hash,
        guid=identity.guid,
        link_key=identity.link_key,
    )


def text_field(thing: Any, name: str) -> str:
    """Return a text that feedparser read, or an empty one; damaged feeds have other types."""
    value = dict.get(thing, name)
    return value if isinstance(value, str) else ""


def language_code(raw: str) -> str | None:
    """Return ``de`` for ``de-DE``, or None for what does not begin with a two-letter code."""
    match = _CODE.match(raw.strip().lower())
    return match[1] if match else None


def author_names(raw: list[str]) -> tuple[str, ...]:
    """Return names without "Von", addresses and repetitions."""
    texts = (_without_addresses(name[:LONGEST_AUTHOR]) for name in raw[:MOST_AUTHORS])
    names = (without_opener(to_line(text, 200)).strip(" ,;()<>") for text in texts)
    return tuple(dict.fromkeys(name for name in names if name))


def _authors(item: Any) -> tuple[str, ...]:
    listed = [text_field(a, "name") for a in dict.get(item, "authors", ())]
    if len(listed) > 1:
        return author_names(listed)
    # RSS 2.0 has "address (name)"; feedparser splits some of these in the wrong place.
    written = text_field(item, "author")[:LONGEST_AUTHOR]
    behind = _name_behind_address(written)
    return author_names([behind] if behind else listed if any(listed) else [written])


def _without_addresses(text: str) -> str:
    """Remove e-mail addresses and URLs. A pattern for both would take quadratic time."""
    words = (_WORD.split(text)) if "@" in text else [text]
    return _ADDRESS.sub("", "".join("" if _is_address(word) else word for word in words))


def _is_address(word: str) -> bool:
    """Return whether there is an @ after the first character, and later a dot within the rest."""
    at = word.find("@", 1)
    return at > 0 and word.rfind(".", at + 2, len(word) - 1) > 0


def _name_behind_address(text: str) -> str:
    """Return the name in ``address (name)``, or an empty string."""
    address, *rest = text.split(None, 1)[:2] or [""]
    name = _IN_BRACKETS.fullmatch(rest[0].strip()) if rest else None
    return name[1] if name and "@" in address[1:-1] else ""


def _title_language(item: Any) -> str:
    return text_field(dict.get(item, "title_detail", {}), "language")


def _content(item: Any) -> str:
    """Return the longest content that is text; there may also be images in base64."""
    values = (
        text_field(c, "value")
        for c in dict.get(item, "content", ())
        if (text_field(c, "type") or "text/").startswith(_READABLE)
    )
    return max(values, key=len, default="")


def _url(item: Any, base: str) -> str | None:
    return next((u for c in _links(item) if c and (u := fetchable_url(c, base))), None)


def _links(item: Any) -> Iterator[str]:
    """Yield the links of an entry, the best first; FeedBurner moves the publisher's own link."""
    yield text_field(item, "feedburner_origlink")
    guid = text_field(item, "id")
    link = text_field(item, "link")
    # feedparser takes every guid for a link unless the feed says that it is not.
    is_link = link != guid or link.startswith(("http", "/"))
    yield link if is_link and not is_placeholder(link) else ""
    links = dict.get(item, "links", ())[:MOST_LINKS]
    hrefs = (text_field(x, "href") for x in links if x.get("rel") == "alternate")
    yield from (href for href in hrefs if not is_placeholder(href))
    yield guid if guid.startswith(("http://", "https://")) else ""


def _published(
    item: Any, context: FeedContext, language: str | None
) -> tuple[datetime | None, str]:
    """Return when an entry was published, or else last changed, or created, and the raw date."""
    dates = [text_field(item, name).strip() for name in ("published", "updated", "created")]
    dates = [raw for raw in dates if raw]
    for raw in dates:
        at = parse_date(raw, now=context.now, publisher_language=language)
        if at:
            return at, clean_line(raw, 200)
    return None, clean_line(dates[0], 200) if dates else ""
