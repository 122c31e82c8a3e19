"""How much of a document from outside is read: numbers, each with its reason.

The client already limits bytes (``WIREWATCH_HTTP_MAX_FEED_BYTES``). These limits are for documents
that are small in bytes and still cost seconds or hundreds of megabytes. The largest feeds of three
parsers' test suites have 14,000 tags, 10,000 references and 64 attributes in a tag, so ordinary
feeds are far below all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.i18n import Phrase


@dataclass(frozen=True, slots=True)
class Budget:
    """What one document may cost, counted in its bytes before it is parsed.

    Attributes:
        entries: How many entries are looked at.
        tags: How many ``<`` there are.
        references: How many ``&`` there are.
        attributes: How many ``=`` there are.
        tag: How many bytes the longest tag has.
    """

    entries: int
    tags: int
    references: int
    attributes: int
    tag: int = 10**9

    def allows(self, tags: int, references: int, attributes: int) -> bool:
        """Return whether a document, or a part of one, costs no more than this."""
        return tags <= self.tags and references <= self.references and attributes <= self.attributes


WELL_FORMED = Budget(entries=20_000, tags=300_000, references=600_000, attributes=400_000)
"""For documents that libxml2 scans: half a second and 150 MB at most."""

MALFORMED = Budget(entries=2_000, tags=40_000, references=150_000, attributes=60_000, tag=100_000)
"""For documents that feedparser's tolerant parser reads whole: 20 to 30 µs a tag, 2 µs a reference,
150 bytes of memory for each byte of a tag."""

LONGEST_DOCUMENT = 12 * 1024 * 1024
"""Bytes of a document that are looked at. A gzip file may be larger; a news sitemap has at most
1,000 URLs (Google) and less than 2 MB."""

MOST_PARSED_ELEMENTS = 40_000
"""Elements in the new entries of a document, which feedparser reads at 14 µs each."""

MOST_TAG_ATTRIBUTES = 256
"""Attributes of one element, which parsers compare with each other; an entry with an element that
has more is left out."""

MOST_TAG_WORDS = 10_000
"""Blanks within one tag: attributes need no value in a malformed document, but values have few."""

MOST_PREFIXES = 100
"""Namespace prefixes in a document. Parsers look through all of them at every element."""

MOST_COMMENTS = 10_000
"""Comments and processing instructions. If there are more, all of them are removed first; ten times
as many are refused."""

LONGEST_MARKUP = 500_000
"""Characters of one text of an entry, with its markup; the rest is left out."""

LONGEST_TEXT = 200_000
"""Characters of the summary or content of an entry that are stored. Long magazine articles have
50,000."""

LONGEST_TITLE = 1_000
"""Characters of a title that are stored, as pages have it."""

LONGEST_LINE = 20_000
"""Characters of a title or name with its markup; the rest is left out."""

LONGEST_FIELD = 4_096
"""Characters of any other field of an entry. URLs of more than 2,048 are not used at all."""

LONGEST_AUTHOR = 500
"""Characters of a field with authors; feedparser searches it for an address in quadratic time."""

LONGEST_NAME_PART = 100
"""Characters without a blank that may be part of an address (RFC 5321 allows 64 before the @)."""

MOST_AUTHORS = 20
"""Authors of an entry."""

MOST_LINKS = 50
"""Links of an entry among which one that can be requested is looked for."""

MOST_TOKENS = 400_000
"""Strings and signs of the structure in a JSON Feed."""

LONGEST_RECODED = 12_000_000
"""Bytes in UTF-8 of a document in another encoding, where a letter may take half as many."""

MOST_UNDECODABLE = 500_000
"""Bytes of a document that its encoding does not have; replacing one takes up to 1 µs."""


def reason_for_cut(read: int) -> Phrase:
    """Return what the operator is told of a document of which only ``read`` entries were read."""
    return Phrase("feed.why.partial", n=read)
