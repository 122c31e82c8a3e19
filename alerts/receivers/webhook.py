"""Webhooks as Standard Webhooks 1.0 defines them (standardwebhooks.com).

::

    body, id, time ──secret──▶ webhook-id         the notification's id, the same at every attempt
                               webhook-timestamp  seconds since 1970, of this attempt
                               webhook-signature  v1,<base64 HMAC-SHA256 of "id.timestamp.body">

Without a ``secret`` the request is not signed and has no ``webhook-signature``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from datetime import datetime

from alerts.notification_body import MAX_BYTES
from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.http import host_of, post, post_url
from alerts.receivers.options import Option, Options
from alerts.rendering.fit import RenderedMessage, Size
from config.catalog.models import ReceiverDefinition
from config.catalog.values import InvalidValue
from config.i18n import Translator

_SECRET = re.compile(r"whsec_([A-Za-z0-9+/]+={0,2})")
_KEY_MEND = "Write whsec_ followed by base64 (of 24 to 64 random bytes), or leave it out."


def signing_key(text: str) -> bytes | InvalidValue:
    """Parse a secret: ``whsec_`` and base64."""
    found = _SECRET.fullmatch(text)
    try:
        key = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        key = b""
    return key or InvalidValue("This is not a secret of Standard Webhooks.", _KEY_MEND)


URL = Option(
    "url",
    post_url,
    "Notifications are posted to this URL.",
    "Write url: https://host/path.",
    required=True,
    secret=True,
    code="R003",
)
SECRET: Option[bytes | None] = Option(
    "secret", signing_key, "Requests are signed with it.", _KEY_MEND, secret=True, code="R004"
)
OPTIONS = Options(URL, SECRET)


class WebhookReceiver:
    """Posts the body of each notification to one URL."""

    faults = staticmethod(OPTIONS.faults)

    def __init__(self, url: str, key: bytes | None, tools: ReceiverTools) -> None:
        self._url = url
        self._key = key
        self._tools = tools

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:
        """Return the host."""
        return (host_of(OPTIONS.values(definition)[URL]),)

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> WebhookReceiver:
        """Return the receiver of a definition."""
        values = OPTIONS.values(definition)
        return WebhookReceiver(values[URL], values[SECRET], tools)

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:  # noqa: ARG004
        """Return the body, which has no language and is never shortened here."""
        size = Size("bytes", len(attempt.body), MAX_BYTES)
        return RenderedMessage(json.loads(attempt.body), (size,))

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:
        """Post the body, signed."""
        headers = signed_headers(attempt.id, self._tools.clock(), attempt.body, self._key)
        return await post(self._tools, self._url, attempt.body, headers)


def signed_headers(
    message_id: str, now: datetime, body: bytes, key: bytes | None
) -> dict[str, str]:
    """Return the headers of one attempt.

    Args:
        message_id: Id of the notification.
        now: Time of the attempt.
        body: The bytes that are sent.
        key: None leaves it unsigned.
    """
    timestamp = str(int(now.timestamp()))
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp}
    if key is not None:
        signed = f"{message_id}.{timestamp}.".encode() + body
        mac = hmac.new(key, signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(mac).decode()}"
    return headers
