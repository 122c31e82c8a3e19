"""The routes of the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import AwareDatetime, BaseModel, TypeAdapter
from starlette.exceptions import HTTPException

from alerts.match_end import TopicDayEnds
from alerts.topic_report import ENDS_DAYS, load_ends
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
from core.store import Connection, Store, held_items, targets
from core.store import resend as resend_store
from core.store.console import overviews, story_list, story_page
from core.store.console.actions import ActionResult
from core.store.console.overviews import TopicOverview
from core.store.console.story_list import MOST_COUNTED, Facets, StoryCursor, StoryFilter
from core.store.match_counts import days_until
from core.store.poll_now import poll_now
from wirewatch.owners import is_owner
from wirewatch.web.actor import author_of
from wirewatch.web.api import models, topics, waiting
from wirewatch.web.api.story_actions import HexId, StoryActionHandlers
from wirewatch.web.auth.permissions import API, RoleCheck
from wirewatch.web.conditional import etag_of, is_known
from wirewatch.web.explain import Explainer
from wirewatch.web.outcome_texts import poll_phrase, resend_phrase
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.sub_path import prefix_of

T = TypeVar("T")

BASE = "/api/v1"
"""Where the console serves the API."""

PROBLEM = "application/problem+json"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": models.ProblemDetails, "description": description}
    for status, description in (
        (401, "The token or the session is missing or wrong."),
        (403, "The request is not from a page of this console, or the role is too low."),
        (404, "It does not exist."),
        (422, "A value is invalid."),
        (429, "Too many failed attempts."),
        (503, "The store is not available."),
    )
}

Text = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str, Query(max_length=60, description="Cursor from an earlier answer.")]
Limit = Annotated[int, Query(ge=1, le=story_list.MAX_LIMIT)]
OwnerFilter = Annotated[str, Query(max_length=80, description="Only topics of this owner.")]
TopicId = Annotated[str, InPath(max_length=200)]
FeedId = Annotated[str, InPath(pattern="^[A-Za-z0-9._-]{1,120}$")]


def create_api(store: Store, clock: Clock, runtime: RuntimeStatus, explainer: Explainer) -> FastAPI:
    """Return the API, to be mounted at ``/api/v1``.

    Args:
        store: What it reads and writes.
        clock: The present.
        runtime: State of the program around it.
        explainer: Explains why a topic matches a text, or why not.
    """
    api = _empty_api()
    handlers = ApiHandlers(store, clock, runtime, explainer)
    for path, handler, model in _get_routes(handlers):
        api.add_api_route(path, handler, methods=["GET"], response_model=model)
    acts = StoryActionHandlers(store, clock, runtime)
    for path, handler, model in _post_routes(handlers, acts):
        api.add_api_route(path, handler, methods=["POST"], response_model=model)
    return api


Route = tuple[str, Callable[..., object], type]


def _get_routes(handlers: ApiHandlers) -> tuple[Route, ...]:
    return (
        ("/stories", handlers.stories, models.StoryList),
        ("/stories/newer", handlers.newer, models.NewerCount),
        ("/stories/facets", handlers.facets, Facets),
        ("/stories/{alert_id}", handlers.story, models.StoryOut),
        ("/topics", handlers.topics, topics.TopicList),
        ("/topics/{topic_id}", handlers.topic, topics.TopicDetail),
        ("/feeds", handlers.feeds, models.FeedList),
        ("/deliveries", handlers.deliveries, models.DeliveryList),
        ("/held", handlers.held, waiting.HeldList),
        ("/targets/broken", handlers.broken_targets, waiting.TargetList),
    )


def _post_routes(handlers: ApiHandlers, acts: StoryActionHandlers) -> tuple[Route, ...]:
    return (
        ("/actions/ack", acts.ack, ActionResult),
        ("/actions/close", acts.close, ActionResult),
        ("/actions/reopen", acts.reopen, ActionResult),
        ("/actions/judge", acts.judge, ActionResult),
        ("/actions/assign", acts.assign, ActionResult),
        ("/actions/snooze", acts.snooze, ActionResult),
        ("/actions/split", acts.split, models.RegroupedOut),
        ("/actions/merge", acts.merge, models.RegroupedOut),
        ("/actions/note", acts.note, models.NoteOut),
        ("/actions/{action_id}/undo", acts.undo, ActionResult),
        ("/topics/{topic_id}/explain", handlers.explain, dict[str, Any]),
        ("/deliveries/{delivery_id}/resend", handlers.resend, models.ActionMessage),
        ("/feeds/{feed_id}/poll", handlers.poll, models.ActionMessage),
    )


_BEARER = HTTPBearer(
    scheme_name="accessToken",
    description="The console's access token (`WIREWATCH_WEB_TOKEN`). A browser that is signed in "
    "needs none; a console without token and accounts, on loopback, asks for none.",
    auto_error=False,
)
"""Describes the token in the OpenAPI document; access control checks it before the API is asked."""


def _empty_api() -> FastAPI:
    """Return the API without its routes, with its error handlers."""
    api = FastAPI(
        title="Wirewatch",
        version="1",
        description="Stories, topics, feeds and deliveries, and actions on them. If the console "
        "has an access token, send `Authorization: Bearer TOKEN`.",
        servers=[{"url": BASE}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
        dependencies=[Depends(RoleCheck(API)), Depends(_BEARER)],
    )
    api.add_api_route("/openapi.json", _OpenApi(api), methods=["GET"], include_in_schema=False)
    api.add_exception_handler(WirewatchError, _program_error)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(RequestValidationError, _validation_error)
    return api


class _OpenApi:
    """Serves the OpenAPI document with the server as the client sees it.

    The server is a path, which clients resolve against the URL of the document: scheme and host are
    then those of the proxy, whatever it passes on.
    """

    def __init__(self, api: FastAPI) -> None:
        self._api = api

    def __call__(self, request: Request) -> Response:
        """Return the document."""
        servers = [{"url": f"{prefix_of(request)}{BASE}"}]
        return JSONResponse(self._api.openapi() | {"servers": servers})


class ApiHandlers:
    """Handlers of the routes; their docstrings become descriptions in the OpenAPI document."""

    def __init__(
        self, store: Store, clock: Clock, runtime: RuntimeStatus, explainer: Explainer
    ) -> None:
        self._store = store
        self._clock = clock
        self._runtime = runtime
        self._explainer = explainer

    def stories(
        self,
        request: Request,
        *,
        topic: Text = "",
        outlet: Text = "",
        language: Text = "",
        country: Text = "",
        severity: Text = "",
        state: Text = "told",
        q: Text = "",
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        before: Cursor = "",
        limit: Limit = 50,
    ) -> Response:
        """List stories, newest first; `q` finds words in headlines and matched sentences."""
        query = StoryFilter(topic, outlet, language, country, severity, state, q, since, until)
        position = StoryCursor.parse(before) if before else None
        most = min(limit + 1, story_list.MAX_LIMIT)
        cards = self._read(lambda c: story_list.list_stories(c, query, before=position, limit=most))
        page = cards[:limit]
        has_more = len(cards) > limit or len(page) == story_list.MAX_LIMIT
        return _answer(
            request,
            models.StoryList(
                stories=tuple(map(models.card_out, page)),
                next=str(page[-1].cursor) if has_more else None,
                newest=str(page[0].cursor) if page else None,
            ),
        )

    def newer(
        self,
        request: Request,
        than: Annotated[str, Query(max_length=60)],
        *,
        topic: Text = "",
        outlet: Text = "",
        language: Text = "",
        country: Text = "",
        severity: Text = "",
        state: Text = "told",
        q: Text = "",
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
    ) -> Response:
        """Count the stories of a filter that are newer than a page (its `newest`)."""
        query = StoryFilter(topic, outlet, language, country, severity, state, q, since, until)
        position = StoryCursor.parse(than)
        count = self._read(lambda c: story_list.count_newer(c, query, position))
        return _answer(request, models.NewerCount(count=count, more=count >= MOST_COUNTED))

    def facets(self, request: Request) -> Response:
        """List the values that stories can be filtered by."""
        return _answer(request, self._read(story_list.load_facets))

    def story(self, request: Request, alert_id: HexId) -> Response:
        """Return one story: articles, revisions, decisions, notifications, actions."""
        story = self._read(lambda c: story_page.load_story(c, alert_id))
        return _answer(request, models.story_out(story))

    def topics(self, request: Request, owner: OwnerFilter = "") -> Response:
        """List every topic, or those of an owner, with 30 days of volume and its precision."""
        definitions = {topic.id: topic for topic in self._runtime.catalog().topics}
        overview_of, ends = self._overviews(), self._ends()
        found = tuple(
            topics.topic_out(
                overview_of.get(topic_id) or overviews.empty_topic(topic_id, self._clock()),
                definitions.get(topic_id),
                ends,
            )
            for topic_id in sorted({*definitions, *overview_of})
        )
        chosen = tuple(topic for topic in found if not owner or is_owner(topic.owner, owner))
        return _answer(request, topics.TopicList(topics=chosen))

    def topic(self, request: Request, topic_id: TopicId) -> Response:
        """Return one topic: its figures, its rules, and the faults of its file."""
        topic = self._runtime.catalog().topic(topic_id)
        if topic is None:
            raise NotFoundError(f"There is no topic {topic_id!r}.")
        overview = self._overviews().get(topic_id) or overviews.empty_topic(topic_id, self._clock())
        ends, faults = self._ends(topic_id), self._runtime.faults()
        return _answer(request, topics.topic_detail(topic, overview, ends, faults))

    async def explain(self, topic_id: TopicId, trial: models.TrialRequest) -> dict[str, Any]:
        """Explain why the topic matches a text or a page, or why not; nothing is stored."""
        if self._runtime.catalog().topic(topic_id) is None:
            raise NotFoundError(f"There is no topic {topic_id!r}.")
        source, title, language = trial.source, trial.title, trial.language
        _, explanation = await self._explainer.try_topic(topic_id, source, title, language)
        return explanation.as_json()

    def feeds(self, request: Request) -> Response:
        """List every feed with its state and 14 days of entries."""
        feeds = self._read(lambda c: overviews.list_feeds(c, self._clock()))
        return _answer(request, models.FeedList(feeds=tuple(map(models.feed_out, feeds))))

    def deliveries(
        self,
        request: Request,
        *,
        state: Text = "undelivered",
        before: Cursor = "",
        limit: Limit = 50,
    ) -> Response:
        """List deliveries that are undelivered, pending, unknown, failed or delivered."""
        position = StoryCursor.parse(before) if before else None
        found = self._read(
            lambda c: overviews.list_deliveries(c, state=state, before=position, limit=limit)
        )
        page = tuple(map(models.delivery_about, found))
        cursor = str(found[-1].cursor) if len(found) == limit else None
        return _answer(request, models.DeliveryList(deliveries=page, next=cursor))

    def held(self, request: Request, *, topic: Text = "") -> Response:
        """List the messages that a cap or quiet hours hold, those that go out first in front."""
        found = self._read(held_items.list_held)
        return _answer(request, waiting.held_list(found, topic))

    def broken_targets(self, request: Request) -> Response:
        """List the targets that are broken, with what waits for them."""
        broken = self._read(targets.list_broken)
        return _answer(request, waiting.target_list(broken, self._runtime.catalog()))

    def resend(self, request: Request, delivery_id: HexId) -> models.ActionMessage:
        """Send an undelivered notification again, with the same id."""
        by = author_of(request, "api")
        outcome = self._write(lambda c, at: resend_store.resend_one(c, delivery_id, now=at, by=by))
        return _action_message(resend_phrase(outcome), is_accepted=outcome.is_accepted)

    def poll(self, request: Request, feed_id: FeedId) -> models.ActionMessage:
        """Poll a feed now."""
        by = author_of(request, "api")
        outcome = self._write(lambda c, at: poll_now(c, feed_id, now=at, by=by))
        return _action_message(poll_phrase(outcome), is_accepted=outcome.is_accepted)

    def _ends(self, topic_id: str | None = None) -> list[TopicDayEnds]:
        days = days_until(self._clock(), ENDS_DAYS)
        return self._read(lambda c: load_ends(c, days, topic_id))

    def _overviews(self) -> dict[str, TopicOverview]:
        found = self._read(lambda c: overviews.list_topics(c, self._clock()))
        return {overview.topic_id: overview for overview in found}

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
    """Return a value as JSON with an ETag, or 304 if the client already has it."""
    adapter = _ADAPTERS.setdefault(type(value), TypeAdapter(type(value)))
    body = adapter.dump_json(value)
    etag = etag_of(body)
    headers = {"ETag": etag}
    if is_known(request.headers, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _problem(status: int, title: str, detail: str = "") -> Response:
    problem: BaseModel = models.ProblemDetails(title=title, status=status, detail=detail)
    return Response(problem.model_dump_json(), status, media_type=PROBLEM)


def _program_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, WirewatchError)  # noqa: S101  # registered for this type only
    if isinstance(error, UsageError):
        status = 404 if isinstance(error, NotFoundError) else 422
        return _problem(status, error.message, error.mend)
    if isinstance(error, ExtractionError | FetchError):  # the page in the request cannot be used
        return _problem(422, error.message, error.mend)
    statuses: dict[type, int] = {StoreConflictError: 409, StoreRefusedError: 422}
    status = statuses.get(type(error), 503)
    return _problem(status, error.message, error.mend)


def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this type only
    return _problem(error.status_code, str(error.detail))


def _validation_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this type only
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("query", "body", "path"))
    return _problem(422, f"{where or 'The request'} is invalid.", f"{first['msg']}.")
