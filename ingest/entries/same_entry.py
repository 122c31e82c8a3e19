"""Is an entry of a document one that its feed has shown before? Pure.

::

    same guid ── same link ─────────────────────────────────────────────▶ the same entry
              ├─ no link of its own ── headline or date says so ────────▶ the same entry
              ├─ another link ── the page has moved, or was renamed ────▶ the same entry
              └─ otherwise: the guid is that of a slot or a position, and another story has it now

An entry that is taken for another one is lost; one that is not recognised is announced twice. So an
entry is the same only where something besides its guid says so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from core.store.entries import EntryRecord
from ingest.sources.entry import FeedEntry
from ingest.sources.likeness import (
    LONG_HEADLINE,
    are_alike,
    are_equal,
    have_same_numbers,
    title_key,
)
from ingest.urls import anchor_of, canonical_url, is_homepage

Headline = tuple[str, datetime | None, str]

WITHOUT_LINK = "entry:"
"""Beginning of the ``url_key`` of entries that no link identifies."""

SAME_STORY = timedelta(hours=24)
"""How far apart the dates of publication of an entry may be that was renamed while it ran."""

FOREIGN_PAGES = frozenset({"section_page", "list_page", "homepage", "other_page"})
"""Outcomes of pages that are not the page of the entry that links to them."""

_NUMBER = re.compile(r"(?<!\d)\d{5,}(?!\d)|[0-9a-f]{8}-[0-9a-f-]{27}")
_DAY = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])")
_HOST = re.compile(r"^(?:[a-z][\w+.-]*:)?//[^/?#]*", re.IGNORECASE)


def has_no_page(record: EntryRecord) -> bool:
    """Return whether an entry has no page of its own, so that the feed has all of its text."""
    return record.url_key.startswith(WITHOUT_LINK)


@lru_cache(maxsize=4096)
def link_of(url: str | None) -> str:
    """Return the canonical form of a link; empty for no link, and for one to a homepage."""
    return canonical_url(url) if url and not is_homepage(url) else ""


def aliases_of(entry: FeedEntry | EntryRecord, guid: str) -> dict[str, str]:
    """Return the aliases of an entry by their kind: ``guid``, ``link`` and ``page``.

    ``guid`` is without scheme and host, for a guid that is a URL; ``page`` is the link without its
    query.
    """
    link, aliases = link_of(entry.url), {}
    path = _HOST.sub("", guid) if _HOST.match(guid) else ""
    if len(path.strip("/")) > 1:
        aliases["guid"] = _alias("guid", path)
    if link:
        aliases["link"] = alias_of_link(link)
        aliases["page"] = _alias("page", _page_of(link))
    return aliases


def is_same_entry(old: EntryRecord, new: EntryRecord) -> bool:
    """Return whether two entries with the same guid are one entry, or the guid was used again."""
    before, after = link_of(old.url), link_of(new.url)
    if before == after and before and not has_no_page(old):
        return not _other_anchors(old.url, new.url)
    if before == after:
        return _dates(old, new) == "equal" or _same_title(old, new) or _alike(old, new)
    if before and after and _path(before) == _path(after) != "":
        return True  # on another host
    if before and after and _number(before) == _number(after) != "":
        return True
    return is_renamed(old, new)


def is_renamed(old: EntryRecord, new: EntryRecord) -> bool:
    """Return whether an entry may be another one with another link, by headline and date."""
    match _dates(old, new):
        case "equal" | "unknown":
            return _same_title(old, new) or _alike(old, new)
        case "near":
            return _alike(old, new) and have_same_numbers(old.title, new.title)
    return False


def is_same_page(old: EntryRecord, new: EntryRecord) -> bool:
    """Return whether two links that differ only in their query lead to the same article.

    A parameter that changes with every poll says nothing; one that is the id of an article does.
    The date of publication, or without one the whole text, tells them apart.
    """
    if not _same_title(old, new):
        return _dates(old, new) == "equal" and _alike(old, new)
    dates = _dates(old, new)
    return dates == "equal" or (dates == "unknown" and old.text_hash in ("", new.text_hash))


def is_same_link(old: EntryRecord, new: EntryRecord) -> bool:
    """Return whether two entries lead to the same place on the same page."""
    return link_of(old.url) == link_of(new.url) and not _other_anchors(old.url, new.url)


def is_same_headline(old: EntryRecord, new: EntryRecord) -> bool:
    """Return whether two entries have the same headline, and their dates do not contradict."""
    return _same_title(old, new) and _dates(old, new) != "apart"


def is_same_notice(old: EntryRecord, new: EntryRecord) -> bool:
    """Return whether entries at one link in two feeds are the same, whatever the page is.

    A short headline such as "Weather" may stand over another text every day.
    """
    if not is_same_headline(old, new):
        return False
    is_named = len(title_key(new.title)) >= LONG_HEADLINE or _dates(old, new) == "equal"
    return is_named or old.text_hash == new.text_hash


def is_foreign_page(rows: Sequence[EntryRecord]) -> bool:
    """Return whether the page at a link, where it was read, was that of none of its entries."""
    outcomes = {row.page_outcome for row in rows}
    return bool(outcomes & FOREIGN_PAGES) and "ok" not in outcomes


def is_other_story(old: EntryRecord, new: EntryRecord) -> bool:
    """Return whether both headline and date of publication say that two entries differ."""
    return _dates(old, new) in ("near", "apart") and not _alike(old, new)


def is_only_link_changed(old: EntryRecord, new: EntryRecord) -> bool:
    """Return whether text and date are the same, and the link is, or differs in its query only."""
    same_page = _page_of(link_of(old.url)) == _page_of(link_of(new.url))
    return old.text_hash == new.text_hash != "" and same_page


def alias_of_link(link: str) -> str:
    """Return the alias of the entries with a link.

    Args:
        link: Canonical.
    """
    return _alias("link", link)


def headline_of(record: EntryRecord) -> Headline:
    """Return what tells entries of one document apart that share their link."""
    title = title_key(record.title) or record.text_hash or record.key
    return title, record.published_at, anchor_of(record.url)


def is_among(headline: Headline, others: Iterable[Headline]) -> bool:
    """Return whether a headline is one of others, be it with a kicker."""
    return any(headline[1:] == o[1:] and are_equal(headline[0], o[0]) for o in others)


def _alias(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}:{text}".encode("utf-8", "replace")).hexdigest()[:32]


def _page_of(link: str) -> str:
    return link.partition("?")[0]


def _path(link: str) -> str:
    return _HOST.sub("", link)


def _number(link: str) -> str:
    """Return the number of an article in the last part of its link; days are no numbers."""
    parts = urlsplit(link)
    last = parts.path.rstrip("/").rpartition("/")[2]
    numbers = [n for n in _NUMBER.findall(f"{last}?{parts.query}") if not _DAY.fullmatch(n)]
    return numbers[-1] if numbers else ""


def _other_anchors(old: str, new: str) -> bool:
    """Return whether two links to one page lead to different parts of it."""
    before, after = anchor_of(old), anchor_of(new)
    return bool(before and after and before != after)


def _same_title(old: EntryRecord, new: EntryRecord) -> bool:
    before, after = title_key(old.title), title_key(new.title)
    return bool(before and after) and are_equal(before, after)


def _alike(old: EntryRecord, new: EntryRecord) -> bool:
    return are_alike(old.title, new.title)


def _dates(old: EntryRecord, new: EntryRecord) -> str:
    """Return how two dates of publication relate: equal, near, apart, or unknown."""
    before, after = old.published_at, new.published_at
    if before is None or after is None:
        return "unknown"
    if before == after:
        return "equal"
    return "near" if _gap(before, after) <= SAME_STORY else "apart"


def _gap(one: datetime, other: datetime) -> timedelta:
    return max(one, other) - min(one, other)
