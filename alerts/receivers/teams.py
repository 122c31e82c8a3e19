"""Microsoft Teams, by the webhook of a workflow (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook).

::

    - {id: teams, kind: teams, url: "${TEAMS_WEBHOOK}", language: de, time_zone: Europe/Berlin}

The workflow "Post to a channel when a webhook request is received" takes an Adaptive Card. A
message has at most 28 KB. The workflow answers 202; 400, 401 and 404 with a reason as JSON; 429
with Retry-After.

Texts are in ``RichTextBlock`` elements, whose runs are shown as they are: no Markdown, no mentions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from alerts.receivers import DeliveryAttempt
from alerts.receivers.chat import ChatReceiver, webhook_url
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Options
from alerts.rendering.content import MessageContent, contents_by_length
from alerts.rendering.fit import RenderedMessage, Size, fit
from alerts.rendering.text_runs import Line, Paragraph, TextRun, head, links, rest
from config.i18n import Translator

MAX_BYTES = 28_000
CARD = "application/vnd.microsoft.card.adaptive"

URL = webhook_url("https://...logic.azure.com/workflows/... or https://...powerplatform.com/...")


class TeamsReceiver(ChatReceiver):
    """Posts to the channel of the workflow."""

    options = Options(URL, LANGUAGE, TIME_ZONE)
    url = URL

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return a message with one card, with a button for each link."""
        return fit(contents_by_length(attempt, t, now), _message)


def _message(content: MessageContent) -> RenderedMessage:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [b for p in (*head(content), *rest(content)) for b in _blocks(p)],
        "actions": [
            {"type": "Action.OpenUrl", "title": link.name, "url": link.url}
            for link in links(content)
        ],
    }
    attachment = {"contentType": CARD, "contentUrl": None, "content": card}
    payload = {"type": "message", "summary": content.subject, "attachments": [attachment]}
    size = len(json.dumps(payload, ensure_ascii=False).encode())
    return RenderedMessage(payload, (Size("bytes", size, MAX_BYTES),))


def _blocks(paragraph: Paragraph) -> Iterator[dict[str, Any]]:
    """Yield a block for each line; a new paragraph has space before it."""
    for n, line in enumerate(paragraph):
        yield {
            "type": "RichTextBlock",
            "spacing": "None" if n else "Medium",
            "inlines": [_text_run(run) for run in _with_text(line)],
        }


def _with_text(line: Line) -> Line:
    return tuple(run for run in line if run.text)


def _text_run(run: TextRun) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "TextRun", "text": run.text}
    if run.is_bold or run.is_marked:
        text["weight"] = "Bolder"
    if run.is_marked:
        text["highlight"] = True
    if run.url:
        text["selectAction"] = {"type": "Action.OpenUrl", "url": run.url}
    return text
