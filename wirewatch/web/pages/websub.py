"""The callbacks of hubs (WebSub): the only path of the console that is open to everybody.

::

    GET  /websub/<token>?hub.challenge=… ──▶ 200 with the challenge, or 404
    POST /websub/<token> ── signature ──▶ 202 and the feed is due, or 202 and ignored, or 404

What a hub pushes is not read. The token is in no log (:mod:`config.secrets`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from core.metrics import WEBSUB_PUSHES
from core.store import Connection, feeds, websub
from core.store.poll_now import poll_now
from core.store.websub import Subscription
from ingest.websub.callback import (
    PushVerdict,
    after_push,
    answer_challenge,
    judge_push,
)
from wirewatch.web.render import PageRenderer

FOLDER = "/websub"
"""Where the callbacks are."""

NOT_THERE = "There is no subscription at this address."


class WebSubEndpoint:
    """Answers the requests of hubs."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the callbacks to the app."""
        path = f"{FOLDER}/{{token}}"
        app.add_api_route(path, self.confirm, methods=["GET"])
        app.add_api_route(path, self.receive, methods=["POST"])

    def confirm(self, request: Request, token: str) -> Response:
        """Answer a challenge."""
        if not self._is_known(token):
            return PlainTextResponse(NOT_THERE, 404)
        confirm = partial(_confirm, token=token, query=request.query_params)
        echo = self._renderer.store.transact(partial(confirm, now=self._renderer.clock()))
        return PlainTextResponse(NOT_THERE, 404) if echo is None else PlainTextResponse(echo)

    async def receive(self, request: Request, token: str) -> Response:
        """Take a push."""
        body = await request.body()
        signature = request.headers.get("x-hub-signature", "")
        verdict = await run_in_threadpool(self._take, token, signature, body)
        WEBSUB_PUSHES.labels(verdict.value).inc()
        if verdict is PushVerdict.UNKNOWN:
            return PlainTextResponse(NOT_THERE, 404)
        return Response(status_code=202)

    def _take(self, token: str, signature: str, body: bytes) -> PushVerdict:
        if not self._is_known(token):
            return PushVerdict.UNKNOWN
        take = partial(_take, token=token, signature=signature, body=body)
        return self._renderer.store.transact(partial(take, now=self._renderer.clock()))

    def _is_known(self, token: str) -> bool:
        """Return whether a token may be one; strangers must not make the console write."""
        if not self._renderer.runtime.settings.public_url:
            return False
        if not (token.isascii() and token.isprintable() and len(token) <= 64):
            return False
        with self._renderer.store.read() as connection:
            return websub.peek(connection, token) is not None


def _confirm(
    connection: Connection, *, token: str, query: Mapping[str, str], now: datetime
) -> str | None:
    answer = answer_challenge(websub.find(connection, token), query, now)
    if answer.subscription is not None:
        websub.save(connection, answer.subscription)
    return answer.echo


def _take(
    connection: Connection, *, token: str, signature: str, body: bytes, now: datetime
) -> PushVerdict:
    """Store what a push means. The feed's row comes first, as in the transaction of a poll."""
    subscription = websub.peek(connection, token)
    verdict = judge_push(subscription, signature, body)
    if subscription is None or verdict is PushVerdict.UNKNOWN:
        return verdict
    if verdict is PushVerdict.ACCEPTED:
        _make_due(connection, subscription, now)
    websub.apply_change(connection, token, lambda s: after_push(s, verdict, body, now))
    return verdict


def _make_due(connection: Connection, subscription: Subscription, now: datetime) -> None:
    """Make a feed due as soon as it may be polled, unless it is due sooner, or gone."""
    feed = feeds.find(connection, subscription.feed_id)
    if feed is None or feed.gone_at is not None:
        return
    last = feed.last_attempt_at
    earliest = now if last is None else max(now, last + feeds.POLL_AGAIN_AFTER)
    if feed.next_due_at > earliest:
        poll_now(connection, feed.feed_id, now=now, reason=websub.PUSHED)
