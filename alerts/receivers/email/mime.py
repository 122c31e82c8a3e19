"""From a letter to the bytes of a message (RFC 5322, 2045). Pure, and the same every time.

::

    Letter ──templates──▶ text, HTML ─┐
    ids, addresses, date ─────────────┴──▶ multipart/alternative, lines of at most 998 bytes

The header block is written here and not by :mod:`email.message`: its policies fold long ids into
encoded words, which ends the thread (python/cpython#100991), and choose a random boundary.
Everything in a header is either made of characters that cannot break a line or goes through an
encoded word, so no title can add a header.

There is no List-Unsubscribe: recipients stand in the operator's file, and there is no address or
page at which one could take itself out. The footer says whom to ask.
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

from alerts.notification import NotificationBody
from alerts.receivers.email.addresses import Mailbox
from alerts.rendering.content import MAX_ARTICLES, DeliveryContext, MessageContent, message_content
from config.i18n import Translator
from core.ids import digest

MAX_BYTES = 100_000
"""Of a message; Gmail shows no more than 102 kB of one."""

UNTHREADED = frozenset({"digest", "spike", "test"})
"""Kinds that are not about one story."""

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
    """A message ready to be handed in.

    Attributes:
        data: Lines end with CRLF; dots are not doubled yet.
        needs_utf8: Whether the server must offer SMTPUTF8.
    """

    id: str
    sender: str
    recipient: str
    data: bytes
    needs_utf8: bool


def compose(
    body: NotificationBody,
    occasion: DeliveryContext,
    t: Translator,
    *,
    sender: Mailbox,
    recipient: Mailbox,
    created_at: datetime,
) -> MimeMessage:
    """The message about a notification, with as many of its articles as fit.

    Args:
        body: The notification's stored body.
        occasion: What must be said of this attempt.
        t: The language.
        sender: Whom it is from.
        recipient: The one it is for.
        created_at: When the notification was made.
    """
    own = f"<{digest('mail', body.id, recipient.address)}@{sender.domain}>"
    room = max(1, min(MAX_ARTICLES, len(body.articles)))
    while True:
        about = message_content(body, occasion, t, room)
        head = _head(own, about, body, sender, recipient, created_at)
        data = (head + _parts(about, digest("boundary", own))).encode()
        if len(data) <= MAX_BYTES or room == 1:
            break
        room -= 1
    utf8 = not (sender.local + recipient.local).isascii()
    return MimeMessage(own, sender.address, recipient.address, data, utf8)


def text_part(about: MessageContent) -> str:
    """The letter as plain text."""
    return _TEMPLATES.get_template("message.txt").render(content=about)


def html_part(about: MessageContent) -> str:
    """The letter as HTML, everything in it escaped."""
    return _TEMPLATES.get_template("message.html").render(content=about)


def thread_id(body: NotificationBody, domain: str) -> str:
    """The id that all mails about a story refer to; no message has it, each is its child."""
    return f"<{digest('mail story', body.story.id)}@{domain}>"


def list_id(topic: str, domain: str) -> str:
    """A name for all mail about a topic, by which it can be sorted (RFC 2919)."""
    label = re.sub(r"[^a-z0-9-]+", "-", topic.lower()).strip("-")[:100] or "topic"
    return f"<{label}.wirewatch.{domain}>"


def _head(
    own: str,
    about: MessageContent,
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
        "Subject": _encoded(about.subject, "Subject"),
        "Message-ID": own,
        **thread,
        "List-Id": list_id(body.topic.id, sender.domain),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
        **({"Importance": importance} if importance else {}),
        "Content-Language": about.t.code,
        "MIME-Version": "1.0",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items())


def _parts(about: MessageContent, boundary: str) -> str:
    """Plain text first: the last part a program can show is the one it shows."""
    between = f"=_{boundary}"  # "=_" stands in no quoted-printable or base64 text
    parts = (("plain", text_part(about)), ("html", html_part(about)))
    shown = "".join(f"--{between}\r\n{_part(subtype, text)}" for subtype, text in parts)
    kind = f'multipart/alternative;\r\n boundary="{between}"'
    return f"Content-Type: {kind}\r\n\r\n{shown}--{between}--\r\n"


def _part(subtype: str, text: str) -> str:
    """One part, in the shorter encoding of its text: quoted-printable is long for Cyrillic."""
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
    """A header's text on lines of at most 76 characters (RFC 2047 where it is not plain)."""
    plain = name == "Subject" and text.isascii() and "=?" not in text
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")
