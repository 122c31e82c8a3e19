"""Which entry is which, and which of them are news to us.

::

    raw fields ── key, digest ──┬── known, same digest ──▶ known_keys
                                ├── new or changed ──────▶ kept (at most so many, the newest)
                                └── the same again, nothing to know it by ──▶ tossed

The key of an entry within its feed is its guid; without one its link; without either its text.
A guid that several entries of one document share cannot tell them apart: each takes its link in
too, except the one that had the guid to itself before.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.text.clean import clean
from ingest.urls import canonical_url

LONGEST_KEY = 500

_TAG = re.compile(r"<[^<>]*>")
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry's own words, undecoded: what decides about identity and change.

    Attributes:
        link: As given, possibly relative.
        published: Of the publication, never of an update: those move with every poll.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class EntrySelection:
    """What to do with the entries of a document.

    Attributes:
        kept: (position, key, digest) of new and changed entries, in the document's order.
        known_keys: Of entries known and unchanged.
        tossed: All others.
    """

    kept: tuple[tuple[int, str, str], ...]
    known_keys: tuple[str, ...]
    tossed: int


def select_entries(
    raws: Sequence[RawEntry],
    known: Mapping[str, str],
    limit: int,
    newest_first: Callable[[RawEntry], float],
) -> EntrySelection:
    """Tell new and changed entries from known ones.

    Args:
        raws: The entries of one document, in its order.
        known: Digest by key, of what was seen before.
        limit: Most entries kept. Beyond it the newest are: a long archive may begin at its end.
        newest_first: Smaller for newer; asked only when there are too many.
    """
    digests = [digest_of(raw) for raw in raws]
    kept: list[tuple[int, str, str]] = []
    unchanged: list[str] = []
    seen: set[str] = set()
    for position, key in enumerate(_keys(raws, digests, known)):
        if key is None or key in seen:
            continue
        seen.add(key)
        if known.get(key) == digests[position]:
            unchanged.append(key)
        else:
            kept.append((position, key, digests[position]))
    if len(kept) > limit:
        kept = sorted(sorted(kept, key=lambda k: newest_first(raws[k[0]]))[:limit])
    return EntrySelection(tuple(kept), tuple(unchanged), len(raws) - len(kept) - len(unchanged))


def digest_of(raw: RawEntry) -> str:
    """32 hex digits over the visible text, link and publication date of an entry.

    Markup and white space do not count: image addresses and trackers change with every poll.
    """
    words = (visible(raw.title), visible(raw.summary), visible(raw.content))
    return _hash(b"\x1f".join((*words, _bytes(raw.link), _bytes(raw.published))))


def _bytes(text: str) -> bytes:
    return text.strip().encode("utf-8", "replace")


def visible(text: str) -> bytes:
    """The characters of a text or markup a reader sees, without white space, in UTF-8."""
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return text.encode("utf-8", "replace").translate(None, b" \t\r\n")


def _keys(
    raws: Sequence[RawEntry], digests: Sequence[str], known: Mapping[str, str]
) -> list[str | None]:
    """One key per entry; None where there is nothing to know it by."""
    firsts = [_first_key(raw) for raw in raws]
    shared = {key for key, n in Counter(firsts).items() if key and n > 1}
    owners = {k for k, d in zip(firsts, digests, strict=True) if k in shared and known.get(k) == d}
    keys: list[str | None] = []
    for raw, key, digest in zip(raws, firsts, digests, strict=True):
        if key in shared and not (key in owners and known[key] == digest):
            key = _bounded(f"{key}|{_link_key(raw) or _hash(visible(raw.title))}")
        keys.append(key)
    return keys


def _first_key(raw: RawEntry) -> str | None:
    guid = clean(raw.guid)
    if guid:
        return _bounded(_SCHEME.sub("//", guid))  # sites move to https and take their guids along
    if link := _link_key(raw):
        return _bounded(link)
    text = visible(raw.title) + visible(raw.summary) + visible(raw.content)
    return f"text:{_hash(text)}" if text else None


def _link_key(raw: RawEntry) -> str:
    link = clean(raw.link)
    return _SCHEME.sub("//", canonical_url(link)) if link else ""


def _bounded(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else f"hash:{_hash(key.encode())}"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
