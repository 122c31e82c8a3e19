"""Webhooks as Standard Webhooks 1.0 defines them (standardwebhooks.com).

::

    body, id, time ──secret──▶ webhook-id         the notification's id, the same at every attempt
                               webhook-timestamp  seconds since 1970, of this attempt
                               webhook-signature  v1,<base64 HMAC-SHA256 of "id.timestamp.body">

Without a ``secret`` the request is not signed and has no ``webhook-signature``. With a ``template``
the body is what the template makes of the notification (:mod:`alerts.receivers.body_template`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from datetime import datetime
from pathlib import Path

from alerts.notification_body import MAX_BYTES
from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.body_template import BodyTemplate, BodyTemplateError
from alerts.receivers.http import host_of, post, post_url
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Option, Options
from alerts.rendering.fit import RenderedMessage, Size
from config.catalog.models import ReceiverDefinition
from config.catalog.values import InvalidValue, text
from config.errors import DeliveryError
from config.faults import Fault
from config.i18n import Phrase, Translator
from config.yaml.nodes import fault
from core.text import for_log

OPERATOR_WAIT = 600.0
"""Seconds until the next attempt where the operator has to correct something."""

TEMPLATE_FAULT = "R009"
"""Code of a template that cannot be used (docs/faults.md)."""

_SECRET = re.compile(r"whsec_([A-Za-z0-9+/]+={0,2})")
_KEY_MEND = "Write whsec_ followed by base64 (of 24 to 64 random bytes), or leave it out."


def signing_key(value: str) -> bytes | InvalidValue:
    """Parse a secret: ``whsec_`` and base64."""
    found = _SECRET.fullmatch(value)
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
TEMPLATE: Option[str | None] = Option(
    "template",
    text,
    "The body is made by this Jinja template, a file beside alerts.yaml.",
    "Write template: and the name of a file.",
    code=TEMPLATE_FAULT,
)
OPTIONS = Options(URL, SECRET, TEMPLATE, LANGUAGE, TIME_ZONE)


class WebhookReceiver:
    """Posts the body of each notification to one URL."""

    def __init__(self, definition: ReceiverDefinition, tools: ReceiverTools) -> None:
        self._definition = definition
        self._values = OPTIONS.values(definition)
        self._tools = tools

    @staticmethod
    def faults(definition: ReceiverDefinition) -> list[Fault]:
        """Return the faults of the options, and of the template."""
        return OPTIONS.faults(definition) or _template_faults(definition)

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:
        """Return the host."""
        return (host_of(OPTIONS.values(definition)[URL]),)

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> WebhookReceiver:
        """Return the receiver of a definition."""
        return WebhookReceiver(definition, tools)

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:  # noqa: ARG004
        """Return the body, which has no language and is never shortened here."""
        size = Size("bytes", len(attempt.body), MAX_BYTES)
        return RenderedMessage(json.loads(attempt.body), (size,))

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:
        """Post the body, signed."""
        now, values = self._tools.clock(), self._values
        body = self._body(attempt, now)
        headers = signed_headers(attempt.id, now, body, values[SECRET])
        return await post(self._tools, values[URL], body, headers)

    def _body(self, attempt: DeliveryAttempt, now: datetime) -> bytes:
        if not (name := self._values[TEMPLATE]):
            return attempt.body
        try:
            template = BodyTemplate.load(_folder(self._definition), name)
            return template.render(attempt, self._values.translator, now)
        except BodyTemplateError as error:
            reason = Phrase("delivery.template", why=for_log(str(error)))
            raise DeliveryError(reason, retry_after=OPERATOR_WAIT, target_fault=True) from None


def _folder(definition: ReceiverDefinition) -> Path:
    return Path(definition.position.file).parent


def _template_faults(definition: ReceiverDefinition) -> list[Fault]:
    if not (name := OPTIONS.values(definition)[TEMPLATE]):
        return []
    try:
        BodyTemplate.load(_folder(definition), name).check()
    except BodyTemplateError as error:
        mend = "Correct the file; write every value with | tojson."
        return [fault(definition.positions["template"], TEMPLATE_FAULT, str(error), mend)]
    return []


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
