"""The topics pages: each topic's volume and precision, its file, and a form to test it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from alerts.match_end import ON_THE_WAY, TopicDayEnds
from alerts.topic_report import ENDS_DAYS, Precision, load_ends, precision_by_rule
from config.catalog.models import TopicDefinition
from config.errors import NotFoundError, WirewatchError
from config.faults import FAILED_TEST, Fault
from config.i18n import Translator
from core.store.console import overviews, story_list
from core.store.console.overviews import TopicOverview
from core.store.console.topic_outlets import count_outlets
from core.store.feedback import load_told_stories
from core.store.match_counts import days_until
from core.text import lang_attribute
from processors import Explanation
from wirewatch.owners import is_owner
from wirewatch.web import charts, display, forms
from wirewatch.web.charts import Interval
from wirewatch.web.charts.topic_pictures import (
    ENDS,
    TopicPictures,
    draw_topic,
    shown_ends,
)
from wirewatch.web.error_texts import error_text
from wirewatch.web.explain import Explainer
from wirewatch.web.explained_rules import rules_view
from wirewatch.web.pages.file_problems import list_problems
from wirewatch.web.pages.story import explanation_view
from wirewatch.web.pages.story_card import card_view
from wirewatch.web.render import READ_METHODS, PageRenderer

MOODS = {"live": "good", "shadow": "warn", "draft": "info"}
"""Colour of a topic's state; the label says the same."""

INTERVAL_WIDTH = 70

MAX_LINES = 2_000
NEWEST_STORIES = 5

MAX_SOURCE = 1_000_000
"""Characters that the test form accepts; no request may be larger."""

SOURCE_SHOWN = 20_000
"""Characters of the tested text that its form shows again."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A test of a topic with an article.

    Attributes:
        source: What was entered; with ``title`` and ``language`` for plain text.
        answer: Variables of the explanation; None if there is none.
        error: Why there is none.
    """

    source: str = ""
    title: str = ""
    language: str = ""
    answer: dict[str, Any] | None = None
    error: str = ""

    def form(self) -> dict[str, str]:
        """Return the values of the form's fields."""
        return {"source": self.source, "title": self.title, "language": self.language}


