"""Which elements of an entry say something about the entry itself.

::

    <item> <title> ✓ <link> ✓ <image> ✗ <title> ✗ </image> <media:group> ✗ … </item>

An item may hold elements of extensions, and elements that describe something else: its picture, the
feed it was taken from, a form, the feed of its comments, a video. They have titles, links and
descriptions too, which feedparser takes for those of the entry. Only elements that may say
something about the entry are read, each with everything inside it.
"""

from __future__ import annotations

import re
from collections.abc import Container

_NAMES = """
title link guid id description summary content tagline author name email modified pubdate published
updated issued created language category body fullitem xhtml:body dc:title dc:description dc:creator
dc:author dc:date dc:language dcterms:issued dcterms:created dcterms:modified dcterms:date
dcterms:available dcterms:valid content:encoded content:items feedburner:origlink itunes:author
"""
_ENTRY_NAMES = frozenset(_NAMES.split())
_ENTRIES = frozenset({"item", "entry"})
# Dublin Core repeats what RSS says; what comes second would be added to the first or replace it.
_REPEATED = {"dc:title": "title", "dc:description": "summary"}
_CLOSING = re.compile(rb"</\s*([A-Za-z][\w:.-]{0,100})")


def closed_names(document: bytes) -> frozenset[str]:
    """Return the names of all elements that a malformed document closes, in small letters."""
    return frozenset(name.decode("ascii", "ignore").lower() for name in _CLOSING.findall(document))


class EntryElements:
    """Follows the elements of a document and tells which are to be read.

    Args:
        closed: Names of the elements that have an end, None if all have one. An element without
            one has nothing inside.
    """

    def __init__(self, closed: frozenset[str] | None = None) -> None:
        self._closed = closed
        self._name = ""
        self._depth = 0
        self._is_read = True

    def starts(self, tag: str, name: str, fields: Container[str]) -> bool:
        """Return whether to read an element that begins inside an entry.

        Args:
            tag: As the document has it.
            name: With the usual prefix of its namespace, in small letters.
            fields: What the entry has so far.
        """
        if name in _ENTRIES:
            self._depth = 0
        elif self._depth:
            self._depth += tag == self._name
            return self._is_read
        else:
            is_read = name in _ENTRY_NAMES and _REPEATED.get(name, "") not in fields
            self._depth = int(is_read or self._closed is None or tag.lower() in self._closed)
            self._name, self._is_read = tag, is_read
            return is_read
        return True

    def ends(self, tag: str, name: str) -> bool:
        """Return whether to read the end of an element inside an entry."""
        if name in _ENTRIES:
            self._depth = 0
            return True
        if not self._depth:
            return False
        self._depth -= tag == self._name
        return self._is_read

    @property
    def is_read(self) -> bool:
        """Whether the text at this place belongs to an element that is read."""
        return not self._depth or self._is_read
