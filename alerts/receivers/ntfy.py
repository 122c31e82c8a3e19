"""ntfy, published as JSON (https://docs.ntfy.sh/publish/#publish-as-json).

::

    - {id: phone, kind: ntfy, topic: "${NTFY_TOPIC}", server: https://ntfy.example.org,
       token: "${NTFY_TOKEN}", language: de}

The message is plain text, because the app for iOS shows Markdown as it is written. A message of
more than 4,096 bytes would become an attachment. ntfy answers 200; 400, 401, 403, 413 with a reason
as JSON; 429 when a limit is reached.

On a public server whoever knows a topic can read and write it, so the topic is not shown.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from alerts.receivers import DeliveryAttempt, Receipt
from alerts.receivers.chat import ChatReceiver
from alerts.receivers.http import post, post_url
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Option, Options
from alerts.rendering.content import Link, MessageContent, contents_by_length
from alerts.rendering.fit import RenderedMessage, Size, fit
from alerts.rendering.text_runs import links, plain, rest, written_all
from config.catalog.values import InvalidValue, text
from config.i18n import Translator
from core.text import clean_line

MAX_MESSAGE = 4_096
MAX_TITLE = 250
PRIORITIES = {"low": 2, "high": 4, "urgent": 5}

_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")


def topic_name(value: str) -> str | InvalidValue:
    """Parse a topic: letters, digits, ``_`` and ``-``, at most 64."""
    return value if _TOPIC.fullmatch(value) else InvalidValue("This is not a topic of ntfy.", "")


TOPIC = Option(
    "topic",
    topic_name,
    "Messages are published under this topic.",
    "Write topic: and up to 64 letters, digits, _ or -.",
    required=True,
    secret=True,
)
SERVER = Option(
    "server", post_url, "Messages are published on this server.", default="https://ntfy.sh"
)
TOKEN: Option[str | None] = Option(
    "token", text, "The access token of a protected topic.", "Write a token.", secret=True
)


class NtfyReceiver(ChatReceiver):
    """Publishes to one topic."""

    options = Options(TOPIC, SERVER, TOKEN, LANGUAGE, TIME_ZONE)
    url = SERVER

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return a message whose title is the headline, with a button for each link."""
        return fit(contents_by_length(attempt, t, now), _message)

    async def send(self, attempt: DeliveryAttempt, payload: dict[str, Any]) -> Receipt:  # noqa: ARG002
        """Publish the payload under the topic."""
        token = self._values[TOKEN]
        headers = {"authorization": f"Bearer {token}"} if token else {}
        payload = {"topic": self._values[TOPIC], **payload}
        return await post(self._tools, self._values[SERVER], payload, headers)


def _message(content: MessageContent) -> RenderedMessage:
    labels = " · ".join(content.labels)
    lines = [*content.notices, *filter(None, [content.development]), labels]
    message = "\n\n".join([*lines, written_all(rest(content), plain)])
    payload = {
        "title": clean_line(content.title, MAX_TITLE),
        "message": message,
        "priority": PRIORITIES.get(content.severity, 3),
        "actions": [_action(link) for link in links(content)],
    }
    if content.read:
        payload["click"] = content.read
    return RenderedMessage(payload, (Size("bytes", len(message.encode()), MAX_MESSAGE),))


def _action(link: Link) -> dict[str, str]:
    return {"action": "view", "label": link.name, "url": link.url}
