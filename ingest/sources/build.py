"""Build a :class:`FeedEntry` from what feedparser read: clean text, absolute URL, parsed date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from core.text.clean import clean_line
from ingest.bylines import without_opener
from ingest.dates import WrittenDate, read_date
from ingest.sources.article_text import article_text
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.sources.identity import EntryIdentity, EntrySelection
from ingest.sources.limits import LONGEST_AUTHOR, MOST_AUTHORS, MOST_LINKS, reason_for_cut
from ingest.sources.text import to_line
from ingest.sources.visible_text import is_placeholder
from ingest.urls import fetchable_url

_CODE = re.compile(r"([a-z]{2})(?:[-_]|$)")
_ADDRESS = re.compile(r"https?://\S+|mailto:")
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_WORD = re.compile(r"(\s+)")
_DATES = ("published", "updated", "created")
_READABLE = ("text/", "application/xhtml")


@dataclass(frozen=True, slots=True)
class FeedContext:
    """What the entries of a feed have in common.

    Attributes:
        base: The URL that relative links are relative to.
        language: Two letters, if the feed names a language.
        now: The present.
        zone: The time zone of dates that name none, if it is known.
        on_page: Whether dates are written for people (:func:`ingest.dates.read_date`).
    """

    base: str
    language: str | None
    now: datetime
    zone: tzinfo | None = None
    on_page: bool = False

    def date_fields(self, language: str | None, *written: str) -> dict[str, Any]:
        """Return the fields of an entry about its date: the first one that can be read.

        Args:
            language: That of the entry, if it names one.
            written: Dates as the feed writes them, the best first.
        """
        lines = [line for raw in written if (line := clean_line(raw, 200))]
        dates = ((self._read(line, language), line) for line in lines)
        date, line = next((one for one in dates if one[0]), (None, lines[0] if lines else ""))
        return {
            "published_at": date.at if date else None,
            "published_is_day": bool(date and date.is_day),
            "published_raw": line,
        }

    def _read(self, line: str, language: str | None) -> WrittenDate | None:
        return read_date(
            line,
            now=self.now,
            publisher_language=language or self.language,
            zone=self.zone,
            on_page=self.on_page,
        )


def build_feed(
    title: str,
    language: str | None,
    entries: Sequence[FeedEntry],
    selection: EntrySelection,
    *,
    total: int,
    unusable: int = 0,
    left_out: int = 0,
    is_cut: bool = False,
    **more: Any,
) -> ParsedFeed:
    """Return what was parsed of a document.

    Args:
        title: What the feed calls itself, as markup.
        language: Two letters, if the feed names a language.
        entries: The entries that were selected.
        selection: What was selected of all entries.
        total: How many entries the document has.
        unusable: How many of them have nothing that identifies them, beside those of the selection.
        left_out: How many of them were left out before the selection, because of a limit.
        is_cut: Whether an unknown number was left out.
        more: Further fields of :class:`ParsedFeed`.
    """
    is_cut = is_cut or left_out > 0 or selection.left_out > 0
    read = len(entries) + len(selection.known_keys)
    return ParsedFeed(
        title=to_line(title, 300),
        language=language,
        entries=tuple(entries),
        known_keys=selection.known_keys,
        total=total,
        skipped=selection.skipped + unusable + left_out,
        cut_reason=reason_for_cut(read) if is_cut else None,
        repeated=selection.repeated,
        empty=selection.empty + unusable,
        renamed=selection.renamed,
        level=selection.level,
        modified=selection.modified,
        **more,
    )


def build_entry(item: Any, identity: EntryIdentity, context: FeedContext) -> FeedEntry:
    """Return the entry that feedparser read from one element."""
    language = language_code(text_field(item, "language") or _title_language(item))
    content = _content(item)
    summary = text_field(item, "summary")
    return FeedEntry(
        **identity._asdict(),
        **context.date_fields(language, *(text_field(item, name) for name in _DATES)),
        url=_url(item, context.base),
        title=to_line(text_field(item, "title")),
        summary="" if summary == content else article_text(summary, context.base),
        content=article_text(content, context.base),
        authors=_authors(item),
        language=language,
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
