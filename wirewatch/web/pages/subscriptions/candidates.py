"""Feeds that may be added, as the form of the page carries them from one request to the next. Pure.

::

    FoundFeed, FeedListing ─▶ Candidate ─ JSON in the form ─▶ Candidate ─▶ NewOutlet, NewFeed
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from config.catalog.models import Catalog
from config.catalog.sources import url_key
from config.catalog.sources_edit import NewFeed, NewOutlet
from config.i18n import Translator
from core.http import wire_url
from ingest.discovery.find import FoundFeed
from ingest.opml import FeedListing, outlet_id
from ingest.urls import same_site
from wirewatch.web import display

MOST_CHOICES = 200
"""Feeds of which each can be chosen; of a longer list all are added that are new."""

KINDS = ("feed", "sitemap", "page")


@dataclass(frozen=True, slots=True)
class FeedTrial:
    """What reading a feed gave.

    Attributes:
        entries: How many entries it has.
        newest_at: When the newest was published.
        full_text: Whether its entries have whole texts.
        conditional: Whether its server lets a poll ask for changes only.
        headlines: Of its first entries.
        problem: Why it cannot be used, in the reader's language; empty if it can.
    """

    entries: int = 0
    newest_at: datetime | None = None
    full_text: bool = False
    conditional: bool = False
    headlines: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that may be added.

    Attributes:
        url: Its address.
        kind: One of :data:`KINDS`.
        title: What it or the page calls it.
        language: Two letters, or empty.
        outlet: The id of its outlet, where a list names one.
        name: The name of that outlet.
        links: CSS selector of the links on a ``page``.
        trial: What reading it gave; None where it was not read.
        is_known: Whether sources.yaml has it.
    """

    url: str
    kind: str = "feed"
    title: str = ""
    language: str = ""
    outlet: str = ""
    name: str = ""
    links: str = ""
    trial: FeedTrial | None = None
    is_known: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether it can be added."""
        return not self.is_known and not (self.trial and self.trial.problem)

    def feed(self, every: str = "") -> NewFeed:
        """Return it as it is written, with an interval or as the tier says."""
        options = {"kind": "" if self.kind == "feed" else self.kind, "links": self.links}
        options["every"] = every
        return NewFeed(self.url, {key: value for key, value in options.items() if value})

    def dump(self) -> str:
        """Return it as a field of the form."""
        fields = asdict(self)
        del fields["is_known"]
        return json.dumps(fields, ensure_ascii=False, default=datetime.isoformat)


def load_candidate(text: str) -> Candidate | None:
    """Return the candidate of a field of the form, or None if the field has none."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not (url := wire_url(_text(fields, "url", 2_048))):
        return None
    kind = _text(fields, "kind")
    return Candidate(
        url=url,
        kind=kind if kind in KINDS else "feed",
        title=_text(fields, "title"),
        language=_text(fields, "language", 2),
        trial=_trial(fields.get("trial")),
    )


def _trial(fields: Any) -> FeedTrial | None:
    if not isinstance(fields, dict):
        return None
    entries, headlines = fields.get("entries"), fields.get("headlines")
    listed = headlines if isinstance(headlines, list) else []
    return FeedTrial(
        entries=entries if isinstance(entries, int) and 0 <= entries < 1_000_000 else 0,
        newest_at=_moment(_text(fields, "newest_at")),
        full_text=fields.get("full_text") is True,
        conditional=fields.get("conditional") is True,
        headlines=tuple(display.title(each) for each in listed[:5] if isinstance(each, str)),
        problem=_text(fields, "problem"),
    )


def _text(fields: Mapping[str, Any], key: str, limit: int = display.LONGEST_LINE) -> str:
    value = fields.get(key)
    return display.line(value, limit) if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and 1970 <= moment.year < 9999 else None


def from_found(found: FoundFeed, t: Translator) -> Candidate:
    """Return a feed of a site as a candidate."""
    return Candidate(
        url=found.url,
        kind=found.kind,
        title=display.title(found.title),
        language=found.language or "",
        trial=FeedTrial(
            entries=found.entries,
            newest_at=found.newest_at,
            full_text=found.full_text,
            conditional=found.conditional,
            headlines=tuple(display.title(each) for each in found.headlines),
            problem=display.reason(found.problem, t).text if found.problem else "",
        ),
    )


def from_listing(listing: FeedListing) -> Candidate:
    """Return a feed of an OPML document as a candidate."""
    return Candidate(
        url=listing.url,
        kind=listing.options.get("kind", "feed"),
        title=listing.name,
        language=listing.language,
        outlet=listing.outlet,
        name=listing.name,
        links=listing.options.get("links", ""),
    )


def mark_known(candidates: Iterable[Candidate], catalog: Catalog) -> tuple[Candidate, ...]:
    """Return candidates, each address once; those that sources.yaml has are marked."""
    known = {url_key(feed.url) for feed in catalog.feeds}
    by_key = {url_key(each.url): each for each in candidates}
    return tuple(replace(each, is_known=key in known) for key, each in by_key.items())


def suggest_outlet(candidates: Sequence[Candidate], catalog: Catalog) -> NewOutlet:
    """Return the outlet that found feeds belong to: one with a feed on the same site, or a new one.

    Args:
        candidates: At least one feed of a site.
        catalog: The files in force.
    """
    first = next((each for each in candidates if each.is_usable), candidates[0])
    for outlet in catalog.outlets:
        if any(same_site(feed.url, first.url) for feed in outlet.feeds):
            return NewOutlet(outlet.id, {})
    new_id = outlet_id(first.url, [outlet.id for outlet in catalog.outlets])
    return NewOutlet(new_id, {"name": first.title[:100], "language": first.language})
