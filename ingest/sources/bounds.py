"""Bound an XML document before it is parsed: leave out entries until it fits a budget.

::

    bytes ── declarations removed ── costs counted ──┬── fits ─────────────────────▶ unchanged
                                                     └── too costly ── entries ── the newest
                                                         that fit, each whole ─────▶ cut

The costs are counted in the bytes, which is a thousand times as fast as parsing them. An ordinary
document passes unchanged. A document that is cut keeps what is before its first and after its last
entry.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.errors import FetchError
from config.i18n import Phrase
from ingest.dates import parse_date
from ingest.sources.limits import (
    LONGEST_DOCUMENT,
    MOST_COMMENTS,
    MOST_PREFIXES,
    MOST_TAG_ATTRIBUTES,
    MOST_TAG_WORDS,
    Budget,
)

_CDATA = rb"<!\[CDATA\[.*?(?:\]\]>|\Z)"
_COMMENT = rb"<!--.*?(?:-->|\Z)"
_INSTRUCTION = rb"<\?.*?(?:\?>|\Z)"
_COMMENTS = re.compile(rb"%b|%b" % (_COMMENT, _INSTRUCTION), re.DOTALL)
_DECLARES = re.compile(rb"<!(?:ENTITY|ATTLIST)", re.IGNORECASE)
_DECLARATION = re.compile(
    rb"%b|%b|(<!(?:ENTITY|ATTLIST|ELEMENT|NOTATION)(?:[^>\"']|\"[^\"]*\"|'[^']*')*+(?:>|\Z))"
    % (_CDATA, _COMMENT),
    re.DOTALL | re.IGNORECASE,
)
_ENTITY = re.compile(rb"<!ENTITY\s+(%?)\s*([^\s\"'<>%&;]{1,200})(.*)", re.DOTALL | re.IGNORECASE)
_REFERENCE = re.compile(rb"%b|&([^\s\"'<>%%&;#]{1,200});" % _CDATA, re.DOTALL)
_INNER_REFERENCE = re.compile(rb"&[^\s\"'<>%&;#]{1,200};")
_HARMLESS = frozenset(name.encode() for name in (*html.entities.name2codepoint, "apos"))
_ATTRIBUTE = re.compile(rb"[\s\"'][\w:.-]{1,100}\s*=")
_LONG_TAG = re.compile(rb"<(?![!?])[^<>]{%d,}" % (3 * MOST_TAG_ATTRIBUTES + 1))
_PREFIX = re.compile(rb"\sxmlns:([^\s=]{1,100})\s*=")
_ENTRY_TAGS = {
    names: re.compile(
        rb"%b|%b|%b|<(/?)(?:[\w.-]+:)?(?:%b)(?=[\s/>])(?:[^<>]*?(/?)>)?"
        % (_CDATA, _COMMENT, _INSTRUCTION, names),
        re.DOTALL,
    )
    for names in (b"item|entry", b"url")
}
FEED_ENTRIES, SITEMAP_ENTRIES = _ENTRY_TAGS
_SHORTEST_ENTRY = len(b"<item><link/></item>")
_DATE = re.compile(
    rb"<(?:\w+:)?(?:pubDate|published|updated|issued|date|publication_date)\b[^<>]*>"
    rb"(?:<!\[CDATA\[)?([^<\]]{4,80})"
)


@dataclass(frozen=True, slots=True)
class BoundedDocument:
    """A document that fits its budget.

    Attributes:
        text: The document, without the entries that were left out.
        left_out: How many entries were left out.
    """

    text: bytes
    left_out: int = 0


def without_declarations(url: str, document: bytes) -> bytes:
    """Return a document without the declarations of entities and attributes in its document type.

    Names that HTML defines are not refused: without the declaration they mean what HTML says.

    Raises:
        FetchError: ``parse``: the document uses an entity that it declares, wherever the
            declaration is, or declares one by others.
    """
    if not _DECLARES.search(document):
        return document
    declared: set[bytes] = set()

    def take(match: re.Match[bytes]) -> bytes:
        if match[1] is None:
            return match[0]
        if entity := _ENTITY.match(match[1]):
            if entity[1] or _INNER_REFERENCE.search(entity[3]):
                raise FetchError(url, "parse", Phrase("fetch.nested_entities"))
            declared.add(entity[2])
        return b""

    rest = _DECLARATION.sub(take, document)
    declared -= _HARMLESS
    if declared and any(match[1] in declared for match in _REFERENCE.finditer(rest)):
        raise FetchError(url, "parse", Phrase("fetch.declared_entities"))
    return rest


def bound(
    url: str,
    document: bytes,
    budget: Budget,
    now: datetime,
    entry_tags: bytes = FEED_ENTRIES,
) -> BoundedDocument:
    """Return a document that costs no more than a budget: it keeps the newest entries that fit.

    Args:
        url: Where it came from, for errors.
        document: In UTF-8, without declarations.
        budget: What it may cost.
        now: The present, to read dates.
        entry_tags: ``FEED_ENTRIES`` or ``SITEMAP_ENTRIES``.

    Raises:
        FetchError: ``parse``: what is around the entries already costs too much.
    """
    document = _without_comments(url, document)
    _check_prefixes(url, document)
    spans = _ENTRY_TAGS[entry_tags]
    too_long = len(document) > LONGEST_DOCUMENT
    document = document[:LONGEST_DOCUMENT]
    if not too_long and _fits(document, budget) and _has_few(document, spans, budget.entries):
        return BoundedDocument(document)
    entries = list(_split(document, spans))
    if too_long and entries and entries[-1][1] == len(document):
        entries.pop()  # it goes on beyond the limit
    if not entries:
        raise FetchError(url, "parse", Phrase("fetch.feed_too_complex"))
    around = document[: entries[0][0]], document[entries[-1][1] :]
    head, tail = around[0], around[1] if _fits(around[1], budget) else b""
    if not _fits(head + tail, budget, share=4):
        raise FetchError(url, "parse", Phrase("fetch.feed_too_complex"))
    chosen = sorted(_choose(document, entries, budget, now))
    text = b"".join((head, *(document[start:end] for start, end in chosen), tail))
    return BoundedDocument(text, len(entries) - len(chosen) + too_long)


def _without_comments(url: str, document: bytes) -> bytes:
    """Return a document without comments and processing instructions, if it has many."""
    count = document.count(b"<!--") + document.count(b"<?")
    if count > 10 * MOST_COMMENTS:
        raise FetchError(url, "parse", Phrase("fetch.feed_too_complex"))
    return _COMMENTS.sub(b"", document) if count > MOST_COMMENTS else document


def _check_prefixes(url: str, document: bytes) -> None:
    if document.count(b"xmlns:") <= MOST_PREFIXES:
        return
    prefixes: set[bytes] = set()
    for match in _PREFIX.finditer(document):
        prefixes.add(match[1])
        if len(prefixes) > MOST_PREFIXES:
            raise FetchError(url, "parse", Phrase("fetch.feed_too_complex"))


def _fits(part: bytes, budget: Budget, share: int = 1) -> bool:
    return budget.allows(*(cost * share for cost in _cost(part))) and not any(
        len(tag) > budget.tag or _has_many_attributes(tag) for tag in _long_tags(part)
    )


def _long_tags(part: bytes) -> Iterator[bytes]:
    """Yield the tags that are long enough to have too many attributes."""
    return (match[0][1:] for match in _LONG_TAG.finditer(part))


def _has_many_attributes(tag: bytes) -> bool:
    if tag.count(b"=") > MOST_TAG_ATTRIBUTES:
        return len(_ATTRIBUTE.findall(tag)) > MOST_TAG_ATTRIBUTES
    return tag.count(b" ") + tag.count(b"\n") + tag.count(b"\t") > MOST_TAG_WORDS


def _cost(part: bytes) -> tuple[int, int, int]:
    return part.count(b"<"), part.count(b"&"), part.count(b"=")


def _has_few(document: bytes, spans: re.Pattern[bytes], most: int) -> bool:
    """Return whether a document has at most ``most`` entries."""
    if document.count(b"<") <= most:
        return True
    return sum(1 for _ in _split(document, spans)) <= most


def _split(document: bytes, spans: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
    """Yield start and end of every entry that can have a title or link."""
    return (
        (start, end) for start, end in _spans(document, spans) if end - start >= _SHORTEST_ENTRY
    )


def _spans(document: bytes, spans: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
    """Yield start and end of every entry. One that is not closed ends where the next begins."""
    start = -1
    for match in spans.finditer(document):
        if match[1] is None:
            continue
        if match[1]:
            if start >= 0:
                yield start, match.end()
            start = -1
            continue
        if start >= 0:
            yield start, match.start()
        start = match.start()
        if match[2]:
            yield start, match.end()
            start = -1
    if start >= 0:
        yield start, len(document)


def _choose(
    document: bytes, entries: Sequence[tuple[int, int]], budget: Budget, now: datetime
) -> Iterator[tuple[int, int]]:
    """Yield the newest entries that fit a budget together; single ones that do not are left out."""
    tags = references = attributes = count = 0
    for start, end in _newest_first(document, entries, now):
        entry = document[start:end]
        if not _fits(entry, budget, share=4):
            continue
        cost = _cost(entry)
        tags, references, attributes = tags + cost[0], references + cost[1], attributes + cost[2]
        count += 1
        if count > budget.entries or not budget.allows(tags, references, attributes):
            return
        yield start, end


def _newest_first(
    document: bytes, entries: Sequence[tuple[int, int]], now: datetime
) -> Sequence[tuple[int, int]]:
    """Return entries from the end that is newer: some archives begin with the oldest."""
    first, last = (_date_of(document[start:end], now) for start, end in (entries[0], entries[-1]))
    return entries[::-1] if first and last and first < last else entries


def _date_of(entry: bytes, now: datetime) -> datetime | None:
    date = _DATE.search(entry)
    return parse_date(date[1].decode("utf-8", "ignore").strip(), now=now) if date else None
