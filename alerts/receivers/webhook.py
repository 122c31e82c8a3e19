"""Webhooks, as Standard Webhooks 1.0 has them (standardwebhooks.com).

::

    body, id, time ──secret──▶ webhook-id         the notification's id, the same at every attempt
                               webhook-timestamp  seconds since 1970, of this attempt
                               webhook-signature  v1,<base64 HMAC-SHA256 of "id.timestamp.body">
                     POST ──▶ 2xx: told.  408, 425, 429, 5xx: later.  Any other status: never.

Without a ``secret`` the request is not signed and ``webhook-signature`` is missing. A redirect is
an answer like any other and is not followed: the signed body goes where the operator sent it.
Once anything was sent, a cut or silent connection leaves it unknown whether the target has it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime
from urllib.parse import urlsplit

from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools, fault, unknown_options
from config.catalog.models import ReceiverDefinition
from config.errors import DeliveryError, FetchError
from config.faults import Fault
from core.http import Response, retry_after
from core.text import for_log

NOTHING_SENT = frozenset({"bad_url", "dns", "nxdomain", "connect", "tls"})
"""Outcomes of a failed exchange after which the target surely has nothing (core.http)."""

_AGAIN = frozenset({408, 425, 429})
_SECRET = re.compile(r"whsec_([A-Za-z0-9+/]+={0,2})")


class WebhookReceiver:
    """Posts each notification to one URL."""

    def __init__(self, url: str, key: bytes | None, tools: ReceiverTools) -> None:
        self._url = url
        self._key = key
        self._tools = tools

    @staticmethod
    def faults(definition: ReceiverDefinition) -> list[Fault]:
        """Unknown options, an URL that cannot be posted to, a secret that cannot sign."""
        found = unknown_options(definition, ("url", "secret"))
        if _host(definition.options.get("url")) is None:
            place = definition.positions.get("url", definition.position)
            message = f"The webhook {definition.id!r} has no http or https URL."
            found.append(fault(place, "R003", message, "Write url: https://host/path."))
        secret = definition.options.get("secret")
        if secret is not None and _key(secret) is None:
            place = definition.positions.get("secret", definition.position)
            message = f"The secret of the webhook {definition.id!r} cannot be used."
            mend = "Write whsec_ followed by base64 (of 24 to 64 random bytes), or leave it out."
            found.append(fault(place, "R004", message, mend))
        return found

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:
        """The host alone: paths and queries of webhooks are secrets."""
        return (_host(definition.options.get("url")) or definition.id,)

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> WebhookReceiver:
        """The receiver of a definition without faults."""
        secret = definition.options.get("secret")
        key = None if secret is None else _key(secret)
        return WebhookReceiver(str(definition.options["url"]), key, tools)

    async def notify(self, outgoing: DeliveryAttempt) -> Receipt:
        """Post once.

        Raises:
            DeliveryError: Permanent, for later, or unknown.
        """
        headers = signed_headers(outgoing.id, self._tools.clock(), outgoing.body, self._key)
        try:
            answer = await self._tools.http.post(
                self._url, headers=headers, body=outgoing.body, timeout=self._tools.timeout
            )
        except FetchError as error:
            sent = error.outcome not in NOTHING_SENT
            raise DeliveryError(
                f"{error.message} ({error.outcome})",
                permanent=error.outcome == "bad_url",
                unknown=sent,
            ) from error
        return receipt_of(answer, self._tools.clock())


def signed_headers(
    message_id: str, now: datetime, body: bytes, key: bytes | None
) -> dict[str, str]:
    """The headers of one attempt.

    Args:
        message_id: Of the notification.
        now: Time of the attempt.
        body: The bytes that are sent.
        key: None leaves it unsigned.
    """
    timestamp = str(int(now.timestamp()))
    headers = {
        "content-type": "application/json",
        "connection": "close",  # a connection kept from before may be dead: sent, or not?
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
    }
    if key is not None:
        signed = f"{message_id}.{timestamp}.".encode() + body
        mac = hmac.new(key, signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(mac).decode()}"
    return headers


def receipt_of(answer: Response, now: datetime) -> Receipt:
    """What an answer means.

    Raises:
        DeliveryError: It was not a 2xx.
    """
    if 200 <= answer.status < 300:
        return Receipt(f"HTTP {answer.status}")
    said = for_log(answer.body.decode("utf-8", "replace"))
    later = answer.status in _AGAIN or answer.status >= 500
    raise DeliveryError(
        f"HTTP {answer.status}{': ' if said else ''}{said}",
        permanent=not later,
        retry_after=retry_after(answer.headers, now) if later else None,
    )


def _host(url: object) -> str | None:
    """Host and port, where the URL can be posted to."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return f"{host}:{port}" if port else host


def _key(secret: object) -> bytes | None:
    found = _SECRET.fullmatch(secret) if isinstance(secret, str) else None
    if found is None:
        return None
    try:
        return base64.b64decode(found.group(1), validate=True) or None
    except binascii.Error:
        return None
