"""A feed of alerts as Atom (RFC 4287) and as JSON Feed 1.1 (https://jsonfeed.org). Pure.

::

    notification ──feed_entry()──▶ AlertFeedEntry ─┬─▶ atom()       XML
                                              └─▶ json_feed()  JSON

Everything that comes from outlets is untrusted. The XML is built as a tree, so that markup is
escaped, and characters that XML 1.0 cannot contain are left out, because one of them would make a
reader refuse the whole feed. The documents do not name their own address, which is a secret: a
person who passes a document on does not pass on the access.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

from alerts.notification_body import BundledTopic, NotificationBody, told_topics
from alerts.rendering.content import DeliveryContext, MessageContent, message_content
from alerts.rendering.feed_frame import PROGRAM, render_atom, render_json_feed
from alerts.rendering.feed_xml import add_element, xml_text
from alerts.rendering.text_runs import (
    Paragraph,
    TextRun,
    link_paragraph,
    links,
    plain,
    rest,
    written,
    written_all,
)
from config.i18n import Translator
from core.clock import rfc3339
from core.text import clean_line


@dataclass(frozen=True, slots=True)
class AlertFeedEntry:
    """An entry of a feed.

    Attributes:
        id: A URN with the id of the notification; it never changes.
        content: What the entry says.
        body: The notification.
        author: The outlet of the first article, or the program.
        published: When the notification was made.
        updated: When it was delivered to the feed.
    """

    id: str
    content: MessageContent
    body: NotificationBody
    author: str
    published: datetime
    updated: datetime

    @property
    def topics(self) -> list[BundledTopic]:
        """The topics that it is about, each once."""
        return list({topic.id: topic for topic in told_topics(self.body)}.values())


@dataclass(frozen=True, slots=True)
class AlertFeed:
    """A feed of alerts.

    Attributes:
        id: A URN that no other feed has, of this installation or another.
        language: ``en`` or ``de``.
        home: URL of the console.
        updated: When its newest entry was delivered, or its address was made.
        entries: The newest first.
    """

    id: str
    title: str
    language: str
    home: str
    updated: datetime
    entries: Sequence[AlertFeedEntry]


def feed_entry(
    body: str | bytes, receiver: str, t: Translator, *, published: datetime, updated: datetime
) -> AlertFeedEntry:
    """Return the entry of a notification.

    Args:
        body: JSON of the notification.
        receiver: Id of the receiver.
        t: The reader's language and time zone.
        published: When the notification was made.
        updated: When it was delivered.
    """
    read = NotificationBody.model_validate_json(body)
    content = message_content(read, DeliveryContext(receiver, receiver), t)
    outlets = (clean_line(article.outlet, 100) for article in read.articles[:1])
    return AlertFeedEntry(
        id=f"urn:wirewatch:notification:{read.id}",
        content=content,
        body=read,
        author=next(outlets, PROGRAM),
        published=published,
        updated=updated,
    )


def atom(feed: AlertFeed) -> bytes:
    """Return a feed as Atom."""

    def add_entries(root: ET.Element) -> None:
        for entry in feed.entries:
            _add_entry(root, entry)

    return render_atom(feed, add_entries)


def json_feed(feed: AlertFeed) -> bytes:
    """Return a feed as JSON Feed 1.1."""
    return render_json_feed(feed, [_json_item(entry) for entry in feed.entries])


def html(run: TextRun) -> str:
    """Return a run as HTML; a term that matched is strong.

    The elements are those that feed readers keep when they clean up: ``mark`` is not one of them.
    """
    text = escape(xml_text(run.text), quote=False)
    if run.url:
        text = f'<a href="{escape(run.url)}">{text}</a>'
    if run.is_marked:
        return f"<strong>{text}</strong>"
    return f"<b>{text}</b>" if run.is_bold else text


def _add_entry(root: ET.Element, entry: AlertFeedEntry) -> None:
    content, element = entry.content, add_element(root, "entry")
    add_element(element, "id", entry.id)
    add_element(element, "title", content.title, **_lang(content.language))
    add_element(element, "published", rfc3339(entry.published))
    add_element(element, "updated", rfc3339(entry.updated))
    add_element(add_element(element, "author"), "name", entry.author)
    rels = ("alternate", "related") if content.read else ("alternate",)
    for rel, link in zip(rels, links(content), strict=False):
        add_element(element, "link", rel=rel, type="text/html", href=link.url, title=link.name)
    for topic in entry.topics:
        add_element(element, "category", term=topic.id, label=topic.title)
    add_element(element, "category", scheme="urn:wirewatch:severity", term=entry.body.severity)
    add_element(element, "category", scheme="urn:wirewatch:kind", term=entry.body.kind)
    add_element(element, "content", _html(content), type="html")


def _json_item(entry: AlertFeedEntry) -> dict[str, Any]:
    content, body = entry.content, entry.body
    item = {
        "id": entry.id,
        "url": content.read or content.console,
        "title": xml_text(content.title),
        "content_html": _html(content),
        "content_text": xml_text(written_all(_paragraphs(content), plain)),
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "authors": [{"name": xml_text(entry.author)}],
        "tags": [xml_text(topic.title) for topic in entry.topics],
        "language": content.t.code,
        "_wirewatch": {
            "kind": body.kind,
            "severity": body.severity,
            "alert_id": body.alert_id,
            "topics": [topic.id for topic in entry.topics],
            "console_url": content.console,
        },
    }
    return {key: value for key, value in item.items() if value}


def _html(content: MessageContent) -> str:
    parts = (written(paragraph, html) for paragraph in _paragraphs(content))
    return "".join(f"<p>{part}</p>" for part in parts).replace("\n", "<br>")


def _paragraphs(content: MessageContent) -> Iterator[Paragraph]:
    """Yield what an entry says below its title: what is new first."""
    if content.development:
        yield ((TextRun(content.development, is_bold=True),),)
    yield ((TextRun(" · ".join(content.labels)),),)
    yield from rest(content)
    yield link_paragraph(content)


def _lang(code: str) -> dict[str, str]:
    return {"lang": code} if code else {}