class TopicsPage:
    """The list of topics, and a page for each with a form to test it."""

    def __init__(self, renderer: PageRenderer, explainer: Explainer) -> None:
        self._renderer = renderer
        self._explainer = explainer

    def mount(self, app: FastAPI) -> None:
        """Add the pages and the form to the app."""
        for path, page in (("/topics", self.list_page), ("/topics/{topic_id}", self.topic_page)):
            app.add_api_route(path, page, methods=READ_METHODS, response_class=HTMLResponse)
        app.add_api_route(
            "/topics/{topic_id}", self.test, methods=["POST"], response_class=HTMLResponse
        )

    def list_page(self, request: Request, owner: str = "") -> HTMLResponse:
        """Show every topic, and the errors that keep newer files from taking effect.

        Args:
            request: The request.
            owner: Only topics of this person or team; empty: all.
        """
        renderer, now = self._renderer, self._renderer.clock()
        t, faults = renderer.translator(request), renderer.runtime.faults()
        overview_of = self._overviews(now)
        ends = self._ends(now)
        rows = [
            topic_row(topic, overview_of.get(topic.id), faults, now, t)
            | ends_view([day for day in ends if day.topic_id == topic.id], t)
            for topic in renderer.runtime.catalog().topics
            if not owner or is_owner(topic.owner, owner)
        ]
        problems = list_problems(faults, renderer.runtime.held())
        failed = [fault for fault in faults if fault.code == FAILED_TEST]
        return renderer.render(
            request,
            "topics.html",
            tab="topics",
            topics=rows,
            problems=problems,
            failed=failed,
            owner=display.line(owner, display.LONGEST_NAME),
        )

    def topic_page(self, request: Request, topic_id: str) -> HTMLResponse:
        """Show one topic."""
        return self._topic_page(request, topic_id, Trial())

    async def test(self, request: Request, topic_id: str) -> HTMLResponse:
        """Show whether a topic matches a text, a page or a URL. Nothing is stored."""
        form = await forms.read(request)
        entered = Trial(
            source=form.get("source", MAX_SOURCE),
            title=form.get("title"),
            language=lang_attribute(form.get("language")),
        )
        trial = await self._trial(entered, topic_id, self._renderer.translator(request))
        return await run_in_threadpool(self._topic_page, request, topic_id, trial)

    async def _trial(self, entered: Trial, topic_id: str, t: Translator) -> Trial:
        try:
            article, explanation = await self._explainer.try_topic(topic_id, **entered.form())
        except WirewatchError as error:
            return replace(entered, error=error_text(error, t))
        answer = explanation_view(explanation, self._renderer.runtime.catalog(), t)
        return replace(entered, answer=answer | _full_answer(explanation, article.title, t))

    def _topic_page(self, request: Request, topic_id: str, trial: Trial) -> HTMLResponse:
        renderer, now = self._renderer, self._renderer.clock()
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        faults, topic = renderer.runtime.faults(), catalog.topic(topic_id)
        if topic is None:
            raise NotFoundError(f"There is no topic {topic_id[:80]!r}.")
        row = topic_row(topic, self._overviews(now).get(topic_id), faults, now, t)
        ends = self._ends(now, topic_id)
        row |= ends_view(ends, t)
        return renderer.render(
            request,
            "topic.html",
            tab="topics",
            topic=row | {"large_chart": charts.bars(row["days"], width=600, height=100)},
            pictures=self._pictures(topic_id, row["days"], ends, now),
            rules=self._rules(topic, now),
            file=file_view(topic.position.file, faults),
            problems=list_problems(faults, renderer.runtime.held(), topic.position.file),
            newest=[card_view(c, catalog, t) for c in self._newest(topic_id)],
            form=trial.form() | {"source": trial.source[:SOURCE_SHOWN]},
            answer=trial.answer,
            error=display.line(trial.error),
            languages=renderer.runtime.settings.language_codes,
        )

    def _newest(self, topic_id: str) -> list[story_list.StoryCard]:
        query = story_list.StoryFilter(topic=topic_id)
        with self._renderer.store.read() as connection:
            return story_list.list_stories(connection, query, limit=NEWEST_STORIES)

    def _pictures(
        self,
        topic_id: str,
        days: Sequence[tuple[date, int]],
        ends: Sequence[TopicDayEnds],
        now: datetime,
    ) -> TopicPictures:
        with self._renderer.store.read() as connection:
            outlets = count_outlets(connection, topic_id, [day for day, _ in days])
        return draw_topic(days, outlets, ends, days_until(now, ENDS_DAYS))

    def _rules(self, topic: TopicDefinition, now: datetime) -> list[dict[str, Any]]:
        """Return the rules of a topic, with their precision in the days that the page shows."""
        since = now - timedelta(days=overviews.TOPIC_DAYS)
        with self._renderer.store.read() as connection:
            told = load_told_stories(connection, since=since, topic_id=topic.id)
        precision = precision_by_rule(told)
        return [
            {
                "id": rule.id,
                "weight": rule.weight,
                "query": rule.query.value.strip(),
                "precision": precision.get(rule.id),
                "interval": precision_interval(precision.get(rule.id)),
            }
            for rule in topic.rules
        ]

    def _ends(self, now: datetime, topic_id: str | None = None) -> list[TopicDayEnds]:
        with self._renderer.store.read() as connection:
            return load_ends(connection, days_until(now, ENDS_DAYS), topic_id)

    def _overviews(self, now: datetime) -> dict[str, TopicOverview]:
        with self._renderer.store.read() as connection:
            return {topic.topic_id: topic for topic in overviews.list_topics(connection, now)}


