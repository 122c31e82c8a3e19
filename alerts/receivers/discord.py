"""Discord, by webhooks (https://discord.com/developers/docs/resources/webhook#execute-webhook).

::

    - {id: discord, kind: discord, url: "${DISCORD_WEBHOOK}", language: de}

The headline is the ``content`` (at most 2,000 characters), the articles are the description of an
embed (4,096; all embeds together 6,000). With ``wait=true`` Discord answers 200 only once the
message is stored; 400, 401 and 404 with a ``message`` as JSON; 429 with the seconds to wait, exact
to the millisecond, as ``retry_after`` in the JSON and rounded up as Retry-After.

``allowed_mentions`` allows none, so a title like ``@everyone`` mentions no one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alerts.receivers import DeliveryAttempt, Receipt
from alerts.receivers.chat import ChatReceiver, webhook_url
from alerts.receivers.http import VendorAnswers, post, seconds_in
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Options
from alerts.rendering.content import MessageContent, contents_by_length
from alerts.rendering.fit import RenderedMessage, Size, fit
from alerts.rendering.markdown import markdown
from alerts.rendering.text_runs import head, link_paragraph, rest, written_all
from config.i18n import Translator
from core.http import Response

MAX_CONTENT = 2_000
MAX_DESCRIPTION = 4_096
COLORS = {"low": 0x8A8F98, "high": 0xE08600, "urgent": 0xC8102E}
"""Colour of the embed's edge by severity."""

URL = webhook_url("https://discord.com/api/webhooks/...")


class DiscordReceiver(ChatReceiver):
    """Posts to the channel of the webhook."""

    options = Options(URL, LANGUAGE, TIME_ZONE)
    url = URL

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return a message with one embed."""
        return fit(contents_by_length(attempt, t, now), _message)

    async def send(self, attempt: DeliveryAttempt, payload: dict[str, Any]) -> Receipt:  # noqa: ARG002
        """Post the payload and wait until Discord has stored the message."""
        url = self._values[URL]
        url += "&wait=true" if "?" in url else "?wait=true"
        return await post(self._tools, url, payload, answers=ANSWERS)


def _wait(response: Response) -> float | None:
    return seconds_in(response, "retry_after")


ANSWERS = VendorAnswers(wait=_wait)


def _message(content: MessageContent) -> RenderedMessage:
    text = written_all(head(content), markdown)
    description = written_all((*rest(content), link_paragraph(content)), markdown)
    payload = {
        "content": text,
        "embeds": [{"description": description, "color": COLORS.get(content.severity, 0x2F6FDE)}],
        "allowed_mentions": {"parse": []},
    }
    sizes = (
        Size("characters of the content", len(text), MAX_CONTENT),
        Size("characters of the description", len(description), MAX_DESCRIPTION),
    )
    return RenderedMessage(payload, sizes)
