"""Telegram, by the Bot API (https://core.telegram.org/bots/api#sendmessage).

::

    - {id: telegram, kind: telegram, token: "${TELEGRAM_TOKEN}", chat: ["-1001234567890", "@desk"]}

Each chat is a target of its own. A message has at most 4,096 characters after its entities are
parsed, counted in UTF-16 units. Telegram answers 200 with ``"ok": true``; 400, which is about the
message or about the chat (``chat not found``), 401 and 403 (``bot was blocked by the user``) with a
``description``; 429 with the seconds to wait
as ``parameters.retry_after`` in the JSON and without Retry-After.

The text is HTML with the tags ``b`` and ``a``. Telegram turns ``@name`` into a mention by itself,
so an invisible character follows each ``@`` of a text.
"""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from typing import Any

from alerts.receivers import DeliveryAttempt, Receipt
from alerts.receivers.chat import ChatReceiver
from alerts.receivers.http import VendorAnswers, post, post_url, seconds_in
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Option, Options
from alerts.rendering.content import MessageContent, contents_by_length
from alerts.rendering.fit import RenderedMessage, Size, fit
from alerts.rendering.text_runs import TextRun, paragraphs, written_all
from config.catalog.models import ReceiverDefinition
from config.catalog.values import InvalidValue, shown
from config.errors import DeliveryError
from config.i18n import Phrase, Translator
from core.http import Response

MAX_CHARACTERS = 4_096

_CHAT_FAULTS = (
    *(b"chat not found", b"upgraded to a supergroup", b"not enough rights", b"no rights to send"),
    *(b"CHAT_WRITE_FORBIDDEN", b"CHANNEL_PRIVATE"),
)
"""Descriptions of a 400 that is about the chat; any other is about the message."""

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{10,100}")
_CHAT = re.compile(r"-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63}")


def bot_token(text: str) -> str | InvalidValue:
    """Parse a bot's token: its number, a colon and a secret."""
    return text if _TOKEN.fullmatch(text) else InvalidValue("This is not a token of a bot.", "")


def chat_id(text: str) -> str | InvalidValue:
    """Parse a chat: a number, or the ``@name`` of a public group or channel."""
    return text if _CHAT.fullmatch(text) else InvalidValue(f"{shown(text)} is not a chat.", "")


TOKEN = Option(
    "token",
    bot_token,
    "Messages are sent by this bot.",
    "Write the token that @BotFather shows: 123456:ABC...",
    required=True,
    secret=True,
)
CHAT = Option(
    "chat",
    chat_id,
    "Messages are sent to these chats.",
    'Write chat: "-1001234567890" or chat: "@channel"; it may be a list.',
    required=True,
    many=True,
)
SERVER = Option(
    "server", post_url, "The server of the Bot API.", default="https://api.telegram.org"
)


class TelegramReceiver(ChatReceiver):
    """Sends each notification to each chat."""

    options = Options(TOKEN, CHAT, SERVER, LANGUAGE, TIME_ZONE)
    url = SERVER

    @classmethod
    def targets(cls, definition: ReceiverDefinition) -> tuple[str, ...]:
        """Return the chats, each once."""
        return tuple(dict.fromkeys(cls.options.values(definition).all(CHAT)))

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return a message in HTML."""
        return fit(contents_by_length(attempt, t, now), _message)

    async def send(self, attempt: DeliveryAttempt, payload: dict[str, Any]) -> Receipt:
        """Send the payload to the attempt's chat."""
        if attempt.target not in self.targets(self._definition):
            reason = Phrase("delivery.address_removed", address=attempt.target)
            raise DeliveryError(reason, permanent=True)
        url = f"{self._values[SERVER].rstrip('/')}/bot{self._values[TOKEN]}/sendMessage"
        payload = {"chat_id": attempt.target, **payload}
        return await post(self._tools, url, payload, answers=ANSWERS)


def _wait(response: Response) -> float | None:
    return seconds_in(response, "parameters", "retry_after")


def _is_about_the_chat(response: Response) -> bool:
    return response.status == 400 and any(fault in response.body for fault in _CHAT_FAULTS)


ANSWERS = VendorAnswers(_wait, _is_about_the_chat)


def _message(content: MessageContent) -> RenderedMessage:
    parts = list(paragraphs(content))
    visible = written_all(parts, lambda run: _without_mentions(run.text))
    payload = {
        "text": written_all(parts, html),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    units = len(visible.encode("utf-16-le")) // 2
    return RenderedMessage(payload, (Size("characters", units, MAX_CHARACTERS),))


def html(run: TextRun) -> str:
    """Return a run in the HTML that Telegram accepts."""
    text = escape(_without_mentions(run.text), quote=False)
    if run.url:
        text = f'<a href="{escape(run.url)}">{text}</a>'
    return f"<b>{text}</b>" if run.is_bold or run.is_marked else text


def _without_mentions(text: str) -> str:
    return text.replace("@", "@\N{ZERO WIDTH SPACE}")
