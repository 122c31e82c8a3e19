"""Decide what a hub's request to a callback means: pure functions.

::

    GET  ── challenge ── pending, same topic and mode? ── echo, else 404
    POST ── push ── known? ── signature ── repeated? ── the feed is due

The document that a hub pushes is not read: the feed is polled instead.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.store.websub import Subscription
from ingest.websub import lifecycle

LONGEST_CHALLENGE = 2_000
"""Characters of a challenge; a longer one is not echoed."""

SIGNATURES = ("sha1", "sha256", "sha384", "sha512")
"""Methods of ``X-Hub-Signature``."""


@dataclass(frozen=True, slots=True)
class ChallengeAnswer:
    """The answer to a hub's request to verify a subscription.

    Attributes:
        echo: What to answer with 200; None for 404.
        subscription: The subscription afterwards, if it changes.
    """

    echo: str | None
    subscription: Subscription | None = None


class PushVerdict(StrEnum):
    """What a push means."""

    UNKNOWN = "unknown"
    """No subscription has this token."""
    UNCONFIRMED = "unconfirmed"
    """Ignored: the hub has not verified the subscription."""
    UNSIGNED = "unsigned"
    """Ignored: the signature is missing or wrong."""
    REPEATED = "repeated"
    """Ignored: it is the push of last time."""
    ACCEPTED = "accepted"
    """The feed is due."""


def answer_challenge(
    subscription: Subscription | None, query: Mapping[str, str], now: datetime
) -> ChallengeAnswer:
    """Decide how a hub's GET is answered.

    Args:
        subscription: That of the callback's token, if there is one.
        query: Parameters of the address.
        now: The present.
    """
    if subscription is None or query.get("hub.topic") != subscription.topic:
        return ChallengeAnswer(None)
    mode, challenge = query.get("hub.mode"), query.get("hub.challenge", "")
    if mode == "denied" and subscription.ended_at is None:
        return ChallengeAnswer("", lifecycle.after_denial(subscription, now))
    is_pending = subscription.pending_until is not None and now < subscription.pending_until
    if not is_pending or mode != subscription.mode:
        return ChallengeAnswer(None)
    if not 0 < len(challenge) <= LONGEST_CHALLENGE:
        return ChallengeAnswer(None)
    lease = query.get("hub.lease_seconds", "")
    return ChallengeAnswer(challenge, lifecycle.after_confirmation(subscription, lease, now))


def judge_push(subscription: Subscription | None, signature: str, body: bytes) -> PushVerdict:
    """Decide what a push means; the signature comes before everything else.

    Args:
        subscription: That of the callback's token, if there is one.
        signature: The header ``X-Hub-Signature``; empty if there is none.
        body: What was pushed.
    """
    if subscription is None or subscription.ended_at is not None:
        return PushVerdict.UNKNOWN
    if subscription.secret and not is_signed(subscription.secret, signature, body):
        return PushVerdict.UNSIGNED
    if subscription.expires_at is None:
        return PushVerdict.UNCONFIRMED
    if hashlib.sha256(body).hexdigest() == subscription.push_sha256:
        return PushVerdict.REPEATED
    return PushVerdict.ACCEPTED


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Return whether a signature was made with a secret, in constant time."""
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in SIGNATURES or not digest.isascii():
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected, digest.lower())


def after_push(
    subscription: Subscription, verdict: PushVerdict, body: bytes, now: datetime
) -> Subscription:
    """Return a subscription after a push."""
    if verdict is not PushVerdict.ACCEPTED:
        return replace(subscription, ignored=subscription.ignored + 1)
    return replace(
        subscription,
        pushed_at=now,
        push_sha256=hashlib.sha256(body).hexdigest(),
        pushes=subscription.pushes + 1,
    )
