"""The forms by which people act on stories; each leads back to its page with a confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from alerts import regrouping
from config.durations import parse_duration
from config.errors import NotFoundError, UsageError
from config.i18n import Phrase
from core.store import Connection
from core.store.console import actions, undo
from core.store.console.actions import ActionResult
from core.store.console.notes import MAX_STORY_NOTE, add_note
from core.store.regrouping import Regrouped
from core.text import clean_line
from wirewatch.web import forms
from wirewatch.web.actor import actor, keep_name
from wirewatch.web.flash import redirect, redirect_to_reasons, redirect_with_undo
from wirewatch.web.forms import Form
from wirewatch.web.render import PageRenderer

SNOOZES = ("1h", "4h", "1d", "3d")
"""How long a story can be snoozed on its page; the command line takes any time."""


class StoryActions:
    """Acknowledging, closing, reopening, judging, assigning, snoozing, regrouping; and undo."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the actions to the app."""
        for path, handler in (
            ("/act", self.act),
            ("/undo", self.undo),
            ("/name", self.name),
            ("/split", self.split),
            ("/merge", self.merge),
            ("/note", self.note),
        ):
            app.add_api_route(path, handler, methods=["POST"])

    async def act(self, request: Request) -> RedirectResponse:
        """Do something with one story or the selected ones.

        A story's own button sends ``one=<verb>:<alert id>``; the buttons above the list send
        ``act=<verb>`` with the selected ids in ``pick``.
        """
        form = await forms.read(request)
        verb, _, alert_id = form.get("one").partition(":")
        alert_ids = [alert_id] if alert_id else form.all("pick")
        verb, address = verb or form.get("act"), forms.return_address(form)
        if not alert_ids:
            return redirect(address, "nothing", self._renderer.clock())
        if verb == actions.IRRELEVANT and not form.get("reason"):
            return redirect_to_reasons(address, alert_ids)
        result = await run_in_threadpool(self._apply, verb, alert_ids, form, actor(request))
        return redirect_with_undo(address, verb, result, self._renderer.clock())

    async def undo(self, request: Request) -> RedirectResponse:
        """Undo an action of the last seconds."""
        form = await forms.read(request)
        address, by = forms.return_address(form), actor(request)
        try:
            result = await run_in_threadpool(self._undo, form.get("undo"), by)
        except UsageError:
            return redirect(address, "too_late", self._renderer.clock())
        return redirect_with_undo(address, "undone", result, self._renderer.clock())

    async def name(self, request: Request) -> RedirectResponse:
        """Keep the name of the person who acts in this browser."""
        form = await forms.read(request)
        answer = redirect(forms.return_address(form), "name", self._renderer.clock())
        keep_name(answer, form.get("name"), is_https=request.url.scheme == "https")
        return answer

    async def split(self, request: Request) -> RedirectResponse:
        """Make the selected articles of a story a story of their own, and show that."""
        form = await forms.read(request)
        alert_id, articles = form.get("alert"), form.all("article")
        try:
            done = await run_in_threadpool(self._split, alert_id, articles, actor(request))
        except NotFoundError:
            raise
        except UsageError:  # none or all were selected, or the story has changed since
            return redirect(forms.return_address(form), "not_split", self._renderer.clock())
        return redirect(f"/alerts/{done.other.id}", "split", self._renderer.clock())

    async def merge(self, request: Request) -> RedirectResponse:
        """Make one story of two, and show it."""
        form = await forms.read(request)
        pair = form.get("alert"), form.get("other")
        done = await run_in_threadpool(self._merge, *pair, actor(request))
        return redirect(f"/alerts/{done.kept.id}", "merge", self._renderer.clock())

    async def note(self, request: Request) -> RedirectResponse:
        """Add a note to a story."""
        form = await forms.read(request)
        alert_id, text = form.get("alert"), form.get("text", MAX_STORY_NOTE)
        if not text:
            return redirect(forms.return_address(form), "no_note", self._renderer.clock())
        await run_in_threadpool(self._note, alert_id, text, actor(request))
        return redirect(forms.return_address(form), "noted", self._renderer.clock())

    def _note(self, alert_id: str, text: str, by: str) -> None:
        now = self._renderer.clock()
        self._renderer.store.transact(lambda c: add_note(c, alert_id, text, by=by, at=now))

    def _apply(self, verb: str, alert_ids: Sequence[str], form: Form, by: str) -> ActionResult:
        now = self._renderer.clock()
        return self._renderer.store.transact(
            lambda connection: _act(connection, verb, alert_ids, form, by, now)
        )

    def _undo(self, action_id: str, by: str) -> ActionResult:
        now = self._renderer.clock()
        return self._renderer.store.transact(
            lambda connection: undo.undo(connection, action_id, by=by, at=now)
        )

    def _split(self, alert_id: str, articles: Sequence[str], by: str) -> Regrouped:
        return self._renderer.store.transact(
            lambda c: regrouping.split(c, alert_id, articles, **self._author(by))
        )

    def _merge(self, one: str, other: str, by: str) -> Regrouped:
        return self._renderer.store.transact(
            lambda c: regrouping.merge(c, one, other, **self._author(by))
        )

    def _author(self, by: str) -> dict[str, Any]:
        console_url = self._renderer.runtime.catalog().alerts.console_url
        return {"console_url": console_url, "by": by, "at": self._renderer.clock()}


def _act(
    connection: Connection, verb: str, ids: Sequence[str], form: Form, by: str, at: datetime
) -> ActionResult:
    """Do what a form says.

    Raises:
        UsageError: It says nothing that can be done.
    """
    if verb == "ack":
        return actions.ack(connection, ids, by=by, at=at)
    if verb == "close":
        return actions.close(connection, ids, by=by, at=at)
    if verb == "reopen":
        return actions.reopen(connection, ids, by=by, at=at)
    if verb == "assign":
        return actions.assign(connection, ids, to=form.get("to"), by=by, at=at)
    if verb == "snooze":
        return actions.snooze(connection, ids, until=at + _span(form.get("for")), by=by, at=at)
    reason, note = form.get("reason"), form.get("note")
    return actions.judge(connection, ids, verdict=verb, reason=reason, note=note, by=by, at=at)


def _span(text: str) -> timedelta:
    span = parse_duration(text)
    if span is None:
        raise UsageError(Phrase("act.no_span", text=clean_line(text, 40)))
    return span
