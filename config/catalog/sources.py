"""Read ``sources.yaml``: the outlets and their feeds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from config.catalog import codes, values
from config.catalog.models import Feed, FilePosition, Outlet, Tier
from config.catalog.section import Faults, Section
from config.catalog.selectors import read_selectors
from config.catalog.time_zones import default_time_zone
from config.catalog.timing import time_zone
from config.catalog.variables import Variables
from config.yaml.nodes import ScalarNode, YamlNode

CANARY_OUTLET: Final = "wirewatch-canary"
"""The outlet of the article that the program sends through itself every hour."""

_FILE_KEYS: Final = ("outlets",)
_OUTLET_KEYS: Final = (
    "id",
    "name",
    "country",
    "language",
    "time_zone",
    "tier",
    "selectors",
    "legacy_tls",
    "full_text",
    "feeds",
)
_FEED_KEYS: Final = ("url", "kind", "every", "links", "paused")


@dataclass
class _Seen:
    """Ids and feed URLs read so far, each with its first position."""

    outlets: dict[str, FilePosition] = field(default_factory=dict)
    urls: dict[str, FilePosition] = field(default_factory=dict)


def read_sources(root: YamlNode, faults: Faults, variables: Variables) -> tuple[Outlet, ...]:
    """Return the valid outlets of the file."""
    section = Section(faults, root, "sources.yaml", _FILE_KEYS)
    seen = _Seen()
    nodes = section.nodes("outlets", required=True)
    outlets = (_outlet(node, faults, variables, seen) for node in nodes)
    return tuple(outlet for outlet in outlets if outlet is not None)


def _outlet(node: YamlNode, faults: Faults, variables: Variables, seen: _Seen) -> Outlet | None:
    section = Section(faults, node, "an outlet", _OUTLET_KEYS, variables)
    outlet_id = section.require("id", values.identifier, "")
    check_unique(section, "id", outlet_id, seen.outlets, "outlet")
    if outlet_id == CANARY_OUTLET:
        section.fault("id", "E221", f"The id `{CANARY_OUTLET}` is taken.", "Choose another id.")
    country = section.get("country", values.country, "")
    outlet = Outlet(
        id=outlet_id,
        name=section.get("name", values.text, outlet_id),
        country=country,
        language=section.get("language", values.language, ""),
        time_zone=section.get("time_zone", time_zone, default_time_zone(country)),
        tier=section.get("tier", values.member(Tier), Tier.B),
        selectors=read_selectors(section, faults, variables),
        legacy_tls=section.get("legacy_tls", values.boolean, False),
        full_text=section.get("full_text", values.text_limit, None),
        feeds=_feeds(section, outlet_id, faults, variables, seen),
        position=section.position,
    )
    codes.check(section, "country", outlet.country)
    codes.check(section, "language", outlet.language)
    if not outlet.time_zone and _needs_time_zone(outlet):
        message = "The outlet's time zone is not known: dates that name none are read as UTC."
        mend = "Write its `country`, or its `time_zone`, such as `Europe/Warsaw`."
        section.fault("id", "W222", message, mend)
    return outlet if section.is_valid else None


def _needs_time_zone(outlet: Outlet) -> bool:
    """Return whether dates of an outlet may name no zone, and its language does not tell it.

    Lists of press releases name none; dates in German are Central European time anyway.
    """
    if outlet.language == "de":
        return False
    is_list = any(feed.kind == "page" for feed in outlet.feeds)
    return is_list or outlet.language in codes.LANGUAGES


def _feeds(
    section: Section, outlet: str, faults: Faults, variables: Variables, seen: _Seen
) -> tuple[Feed, ...]:
    feeds: list[Feed] = []
    for node in section.nodes("feeds", required=True):
        feed = _feed(section, node, outlet, faults, variables)
        if feed is None:
            continue
        first = seen.urls.get(url_key(feed.url))
        if first is not None:
            message = f"This feed is already listed in line {first.line}."
            faults.add(feed.position, "E215", message, "Delete one of the two.")
        seen.urls[url_key(feed.url)] = first or feed.position
        feeds.append(feed)
    return tuple(feeds)


def _feed(
    parent: Section, node: YamlNode, outlet: str, faults: Faults, variables: Variables
) -> Feed | None:
    if isinstance(node, ScalarNode):
        url = parent.parsed(node, "feeds", values.url)
        return None if url is None else _built(outlet, url, "feed", None, node.position)
    section = Section(faults, node, "a feed", _FEED_KEYS, variables)
    url = section.require("url", values.url, "")
    kind = section.get("kind", values.one_of("feed", "sitemap", "page"), "feed")
    every = section.get("every", values.duration, None)
    links = section.get("links", values.css_selector, "")
    paused = section.get("paused", values.boolean, False)
    if kind == "page" and not section.has("links"):
        mend = "Write the CSS selector of the links to articles: `links: main article a`."
        section.fault("links", "E212", "`links` is missing in a feed of kind `page`.", mend)
    if kind != "page" and section.has("links"):
        section.fault("links", "E214", "`links` belongs to `kind: page` only.", "Delete the key.")
    built = _built(outlet, url, kind, every, section.position)
    return replace(built, links=links, paused=paused) if section.is_valid else None


def _built(
    outlet: str, url: str, kind: str, every: timedelta | None, position: FilePosition
) -> Feed:
    return Feed(
        id=feed_id(outlet, url),
        url=url,
        kind=cast("Literal['feed', 'sitemap', 'page']", kind),
        every=every,
        outlet=outlet,
        position=position,
    )


def feed_id(outlet: str, url: str) -> str:
    """Return ``<outlet>-<8 hex digits of the feed URL's hash>``."""
    return f"{outlet}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def url_key(url: str) -> str:
    """Return what all spellings of one feed URL have in common."""
    parts = urlsplit(url)
    host = parts.netloc.lower()
    return parts._replace(scheme="", netloc=host, path=parts.path or "/", fragment="").geturl()


def check_unique(
    section: Section, key: str, value: str, seen: dict[str, FilePosition], what: str
) -> None:
    """Add a fault where this id was used before, in this file or another."""
    if not value:
        return
    first = seen.get(value)
    seen[value] = first or section.position
    if first is not None:
        defined = f"{first.file}, line {first.line}"
        message = f"The {what} {values.shown(value)} is already defined in {defined}."
        section.fault(key, "E009", message, "Change one of the two ids.")
