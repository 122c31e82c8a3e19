"""Mattermost, by incoming webhooks (https://developers.mattermost.com/integrate/webhooks/incoming/).

::

    - {id: mattermost, kind: mattermost, url: "${MATTERMOST_WEBHOOK}", channel: town-square}

A message is Markdown of at most 16,383 characters. Mattermost answers 200 ``ok``; 400, also where
the webhook was deleted, 403 and 404 with a reason as JSON; 429 with Retry-After where its rate
limits are switched on.

There is no list of allowed mentions, so an invisible character follows each ``@`` of a text: a
title like ``@channel`` mentions no one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alerts.receivers import DeliveryAttempt, Receipt
from alerts.receivers.chat import ChatReceiver, webhook_url
from alerts.receivers.http import VendorAnswers, post
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Option, Options
from alerts.rendering.content import MessageContent, contents_by_length
from alerts.rendering.fit import RenderedMessage, Size, fit
from alerts.rendering.markdown import markdown
from alerts.rendering.text_runs import paragraphs, written_all
from config.catalog.values import text
from config.i18n import Translator
from core.http import Response

MAX_CHARACTERS = 16_383

URL = webhook_url("https://mattermost.example.org/hooks/...")
_CHANNEL: Option[str | None] = Option(
    "channel",
    text,
    "Messages appear in this channel instead of the webhook's own.",
    "Write a name.",
)


class MattermostReceiver(ChatReceiver):
    """Posts to the channel of the webhook, or to another one that it may post to."""

    options = Options(URL, _CHANNEL, LANGUAGE, TIME_ZONE)
    url = URL

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return a message in Markdown."""
        return fit(contents_by_length(attempt, t, now), _message)

    async def send(self, attempt: DeliveryAttempt, payload: dict[str, Any]) -> Receipt:  # noqa: ARG002
        """Post the payload to the channel."""
        channel = self._values[_CHANNEL]
        payload |= {"channel": channel} if channel else {}
        return await post(self._tools, self._values[URL], payload, answers=ANSWERS)


def _is_about_the_webhook(response: Response) -> bool:
    return response.status == 400 and b"web.incoming_webhook.invalid" in response.body


ANSWERS = VendorAnswers(is_target_fault=_is_about_the_webhook)


def _message(content: MessageContent) -> RenderedMessage:
    message = written_all(paragraphs(content), markdown)
    return RenderedMessage({"text": message}, (Size("characters", len(message), MAX_CHARACTERS),))
