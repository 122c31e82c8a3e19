"""Identify entries, and select those that are new or changed.

::

    raw fields ── content hash ──┬── known, under any key ──────────▶ known_keys
                                 ├── the same as another entry's ───▶ repeated
                                 └── key at the feed's level ───────▶ selected (the newest)

What identifies the entries of a feed is, from the best to the last: the guid, the link, the link
with the date, with the title, with all text (:class:`KeyLevel`). A feed starts with the guid. Where
more than :data:`MOST_SHARED` of the entries of a document share their key with others, although
they are other entries, the next level is used, for good: the level is stored with the feed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from ingest.sources.key_level import LADDER, KeyLevel
from ingest.sources.key_text import bounded_key, clean_id, hash_of, without_scheme
from ingest.sources.likeness import are_alike, are_equal, have_same_numbers, title_key
from ingest.sources.visible_text import visible_bytes
from ingest.urls import anchor_of, canonical_url

MOST_STAMPS = 1_000
"""Entries of a document of which it is noticed that the feed says that they were changed."""

LONGEST_STAMP = 80
"""Characters of a time of change."""

MOST_SHARED = 0.05
"""Share of the entries of a document whose key others may have too (FreshRSS: 5 %)."""

MOST_COMPARED = 12
"""Entries with one key that are compared with each other; more are no repetitions."""


class RawEntry(NamedTuple):
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


class EntryIdentity(NamedTuple):
    """What identifies an entry within its feed.

    Attributes:
        key: Its key at the feed's level.
        content_hash: Changes with visible text, link and date of publication.
        text_hash: The same without the link, which some feeds change at every poll.
        guid: Its guid without the scheme, if it has one.
        link_key: Its key if guids cannot be trusted.
    """

    key: str
    content_hash: str
    text_hash: str
    guid: str
    link_key: str


@dataclass(frozen=True, slots=True)
class EntrySelection:
    """What to do with the entries of a document.

    Attributes:
        selected: (position, identity) of new and changed entries, in the document's order.
        known_keys: Keys of entries that are known and have not changed.
        repeated: How many entries the document shows once more.
        empty: How many entries have nothing that identifies them: no guid, link, title or text.
        left_out: How many new entries were left out because there are too many.
        renamed: How many known entries have another guid than before.
        level: What identifies the entries.
        modified: When entries were changed, by key, as the document says it.
    """

    selected: tuple[tuple[int, EntryIdentity], ...]
    known_keys: tuple[str, ...]
    repeated: int = 0
    empty: int = 0
    left_out: int = 0
    renamed: int = 0
    level: KeyLevel = KeyLevel.ID
    modified: Mapping[str, str] = field(default_factory=dict)

    @property
    def skipped(self) -> int:
        """How many entries are neither selected nor known."""
        return self.repeated + self.empty + self.left_out

    def narrowed(self, selected: Sequence[tuple[int, EntryIdentity]]) -> EntrySelection:
        """Return the selection with some of its entries only; the others count as left out."""
        fewer = len(self.selected) - len(selected)
        return replace(self, selected=tuple(selected), left_out=self.left_out + fewer)


def select_entries(
    raws: Sequence[RawEntry],
    known: Mapping[str, str],
    limit: int,
    newest_first: Callable[[RawEntry], float],
    level: str = KeyLevel.ID,
) -> EntrySelection:
    """Select the new and changed entries of a document.

    Args:
        raws: The entries of the document, in order.
        known: Digest by key of the entries seen before.
        limit: How many entries to select at most. The newest are selected, because a long archive
            may begin with the oldest.
        newest_first: Sort key, smaller for newer entries; used only if there are too many.
        level: What identifies the entries of the feed so far.
    """
    all_of = [_Entry(position, raw) for position, raw in enumerate(raws)]
    entries = [entry for entry in all_of if not entry.is_empty]
    known_keys = _known_keys(entries, known)
    distinct = _distinct(entries, known_keys)
    chosen = _choose_level(distinct, KeyLevel(level))
    keys = _unique_keys(distinct, chosen, known_keys)
    selected = [
        (entry.position, entry.identity(keys[entry.position]))
        for entry in distinct
        if entry.position not in known_keys
    ]
    newest = selected
    if len(selected) > limit:
        by_age = sorted(selected, key=lambda one: newest_first(raws[one[0]]))
        newest = sorted(by_age[:limit], key=lambda one: one[0])
    return EntrySelection(
        selected=tuple(newest),
        known_keys=tuple(known_keys.values()),
        repeated=len(entries) - len(selected) - len(known_keys),
        empty=len(all_of) - len(entries),
        left_out=len(selected) - len(newest),
        renamed=_count_renamed(entries, known_keys) if chosen is KeyLevel.ID else 0,
        level=chosen,
        modified=_stamps(distinct, keys | known_keys),
    )


def content_hash_of(raw: RawEntry) -> str:
    """Return 32 hex digits of a hash of the visible text, link and publication date of an entry.

    Markup and white space do not count, because image URLs and trackers change with every poll.
    """
    return _Entry(0, raw).content_hash


class _Entry:
    """An entry of a document; what identifies it is computed when it is needed."""

    def __init__(self, position: int, raw: RawEntry) -> None:
        self.position = position
        self.raw = raw
        self._texts = [
            visible_bytes(text) if text else b"" for text in (raw.title, raw.summary, raw.content)
        ]
        self.has_text = any(self._texts)
        self._date = _bytes(raw.published)
        self.content_hash = hash_of(b"\x1f".join((*self._texts, _bytes(raw.link), self._date)))
        self.guid = without_scheme(clean_id(raw.guid))
        self.id_key = self.key(KeyLevel.ID)

    @cached_property
    def link(self) -> str:
        link = clean_id(self.raw.link)
        return without_scheme(canonical_url(link)) if link else ""

    @cached_property
    def anchor(self) -> str:
        return anchor_of(clean_id(self.raw.link))

    @cached_property
    def title(self) -> str:
        return title_key(self._texts[0].decode())

    @property
    def text(self) -> bytes:
        return b"".join(self._texts)

    @property
    def below_title(self) -> bytes:
        return b"".join(self._texts[1:])

    @property
    def is_empty(self) -> bool:
        return not (self.has_text or self.raw.guid.strip() or self.link)

    def key(self, level: KeyLevel) -> str:
        if level is KeyLevel.LINK and not self.guid:
            return self.id_key
        if level is KeyLevel.ID and self.guid:
            return bounded_key(self.guid)
        if level in (KeyLevel.ID, KeyLevel.LINK):
            return bounded_key(self.link) if self.link else self._text_key()
        if level is KeyLevel.TITLE_DATE:
            return self._text_key() if not self.title else f"title:{self._part(self.title)}"
        if level is KeyLevel.LINK_DATE:
            return f"date:{self._part(self.link)}"
        if level is KeyLevel.LINK_DATE_TITLE:
            return f"dated:{self._part(self.link, self.title)}"
        return f"all:{self.content_hash}"

    def identity(self, key: str) -> EntryIdentity:
        text_hash = hash_of(b"\x1f".join((*self._texts, self._date)))
        link_key = self.key(KeyLevel.LINK) + (f"#{self.anchor}" if self.anchor else "")
        guid = bounded_key(self.guid) if self.guid else ""
        return EntryIdentity(key, self.content_hash, text_hash, guid, bounded_key(link_key))

    def repeats(self, other: _Entry) -> bool:
        """Return whether a document shows an entry twice, for example in two sections."""
        if self.link != other.link or self.anchor != other.anchor:
            return False
        if self._date and other._date and self._date != other._date:
            return False
        if are_equal(self.title, other.title):
            return bool(self.title and self.link) and self._texts_agree(other)
        titles = self.raw.title, other.raw.title
        return self.guid == other.guid != "" and are_alike(*titles) and have_same_numbers(*titles)

    def _texts_agree(self, other: _Entry) -> bool:
        one, two = self.below_title, other.below_title
        return not one or not two or one in two or two in one or self._texts_are_alike(other)

    def _texts_are_alike(self, other: _Entry) -> bool:
        texts = [f"{e.raw.summary} {e.raw.content}"[:2000] for e in (self, other)]
        return are_alike(*texts) and have_same_numbers(*texts)

    def _text_key(self) -> str:
        return (
            f"text:{hash_of(self.text)}"
            if self.has_text
            else bounded_key(self.guid or self.raw.guid)
        )

    def _part(self, *parts: str) -> str:
        encoded = (part.encode("utf-8", "replace") for part in parts)
        return hash_of(b"\x1f".join((self._date, *encoded)))


def _known_keys(entries: Sequence[_Entry], known: Mapping[str, str]) -> dict[int, str]:
    """Return the keys of the entries that are known and have not changed, by position.

    An entry is known whatever its key was: the level may have changed since.
    """
    unchanged: dict[int, str] = {}
    taken: set[str] = set()
    for entry in entries:
        key = entry.id_key
        if known.get(key) == entry.content_hash and key not in taken:
            taken.add(key)
            unchanged[entry.position] = key
    rest = [entry for entry in entries if entry.position not in unchanged] if known else []
    others = _keys_by_hash(known) if rest else {}
    for entry in rest:
        same = [key for key in others.get(entry.content_hash, ()) if key not in taken]
        if same:
            taken.add(same[0])
            unchanged[entry.position] = same[0]
    return unchanged


def _stamps(entries: Sequence[_Entry], keys: Mapping[int, str]) -> dict[str, str]:
    """Return when entries were changed, by key, as the document says it."""
    stamped = [entry for entry in entries if entry.raw.modified][:MOST_STAMPS]
    return {keys[e.position]: e.raw.modified.strip()[:LONGEST_STAMP] for e in stamped}


def _count_renamed(entries: Sequence[_Entry], known_keys: Mapping[int, str]) -> int:
    return sum(
        1
        for entry in entries
        if entry.guid and known_keys.get(entry.position, entry.guid) != entry.id_key
    )


def _keys_by_hash(known: Mapping[str, str]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for key, content_hash in known.items():
        keys.setdefault(content_hash, []).append(key)
    return keys


def _distinct(entries: Sequence[_Entry], known_keys: Mapping[int, str]) -> list[_Entry]:
    """Return the entries without those that the document shows once more."""
    hashes, ids = {e.content_hash for e in entries}, {e.id_key for e in entries}
    if len(hashes) == len(ids) == len(entries):
        return list(entries)
    kept: dict[str, _Entry] = {}
    known_first = sorted(entries, key=lambda entry: entry.position not in known_keys)
    for entry in known_first:
        kept.setdefault(entry.content_hash if entry.has_text else entry.id_key, entry)
    repeated: set[int] = set()
    for group in _groups(list(kept.values()), KeyLevel.ID):
        if len(group) <= MOST_COMPARED:
            for n, entry in enumerate(group):
                if any(entry.repeats(first) for first in group[:n]):
                    repeated.add(entry.position)
    left = [entry for entry in kept.values() if entry.position not in repeated - set(known_keys)]
    return sorted(left, key=lambda entry: entry.position)


def _groups(entries: Sequence[_Entry], level: KeyLevel) -> list[list[_Entry]]:
    """Return the groups of entries that have one key at a level."""
    groups: dict[str, list[_Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.key(level), []).append(entry)
    return [group for group in groups.values() if len(group) > 1]


def _choose_level(entries: Sequence[_Entry], level: KeyLevel) -> KeyLevel:
    """Return the first level, from the present one on, at which few entries share a key."""
    if level is KeyLevel.TITLE_DATE:
        return level
    if level is KeyLevel.ID and entries and not any(entry.guid for entry in entries):
        level = KeyLevel.LINK
    for step in LADDER[LADDER.index(level) : -1]:
        shared = sum(n for n in Counter(_keys(entries, step).values()).values() if n > 1)
        if shared <= MOST_SHARED * len(entries):
            return step
    return KeyLevel.CONTENT


def _keys(entries: Sequence[_Entry], level: KeyLevel) -> dict[int, str]:
    """Return the keys at a level; links that several entries share are told apart by anchors."""
    if level is KeyLevel.ID:
        return {entry.position: entry.id_key for entry in entries}
    keys = {entry.position: entry.key(level) for entry in entries}
    if level is KeyLevel.LINK and any("#" in entry.raw.link for entry in entries):
        for group in _groups(entries, level):
            for entry in group:
                if entry.anchor:
                    keys[entry.position] = bounded_key(f"{entry.key(level)}#{entry.anchor}")
    return keys


def _unique_keys(
    entries: Sequence[_Entry], level: KeyLevel, known_keys: Mapping[int, str]
) -> dict[int, str]:
    """Return a key of its own for each entry that is not known.

    Args:
        entries: Entries that differ.
        level: What identifies them.
        known_keys: Keys of the known ones among them, by position.
    """
    taken = set(known_keys.values())
    keys = _keys(entries, level)
    shared = {key for key, n in Counter(keys.values()).items() if n > 1}
    entries = [entry for entry in entries if entry.position not in known_keys]
    for entry in entries:
        key = keys[entry.position]
        if key in shared or key in taken:
            key = f"{key}|{entry.link or hash_of(entry.title.encode())}"
            keys[entry.position] = bounded_key(key)
    twice = {key for key, n in Counter(keys.values()).items() if n > 1}
    for entry in entries:
        key = keys[entry.position]
        if key in twice or key in taken:
            keys[entry.position] = bounded_key(f"{key}|{entry.content_hash}")
    return keys


def _bytes(text: str) -> bytes:
    return text.strip().encode("utf-8", "replace")
