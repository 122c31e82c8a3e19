"""Chat, by incoming webhooks (https://chat.example.org/docs/incoming-webhooks).

::

    - {id: chat, kind: chat, url: ${CHAT_WEBHOOK}, channel: "#desk", language: de}

A message is JSON with ``text`` (plain, for notifications of the phone) and ``blocks`` in the
vendor's markup, at most 50 of them. The answer is 200, or 4xx with a reason as text, or 429 with
Retry-After.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.http import host_of, post, post_url
from alerts.receivers.options import Option, Options, choice
from alerts.rendering.content import ArticleContent, MessageContent, Room, attempt_content
from config.catalog.models import ReceiverDefinition
from config.catalog.values import text
from config.i18n import LANGUAGES, translator

URL = Option(
    "url",
    post_url,
    "Messages are posted to this URL, which the vendor's settings page shows.",
    "Write url: https://chat.example.org/services/...",
    required=True,
    secret=True,
)
CHANNEL = Option("channel", text, "Messages appear in this channel.", default="#news")
LANGUAGE = choice("language", LANGUAGES, "Messages are in this language.", default="en")
OPTIONS = Options(URL, CHANNEL, LANGUAGE)


class ChatReceiver:
    """Posts each notification as one message to a channel."""

    faults = staticmethod(OPTIONS.faults)

    def __init__(self, definition: ReceiverDefinition, tools: ReceiverTools) -> None:
        self._options = OPTIONS.values(definition)
        self._tools = tools

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:
        options = OPTIONS.values(definition)
        return (f"{host_of(options[URL])} {options[CHANNEL]}",)

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> ChatReceiver:
        return ChatReceiver(definition, tools)

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:
        t = translator(self._options[LANGUAGE])
        content = attempt_content(attempt, t, self._tools.clock(), Room(articles=5))
        return await post(self._tools, self._options[URL], self._message(content))

    def _message(self, content: MessageContent) -> dict[str, Any]:
        lines = [*content.notices, *_blocks(content)]
        blocks = [{"type": "section", "text": line} for line in lines]
        return {"channel": self._options[CHANNEL], "text": content.subject, "blocks": blocks}


def _blocks(content: MessageContent) -> Iterator[str]:
    yield f"*{_escaped(content.title)}*"
    yield from map(_article, content.articles)
    yield f"{_escaped(content.reason)} <{content.console}|{content.t('notification.console')}>"


def _article(article: ArticleContent) -> str:
    marked = "".join(
        f"*{_escaped(piece.text)}*" if piece.marked else _escaped(piece.text)
        for sentence in article.sentences
        for piece in sentence
    )
    return f"<{article.url}|{_escaped(article.outlet)}> {marked}"


def _escaped(line: str) -> str:
    """Escape what the vendor's markup gives a meaning."""
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
