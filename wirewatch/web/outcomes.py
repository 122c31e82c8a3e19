"""Put the outcomes of actions on deliveries and feeds into words."""

from __future__ import annotations

from config.i18n import Phrase
from core.store.deliveries import ResendOutcome
from core.store.feeds import PollNowOutcome


def resend_phrase(outcome: ResendOutcome) -> Phrase:
    """Return what resending a delivery led to."""
    params = {"until": outcome.until} if outcome.until else {}
    return Phrase(f"resend.{outcome.result.value}", **params)


def poll_phrase(outcome: PollNowOutcome) -> Phrase:
    """Return what asking for a poll of a feed led to."""
    params = {"at": outcome.due_at} if outcome.due_at else {}
    return Phrase(f"poll.{outcome.result.value}", **params)
