"""The confirmation shown once after a form was sent, on the page the browser is redirected to.

::

    form ─▶ action ─▶ redirect(address, code) ─▶ GET address?done=<code>&at=… ─▶ Flash

The address holds only codes and ids, never a text: anybody can write an address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi.responses import RedirectResponse

from config.i18n import Phrase, Translator
from core.store.console.actions import MAX_IDS, UNDO_TIME, ActionResult
from wirewatch.web import forms

SHOWN_FOR = timedelta(seconds=20)
"""How long a confirmation is shown after the action; with undo it is :data:`UNDO_TIME`."""

ON_STORIES = ("ack", "close", "reopen", "relevant", "irrelevant", "assign", "snooze")
"""Codes of actions on stories. Where none changed, the text says that it was done already: the
reader may have tried again because the first answer was lost."""

COUNTED = (*ON_STORIES, "undone", "resent")
"""Codes whose text contains the number of stories or deliveries."""

OUTCOMES = ("resend.", "poll.")
"""Prefixes of the codes that :mod:`wirewatch.web.outcome_texts` makes."""

ASK_WHY = "why"
"""Code that asks why stories are not relevant, instead of confirming something."""


@dataclass(frozen=True, slots=True)
class Flash:
    """A confirmation.

    Attributes:
        text: What was done.
        seconds: Time until it disappears; 0 keeps it.
        undo: Id of the action that can be undone; empty if there is none.
        ask_why: Ids of the alerts whose irrelevance needs a reason; empty if nothing is asked.
    """

    text: str
    seconds: int = 0
    undo: str = ""
    ask_why: tuple[str, ...] = ()


def redirect(address: str, code: str, now: datetime) -> RedirectResponse:
    """Redirect to a page that confirms an action.

    Args:
        address: A page of this console.
        code: The text is ``flash.<code>``.
        now: The present.
    """
    return forms.redirect(address, done=code, at=_timestamp(now))


def redirect_with_undo(
    address: str, code: str, result: ActionResult, now: datetime
) -> RedirectResponse:
    """Redirect to a page that confirms how many stories an action changed, and offers undo.

    Args:
        address: A page of this console.
        code: One of :data:`COUNTED`.
        result: What the action changed; undo is offered unless ``code`` is ``undone``.
        now: The present.
    """
    undo = "" if code == "undone" else result.action_id
    n = str(len(result.alert_ids))
    return forms.redirect(address, done=code, n=n, undo=undo, at=_timestamp(now))


def redirect_with_count(address: str, code: str, n: int, now: datetime) -> RedirectResponse:
    """Redirect to a page that confirms how many things an action changed, without undo.

    Args:
        address: A page of this console.
        code: One of :data:`COUNTED`.
        n: How many.
        now: The present.
    """
    return forms.redirect(address, done=code, n=str(n), at=_timestamp(now))


def redirect_with_outcome(address: str, outcome: Phrase, now: datetime) -> RedirectResponse:
    """Redirect to a page that shows the outcome of an action.

    Args:
        address: A page of this console.
        outcome: Its code begins with one of :data:`OUTCOMES`; it has at most one parameter, a time.
        now: The present.
    """
    times = [_timestamp(time) for time in outcome.params.values() if isinstance(time, datetime)]
    until = {"until": times[0]} if times else {}
    return forms.redirect(address, done=outcome.code, at=_timestamp(now), **until)


def redirect_to_reasons(address: str, alert_ids: Sequence[str]) -> RedirectResponse:
    """Redirect to a page that asks why these stories are not relevant."""
    return forms.redirect(address, done=ASK_WHY, pick=",".join(alert_ids[:MAX_IDS]))


def flash(query: Mapping[str, str], now: datetime, t: Translator) -> Flash | None:
    """Return the confirmation that a page's address asks for, or None once it is outdated.

    Args:
        query: Parameters of the address; untrusted.
        now: The present.
        t: The reader's language.
    """
    code = query.get("done", "")
    if code == ASK_WHY:
        return _question(query.get("pick", ""), t)
    shown_for = UNDO_TIME if code in COUNTED else SHOWN_FOR
    seconds = _seconds_left(query.get("at", ""), shown_for, now)
    if seconds is None:
        return None
    if code in COUNTED:
        return _counted(code, query, seconds, t)
    is_outcome = code.startswith(OUTCOMES)
    text = _outcome(code, query.get("until", ""), t) if is_outcome else _plain(code, t)
    return Flash(text, seconds) if text else None


def _counted(code: str, query: Mapping[str, str], seconds: int, t: Translator) -> Flash | None:
    n = _number(query.get("n", "0"))
    if n is None or n < 0:
        return None
    if n == 0 and code in ON_STORIES:
        return Flash(t("flash.unchanged"), seconds)
    return Flash(t.plural(f"flash.{code}", n), seconds, undo=query.get("undo", "") if n else "")


def _question(picked: str, t: Translator) -> Flash | None:
    ids = tuple(alert_id for alert_id in picked.split(",") if alert_id.isalnum())[:MAX_IDS]
    return Flash(t.plural("action.why_irrelevant", len(ids)), ask_why=ids) if ids else None


def _plain(code: str, t: Translator) -> str:
    key = f"flash.{code}"
    return t(key) if code.isidentifier() and t.has(key) else ""


def _outcome(code: str, until: str, t: Translator) -> str:
    moment = _moment(until)
    times = {"at": moment, "until": moment} if moment else {}
    text = t.phrase(Phrase(code, **times))
    return "" if text == code else text


def _seconds_left(at: str, shown_for: timedelta, now: datetime) -> int | None:
    """Return the whole seconds a confirmation has left; None outside its time."""
    began = _moment(at)
    if began is None:
        return None
    left = began + shown_for - now
    return int(left.total_seconds()) if timedelta(0) < left <= shown_for else None


def _moment(timestamp: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _timestamp(now: datetime) -> str:
    return str(int(now.timestamp()))
