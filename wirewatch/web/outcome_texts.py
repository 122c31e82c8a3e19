"""Texts for the outcomes of actions on deliveries and feeds."""

from __future__ import annotations

from config.i18n import Phrase
from core.store.poll_now import PollNowOutcome
from core.store.resend import ResendOutcome


def resend_phrase(outcome: ResendOutcome) -> Phrase:
    """Return what to say about a request to send a delivery again."""
    params = {"until": outcome.until} if outcome.until else {}
    return Phrase(f"resend.{outcome.result.value}", **params)


def poll_phrase(outcome: PollNowOutcome) -> Phrase:
    """Return what to say about a request to poll a feed."""
    params = {"at": outcome.due_at} if outcome.due_at else {}
    return Phrase(f"poll.{outcome.result.value}", **params)
