"""The start page: stories, newest first, and what the desk does with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool as _in_thread

from config.catalog.models import Catalog
from config.errors import UsageError
from config.i18n import Translator
from core.store import Connection
from core.store.console import actions, story_list
from core.store.console.actions import UNDO_TIME
from core.store.console.story_list import Facets, StoryCard, StoryCursor
from core.text import lang_attribute
from core.text.excerpt import sentence_of
from wirewatch.web import display, forms
from wirewatch.web.pages.story_filter import StoryQuery, in_force, presets
from wirewatch.web.render import PageRenderer

PAGE_SIZE = 50
BY = "console"
"""Who acts: the console knows a token, not people."""
READ = ["GET", "HEAD"]


class StoriesPage:
    """The page, its count of newer stories and its actions."""

    def __init__(self, frame: PageRenderer) -> None:
        self._frame = frame

    def mount(self, app: FastAPI) -> None:
        """Put them where they are called."""
        app.add_api_route("/", self.page, methods=READ, response_class=HTMLResponse)
        app.add_api_route("/newer", self.newer, methods=READ)
        app.add_api_route("/act", self.act, methods=["POST"])
        app.add_api_route("/undo", self.undo, methods=["POST"])

    def page(self, request: Request) -> HTMLResponse:
        """The newest stories under a filter, or those before one of them."""
        frame, now = self._frame, self._frame.clock()
        t, wish = frame.words(request), StoryQuery.read(request.query_params)
        asked, place = wish.asked(now), request.query_params.get("before", "")
        before = StoryCursor.parse(place) if place else None
        with frame.store.read() as connection:
            found = story_list.list_stories(connection, asked, before=before, limit=PAGE_SIZE + 1)
            facets = story_list.load_facets(connection)
        cards = found[:PAGE_SIZE]
        catalog = frame.running.catalog()
        older = wish.href(before=str(cards[-1].cursor)) if len(found) > PAGE_SIZE else ""
        return frame.show(
            request,
            "stories.html",
            page="stories",
            stories=[card(c, catalog, t) for c in cards],
            facets=_choices(facets, catalog, wish, t),
            states=[(state, t.of("states", state)) for state in story_list.STATES],
            reasons=actions.REASONS,
            presets=presets(wish, t),
            in_force=in_force(wish, dict(facets.topics), t),
            wish=wish.shown(),
            filtered=bool(wish.values),
            flash=flash(request.query_params, now, t),
            newest="" if before else _newest(cards, now),
            query=wish.href().partition("?")[2],
            top=wish.href(),
            older=older,
            later=before is not None,
            topics=len(catalog.topics),
        )

    def newer(self, request: Request, than: str = "") -> JSONResponse:
        """How many stories the filter has that the reader does not see yet."""
        asked = StoryQuery.read(request.query_params).asked(self._frame.clock())
        with self._frame.store.read() as connection:
            count = story_list.count_newer(connection, asked, StoryCursor.parse(than))
        return JSONResponse({"newer": count})

    async def act(self, request: Request) -> RedirectResponse:
        """Ack or judge one story, or those that are ticked."""
        form = await forms.read(request)
        verb, _, only = form.get("one").partition(":")
        ids = [only] if only else form.all("pick")
        verb, back = verb or form.get("act"), forms.back(form)
        if not ids:
            return forms.see(back, done="nothing", at=_stamp(self._frame.clock()))
        if verb == actions.IRRELEVANT and not form.get("reason"):
            return forms.see(back, done="why", pick=",".join(ids[:PAGE_SIZE]))
        done = await _in_thread(self._do, verb, ids, form.get("reason"))
        said = {"done": verb, "n": str(len(done.alert_ids)), "undo": done.action_id}
        return forms.see(back, **said, at=_stamp(self._frame.clock()))

    async def undo(self, request: Request) -> RedirectResponse:
        """Take the last action back."""
        form = await forms.read(request)
        back = forms.back(form)
        try:
            done = await _in_thread(self._take_back, form.get("undo"))
        except UsageError:
            return forms.see(back, done="late", at=_stamp(self._frame.clock()))
        said = {"done": "undone", "n": str(len(done.alert_ids))}
        return forms.see(back, **said, at=_stamp(self._frame.clock()))

    def _do(self, verb: str, ids: Sequence[str], reason: str) -> actions.ActionResult:
        who: Any = {"by": BY, "at": self._frame.clock()}

        def work(connection: Connection) -> actions.ActionResult:
            if verb == "ack":
                return actions.ack(connection, ids, **who)
            if verb == "close":
                return actions.close(connection, ids, **who)
            return actions.judge(connection, ids, verdict=verb, reason=reason, **who)

        return self._frame.store.transact(work)

    def _take_back(self, action: str) -> actions.ActionResult:
        now = self._frame.clock()
        return self._frame.store.transact(
            lambda connection: actions.undo(connection, action, by=BY, at=now)
        )


def card(found: StoryCard, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """A story as the list shows it."""
    others = [outlet_name(catalog, outlet) for outlet in found.outlets[1:12]]
    return {
        "id": found.alert_id,
        "at": found.at,
        "topic_id": found.topic_id,
        "topic": display.line(found.topic_title, 80),
        "title": display.title(found.title),
        "state": found.state,
        "told": found.told,
        "severity": found.severity if found.told else "",
        "acked_by": display.line(found.acked_by, 40),
        "verdict": found.verdict,
        "verdict_reason": found.verdict_reason,
        "notified": found.notified,
        "reason": display.reason(found.reason, t),
        "sentence": sentence_of(found.evidence, ()) if found.evidence else (),
        "outlet": outlet_name(catalog, found.outlet),
        "others": ", ".join(others),
        "also_in": found.also_in,
        "score": found.score,
        "language": lang_attribute(found.language),
        "languages": ", ".join(t.of("language", code) for code in found.languages[:6]),
    }


def outlet_name(catalog: Catalog, outlet_id: str) -> str:
    """The outlet as its readers call it; its id where the files do not have it any more."""
    outlet = catalog.outlet(outlet_id)
    return display.line(outlet.name if outlet else outlet_id, 80)


def topic_title(catalog: Catalog, topic_id: str) -> str:
    """The topic's title; its id where the files do not have it any more."""
    topic = next((topic for topic in catalog.topics if topic.id == topic_id), None)
    return display.line(topic.title if topic else topic_id, 80)


