"""The list of stories as Atom (RFC 4287) and as JSON Feed 1.1 (https://jsonfeed.org). Pure.

::

    StoryCard ──story_entry()──▶ StoryEntry ─┬─▶ atom()       XML
                                             └─▶ json_feed()  JSON

An entry is a story and keeps its id; it is updated when people are told something new about it. The
documents do not name their own address, which is a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from alerts.rendering.alert_feed import html
from alerts.rendering.feed_frame import PROGRAM, render_atom, render_json_feed
from alerts.rendering.feed_xml import add_element, xml_text
from alerts.rendering.text_runs import TextRun, plain
from config.catalog.models import Catalog
from config.i18n import Translator
from core.clock import rfc3339
from core.store.console.story_list import StoryCard
from core.text import excerpt as excerpts
from core.text import lang_attribute
from wirewatch.web import display


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """A story as an entry of a feed. Texts are clean lines, and still untrusted.

    Attributes:
        id: A URN with the id of the alert; it never changes.
        url: The article; empty where its URL is none that may be linked to.
        console: The story's page in the console.
        excerpt: The sentence that matched.
        facts: Topic, state, and how many outlets have it.
        published: When its first article was seen.
        updated: When people were last told something new about it.
    """

    id: str
    title: str
    language: str
    url: str
    console: str
    author: str
    topic_id: str
    topic: str
    severity: str
    state: str
    excerpt: tuple[TextRun, ...]
    facts: str
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class StoryFeed:
    """A list of stories as a feed.

    Attributes:
        id: A URN that no other list has, of this installation or another.
        language: Language of titles of the feed and of facts.
        home: URL of the list in the console.
        updated: When its newest entry was updated, or its address was made.
        entries: The newest development first.
    """

    id: str
    title: str
    language: str
    home: str
    updated: datetime
    entries: Sequence[StoryEntry]


def story_entry(card: StoryCard, catalog: Catalog, t: Translator) -> StoryEntry:
    """Return the entry of a story."""
    topic = display.topic_title(catalog, card.topic_id, card.topic_title)
    facts = [topic, t.of("story.state", card.state)]
    if card.also_in:
        facts.append(t.plural("story.also_in", card.also_in))
    pieces = excerpts.excerpt(card.evidence)
    return StoryEntry(
        id=f"urn:wirewatch:alert:{card.alert_id}",
        title=display.title(card.title) or t("general.no_title"),
        language=lang_attribute(card.language),
        url=display.link(card.url),
        console=f"{catalog.alerts.console_url.rstrip('/')}/alerts/{card.alert_id}",
        author=display.outlet_name(catalog, card.outlet) if card.outlet else PROGRAM,
        topic_id=card.topic_id,
        topic=topic,
        severity=card.severity if card.told else "",
        state=card.state,
        excerpt=tuple(TextRun(piece.text, is_marked=piece.marked) for piece in pieces),
        facts=" · ".join(facts),
        published=min(card.first_seen, card.at),
        updated=card.at,
    )


def atom(feed: StoryFeed) -> bytes:
    """Return a list as Atom."""

    def add_entries(root: ET.Element) -> None:
        for entry in feed.entries:
            _add_entry(root, entry)

    return render_atom(feed, add_entries)


def json_feed(feed: StoryFeed) -> bytes:
    """Return a list as JSON Feed 1.1."""
    return render_json_feed(feed, [_json_item(entry) for entry in feed.entries])


def _add_entry(root: ET.Element, entry: StoryEntry) -> None:
    element = add_element(root, "entry")
    add_element(element, "id", entry.id)
    add_element(element, "title", entry.title, **_lang(entry.language))
    add_element(element, "published", rfc3339(entry.published))
    add_element(element, "updated", rfc3339(entry.updated))
    add_element(add_element(element, "author"), "name", entry.author)
    add_element(element, "link", rel="alternate", type="text/html", href=entry.url or entry.console)
    if entry.url:
        add_element(element, "link", rel="related", type="text/html", href=entry.console)
    add_element(element, "category", term=entry.topic_id, label=entry.topic)
    if entry.severity:
        add_element(element, "category", scheme="urn:wirewatch:severity", term=entry.severity)
    add_element(element, "category", scheme="urn:wirewatch:state", term=entry.state)
    add_element(element, "content", _html(entry), type="html")


def _json_item(entry: StoryEntry) -> dict[str, Any]:
    text = "\n\n".join(filter(None, ("".join(map(plain, entry.excerpt)), entry.facts)))
    item = {
        "id": entry.id,
        "url": entry.url or entry.console,
        "external_url": entry.console if entry.url else "",
        "title": xml_text(entry.title),
        "content_html": _html(entry),
        "content_text": xml_text(text),
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "authors": [{"name": xml_text(entry.author)}],
        "tags": [xml_text(entry.topic)],
        "language": entry.language,
        "_wirewatch": {
            "alert_id": entry.id.rpartition(":")[2],
            "topic": entry.topic_id,
            "severity": entry.severity,
            "state": entry.state,
            "console_url": entry.console,
        },
    }
    return {key: value for key, value in item.items() if value}


def _html(entry: StoryEntry) -> str:
    excerpt = "".join(map(html, entry.excerpt))
    paragraphs = (excerpt, html(TextRun(entry.facts)))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph)


def _lang(code: str) -> dict[str, str]:
    return {"lang": code} if code else {}
