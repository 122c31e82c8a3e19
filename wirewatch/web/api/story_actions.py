"""Routes by which programs and people act on stories.

The author of an action is the account that is signed in; a program with the access token names one
in ``by``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Path as InPath
from fastapi import Request

from alerts import regrouping
from core.clock import Clock
from core.store import Connection, Store
from core.store.console import actions, undo
from core.store.console.actions import ActionResult
from core.store.console.notes import add_note
from wirewatch.web.actor import author_of
from wirewatch.web.api import models
from wirewatch.web.runtime_status import RuntimeStatus

T = TypeVar("T")

HexId = Annotated[str, InPath(pattern="^[0-9a-f]{32}$")]


class StoryActionHandlers:
    """Handlers of the routes; their docstrings become descriptions in the OpenAPI document."""

    def __init__(self, store: Store, clock: Clock, runtime: RuntimeStatus) -> None:
        self._store = store
        self._clock = clock
        self._runtime = runtime

    def ack(self, request: Request, stories: models.StorySelection) -> ActionResult:
        """Acknowledge stories."""
        by = author_of(request, stories.by)
        return self._write(lambda c, at: actions.ack(c, stories.ids, by=by, at=at))

    def close(self, request: Request, stories: models.StorySelection) -> ActionResult:
        """Close stories without a verdict."""
        by = author_of(request, stories.by)
        return self._write(lambda c, at: actions.close(c, stories.ids, by=by, at=at))

    def reopen(self, request: Request, stories: models.StorySelection) -> ActionResult:
        """Open closed stories again."""
        by = author_of(request, stories.by)
        return self._write(lambda c, at: actions.reopen(c, stories.ids, by=by, at=at))

    def judge(self, request: Request, judgement: models.JudgementRequest) -> ActionResult:
        """Judge whether stories are relevant, and close them."""
        values = judgement.model_dump(exclude={"ids"})
        values["by"] = author_of(request, judgement.by)
        return self._write(lambda c, at: actions.judge(c, judgement.ids, **values, at=at))

    def assign(self, request: Request, assignment: models.AssignmentRequest) -> ActionResult:
        """Record who takes care of stories, which stops their escalation."""
        to, by = assignment.to, author_of(request, assignment.by)
        return self._write(lambda c, at: actions.assign(c, assignment.ids, to=to, by=by, at=at))

    def snooze(self, request: Request, snooze: models.SnoozeRequest) -> ActionResult:
        """Tell people only what is new in stories until a time."""
        by = author_of(request, snooze.by)
        return self._write(
            lambda c, at: actions.snooze(c, snooze.ids, until=snooze.until or at, by=by, at=at)
        )

    def split(self, request: Request, selection: models.SplitRequest) -> models.RegroupedOut:
        """Make articles of a story a story of their own, for good."""
        url, by = self._console_url, author_of(request, selection.by)
        done = self._write(
            lambda c, at: regrouping.split(
                c, selection.id, selection.articles, console_url=url, by=by, at=at
            )
        )
        return models.RegroupedOut(kept=done.kept.id, other=done.other.id)

    def merge(self, request: Request, pair: models.MergeRequest) -> models.RegroupedOut:
        """Make one story of two of a topic, for good."""
        (one, other), by = pair.ids, author_of(request, pair.by)
        url = self._console_url
        done = self._write(
            lambda c, at: regrouping.merge(c, one, other, console_url=url, by=by, at=at)
        )
        return models.RegroupedOut(kept=done.kept.id, other=done.other.id)

    def note(self, request: Request, note: models.NoteRequest) -> models.NoteOut:
        """Add a note to a story."""
        by = author_of(request, note.by)
        return models.NoteOut(
            action_id=self._write(lambda c, at: add_note(c, note.id, note.text, by=by, at=at))
        )

    def undo(self, request: Request, action_id: HexId, author: models.UndoRequest) -> ActionResult:
        """Undo an action of the last ten seconds."""
        by = author_of(request, author.by)
        return self._write(lambda c, at: undo.undo(c, action_id, by=by, at=at))

    @property
    def _console_url(self) -> str:
        return self._runtime.catalog().alerts.console_url

    def _write(self, work: Callable[[Connection, datetime], T]) -> T:
        return self._store.transact(lambda connection: work(connection, self._clock()))
