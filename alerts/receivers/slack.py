"""Slack, by incoming webhooks (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

::

    - {id: slack, kind: slack, url: "${SLACK_WEBHOOK}", language: de, time_zone: Europe/Berlin}

A message has ``text``, which phones show as the notification, and ``blocks``. A section has at most
3,000 characters, a message 50 blocks; messages with more than about 13,200 characters in all blocks
have been refused (slackapi/bolt-js#2509). Slack answers 200 ``ok``; 400, 403, 404 and 410 with a
reason such as ``no_service`` as text; 429 with Retry-After.

Only ``&``, ``<`` and ``>`` can be escaped in mrkdwn. They are what mentions and links need, so a
title like ``<!channel>`` mentions no one; ``verbatim`` keeps names and URLs from becoming links.
"""

from __future__ import annotations

from datetime import datetime

from alerts.receivers import DeliveryAttempt
from alerts.receivers.chat import ChatReceiver, webhook_url
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Options
from alerts.rendering.content import MessageContent, contents_by_length
from alerts.rendering.fit import RenderedMessage, Size, fit
from alerts.rendering.text_runs import TextRun, paragraphs, written
from config.i18n import Translator

MAX_BLOCKS = 50
MAX_SECTION = 3_000
MAX_CHARACTERS = 13_000

URL = webhook_url("https://hooks.slack.com/services/...")


class SlackReceiver(ChatReceiver):
    """Posts to the channel that the webhook was created for."""

    options = Options(URL, LANGUAGE, TIME_ZONE)
    url = URL

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return a message with a section for each paragraph."""
        return fit(contents_by_length(attempt, t, now), _message)


def _message(content: MessageContent) -> RenderedMessage:
    sections = [written(paragraph, mrkdwn) for paragraph in paragraphs(content)]
    payload = {
        "text": escape(content.subject),
        "blocks": [_section(section) for section in sections],
        "unfurl_links": False,
        "unfurl_media": False,
    }
    lengths = [len(section) for section in sections]
    sizes = (
        Size("blocks", len(sections), MAX_BLOCKS),
        Size("characters of the longest section", max(lengths), MAX_SECTION),
        Size("characters of all sections", sum(lengths), MAX_CHARACTERS),
    )
    return RenderedMessage(payload, sizes)


def _section(mrkdwn: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def mrkdwn(run: TextRun) -> str:
    """Return a run in mrkdwn; an asterisk would end bold text, so there it is another character."""
    is_strong = run.is_bold or run.is_marked
    text = escape(run.text.replace("*", "∗") if is_strong else run.text)
    if run.url:
        text = f"<{escape(run.url).replace('|', '%7C')}|{text}>"
    return f"*{text}*" if is_strong else text


def escape(text: str) -> str:
    """Escape the three characters that control sequences are made of."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
