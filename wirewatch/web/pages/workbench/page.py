"""The page of the workbench."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from config.catalog.models import TopicDefinition
from config.i18n import Translator
from config.yaml.nodes import shown_path
from core.store.console import story_list
from core.store.feedback import ALREADY_TOLD
from wirewatch.web import display, forms
from wirewatch.web.actor import actor
from wirewatch.web.flash import flash, redirect
from wirewatch.web.operator_files import OperatorFile, unified_diff
from wirewatch.web.pages.workbench import views
from wirewatch.web.pages.workbench.actions import (
    NEW,
    Entered,
    WorkbenchActions,
    Worked,
    entered_in,
)
from wirewatch.web.pages.workbench.draft import MAX_TEXT, expandable, read_definition
from wirewatch.web.pages.workbench.work import DAYS, LIMITS
from wirewatch.web.render import READ_METHODS, PageRenderer
from wirewatch.web.turn import Turn

JUDGED = 15
"""Newest judged alerts of each verdict that are offered as tests."""
VERDICTS = ("irrelevant", "relevant")

RESULTS = (
    "trouble", "error", "done", "trial", "reading", "expansion", "refusal", "refused", "is_busy",
)  # fmt: skip
"""Variables of the template that a result may set."""


class WorkbenchPage:
    """The editor of a topic, and of a new one."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer
        self._settings = renderer.runtime.settings
        self._actions = WorkbenchActions(renderer)
        self._turn = Turn("workbench")

    def mount(self, app: FastAPI) -> None:
        """Add the pages, their forms and the list for completion to the app."""
        app.add_api_route("/workbench/names", self.names, methods=READ_METHODS)
        for path in ("/workbench", "/topics/{topic_id}/edit"):
            app.add_api_route(path, self.page, methods=READ_METHODS, response_class=HTMLResponse)
            app.add_api_route(path, self.submit, methods=["POST"], response_class=HTMLResponse)

    async def page(self, request: Request, topic_id: str = "") -> Response:
        """Show the editor with the text of the file, or that of a new topic."""
        file = await run_in_threadpool(self._actions.open_file, topic_id)
        entered = Entered(topic_id, file.text, base=file.digest)
        return await self._answer(request, entered)

    async def submit(self, request: Request, topic_id: str = "") -> Response:
        """Do what a button says, and show the result below the text."""
        return await self._answer(
            request, entered_in(await forms.read(request), topic_id, actor(request))
        )

    def names(self) -> JSONResponse:
        """Return the concepts and entities that queries may use, for the script."""
        catalog = self._renderer.runtime.catalog()
        return JSONResponse(
            {
                "concepts": sorted({concept.id for concept in catalog.vocabulary}),
                "entities": sorted((entity.id, entity.name) for entity in catalog.entities),
            }
        )

    async def _answer(self, request: Request, entered: Entered) -> Response:
        t = self._renderer.translator(request)
        answer = await self._turn.run(lambda: self._worked_answer(request, entered, t))
        if answer is not None:
            return answer
        busy = Worked(entered, shown={"trouble": t("workbench.busy"), "is_busy": True})
        return await run_in_threadpool(self._render, request, busy, t)

    def _worked_answer(self, request: Request, entered: Entered, t: Translator) -> Response:
        worked = self._actions.work(entered, t)
        if worked.saved:
            address = f"/topics/{worked.saved}/edit"
            return redirect(address, worked.notice, self._renderer.clock())
        return self._render(request, worked, t)

    def _render(self, request: Request, worked: Worked, t: Translator) -> HTMLResponse:
        renderer, entered, draft = self._renderer, worked.entered, worked.draft
        file = self._actions.open_file(entered.topic_id)
        before = file.text if file.digest else ""
        topic = draft.topic if draft else None
        name = file.path.name if entered.topic_id else f"{topic.id if topic else NEW}.yaml"
        faults = draft.faults if draft else ()
        shown_faults = views.faults_view(faults, shown_path(file.path), entered.text, t)
        return renderer.render(
            request,
            "workbench.html",
            tab="topics",
            entered=entered,
            title=self._title(entered, topic),
            name=name,
            path=f"/topics/{entered.topic_id}/edit" if entered.topic_id else "/workbench",
            faults=shown_faults if draft else None,
            diff=unified_diff(before, entered.text, f"topics/{name}") if draft else None,
            is_changed_on_disk=file.digest != entered.base,
            digest=file.digest,
            may_save=self._settings.web_edit_files,
            running=self._running(entered.topic_id, file),
            terms=expandable(topic) if topic else (),
            judged=self._judged(entered.topic_id, topic),
            days=DAYS,
            limits={"articles": t.number(LIMITS.articles), "text": t.number(MAX_TEXT)},
            flash=flash(request.query_params, renderer.clock(), t),
            **dict.fromkeys(RESULTS) | dict(worked.shown),
        )

    def _title(self, entered: Entered, topic: TopicDefinition | None) -> str:
        """Return the title of a topic; empty for a new one that nobody has given any."""
        if topic is None or topic.id == NEW:
            return entered.topic_id
        return display.line(topic.title, display.LONGEST_NAME)

    def _running(self, topic_id: str, file: OperatorFile) -> str:
        """Return whether the running program uses the file: ``yes``, ``no``, ``rejected``."""
        if not topic_id:
            return "new"
        catalog = self._renderer.runtime.catalog()
        saved, _ = read_definition(file.text, file.path, catalog)
        used = catalog.topic(topic_id)
        if saved and used and replace(saved, revision="") == replace(used, revision=""):
            return "yes"
        held = {each.file for each in self._renderer.runtime.held()}
        return "rejected" if saved is None or shown_path(file.path) in held else "no"

    def _judged(self, topic_id: str, topic: TopicDefinition | None) -> list[dict[str, Any]]:
        """Return the newest judged alerts of the topic that it has no test of."""
        if not topic_id or topic is None:
            return []
        known = {test.article.get("title") for test in topic.tests}
        with self._renderer.store.read() as connection:
            cards = [
                card
                for state in VERDICTS
                for card in story_list.list_stories(
                    connection,
                    story_list.StoryFilter(topic=topic_id, state=state),
                    limit=JUDGED,
                )
            ]
        return [
            {"id": card.alert_id, "title": display.title(card.title), "verdict": card.verdict}
            for card in cards
            if card.title not in known and card.verdict_reason != ALREADY_TOLD
        ]
