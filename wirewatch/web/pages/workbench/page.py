"""The page of the workbench, and what its buttons do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from config.catalog.models import TopicDefinition
from config.errors import UsageError, WirewatchError
from config.i18n import Translator
from core.store.console import story_list
from core.text import for_log
from processors import Processors
from wirewatch.judged_tests import load_tests, tests_yaml
from wirewatch.topic_tools.template import topic_file
from wirewatch.web import display, forms
from wirewatch.web.flash import flash, redirect
from wirewatch.web.pages.workbench import edits, views
from wirewatch.web.pages.workbench.draft import (
    MAX_TEXT,
    Draft,
    expandable,
    read_definition,
    read_draft,
)
from wirewatch.web.pages.workbench.files import (
    Refusal,
    TopicFile,
    find_file,
    save_file,
    topic_path,
    unified_diff,
)
from wirewatch.web.pages.workbench.work import DAYS, LIMITS, ArchiveReader, Turn
from wirewatch.web.render import READ_METHODS, PageRenderer

NEW = "new-topic"
"""Id in the text of a new topic, until its author writes another one."""
JUDGED = 15
"""Newest judged alerts of each verdict that are offered as tests."""
VERDICTS = ("irrelevant", "relevant")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entered:
    """A form of the workbench.

    Attributes:
        topic_id: The topic in the address; empty for a new one.
        text: Its text, with line feeds as line breaks.
        base: The digest of the file when the text was opened; empty where there was none.
        seen: The digest of the file on disk as the page showed it.
        days: How far back the archive is looked through.
        term: What is expanded.
        do: What the button does: ``check``, ``try``, ``expand``, ``deny``, ``test``, ``save`` or
            ``overwrite``.
        value: What it does that with: a term, a word, an alert.
    """

    topic_id: str
    text: str
    base: str = ""
    seen: str = ""
    days: int = 7
    term: str = ""
    do: str = "check"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a request came to.

    Attributes:
        entered: The form, with the text as it is now.
        draft: The text as the loader reads it; None where it was not read.
        shown: Variables of the template.
        saved: The id of the topic whose file was written; empty where none was.
    """

    entered: Entered
    draft: Draft | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)
    saved: str = ""


