"""``sources.yaml``: outlets and the feeds they offer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from config.catalog import codes, values
from config.catalog.models import Feed, FilePosition, Outlet, Tier
from config.catalog.section import Faults, Section
from config.catalog.variables import Variables
from config.yaml.nodes import ScalarNode, YamlNode

_FILE_KEYS: Final = ("outlets",)
_OUTLET_KEYS: Final = ("id", "name", "country", "language", "tier", "feeds")
_FEED_KEYS: Final = ("url", "kind", "every")


@dataclass
class _Seen:
    """Ids and feed URLs so far, each with its first place."""

    outlets: dict[str, FilePosition] = field(default_factory=dict)
    urls: dict[str, FilePosition] = field(default_factory=dict)


def read_sources(root: YamlNode, faults: Faults, variables: Variables) -> tuple[Outlet, ...]:
    """The sound outlets of the file."""
    section = Section(faults, root, "sources.yaml", _FILE_KEYS)
    seen = _Seen()
    read = (
        _outlet(node, faults, variables, seen) for node in section.nodes("outlets", needed=True)
    )
    return tuple(outlet for outlet in read if outlet is not None)


def _outlet(node: YamlNode, faults: Faults, variables: Variables, seen: _Seen) -> Outlet | None:
    section = Section(faults, node, "an outlet", _OUTLET_KEYS, variables)
    outlet_id = section.need("id", values.identifier, "")
    note_once(section, "id", outlet_id, seen.outlets, "outlet")
    outlet = Outlet(
        id=outlet_id,
        name=section.get("name", values.text, outlet_id),
        country=section.get("country", values.country, ""),
        language=section.get("language", values.language, ""),
        tier=section.get("tier", values.member(Tier), Tier.B),
        feeds=_feeds(section, outlet_id, faults, variables, seen),
        place=section.place,
    )
    codes.check(section, "country", outlet.country)
    codes.check(section, "language", outlet.language)
    return outlet if section.sound else None


def _feeds(
    section: Section, outlet: str, faults: Faults, variables: Variables, seen: _Seen
) -> tuple[Feed, ...]:
    found: list[Feed] = []
    for node in section.nodes("feeds", needed=True):
        feed = _feed(section, node, outlet, faults, variables)
        if feed is None:
            continue
        first = seen.urls.get(_key(feed.url))
        if first is not None:
            message = f"This feed is already in line {first.line}."
            faults.add(feed.place, "E215", message, "Delete one of the two.")
        seen.urls[_key(feed.url)] = first or feed.place
        found.append(feed)
    return tuple(found)


def _feed(
    parent: Section, node: YamlNode, outlet: str, faults: Faults, variables: Variables
) -> Feed | None:
    if isinstance(node, ScalarNode):
        url = parent.parsed(node, "feeds", values.url)
        return None if url is None else _built(outlet, url, "feed", None, node.place)
    section = Section(faults, node, "a feed", _FEED_KEYS, variables)
    url = section.need("url", values.url, "")
    kind = section.get("kind", values.one_of("feed", "sitemap"), "feed")
    every = section.get("every", values.duration, None)
    return _built(outlet, url, kind, every, section.place) if section.sound else None


def _built(outlet: str, url: str, kind: str, every: timedelta | None, place: FilePosition) -> Feed:
    return Feed(
        id=feed_id(outlet, url),
        url=url,
        kind=cast("Literal['feed', 'sitemap']", kind),
        every=every,
        outlet=outlet,
        place=place,
    )


def feed_id(outlet: str, url: str) -> str:
    """``<outlet>-<8 hex of the feed URL's hash>``."""
    return f"{outlet}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def _key(url: str) -> str:
    """What two spellings of one feed URL share."""
    parts = urlsplit(url)
    host = parts.netloc.lower()
    return parts._replace(scheme="", netloc=host, path=parts.path or "/", fragment="").geturl()


def note_once(
    section: Section, key: str, value: str, seen: dict[str, FilePosition], what: str
) -> None:
    """A fault where this id was given before, in this file or another."""
    if not value:
        return
    first = seen.get(value)
    seen[value] = first or section.place
    if first is not None:
        message = f"The {what} {values.shown(value)} is already in {first.file} line {first.line}."
        section.fault(key, "E009", message, "Give one of the two another id.")
