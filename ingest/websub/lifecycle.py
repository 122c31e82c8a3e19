"""Decide what becomes of a subscription: pure functions from state to state.

::

    subscribe ── request ── confirmed ── two thirds of its lease ── request ── ...
        │           └ failed, or not confirmed: again after 1 h, 2 h, 4 h ... 24 h
        └ feed removed, other hub: unsubscribe ── confirmed, or three requests ── ended

While a subscription is renewed it stays active. Token and secret never change.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from core.store.websub import SUBSCRIBE, UNSUBSCRIBE, Subscription
from ingest.hosts import host_key
from ingest.websub.hub_links import HubLink

LEASE = timedelta(days=10)
"""The lease that is requested, and the default of the specification
(https://www.w3.org/TR/websub/#subscription-migration)."""

LONGEST_LEASE = timedelta(days=14)
"""A hub that grants a longer lease is asked again as if it had granted this one."""

SHORTEST_RENEWAL = timedelta(minutes=10)
"""A subscription is not renewed sooner, however short the lease is."""

VERIFY_WITHIN = timedelta(days=1)
"""How long a challenge is expected after a request."""

REPEAT_WITHIN = timedelta(minutes=10)
"""How long a challenge is answered again: the hub may not have got the first answer."""

FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(hours=24)

DENIED_RETRY = timedelta(days=7)
"""When a hub is asked again that has denied a subscription."""

MOST_UNSUBSCRIBES = 3
"""Requests to end a subscription; after that it expires by itself."""

SETTLED_AFTER = timedelta(days=1)
"""A subscription is not replaced sooner: servers of one feed may name different hubs in turn."""


def new_subscription(
    feed_id: str,
    link: HubLink,
    public_url: str,
    now: datetime,
    make_token: Callable[[int], str] = secrets.token_urlsafe,
) -> Subscription:
    """Return a subscription that is due at once."""
    token = make_token(32)
    callback = f"{callback_base(public_url)}{token}"
    is_private = all(url.startswith("https://") for url in (link.hub, callback))
    return Subscription(
        token=token,
        feed_id=feed_id,
        hub=link.hub,
        host=host_key(link.hub),
        topic=link.topic,
        callback=callback,
        secret=make_token(32) if is_private else "",
        created_at=now,
        due_at=now,
    )


def callback_base(public_url: str) -> str:
    """Return the beginning of all callbacks."""
    return f"{public_url.rstrip('/')}/websub/"


def matches(subscription: Subscription, link: HubLink, public_url: str) -> bool:
    """Return whether a subscription is the one that a feed and the settings call for."""
    is_same = (subscription.hub, subscription.topic) == (link.hub, link.topic)
    return is_same and subscription.callback.startswith(callback_base(public_url))


def is_settled(subscription: Subscription, public_url: str, now: datetime) -> bool:
    """Return whether a subscription may be replaced."""
    is_reachable = subscription.callback.startswith(callback_base(public_url))
    return not is_reachable or now - subscription.created_at >= SETTLED_AFTER


def end(subscription: Subscription, now: datetime) -> Subscription:
    """Return a subscription that is no longer wanted; the hub is told at once if it knows it."""
    if subscription.mode == UNSUBSCRIBE:
        return subscription
    ended_at = None if subscription.is_active(now) else now
    return replace(
        subscription,
        mode=UNSUBSCRIBE,
        attempts=0,
        pending_until=None,
        due_at=now,
        ended_at=ended_at,
    )


def begin_request(subscription: Subscription, now: datetime) -> Subscription:
    """Return a subscription whose request is sent next; it is due again if nothing comes of it.

    One that was to be ended, and was not confirmed in time, has ended.
    """
    if subscription.mode == UNSUBSCRIBE and subscription.attempts >= MOST_UNSUBSCRIBES:
        return replace(subscription, ended_at=now)
    return replace(
        subscription,
        attempts=subscription.attempts + 1,
        outcome="requested",
        pending_until=now + VERIFY_WITHIN,
        due_at=now + retry_delay(subscription.attempts),
    )


def retry_delay(attempts: int) -> timedelta:
    """Return the wait after a request that is not confirmed.

    Args:
        attempts: How many requests before this one were not confirmed either.
    """
    return min(FIRST_RETRY * (1 << min(attempts, 10)), LONGEST_RETRY)


def after_answer(
    subscription: Subscription, failure: str, wait: float | None, now: datetime
) -> Subscription:
    """Return a subscription after the hub has answered the request.

    A hub may send its challenge, and have it confirmed, before it answers: then nothing changes.

    Args:
        subscription: As it is now.
        failure: Why the hub did not accept the request; empty if it did.
        wait: Seconds that the hub asks to wait, if it does.
        now: The present.
    """
    if subscription.outcome != "requested":
        return subscription
    if not failure:
        return replace(subscription, outcome="accepted")
    due_at = max(subscription.due_at, now + timedelta(seconds=wait or 0))
    return replace(subscription, outcome=failure, pending_until=None, due_at=due_at)


def after_confirmation(
    subscription: Subscription, lease_seconds: str, now: datetime
) -> Subscription:
    """Return a subscription after its challenge was answered.

    Args:
        subscription: The subscription whose challenge it was.
        lease_seconds: What the hub says of the lease.
        now: The present.
    """
    repeatable = replace(subscription, attempts=0, pending_until=now + REPEAT_WITHIN)
    if subscription.mode == UNSUBSCRIBE:
        return replace(repeatable, outcome="ended", ended_at=now, expires_at=None)
    lease = granted_lease(lease_seconds)
    return replace(
        repeatable,
        outcome="confirmed",
        expires_at=now + lease,
        due_at=now + max(lease * 2 / 3, SHORTEST_RENEWAL),
    )


def granted_lease(lease_seconds: str) -> timedelta:
    """Return the lease that a hub grants, at most :data:`LONGEST_LEASE`."""
    if not (lease_seconds.isascii() and lease_seconds.isdigit() and len(lease_seconds) < 12):
        return LEASE
    return min(timedelta(seconds=int(lease_seconds)), LONGEST_LEASE) or LEASE


def after_denial(subscription: Subscription, now: datetime) -> Subscription:
    """Return a subscription that the hub has denied, or has ended itself."""
    return replace(
        subscription,
        outcome="denied",
        attempts=0,
        pending_until=None,
        expires_at=None,
        due_at=now + DENIED_RETRY,
        ended_at=now if subscription.mode == UNSUBSCRIBE else None,
    )


def is_wanted(subscription: Subscription) -> bool:
    """Return whether a subscription is to be kept."""
    return subscription.mode == SUBSCRIBE
