"""Identify entries, and select those that are new or changed.

::

    raw fields ── key, content hash ──┬── known, same hash ──────────────▶ known_keys
                                      ├── new or changed ────────────────▶ selected (the newest)
                                      └── repeated, or without any key ──▶ skipped

The key of an entry within its feed is its guid, or else its link, or else its text. If several
entries of a document share a guid, their keys include their links as well, except for the entry
that is already known by the guid alone.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.text.clean import clean
from ingest.sources.text import unescape
from ingest.urls import canonical_url

LONGEST_KEY = 500

MOST_STAMPS = 1_000
"""Entries of a document of which it is noticed that the feed says that they were changed."""

LONGEST_STAMP = 80
"""Characters of a time of change."""

_TAG = re.compile(r"<[^<>]*>")
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RawEntry:
    """The fields of an entry as the document has them; they determine identity and change.

    Attributes:
        link: May be relative.
        published: The date of publication, never of an update, which may change with every poll.
        modified: When the feed says that it was changed, as written; no part of its content.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class EntrySelection:
    """What to do with the entries of a document.

    Attributes:
        selected: (position, key, content_hash) of new and changed entries, in the document's order.
        known_keys: Keys of entries that are known and have not changed.
        skipped: How many other entries there are.
        cut: Whether new entries were left out because there are too many.
        modified: When entries were changed, by key, as the document says it.
    """

    selected: tuple[tuple[int, str, str], ...]
    known_keys: tuple[str, ...]
    skipped: int
    cut: bool = False
    modified: Mapping[str, str] = field(default_factory=dict)

    def narrowed(self, selected: Sequence[tuple[int, str, str]]) -> EntrySelection:
        """Return the selection with some of its entries only; the others count as skipped."""
        fewer = len(self.selected) - len(selected)
        return replace(
            self,
            selected=tuple(selected),
            skipped=self.skipped + fewer,
            cut=self.cut or fewer > 0,
        )


def select_entries(
    raws: Sequence[RawEntry],
    known: Mapping[str, str],
    limit: int,
    newest_first: Callable[[RawEntry], float],
) -> EntrySelection:
    """Select the new and changed entries of a document.

    Args:
        raws: The entries of the document, in order.
        known: Digest by key of the entries seen before.
        limit: How many entries to select at most. The newest are selected, because a long archive
            may begin with the oldest.
        newest_first: Sort key, smaller for newer entries; used only if there are too many.
    """
    hashes = [content_hash_of(raw) for raw in raws]
    selected: list[tuple[int, str, str]] = []
    unchanged: list[str] = []
    modified: dict[str, str] = {}
    seen: set[str] = set()
    for position, key in enumerate(_keys(raws, hashes, known)):
        if key is None or key in seen:
            continue
        seen.add(key)
        if raws[position].modified and len(modified) < MOST_STAMPS:
            modified[key] = raws[position].modified.strip()[:LONGEST_STAMP]
        if known.get(key) == hashes[position]:
            unchanged.append(key)
        else:
            selected.append((position, key, hashes[position]))
    cut = len(selected) > limit
    if cut:
        selected = sorted(sorted(selected, key=lambda s: newest_first(raws[s[0]]))[:limit])
    skipped = len(raws) - len(selected) - len(unchanged)
    return EntrySelection(tuple(selected), tuple(unchanged), skipped, cut, modified)


def content_hash_of(raw: RawEntry) -> str:
    """Return 32 hex digits of a hash of the visible text, link and publication date of an entry.

    Markup and white space do not count, because image URLs and trackers change with every poll.
    """
    texts = (visible_bytes(raw.title), visible_bytes(raw.summary), visible_bytes(raw.content))
    return _hash(b"\x1f".join((*texts, _bytes(raw.link), _bytes(raw.published))))


def _bytes(text: str) -> bytes:
    return text.strip().encode("utf-8", "replace")


def visible_bytes(text: str) -> bytes:
    """Return the visible characters of text or markup in UTF-8, without white space."""
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = unescape(text)
    return text.encode("utf-8", "replace").translate(None, b" \t\r\n")


def _keys(
    raws: Sequence[RawEntry], hashes: Sequence[str], known: Mapping[str, str]
) -> list[str | None]:
    """Return the key of each entry; None if there is nothing to identify it by."""
    firsts = [_first_key(raw) for raw in raws]
    shared = {key for key, n in Counter(firsts).items() if key and n > 1}
    owners = {k for k, d in zip(firsts, hashes, strict=True) if k in shared and known.get(k) == d}
    keys: list[str | None] = []
    for raw, key, content_hash in zip(raws, firsts, hashes, strict=True):
        if key in shared and not (key in owners and known[key] == content_hash):
            key = _bounded(f"{key}|{_link_key(raw) or _hash(visible_bytes(raw.title))}")
        keys.append(key)
    return keys


def _first_key(raw: RawEntry) -> str | None:
    guid = clean(raw.guid)
    if guid:
        return _bounded(_SCHEME.sub("//", guid))  # a site that moves to https changes its guids
    if link := _link_key(raw):
        return _bounded(link)
    text = visible_bytes(raw.title) + visible_bytes(raw.summary) + visible_bytes(raw.content)
    return f"text:{_hash(text)}" if text else None


def _link_key(raw: RawEntry) -> str:
    link = clean(raw.link)
    return _SCHEME.sub("//", canonical_url(link)) if link else ""


def _bounded(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else f"hash:{_hash(key.encode())}"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