def precision_interval(precision: Precision | None) -> Interval | None:
    """Return the picture of a precision, or None where no story was judged."""
    if precision is None or precision.share is None:
        return None
    low, high = precision.low or 0.0, precision.high or 0.0
    return charts.share_interval(low, precision.share, high, width=INTERVAL_WIDTH)


def topic_row(
    topic: TopicDefinition,
    overview: TopicOverview | None,
    faults: Sequence[Fault],
    now: datetime,
    t: Translator,
) -> dict[str, Any]:
    """Return a topic as a row of the list.

    Args:
        topic: Its definition in force.
        overview: Its figures; None if nothing has matched it yet.
        faults: Faults of all files.
        now: The present.
        t: The reader's language.
    """
    overview = overview or overviews.empty_topic(topic.id, now)
    days = [(day.day, day.matches) for day in overview.days]
    total = sum(matches for _, matches in days)
    own_faults = [fault for fault in faults if fault.file == topic.position.file]
    errors = sum(fault.is_error for fault in own_faults)
    failed = sum(fault.code == FAILED_TEST for fault in own_faults)
    return {
        "id": topic.id,
        "title": display.line(topic.title, 120),
        "state": topic.state.value,
        "mood": MOODS.get(topic.state.value, ""),
        "severity": topic.alert.severity,
        "owner": display.line(topic.owner, display.LONGEST_NAME),
        "threshold": topic.threshold,
        "languages": ", ".join(t.language(code) for code in topic.languages),
        "rule_count": len(topic.rules),
        "days": days,
        "chart": charts.bars(days, width=180, height=32),
        "volume": t.plural("topics.volume", total, days=len(days)),
        "matches": total,
        "open": overview.open,
        "judged": overview.relevant + overview.irrelevant,
        "precision": overview.precision,
        "low": round(100 * (overview.low or 0)),
        "high": round(100 * (overview.high or 0)),
        "errors": errors,
        "failed": failed,
        "warnings": len(own_faults) - errors - failed,
    }


def ends_view(days: Sequence[TopicDayEnds], t: Translator) -> dict[str, Any]:
    """Return how a topic's matches of the last days ended, the newest day first."""
    rows = [
        {"day": day.day, "matches": day.matches, **shown_ends(day)}
        | {
            "held_by": codes_view(day.held_by, t, without=ON_THE_WAY),
            "suppressed_by": codes_view(day.suppressed, t),
        }
        for day in reversed(days)
    ]
    return {"ends": rows, **{end: sum(shown_ends(day)[end] for day in days) for end in ENDS}}


def codes_view(numbers: Mapping[str, int], t: Translator, without: Sequence[str] = ()) -> str:
    """Return numbers by reason code as a line of text, without some codes."""
    codes = (code for code in numbers if code not in without)
    texts = (f"{t.of('match_end.code', c)} {t.number(numbers[c])}" for c in codes)
    return ", ".join(sorted(texts))


def file_view(path: str, faults: Sequence[Fault]) -> dict[str, Any]:
    """Return the lines of a file as it is now, each with its faults.

    Args:
        path: A file of the catalog.
        faults: Faults of all files.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        return {"name": path, "lines": [], "error": error.strerror or "", "is_cut": False}
    faults_of: dict[int, list[Fault]] = {}
    for fault in faults:
        if fault.file == path:
            faults_of.setdefault(fault.line, []).append(fault)
    rows = [(line, faults_of.get(n, ())) for n, line in enumerate(lines[:MAX_LINES], 1)]
    return {"name": path, "lines": rows, "error": "", "is_cut": len(lines) > MAX_LINES}


def _full_answer(explanation: Explanation, title: str, t: Translator) -> dict[str, Any]:
    """Return what only the test form shows: every rule, the JSON, the article's headline."""
    return {
        "rules": rules_view(explanation, t),
        "json": json.dumps(explanation.as_json(), ensure_ascii=False, indent=2),
        "headline": display.title(title),
    }
