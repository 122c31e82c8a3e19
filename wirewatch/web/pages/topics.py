"""Topics: how much each brings and how good it is, its file, and a box to try it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from config.catalog.models import TopicDefinition
from config.errors import UsageError, WirewatchError
from config.faults import Fault
from config.i18n import Translator
from core.store.console import overviews, story_list
from core.store.console.overviews import TOPIC_DAYS, TopicDay, TopicOverview
from core.text import lang_attribute
from wirewatch.web import charts, display, forms
from wirewatch.web.explain import Explainer
from wirewatch.web.pages.stories import READ, card
from wirewatch.web.pages.story import explained
from wirewatch.web.render import PageRenderer

STATE_MOODS = {"live": "good", "shadow": "warn", "draft": "info"}
MOST_LINES = 2_000
NEWEST = 5


class TopicsPage:
    """The list, a topic's page, and its box."""

    def __init__(self, frame: PageRenderer, explainer: Explainer) -> None:
        self._frame = frame
        self._explainer = explainer

    def mount(self, app: FastAPI) -> None:
        """Put them where they are called."""
        for path, page in (("/topics", self.every), ("/topics/{topic_id}", self.page)):
            app.add_api_route(path, page, methods=READ, response_class=HTMLResponse)
        app.add_api_route(
            "/topics/{topic_id}", self.attempt, methods=["POST"], response_class=HTMLResponse
        )

    def every(self, request: Request) -> HTMLResponse:
        """Every topic of the files, and the faults that keep newer files out of force."""
        frame, now = self._frame, self._frame.clock()
        t, catalog, faults = frame.words(request), frame.running.catalog(), frame.running.faults()
        known = self._known(now)
        return frame.show(
            request,
            "topics.html",
            page="topics",
            topics=[row(topic, known.get(topic.id), faults, now, t) for topic in catalog.topics],
            refused=[fault for fault in faults if fault.is_error],
        )

    def page(self, request: Request, topic_id: str) -> HTMLResponse:
        """One topic."""
        return self._show(request, topic_id, {"source": "", "title": "", "language": ""}, None, "")

    async def attempt(self, request: Request, topic_id: str) -> HTMLResponse:
        """What the topic says to a text, a page or a URL; nothing is kept of it."""
        form = await forms.read(request)
        typed = {"title": form.get("title"), "language": lang_attribute(form.get("language"))}
        typed["source"] = form.get("source", 1_000_000)
        try:
            found, language = await self._explainer.read(**typed)
            answer = await run_in_threadpool(self._explainer.explain, topic_id, found, language)
        except WirewatchError as error:
            said = f"{error.message} {error.mend}".strip()
            return await run_in_threadpool(self._show, request, topic_id, typed, None, said)
        table = explained(answer, self._frame.running.catalog(), self._frame.words(request))
        table["rules"], table["json"] = (
            answer.rules,
            json.dumps(answer.as_json(), ensure_ascii=False, indent=2),
        )
        table["looked_at"] = display.title(found.title)
        return await run_in_threadpool(self._show, request, topic_id, typed, table, "")

    def _show(
        self,
        request: Request,
        topic_id: str,
        typed: dict[str, str],
        answer: dict[str, Any] | None,
        failed: str,
    ) -> HTMLResponse:
        frame, now = self._frame, self._frame.clock()
        t, catalog, faults = frame.words(request), frame.running.catalog(), frame.running.faults()
        topic = next((topic for topic in catalog.topics if topic.id == topic_id), None)
        if topic is None:
            raise UsageError(f"{topic_id[:80]!r} is no topic.")
        with frame.store.read() as connection:
            newest = story_list.list_stories(
                connection, story_list.StoryFilter(topic=topic_id), limit=NEWEST
            )
        own = row(topic, self._known(now).get(topic_id), faults, now, t)
        own["big"] = charts.bars(own["days"], width=600, height=100)
        return frame.show(
            request,
            "topic.html",
            page="topics",
            topic=own,
            rules=[(rule.id, rule.weight, rule.query.value.strip()) for rule in topic.rules],
            file=lines(topic.position.file, faults),
            newest=[card(c, catalog, t) for c in newest],
            typed=typed | {"source": typed["source"][:20_000]},
            answer=answer,
            failed=display.line(failed),
            languages=frame.running.settings.language_codes,
        )

    def _known(self, now: datetime) -> dict[str, TopicOverview]:
        with self._frame.store.read() as connection:
            return {found.topic_id: found for found in overviews.list_topics(connection, now)}


def row(
    topic: TopicDefinition,
    found: TopicOverview | None,
    faults: Sequence[Fault],
    now: datetime,
    t: Translator,
) -> dict[str, Any]:
    """A topic as the list shows it."""
    found = found or _nothing(topic.id, now.date())
    days = [(day.day, day.matches) for day in found.days]
    mine = [fault for fault in faults if fault.file == topic.position.file]
    return {
        "id": topic.id,
        "title": display.line(topic.title, 120),
        "state": topic.state.value,
        "mood": STATE_MOODS.get(topic.state.value, ""),
        "severity": topic.alert.severity,
        "threshold": topic.threshold,
        "languages": ", ".join(t.of("language", code) for code in topic.languages),
        "rules": len(topic.rules),
        "days": days,
        "chart": charts.bars(days, width=180, height=32),
        "matches": sum(n for _, n in days),
        "opened": sum(day.opened for day in found.days),
        "held": sum(day.suppressed for day in found.days),
        "said": t("topics.volume", n=t.number(sum(n for _, n in days)), days=len(days)),
        "open": found.open,
        "judged": found.relevant + found.irrelevant,
        "relevant": found.relevant,
        "precision": None if found.precision is None else round(100 * found.precision),
        "low": round(100 * (found.low or 0)),
        "high": round(100 * (found.high or 0)),
        "errors": sum(fault.is_error for fault in mine),
        "warnings": sum(not fault.is_error for fault in mine),
    }


def _nothing(topic_id: str, today: date) -> TopicOverview:
    days = [TopicDay(today - timedelta(days=n)) for n in reversed(range(TOPIC_DAYS))]
    return TopicOverview(topic_id, tuple(days))


def lines(path: str, faults: Sequence[Fault]) -> dict[str, Any]:
    """The file as it is now, each line with its faults.

    Args:
        path: As the catalog has it: a file the program itself reads.
        faults: Of every file.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return {"name": path, "lines": [], "gone": error.strerror or "", "cut": False}
    marks: dict[int, list[Fault]] = {}
    for fault in faults:
        if fault.file == path:
            marks.setdefault(fault.line, []).append(fault)
    found = text.splitlines()
    rows = [(line, marks.get(n, ())) for n, line in enumerate(found[:MOST_LINES], 1)]
    return {"name": path, "lines": rows, "gone": "", "cut": len(found) > MOST_LINES}