def flash(query: Mapping[str, str], now: datetime, t: Translator) -> dict[str, Any] | None:
    """What was just done and whether it can be taken back, for as long as that is news.

    A story that is not relevant is asked why first: ``done=why`` names the stories.
    """
    done = query.get("done", "")
    if done == "why":
        ids = [i for i in query.get("pick", "").split(",") if i.isalnum()][:PAGE_SIZE]
        return _flash(t.plural("done.why", len(ids)), 0, ids=ids, ask_why=True) if ids else None
    try:
        n, at = int(query.get("n", "0")), datetime.fromtimestamp(int(query.get("at", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    left = (at + UNDO_TIME - now).total_seconds()
    if n < 0 or not 0 < left <= UNDO_TIME.total_seconds():
        return None
    if done in ("nothing", "late"):
        return _flash(t(f"done.{done}"), left)
    if done not in ("ack", "close", "relevant", "irrelevant", "undone"):
        return None
    return _flash(t.plural(f"done.{done}", n), left, undo=query.get("undo", "") if n else "")


def _flash(words: str, left: float, **more: Any) -> dict[str, Any]:
    empty = {"undo": "", "ids": [], "ask_why": False}
    return {"words": words, "seconds": int(left)} | empty | more


def _choices(
    facets: Facets, catalog: Catalog, wish: StoryQuery, t: Translator
) -> dict[str, list[tuple[str, str]]]:
    """What each field of the filter can be set to; what it is set to is always among it."""
    found = {
        "topic": [(i, display.line(title, 80)) for i, title in facets.topics],
        "outlet": [(i, outlet_name(catalog, i)) for i in facets.outlets],
        "language": [(code, t.of("language", code)) for code in facets.languages],
        "country": [(code, code) for code in facets.countries],
        "severity": [(word, t.of("severity", word)) for word in facets.severities],
    }
    for name, values in found.items():
        values.sort(key=lambda pair: pair[1].casefold())
        if (chosen := wish.get(name)) and chosen not in dict(values):
            values.append((chosen, display.line(chosen, 80)))
    plural = {"topic": "topics", "outlet": "outlets", "language": "languages"}
    plural |= {"country": "countries", "severity": "severities"}
    return {plural[name]: values for name, values in found.items()}


def _newest(cards: Sequence[StoryCard], now: datetime) -> str:
    return str(cards[0].cursor if cards else StoryCursor(now, "0" * 32))


def _stamp(now: datetime) -> str:
    return str(int(now.timestamp()))
