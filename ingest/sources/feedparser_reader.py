"""feedparser with bounded fields, which gets only those elements of an entry that are about it.

What feedparser does in quadratic time, it does to short texts only: it searches authors for an
address with a pattern that takes a minute for 100 KB, compares every category of an entry with all
others, and joins the base URL anew at every element.
"""

from __future__ import annotations

import io
import re
import xml.sax
import xml.sax.handler
import xml.sax.xmlreader
from typing import Any

import structlog
from feedparser.api import LooseFeedParser, StrictFeedParser

from ingest.sources.entry_elements import EntryElements, closed_names
from ingest.sources.limits import (
    LONGEST_AUTHOR,
    LONGEST_FIELD,
    LONGEST_LINE,
    LONGEST_MARKUP,
    LONGEST_NAME_PART,
    MOST_LINKS,
    MOST_TAG_ATTRIBUTES,
)

_log = structlog.get_logger(__name__)

_LONGEST = {
    "content": LONGEST_MARKUP,
    "description": LONGEST_MARKUP,
    "summary": LONGEST_MARKUP,
    "title": LONGEST_LINE,
}
_NO_ADDRESS = re.compile(rf"[\w.+-]{{{LONGEST_NAME_PART + 1}}}", re.ASCII)
_PROLOG = re.compile(rb"<!--.*?-->|<\?.*?\?>|(<!DOCTYPE[^>]*>)|(<\w)", re.DOTALL)


class _Parameters(dict[str, Any]):
    """What an element says of its content: texts, which need neither aliases nor a deep copy."""

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)


class _BoundedFields:
    """A feedparser whose fields are shortened before it works on them."""

    elementstack: list[list[Any]]
    inentry: int
    namespacemap: dict[str, str]

    def follow(self, elements: EntryElements) -> None:
        """Read only those elements of an entry that say something about it."""
        self._elements = elements

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        """Start an element, with a limited number of attributes of limited length."""
        if self.inentry and not self._starts(tag, attrs):
            return
        if attrs:
            attrs = [(name, value[:LONGEST_FIELD]) for name, value in attrs[:MOST_TAG_ATTRIBUTES]]
        super().unknown_starttag(tag, attrs)  # type: ignore[misc]

    def unknown_endtag(self, tag: str) -> None:
        """End an element."""
        if not self.inentry or self._elements.ends(tag, self._usual(tag)):
            super().unknown_endtag(tag)  # type: ignore[misc]

    def handle_data(self, text: str, escape: int = 1) -> None:
        """Take a text."""
        if not self.inentry or self._elements.is_read:
            super().handle_data(text, escape)  # type: ignore[misc]

    def _starts(self, tag: str, attrs: list[tuple[str, str]]) -> bool:
        name, fields = self._usual(tag), self._get_context()  # type: ignore[attr-defined]
        if name == "link" and fields.get("link", fields.get("id")) != fields.get("id"):
            # An Atom link in an RSS item that has its own: it leads to a copy, or to itself.
            name = "atom:link" if any(key.endswith("href") for key, _ in attrs) else name
        return self._elements.starts(tag, name, fields)

    def _usual(self, tag: str) -> str:
        """Return the name of an element with the usual prefix of its namespace."""
        prefix, colon, name = tag.lower().rpartition(":")
        usual = self.namespacemap.get(prefix, prefix) if colon else ""
        return f"{usual}:{name}" if usual else name

    def push_content(self, *args: Any) -> None:
        """Begin an element with content."""
        super().push_content(*args)  # type: ignore[misc]
        self.contentparams: Any = _Parameters(self.contentparams)

    # Dates stay as they are written (:mod:`ingest.dates` reads them).

    def _end_published(self) -> None:
        self.pop("published")

    def _end_updated(self) -> None:
        self.pop("updated")

    def _end_created(self) -> None:
        self.pop("created")

    _end_issued = _end_pubdate = _end_published
    _end_modified = _end_lastbuilddate = _end_updated

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        """End an element, with a text of limited length."""
        if self.elementstack and self.elementstack[-1][0] == element:
            limit = _LONGEST.get(element, LONGEST_FIELD)
            self.elementstack[-1][2] = _shortened(self.elementstack[-1][2], limit)
        return super().pop(element, strip_whitespace)  # type: ignore[misc]

    def _sync_author_detail(self, key: str = "author") -> None:
        """Separate the address of an author from the name, where there may be one."""
        context = self._get_context()  # type: ignore[attr-defined]
        author = context.get(key)
        if isinstance(author, str):
            context[key] = author = author[:LONGEST_AUTHOR]
            if _NO_ADDRESS.search(author):
                return
        super()._sync_author_detail(key)  # type: ignore[misc]

    def _add_tag(self, term: Any, scheme: Any, label: Any) -> None:
        """Add a category to the entry, unless it has many."""
        context = self._get_context()  # type: ignore[attr-defined]
        if len(context.get("tags", ())) < MOST_LINKS:
            super()._add_tag(term, scheme, label)  # type: ignore[misc]


class _Strict(_BoundedFields, StrictFeedParser):  # type: ignore[misc]
    pass


class _Loose(_BoundedFields, LooseFeedParser):  # type: ignore[misc]
    pass


def read_feed(document: bytes) -> Any:
    """Return what feedparser reads: ``feed``, ``entries``, ``version`` and ``bozo``.

    Args:
        document: In UTF-8, bounded, without declared entities.

    Returns:
        None if feedparser fails, as it does on some damaged documents.
    """
    try:
        version, document = _without_doctype(document)
        parser = _read_strictly(document)
        bozo = parser is None
        if parser is None:
            parser = _Loose("", None, "utf-8", {})
            _configure(parser, closed_names(document))
            parser.feed(document.decode("utf-8", "replace"))
    except Exception as error:  # noqa: BLE001 - KeyError, TypeError, ValueError, UnicodeError ...
        _log.debug("feedparser_failed", error=type(error).__name__)
        return None
    return {
        "feed": parser.feeddata,
        "entries": parser.entries,
        "version": version or parser.version,
        "bozo": bozo,
    }


def _read_strictly(document: bytes) -> Any:
    """Return the parser that has read a well-formed document; None if it is not."""
    parser = _Strict("", None, "utf-8")
    _configure(parser)
    reader = xml.sax.make_parser()  # noqa: S317 - no entities are declared, none are loaded
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(document))
    try:
        reader.parse(source)
    except xml.sax.SAXException:
        return None
    return parser


def _configure(parser: Any, closed: frozenset[str] | None = None) -> None:
    parser.follow(EntryElements(closed))
    parser.contentparams = _Parameters()
    parser.resolve_relative_uris = False
    parser.sanitize_html = False


def _without_doctype(document: bytes) -> tuple[str, bytes]:
    """Return the version that the document type names, and the document without it."""
    version, pieces, start = "", [], 0
    for match in _PROLOG.finditer(document):
        if match[2]:
            break
        if match[1]:
            version = "rss091n" if b"netscape" in match[1].lower() else version
            pieces.append(document[start : match.start()])
            start = match.end()
    return version, b"".join((*pieces, document[start:])) if start else document


def _shortened(pieces: list[Any], limit: int) -> list[Any]:
    """Return the first pieces of a text, up to ``limit`` characters."""
    if sum(map(len, pieces)) <= limit:
        return pieces
    short: list[Any] = []
    for piece in pieces:
        if limit <= 0:
            break
        short.append(piece[:limit])
        limit -= len(piece)
    return short
