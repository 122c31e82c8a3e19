"""Words of the program said once, after a form, on the page the browser is sent back to.

They travel in the address, so they are known by a name and never put in as they come.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi.responses import RedirectResponse

from config.i18n import Translator
from wirewatch.web import forms

NEWS_SECONDS = 20


def note(address: str, done: str, now: datetime) -> RedirectResponse:
    """Back to a page that says what was done.

    Args:
        address: A page of ours.
        done: A name for it: ``done.<name>`` are the words.
        now: The present.
    """
    return forms.see(address, done=done, at=str(int(now.timestamp())))


def noted(query: Mapping[str, str], now: datetime, t: Translator) -> dict[str, Any] | None:
    """What was done, for as long as that is news."""
    try:
        age = now - datetime.fromtimestamp(int(query.get("at", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    key = f"done.{query.get('done', '')}"
    if not -1 < age.total_seconds() < NEWS_SECONDS or not t.has(key):
        return None
    empty = {"undo": "", "ids": [], "ask_why": False, "seconds": 0}
    return {"words": t(key)} | empty
