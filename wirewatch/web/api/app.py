"""The API's paths."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from config.errors import (
    ExtractionError,
    FetchError,
    NotFoundError,
    StoreConflictError,
    StoreRefusedError,
    UsageError,
    WirewatchError,
)
from config.i18n import Phrase, in_english
from core.clock import Clock
from core.store import Connection, Store
from core.store import deliveries as delivery_store
from core.store import feeds as feed_store
from core.store.console import actions, overviews, story_list, story_page
from core.store.console.actions import ActionResult
from core.store.console.overviews import TopicOverview
from core.store.console.story_list import MOST_COUNTED, Facets, StoryCursor, StoryFilter
from wirewatch.web.api import models
from wirewatch.web.explain import Explainer
from wirewatch.web.outcomes import poll_phrase, resend_phrase
from wirewatch.web.runtime_status import RuntimeStatus

T = TypeVar("T")

PROBLEM = "application/problem+json"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": models.ProblemDetails, "description": words}
    for status, words in (
        (401, "The token is missing or wrong."),
        (403, "Not from a page of this console."),
        (404, "There is no such thing."),
        (422, "A value cannot be used."),
        (429, "Too many wrong tokens."),
        (503, "The store is away."),
    )
}

Word = Annotated[str, Query(max_length=200)]
Place = Annotated[str, Query(max_length=60, description="Cursor of an answer before.")]
Limit = Annotated[int, Query(ge=1, le=story_list.MAX_LIMIT)]
Hex = Annotated[str, InPath(pattern="^[0-9a-f]{32}$")]
TopicId = Annotated[str, InPath(max_length=200)]
FeedId = Annotated[str, InPath(pattern="^[A-Za-z0-9._-]{1,120}$")]


def create_api(store: Store, clock: Clock, running: RuntimeStatus, explainer: Explainer) -> FastAPI:
    """The API, to be mounted at ``/api/v1``.

    Args:
        store: What it reads and writes.
        clock: The present.
        running: The program around it.
        explainer: Says why a topic matches a text, or why not.
    """
    api = bare_api()
    ways = ApiHandlers(store, clock, running, explainer)
    for path, way, model in _reading(ways):
        api.add_api_route(path, way, methods=["GET"], response_model=model)
    for path, way, model in _acting(ways):
        api.add_api_route(path, way, methods=["POST"], response_model=model)
    return api


Path = tuple[str, Callable[..., object], type]


def _reading(ways: ApiHandlers) -> tuple[Path, ...]:
    return (
        ("/stories", ways.stories, models.StoryList),
        ("/stories/newer", ways.newer, models.NewerCount),
        ("/stories/facets", ways.facets, Facets),
        ("/stories/{alert_id}", ways.story, models.StoryOut),
        ("/topics", ways.topics, models.TopicList),
        ("/topics/{topic_id}", ways.topic, models.TopicDetail),
        ("/feeds", ways.feeds, models.FeedList),
        ("/deliveries", ways.deliveries, models.DeliveryList),
    )


def _acting(ways: ApiHandlers) -> tuple[Path, ...]:
    return (
        ("/actions/ack", ways.ack, ActionResult),
        ("/actions/close", ways.close, ActionResult),
        ("/actions/judge", ways.judge, ActionResult),
        ("/actions/{action_id}/undo", ways.undo, ActionResult),
        ("/topics/{topic_id}/explain", ways.explain, dict[str, Any]),
        ("/deliveries/{delivery_id}/resend", ways.resend, models.ActionMessage),
        ("/feeds/{feed_id}/poll", ways.poll, models.ActionMessage),
    )


def bare_api() -> FastAPI:
    """The API without its paths: how it speaks."""
    api = FastAPI(
        title="Wirewatch",
        version="1",
        description="Stories, topics, feeds and deliveries, and what is done with them. Where the "
        "console has a token: `Authorization: Bearer TOKEN`.",
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
    )
    api.add_exception_handler(WirewatchError, _failed)
    api.add_exception_handler(HTTPException, _refused)
    api.add_exception_handler(RequestValidationError, _invalid)
    return api


class ApiHandlers:
    """What each path does."""

    def __init__(
        self, store: Store, clock: Clock, running: RuntimeStatus, explainer: Explainer
    ) -> None:
        self._store = store
        self._clock = clock
        self._running = running
        self._explainer = explainer

    def stories(
        self,
        request: Request,
        *,
        topic: Word = "",
        outlet: Word = "",
        language: Word = "",
        country: Word = "",
        severity: Word = "",
        state: Word = "told",
        q: Word = "",
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        before: Place = "",
        limit: Limit = 50,
    ) -> Response:
        """Stories, newest first; `q`: words that occur in headlines or matched sentences."""
        wish = StoryFilter(topic, outlet, language, country, severity, state, q, since, until)
        place = StoryCursor.parse(before) if before else None
        found = self._read(
            lambda c: story_list.list_stories(
                c, wish, before=place, limit=min(limit + 1, story_list.MAX_LIMIT)
            )
        )
        page = found[:limit]
        more = len(found) > limit or len(page) == story_list.MAX_LIMIT
        return _answer(
            request,
            models.StoryList(
                stories=tuple(map(models.card_out, page)),
                next=str(page[-1].cursor) if more else None,
                newest=str(page[0].cursor) if page else None,
            ),
        )

    def newer(
        self,
        request: Request,
        than: Annotated[str, Query(max_length=60)],
        *,
        topic: Word = "",
        outlet: Word = "",
        language: Word = "",
        country: Word = "",
        severity: Word = "",
        state: Word = "told",
        q: Word = "",
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
    ) -> Response:
        """How many stories of the filter came since a page was read (its `newest`)."""
        wish = StoryFilter(topic, outlet, language, country, severity, state, q, since, until)
        place = StoryCursor.parse(than)
        count = self._read(lambda c: story_list.count_newer(c, wish, place))
        return _answer(request, models.NewerCount(count=count, more=count >= MOST_COUNTED))

    def facets(self, request: Request) -> Response:
        """What there is to filter by."""
        return _answer(request, self._read(story_list.load_facets))

    def story(self, request: Request, alert_id: Hex) -> Response:
        """One story: articles, revisions, decisions, notifications, actions."""
        found = self._read(lambda c: story_page.load_story(c, alert_id))
        return _answer(request, models.story_out(found))

    def topics(self, request: Request) -> Response:
        """Every topic with 30 days of volume and its precision."""
        files = {t.id: t for t in self._running.catalog().topics}
        found = self._figures()
        known = [
            models.topic_out(
                found.get(topic_id) or overviews.empty_topic(topic_id, self._clock()),
                files[topic_id].title if topic_id in files else topic_id,
                files[topic_id].state.value if topic_id in files else None,
            )
            for topic_id in sorted({*files, *found})
        ]
        return _answer(request, models.TopicList(topics=tuple(known)))

    def topic(self, request: Request, topic_id: TopicId) -> Response:
        """One topic of the files: its figures, its rules, the faults of its file."""
        topic = self._running.catalog().topic(topic_id)
        if topic is None:
            raise NotFoundError(f"{topic_id!r} is no topic.")
        figures = self._figures().get(topic_id) or overviews.empty_topic(topic_id, self._clock())
        return _answer(request, models.one_topic(topic, figures, self._running.faults()))

    async def explain(self, topic_id: TopicId, asked: models.TrialRequest) -> dict[str, Any]:
        """Why the topic matches a text or a page, or why not; nothing is kept of it."""
        if self._running.catalog().topic(topic_id) is None:
            raise NotFoundError(f"{topic_id!r} is no topic.")
        article, language = await self._explainer.read(asked.source, asked.title, asked.language)
        answer = await run_in_threadpool(self._explainer.explain, topic_id, article, language)
        return answer.as_json()

    def _figures(self) -> dict[str, TopicOverview]:
        return {
            t.topic_id: t for t in self._read(lambda c: overviews.list_topics(c, self._clock()))
        }

    def feeds(self, request: Request) -> Response:
        """Every feed with its state and 14 days of entries."""
        found = self._read(lambda c: overviews.list_feeds(c, self._clock()))
        return _answer(request, models.FeedList(feeds=tuple(map(models.feed_out, found))))

    def deliveries(
        self,
        request: Request,
        *,
        state: Word = "undelivered",
        before: Place = "",
        limit: Limit = 50,
    ) -> Response:
        """Deliveries: undelivered (all that is not), pending, unknown, failed or delivered."""
        place = StoryCursor.parse(before) if before else None
        found = self._read(
            lambda c: overviews.list_deliveries(c, state=state, before=place, limit=limit)
        )
        shown = tuple(map(models.delivery_about, found))
        after = str(found[-1].cursor) if len(found) == limit else None
        return _answer(request, models.DeliveryList(deliveries=shown, next=after))

    def ack(self, asked: models.StorySelection) -> ActionResult:
        """Take stories."""
        return self._write(lambda c, at: actions.ack(c, asked.ids, by=asked.by, at=at))

    def close(self, asked: models.StorySelection) -> ActionResult:
        """Close stories without a verdict."""
        return self._write(lambda c, at: actions.close(c, asked.ids, by=asked.by, at=at))

    def judge(self, asked: models.JudgementRequest) -> ActionResult:
        """Say whether stories are relevant, which closes them."""
        return self._write(
            lambda c, at: actions.judge(
                c, asked.ids, verdict=asked.verdict, reason=asked.reason, by=asked.by, at=at
            )
        )

    def undo(self, action_id: Hex, asked: models.UndoRequest) -> ActionResult:
        """Undo an action of the last ten seconds."""
        return self._write(lambda c, at: actions.undo(c, action_id, by=asked.by, at=at))

    def resend(self, delivery_id: Hex) -> models.ActionMessage:
        """Send what was not delivered again, with the same id."""
        outcome = self._write(lambda c, at: delivery_store.resend(c, delivery_id, now=at))
        return _action_message(resend_phrase(outcome), is_accepted=outcome.is_accepted)

    def poll(self, feed_id: FeedId) -> models.ActionMessage:
        """Let a feed be polled now."""
        outcome = self._write(lambda c, at: feed_store.poll_now(c, feed_id, now=at))
        return _action_message(poll_phrase(outcome), is_accepted=outcome.is_accepted)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._store.read() as connection:
            return work(connection)

    def _write(self, work: Callable[[Connection, datetime], T]) -> T:
        return self._store.transact(lambda connection: work(connection, self._clock()))


def _action_message(phrase: Phrase, *, is_accepted: bool) -> models.ActionMessage:
    """Return the outcome of an action in English.

    Raises:
        UsageError: The action was refused; the message says why.
    """
    text = in_english(phrase)
    if not is_accepted:
        raise UsageError(text)
    return models.ActionMessage(code=phrase.code, params=dict(phrase.params), words=text)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _answer(request: Request, value: object) -> Response:
    """JSON with its ETag; 304 where the asker has it already."""
    kind = type(value)
    adapter = _ADAPTERS.setdefault(kind, TypeAdapter(kind))
    body = adapter.dump_json(value)
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'  # weak: it may be packed on its way
    headers = {"ETag": tag}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _has(given: str, tag: str) -> bool:
    """Whether an If-None-Match names the tag (RFC 9110 13.1.2: weakly)."""
    named = (part.strip().removeprefix("W/") for part in given.split(","))
    return any(name in (tag.removeprefix("W/"), "*") for name in named)


def _problem(status: int, title: str, detail: str = "") -> Response:
    problem: BaseModel = models.ProblemDetails(title=title, status=status, detail=detail)
    return Response(problem.model_dump_json(), status, media_type=PROBLEM)


def _failed(_: Request, error: Exception) -> Response:
    assert isinstance(error, WirewatchError)  # noqa: S101 it is registered for these
    if isinstance(error, UsageError):
        status = 404 if isinstance(error, NotFoundError) else 422
        return _problem(status, error.message, error.mend)
    refused: dict[type, int] = {StoreConflictError: 409, StoreRefusedError: 422}
    if isinstance(error, ExtractionError | FetchError):  # of a page that was given
        return _problem(422, error.message, error.mend)
    status = refused.get(type(error), 503)
    return _problem(status, error.message, error.mend)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 it is registered for these
    return _problem(error.status_code, str(error.detail))


def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 it is registered for these
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("query", "body", "path"))
    return _problem(422, f"{where or 'The request'} cannot be used.", f"{first['msg']}.")