class WorkbenchPage:
    """The editor of a topic, and of a new one."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer
        self._settings = renderer.runtime.settings
        self._reader = ArchiveReader(self._settings, renderer.clock)
        self._turn = Turn()

    def mount(self, app: FastAPI) -> None:
        """Add the pages, their forms and the list for completion to the app."""
        app.add_api_route("/workbench/names", self.names, methods=READ_METHODS)
        for path in ("/workbench", "/topics/{topic_id}/edit"):
            app.add_api_route(path, self.page, methods=READ_METHODS, response_class=HTMLResponse)
            app.add_api_route(path, self.submit, methods=["POST"], response_class=HTMLResponse)

    async def page(self, request: Request, topic_id: str = "") -> Response:
        """Show the editor with the text of the file, or that of a new topic."""
        file = await run_in_threadpool(self._file, topic_id)
        entered = Entered(topic_id, file.text, base=file.digest)
        return await self._answer(request, entered)

    async def submit(self, request: Request, topic_id: str = "") -> Response:
        """Do what a button says, and show the result below the text."""
        return await self._answer(request, entered_in(await forms.read(request), topic_id))

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
        busy = Worked(entered, shown={"trouble": t("workbench.busy")})
        worked = await self._turn.run(lambda: self._work(entered, t), lambda: busy)
        if worked.saved:
            address = f"/topics/{worked.saved}/edit"
            return redirect(address, "topic_saved", self._renderer.clock())
        return await run_in_threadpool(self._render, request, worked, t)

    def _file(self, topic_id: str) -> TopicFile:
        folder, catalog = self._settings.config_dir, self._renderer.runtime.catalog()
        if topic_id:
            return find_file(folder, catalog, topic_id)
        path = topic_path(folder, NEW)
        return TopicFile(path, topic_file(NEW, "", "", path))

    # ── what the buttons do ──────────────────────────────────────────────────────────────────────

    def _work(self, entered: Entered, t: Translator) -> Worked:
        if len(entered.text) > MAX_TEXT:
            trouble = t("workbench.too_long", n=t.number(MAX_TEXT))
            return Worked(
                replace(entered, text=entered.text[:MAX_TEXT]), shown={"trouble": trouble}
            )
        file = self._file(entered.topic_id)
        draft = self._draft(entered.text, file.path)
        actions = {
            "try": self._try,
            "expand": self._expand,
            "deny": self._deny,
            "test": self._test,
            "save": self._save,
            "overwrite": self._overwrite,
        }
        action = actions.get(entered.do)
        try:
            return action(entered, draft, file, t) if action else Worked(entered, draft)
        except UsageError as error:
            return Worked(entered, draft, {"error": f"{error.message} {error.mend}"})
        except WirewatchError as error:
            log.warning("workbench_failed", do=for_log(entered.do), reason=for_log(str(error)))
            return Worked(entered, draft, {"trouble": t("search.unavailable")})

    def _draft(self, text: str, path: Path) -> Draft:
        catalog = self._renderer.runtime.catalog()
        return read_draft(text, path, catalog, self._settings.language_codes)

    def _try(self, entered: Entered, draft: Draft, file: TopicFile, t: Translator) -> Worked:
        if not draft.is_sound:
            return Worked(entered, draft, {"trouble": t("workbench.errors_first")})
        saved = self._draft(file.text, file.path) if file.digest else None
        recent, matches = self._reader.match(draft, saved, entered.days)
        shown = views.matches_view(matches, LIMITS, self._renderer.runtime.catalog(), t)
        reading = views.reading_view(recent, entered.days, t)
        return Worked(entered, draft, {"trial": shown, "reading": reading})

    def _expand(self, entered: Entered, draft: Draft, _: TopicFile, t: Translator) -> Worked:
        term = entered.value or entered.term
        entered = replace(entered, term=term)
        if not term:
            return Worked(entered, draft, {"trouble": t("workbench.no_term")})
        if not draft.is_sound:
            return Worked(entered, draft, {"trouble": t("workbench.errors_first")})
        recent, expansion = self._reader.expand(term, draft.catalog, entered.days)
        shown = views.expansion_view(expansion)
        reading = views.reading_view(recent, entered.days, t)
        return Worked(entered, draft, {"expansion": shown, "reading": reading})

    def _deny(self, entered: Entered, _draft: Draft, file: TopicFile, t: Translator) -> Worked:
        part, _, word = entered.value.partition("\t")
        text = edits.deny_word(entered.text, entered.term, part, word, self._reading(file.path))
        entered = replace(entered, text=text, value="")
        worked = self._expand(entered, self._draft(text, file.path), file, t)
        return replace(worked, shown={**worked.shown, "done": t("workbench.denied", word=word)})

    def _test(self, entered: Entered, draft: Draft, file: TopicFile, t: Translator) -> Worked:
        if draft.topic is None or not draft.is_sound:
            return Worked(entered, draft, {"trouble": t("workbench.errors_first")})
        processors = Processors.compile(draft.catalog, self._settings.language_codes)
        with self._renderer.store.read() as connection:
            tests = load_tests(connection, draft.topic, processors, entered.value)
        if not tests:
            return Worked(entered, draft, {"trouble": t("workbench.no_test")})
        items = "".join(f"{line}\n" for line in tests_yaml(draft.topic, tests).split("\n")[2:])
        text = edits.add_tests(entered.text, items, len(tests), self._reading(file.path))
        done = t("workbench.test_added", name=display.line(str(tests[0]["name"])))
        return Worked(replace(entered, text=text), self._draft(text, file.path), {"done": done})

    def _reading(self, path: Path) -> edits.Read:
        catalog = self._renderer.runtime.catalog()
        return lambda text: read_definition(text, path, catalog)[0]

    def _overwrite(self, entered: Entered, draft: Draft, file: TopicFile, t: Translator) -> Worked:
        return self._save(replace(entered, base=entered.seen), draft, file, t)

    def _save(self, entered: Entered, draft: Draft, file: TopicFile, t: Translator) -> Worked:
        refusal = self._refusal(entered, draft, file)
        if refusal is None and draft.topic is not None:
            return Worked(entered, draft, saved=draft.topic.id)
        text = t(f"workbench.refused.{refusal}", errors=draft.errors, id=entered.topic_id)
        return Worked(entered, draft, {"refusal": refusal, "refused": text})

    def _refusal(self, entered: Entered, draft: Draft, file: TopicFile) -> Refusal | None:
        """Write the file; return why it is not written, or None."""
        if not self._settings.web_edit_topics:
            return Refusal.NOT_ALLOWED
        if draft.topic is None or draft.errors:
            return Refusal.ERRORS
        if entered.topic_id and draft.topic.id != entered.topic_id:
            return Refusal.OTHER_ID
        if not entered.topic_id:
            file = replace(file, path=topic_path(self._settings.config_dir, draft.topic.id))
        opened = replace(file, digest=entered.base)
        refusal = save_file(opened, entered.text, self._settings.config_dir / "topics")
        if refusal is None:
            log.info("topic_saved", topic=draft.topic.id, file=opened.path.name)
        return refusal

    # ── the page ─────────────────────────────────────────────────────────────────────────────────

    def _render(self, request: Request, worked: Worked, t: Translator) -> HTMLResponse:
        renderer, entered, draft = self._renderer, worked.entered, worked.draft
        file = self._file(entered.topic_id)
        before = file.text if file.digest else ""
        topic = draft.topic if draft else None
        name = file.path.name if entered.topic_id else f"{topic.id if topic else NEW}.yaml"
        faults = draft.faults if draft else ()
        return renderer.render(
            request,
            "workbench.html",
            tab="topics",
            entered=entered,
            title=self._title(entered, topic),
            name=name,
            path=f"/topics/{entered.topic_id}/edit" if entered.topic_id else "/workbench",
            faults=views.faults_view(faults, str(file.path), entered.text) if draft else None,
            is_checked=draft is not None,
            diff=unified_diff(before, entered.text, name),
            is_changed_on_disk=file.digest != entered.base,
            digest=file.digest,
            may_save=self._settings.web_edit_topics,
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

    def _running(self, topic_id: str, file: TopicFile) -> str:
        """Return whether the running program uses the file: ``yes``, ``no``, ``rejected``."""
        if not topic_id:
            return "new"
        catalog = self._renderer.runtime.catalog()
        saved, _ = read_definition(file.text, file.path, catalog)
        used = catalog.topic(topic_id)
        if saved and used and replace(saved, revision="") == replace(used, revision=""):
            return "yes"
        is_rejected = any(fault.is_error for fault in self._renderer.runtime.faults())
        return "rejected" if is_rejected else "no"

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
            if card.title not in known
        ]


RESULTS = (
    "trouble", "error", "done", "trial", "reading", "expansion", "refusal", "refused",
)  # fmt: skip
"""Variables of the template that a result may set."""


def entered_in(form: forms.Form, topic_id: str) -> Entered:
    """Return what a form of the workbench contains.

    A button is named after what it does, if it does that with a value; else it is ``do``.
    """
    texts = form.all("text")
    text = (texts[0] if texts else "").replace("\r\n", "\n").replace("\r", "\n")
    do, value = form.get("do"), ""
    for name in ("expand", "deny", "test"):
        if values := form.all(name):
            do, value = name, values[0][:500]
    days = form.get("days")
    return Entered(
        topic_id,
        text if text.endswith("\n") or not text else f"{text}\n",
        base=form.get("base", 64),
        seen=form.get("seen", 64),
        days=int(days) if days in map(str, DAYS) else 7,
        term=form.get("term", 300),
        do=do,
        value=value,
    )
