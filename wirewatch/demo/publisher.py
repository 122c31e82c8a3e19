"""What the newsroom has published so far, and how its servers answer. Uses no sockets.

::

    Edition ──publish──▶ DemoPublisher ──answer(outlet, path, headers)──▶ DemoAnswer
                               │       robots.txt · feed (ETag, Last-Modified, 304) · page · 404
                               └── the next answers of a feed with a fault
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml.etree import strip_elements
from lxml.html import document_fromstring

from core.clock import Clock, rfc3339
from wirewatch.demo.feeds import WRITERS, DemoEntry
from wirewatch.demo.newsroom import BUNDLE, DemoOutlet, Edition, Newsroom

BROKEN = b"<h1>500 Internal Server Error</h1>"
GERMAN_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """An HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class DemoPublisher:
    """The newsroom's servers.

    Attributes:
        newsroom: What they serve.
        clock: The present.
        urls: The address of each outlet by id, without a slash at the end.
        started: When the demo began.
        requests: Number of requests by kind: feed, not_modified, page, robots.
        paths: Number of requests by outlet and path.
    """

    newsroom: Newsroom
    clock: Clock
    urls: dict[str, str] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    paths: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.started = self.clock()
        self._published: dict[str, DemoEntry] = {}
        self._faults: dict[str, list[str]] = {}

    def publish(self, edition: Edition) -> None:
        """Show this edition in the outlet's feed and at its page from now on."""
        before = self._published.get(edition.piece)
        now = self.clock().replace(microsecond=0) if edition.at > 0 else self.started
        first = before.published if before else now - edition.age
        url = (
            self.urls[edition.outlet] + edition.path + self.newsroom.outlet(edition.outlet).tracking
        )
        self._published[edition.piece] = DemoEntry(edition, url, first, now if before else first)

    def break_feed(self, outlet: DemoOutlet) -> None:
        """Start the fault of an outlet's feed."""
        self._faults[outlet.id] = list(outlet.trouble.answers) if outlet.trouble else []

    @property
    def published(self) -> frozenset[str]:
        """The names of the published editions, including those that were replaced."""
        return frozenset(
            e.name
            for e in self.newsroom.editions
            if e.piece in self._published and e.number <= self._published[e.piece].edition.number
        )

    def robots_violations(self) -> list[str]:
        """Return a sentence for each page that was requested although robots.txt forbids it."""
        return [
            f"{path} of {outlet.id} was requested although robots.txt forbids it."
            for outlet in self.newsroom.outlets
            for (name, path) in self.paths
            if name == outlet.id and path.startswith(tuple(outlet.forbidden))
        ]

    def answer(self, outlet: DemoOutlet, path: str, headers: Mapping[str, str]) -> DemoAnswer:
        """Answer a request."""
        self.paths[outlet.id, path] += 1
        if path == "/robots.txt":
            self.requests["robots"] += 1
            return DemoAnswer(body=outlet.robots.encode(), headers={"Content-Type": "text/plain"})
        if path == outlet.path:
            return self._feed(outlet, headers)
        self.requests["page"] += 1
        piece = self.newsroom.at_path.get((outlet.id, path), "")
        entry = self._published.get(piece)
        return self._page(outlet, entry) if entry else DemoAnswer(404, b"<h1>404</h1>")

    def page_text(self, name: str) -> str:
        """Return all text on the page of a published edition, including menus and boxes."""
        entry = self._published[self.newsroom.named[name].piece]
        page = self._page(self.newsroom.outlet(entry.edition.outlet), entry)
        root = document_fromstring(page.body)
        strip_elements(root, "script", "style", "title", with_tail=False)
        return "\n".join(text for raw in root.itertext() if (text := str(raw).strip()))

    def _feed(self, outlet: DemoOutlet, headers: Mapping[str, str]) -> DemoAnswer:
        self.requests["feed"] += 1
        faults = self._faults.get(outlet.id)
        fault = faults.pop(0) if faults else ""
        if fault == "error":
            return DemoAnswer(500, BROKEN, {"Content-Type": "text/html"})
        if outlet.feed == "html":
            return self._html(outlet, f"{outlet.id}/instead-of-a-feed.html")
        entries = self._entries(outlet)
        write, kind = WRITERS[outlet.feed]
        body = write(outlet, self.urls[outlet.id], entries).encode()
        newest = max((e.updated for e in entries), default=self.started)
        validators = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": format_datetime(newest.astimezone(UTC), usegmt=True),
        }
        if _is_fresh(headers, validators["ETag"], newest):
            self.requests["not_modified"] += 1
            return DemoAnswer(304, b"", validators)
        if fault == "cut":  # like a cache that stored a part under the ETag of the whole
            body = body[: body.index(b"</item>") + len(b"</item>")]
        return DemoAnswer(200, body, {"Content-Type": kind} | validators)

    def _entries(self, outlet: DemoOutlet) -> list[DemoEntry]:
        own = [e for e in self._published.values() if e.edition.outlet == outlet.id]
        return sorted(own, key=lambda e: e.published, reverse=True)

    def _page(self, outlet: DemoOutlet, entry: DemoEntry) -> DemoAnswer:
        return self._html(outlet, entry.edition.page, entry)

    def _html(
        self, outlet: DemoOutlet, template: str, entry: DemoEntry | None = None
    ) -> DemoAnswer:
        others = [e for e in self._entries(outlet) if e is not entry][:4]
        text = self._templates.get_template(template).render(
            outlet=outlet,
            home=self.urls[outlet.id],
            entry=entry,
            piece=entry.edition if entry else None,
            others=others,
            canonical=self._canonical(entry) if entry else "",
        )
        body = text.encode(outlet.charset, "xmlcharrefreplace")
        return DemoAnswer(200, body, {"Content-Type": f"text/html; charset={outlet.charset}"})

    def _canonical(self, entry: DemoEntry) -> str:
        path = entry.edition.canonical or entry.edition.path
        return self.urls[entry.edition.outlet] + path

    @cached_property
    def _templates(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(BUNDLE), autoescape=True, undefined=StrictUndefined
        )
        environment.filters |= {
            "iso": rfc3339,
            "german": _german,
            "english": _english,
            "ago": _before,
        }
        return environment


def _is_fresh(headers: Mapping[str, str], etag: str, modified: datetime) -> bool:
    """Whether what the client has is what there is (RFC 9110, 13.1)."""
    if known := headers.get("If-None-Match"):
        return etag in known
    if since := headers.get("If-Modified-Since"):
        return modified <= parsedate_to_datetime(since)
    return False


def _german(moment: datetime) -> str:
    return f"{moment.day}. {GERMAN_MONTHS[moment.month - 1]} {moment:%Y, %H:%M} Uhr"


def _english(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def _before(moment: datetime, minutes: int) -> datetime:
    return moment - timedelta(minutes=minutes)
