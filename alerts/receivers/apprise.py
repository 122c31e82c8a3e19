"""Everything else, by the library Apprise (https://appriseit.com/services/).

::

    - {id: matrix, kind: apprise, url: "${APPRISE_URL}", language: de}

Each URL is a target of its own. The library makes one attempt: its own retries, its redirects and
its ``optional`` (failures that are reported as success) are switched off, because deliveries are
retried here. Of a failure it does not say whether anything was sent, so every failure is *unknown*:
the message is sent again and says that it may be a repeat.

The message is plain text that the library converts for the service. An invisible character follows
each ``@`` and ``<``, so that no service reads a mention in a title. Where a service has a kind of
its own (Slack, Telegram ...), that kind shows more.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from datetime import datetime
from typing import Any

import apprise
from apprise.plugins import NotifyBase

from alerts.receivers import DeliveryAttempt, Receipt
from alerts.receivers.chat import ChatReceiver
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Option, Options
from alerts.rendering.content import MessageContent, contents_by_length
from alerts.rendering.fit import RenderedMessage, Size, fit
from alerts.rendering.text_runs import TextRun, paragraphs, plain, written_all
from config.catalog.models import ReceiverDefinition
from config.catalog.values import InvalidValue
from config.errors import DeliveryError
from config.i18n import Phrase, Translator
from config.secrets import url_secrets
from core.text import foreign_text

MAX_CHARACTERS = 32_768
"""Limit of the library's services that have none of their own."""

TYPES = {"high": "warning", "urgent": "warning"}

# Its log lines may have URLs. What it says of a failure is in the result and masked there.
_log = logging.getLogger("apprise")
_log.addHandler(logging.NullHandler())
_log.propagate = False
_log.setLevel(logging.WARNING)


def apprise_url(text: str) -> str | InvalidValue:
    """Parse a URL that the library knows a service for."""
    if _service(text) is None:
        return InvalidValue("Apprise knows no service for this URL.", "")
    return text


URL = Option(
    "url",
    apprise_url,
    "Messages are sent by the service of this URL.",
    "Write a URL as https://appriseit.com/services/ describes them; it may be a list.",
    required=True,
    many=True,
    secret=True,
)


class AppriseReceiver(ChatReceiver):
    """Sends each notification to each URL."""

    options = Options(URL, LANGUAGE, TIME_ZONE)
    url = URL

    @classmethod
    def targets(cls, definition: ReceiverDefinition) -> tuple[str, ...]:
        """Return the service of each URL with a number that stays when the list changes."""
        return tuple(dict.fromkeys(map(_target, cls.options.values(definition).all(URL))))

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return title and text for a service without limits of its own."""
        return _render(attempt, t, now, MAX_CHARACTERS)

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:
        """Send one message by the service of the attempt's target."""
        url = next((u for u in self._values.all(URL) if _target(u) == attempt.target), None)
        service = await asyncio.to_thread(_service, url) if url else None
        if url is None or service is None:
            reason = Phrase("delivery.address_removed", address=attempt.target)
            raise DeliveryError(reason, permanent=True)
        now = self._tools.clock()
        message = _render(attempt, self._values.translator, now, service.body_maxlen)
        return await _notify(service, message.payload, self._tools.timeout, url)


async def _notify(
    service: NotifyBase, payload: dict[str, Any], timeout: float, url: str
) -> Receipt:
    library = apprise.Apprise(asset=service.asset)
    library.add(service)
    text = apprise.NotifyFormat.TEXT
    with await library.async_notify(**payload, body_format=text, timeout=timeout) as result:
        if result:
            return Receipt(Phrase("delivery.apprise", service=service.schema))
        said = " ".join(entry.message for entry in result.logs()) or result.status.name
    why = foreign_text(said, url_secrets(url))
    raise DeliveryError(Phrase("delivery.unanswered", why=why), unknown=True)


def _service(url: str) -> NotifyBase | None:
    """Return the service of a URL, with everything off that would send more than once."""
    memory = apprise.PersistentStoreMode.MEMORY
    asset = apprise.AppriseAsset(storage_mode=memory, secure_logging=True)
    service = apprise.Apprise.instantiate(url, asset=asset)
    if not isinstance(service, NotifyBase):
        return None
    service.retry, service.optional, service.redirects = 0, False, False
    return service


def _target(url: str) -> str:
    """Return the scheme of a URL and a short hash, which does not reveal the rest."""
    return f"{url.partition(':')[0]} {hashlib.sha256(url.encode()).hexdigest()[:6]}"


def _render(attempt: DeliveryAttempt, t: Translator, now: datetime, limit: int) -> RenderedMessage:
    def build(content: MessageContent) -> RenderedMessage:
        title = _without_mentions(content.subject)
        body = written_all(paragraphs(content), _text)
        kind = TYPES.get(content.severity, "info")
        size = Size("characters", len(title) + 2 + len(body), limit)
        return RenderedMessage({"title": title, "body": body, "notify_type": kind}, (size,))

    return fit(contents_by_length(attempt, t, now), build)


def _text(run: TextRun) -> str:
    text = _without_mentions(plain(run))
    return f"{text} ({run.url})" if run.url else text


def _without_mentions(text: str) -> str:
    return text.replace("@", "@\N{ZERO WIDTH SPACE}").replace("<", "<\N{ZERO WIDTH SPACE}")
