"""From a message's content to its bytes (RFC 5322, 2045). Pure: the same content, the same bytes.

::

    MessageContent ──templates──▶ text, HTML ─┐
    ids, addresses, date ─────────────────────┴──▶ multipart/alternative, lines of at most 998 bytes

The headers are written here and not by :mod:`email.message`: its policies fold long ids into
encoded words, which breaks threads (python/cpython#100991), and choose a random boundary. Every
header value is either made of characters that cannot end a line or goes through an encoded word, so
no title can add a header.

There is no List-Unsubscribe: the recipients are in the operator's file, and there is no address or
page where one could remove itself. The footer says whom to ask.
"""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.notification_body import NotificationBody
from alerts.receivers.email.addresses import Mailbox
from alerts.rendering.content import (
    MAX_ARTICLES,
    DeliveryContext,
    MessageContent,
    Room,
    message_content,
)
from config.i18n import Translator
from core.ids import hash_parts

MAX_BYTES = 100_000
"""Size of a message; Gmail shows no more than 102 kB of one."""

UNTHREADED = frozenset({"digest", "spike", "system", "test"})
"""Kinds of notifications that are not about one story."""

IMPORTANCE = {"urgent": "high", "high": "high", "low": "low"}

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class MimeMessage:
    """A message ready to be submitted.

    Attributes:
        data: Lines end with CRLF; leading dots are not doubled yet.
        needs_utf8: Whether the server must offer SMTPUTF8.
    """

    id: str
    sender: str
    recipient: str
    data: bytes
    needs_utf8: bool


def compose(
    body: NotificationBody,
    context: DeliveryContext,
    t: Translator,
    *,
    sender: Mailbox,
    recipient: Mailbox,
    created_at: datetime,
) -> MimeMessage:
    """Compose the message about a notification, with as many of its articles as fit.

    Args:
        body: The stored body of the notification.
        context: What this attempt has to say.
        t: The language.
        sender: The From address.
        recipient: The only recipient.
        created_at: When the notification was made.
    """
    own = f"<{hash_parts('mail', body.id, recipient.address)}@{sender.domain}>"
    room = max(1, min(MAX_ARTICLES, len(body.articles) or len(body.items)))
    while True:
        content = message_content(body, context, t, Room(articles=room))
        head = _head(own, content, body, sender, recipient, created_at)
        data = (head + _parts(content, hash_parts("boundary", own))).encode()
        if len(data) <= MAX_BYTES or room == 1:
            break
        room -= 1
    utf8 = not (sender.local + recipient.local).isascii()
    return MimeMessage(own, sender.address, recipient.address, data, utf8)


def text_part(content: MessageContent) -> str:
    """Render the message as plain text."""
    return _TEMPLATES.get_template("message.txt").render(content=content)


def html_part(content: MessageContent) -> str:
    """Render the message as HTML; everything in it is escaped."""
    return _TEMPLATES.get_template("message.html").render(content=content)


def thread_id(body: NotificationBody, domain: str) -> str:
    """Return the id that all messages about a story refer to; no message has it as its own."""
    story = body.id if body.story is None else body.story.id
    return f"<{hash_parts('mail story', story)}@{domain}>"


def list_id(topic: str, domain: str) -> str:
    """Return the List-Id of all messages about a topic, for mail filters (RFC 2919)."""
    label = re.sub(r"[^a-z0-9-]+", "-", topic.lower()).strip("-")[:100] or "topic"
    return f"<{label}.wirewatch.{domain}>"


def _head(
    own: str,
    content: MessageContent,
    body: NotificationBody,
    sender: Mailbox,
    recipient: Mailbox,
    created_at: datetime,
) -> str:
    root = thread_id(body, sender.domain)
    thread = {} if body.kind in UNTHREADED else {"In-Reply-To": root, "References": root}
    importance = IMPORTANCE.get(body.severity)
    fields = {
        "Date": format_datetime(created_at),
        "From": _from(sender),
        "To": recipient.address,
        "Subject": _encoded(content.subject, "Subject"),
        "Message-ID": own,
        **thread,
        "List-Id": list_id(body.topic.id if body.topic else body.kind, sender.domain),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
        **({"Importance": importance} if importance else {}),
        "Content-Language": content.t.code,
        "MIME-Version": "1.0",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items())


def _parts(content: MessageContent, boundary: str) -> str:
    """Return both parts, plain text first: programs show the last part they can."""
    boundary = f"=_{boundary}"  # "=_" cannot occur in quoted-printable or base64 text
    parts = (("plain", text_part(content)), ("html", html_part(content)))
    encoded = "".join(f"--{boundary}\r\n{_part(subtype, text)}" for subtype, text in parts)
    media_type = f'multipart/alternative;\r\n boundary="{boundary}"'
    return f"Content-Type: {media_type}\r\n\r\n{encoded}--{boundary}--\r\n"


def _part(subtype: str, text: str) -> str:
    """Return a part in the shorter encoding of its text: quoted-printable is long for Cyrillic."""
    raw = text.encode()
    quoted = quopri.encodestring(raw).decode("ascii").replace("\n", "\r\n")
    packed = base64.encodebytes(raw.replace(b"\n", b"\r\n")).decode("ascii").replace("\n", "\r\n")
    name, coded = ("base64", packed) if len(packed) < len(quoted) else ("quoted-printable", quoted)
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {name}\r\n\r\n{coded}\r\n"
    )


def _from(sender: Mailbox) -> str:
    if not sender.name:
        return sender.address
    plain = re.fullmatch(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+", sender.name)
    name = (
        f'"{sender.name}"' if plain and "=?" not in sender.name else _encoded(sender.name, "From")
    )
    return f"{name} <{sender.address}>"


def _encoded(text: str, name: str) -> str:
    """Return a header's text in lines of at most 76 characters, by RFC 2047 if it is not plain."""
    plain = name == "Subject" and text.isascii() and "=?" not in text
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")
