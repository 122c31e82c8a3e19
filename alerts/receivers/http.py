"""One HTTP request of a receiver, and what its answer means for the delivery.

::

    post() ─▶ 2xx                    Receipt
              408, 425, 429, 5xx     retried; a Retry-After is respected
              3xx, 401, 403, 404,    retried, because a proxy restarts and a token is renewed; if
              405, 407, 410, 501     it stays so, the *target* is broken, not the message
              any other status       permanent: the same message would be rejected again
              no connection          retried: nothing was sent
              no answer              retried, but *unknown*: the target may have the message

A redirect is not followed: what is sent goes where the operator wrote, and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from alerts.receivers import Receipt, ReceiverTools
from config.catalog.values import InvalidValue, shown
from config.errors import DeliveryError, FetchError
from config.i18n import Phrase
from config.secrets import url_secrets
from core.http import Response, retry_after
from core.http.retry_after import RETRY_AFTER_CAP
from core.text import foreign_text

NOTHING_SENT = frozenset(
    {"bad_url", "dns", "nxdomain", "connect"}
    | {"tls", "tls_expired", "tls_name", "tls_chain", "tls_self_signed", "tls_version"}
)
"""Outcomes of a failed exchange after which the target has nothing (:mod:`core.http`)."""

_RETRIED = frozenset({408, 425, 429})
_TARGET_FAULTS = frozenset({401, 403, 404, 405, 407, 410, 501})


@dataclass(frozen=True, slots=True)
class VendorAnswers:
    """What a vendor's answers say besides status and Retry-After.

    Attributes:
        wait: Returns how many seconds to wait, or None where the answer does not say so.
        is_target_fault: Returns whether an answer that rejects a message is about the target.
    """

    wait: Callable[[Response], float | None] = lambda _response: None
    is_target_fault: Callable[[Response], bool] = lambda _response: False


STANDARD_ANSWERS = VendorAnswers()


def post_url(text: str) -> str | InvalidValue:
    """Parse the URL of a receiver: http or https, with a host, on any port."""
    if _host(text) is None:
        return InvalidValue(f"{shown(text)} is not an http or https URL.", "Write a whole URL.")
    return text


def host_of(url: str) -> str:
    """Return host and port of a URL, to name a target: paths and queries may be secrets."""
    return _host(url) or ""


async def post(
    tools: ReceiverTools,
    url: str,
    body: bytes | Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    *,
    answers: VendorAnswers = STANDARD_ANSWERS,
) -> Receipt:
    """Make one POST request.

    Args:
        tools: Client, clock and time limit.
        url: Of the target.
        body: Bytes, sent as they are, or a mapping, sent as JSON.
        headers: Besides the content type, which is JSON unless given here.
        answers: How to read what this vendor answers.

    Raises:
        DeliveryError: The target rejected it, could not be reached, or did not answer.
    """
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    # No keep-alive: after a reused connection broke it would be unknown whether anything was sent.
    fixed = {"content-type": "application/json", "connection": "close"}
    try:
        response = await tools.http.post(
            url, headers={**fixed, **(headers or {})}, body=content, timeout=tools.timeout
        )
    except FetchError as error:
        raise _failure(error) from error
    token = (headers or {}).get("authorization", "").partition(" ")[2]
    secrets = [*url_secrets(url), *([token] if token else [])]
    return receipt_of(response, tools, answers, secrets)


def receipt_of(
    response: Response,
    tools: ReceiverTools,
    answers: VendorAnswers = STANDARD_ANSWERS,
    secrets: Iterable[str] = (),
) -> Receipt:
    """Return the receipt that a response is.

    Args:
        response: The response.
        tools: The clock, for Retry-After.
        answers: How to read what this vendor answers.
        secrets: What was sent and must not be shown where the answer repeats it.

    Raises:
        DeliveryError: Its status is not 2xx.
    """
    if 200 <= response.status < 300:
        return Receipt(Phrase("delivery.http", status=response.status))
    answer = foreign_text(response.body, secrets)
    is_target_fault = (
        300 <= response.status < 400
        or response.status in _TARGET_FAULTS
        or answers.is_target_fault(response)
    )
    is_retried = is_target_fault or response.status in _RETRIED or response.status >= 500
    asked = answers.wait(response)
    if asked is None:
        asked = retry_after(response.headers, tools.clock())
    raise DeliveryError(
        Phrase("delivery.http_answer", status=response.status, answer=answer)
        if answer
        else Phrase("delivery.http", status=response.status),
        permanent=not is_retried,
        target_fault=is_target_fault,
        retry_after=asked if is_retried else None,
    )


def seconds_in(response: Response, *path: str) -> float | None:
    """Return the seconds to wait at a path of a JSON answer; None where there is no such number."""
    try:
        value = json.loads(response.body)
        for key in path:
            value = value[key]
        seconds = float(value)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return min(seconds, RETRY_AFTER_CAP) if seconds >= 0 else None


def _failure(error: FetchError) -> DeliveryError:
    if error.outcome in NOTHING_SENT:
        return DeliveryError(error.reason, permanent=error.outcome == "bad_url")
    return DeliveryError(Phrase("delivery.unanswered", why=error.reason), unknown=True)


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return f"{host}:{port}" if port else host
