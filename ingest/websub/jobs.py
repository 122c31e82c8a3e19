"""The requests to hubs: fetch jobs that subscribe, renew and unsubscribe, one a host at a time.

::

    lease ── turn of the host ── attempt stored ── POST ── answer stored

The attempt is stored before the request, because a hub may send its challenge before it answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import structlog

from config.errors import FetchError
from config.i18n import Phrase
from core.http import retry_after
from core.store import Connection, feeds, hosts, websub
from core.store.websub import Subscription
from ingest.deps import Deps
from ingest.hosts import pause_scope
from ingest.job_runner import LeaseRequest
from ingest.websub import lifecycle

_INTERNAL = "internal"  # outcome of a request that failed with an error of the program

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SubscriptionResult:
    """The result of a request to a hub; no item ends with it."""

    dispositions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubscriptionJob:
    """A subscription for which a request is due."""

    subscription: Subscription
    kind: SubscriptionJobs

    @property
    def name(self) -> str:
        """The feed's id and the mode."""
        return f"{self.subscription.feed_id}#{self.subscription.mode}"

    @property
    def host(self) -> str:
        """The hub's host."""
        return self.subscription.host

    async def run(self) -> SubscriptionResult:
        """Send the request."""
        return await self.kind.request(self.subscription)


class SubscriptionJobs:
    """Subscriptions for which a request is due, one a host."""

    table = websub.subscriptions
    creates_jobs = False

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def lease(self, connection: Connection, request: LeaseRequest) -> Sequence[SubscriptionJob]:
        """Lease subscriptions for which a request is due."""
        jobs = (job for job in request.leased if isinstance(job, SubscriptionJob))
        due = websub.lease_due(
            connection,
            self._deps.me,
            request.now,
            limit=request.limit,
            skip=[job.subscription.token for job in jobs],
            busy=request.busy,
        )
        return [SubscriptionJob(subscription, self) for subscription in due]

    async def request(self, subscription: Subscription) -> SubscriptionResult:
        """Ask a hub to subscribe or unsubscribe, and store its answer.

        Raises:
            StoreError: Nothing was stored; the lease expires and the request is due again.
        """
        deps = self._deps
        async with deps.gate.turn(subscription.hub):
            begun = await deps.write(self._begin, subscription.token)
            if begun is not None:
                failure, wait = await self._try_post(begun)
                await deps.write(self._finish, begun, failure, wait)
        return SubscriptionResult()

    def begin_round(self) -> None:
        """Do nothing: a request is due again only if its row says so."""

    def _begin(self, connection: Connection, token: str) -> Subscription | None:
        """Store that a request is about to be sent; None if none is to be."""
        if not websub.is_leased_by(connection, token, self._deps.me):
            return None
        subscription = websub.find(connection, token)
        if subscription is None or subscription.ended_at is not None:
            websub.release(connection, token, self._deps.me)
            return None
        now = self._deps.clock()
        feed = feeds.find(connection, subscription.feed_id)
        if feed is None or feed.removed_at is not None:
            subscription = lifecycle.end(subscription, now)
        if subscription.ended_at is None:
            subscription = lifecycle.begin_request(subscription, now)
        websub.save(connection, subscription)
        if subscription.ended_at is None:
            return subscription
        websub.release(connection, token, self._deps.me)
        return None

    async def _try_post(self, subscription: Subscription) -> tuple[str, float | None]:
        """Send the request. An unexpected error is logged and counts as a failure of the hub."""
        try:
            return await self._post(subscription)
        except Exception:
            log.exception("hub_request_failed", feed=subscription.feed_id, hub=subscription.host)
            return _INTERNAL, None

    async def _post(self, subscription: Subscription) -> tuple[str, float | None]:
        """Send the request. Return why it failed, empty if it did not, and the wait asked for."""
        settings = self._deps.settings
        try:
            answer = await self._deps.http.post(
                subscription.hub,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=request_form(subscription),
                timeout=settings.http_total_timeout,
                guarded=True,
            )
        except FetchError as error:
            return error.outcome, error.retry_after
        if 200 <= answer.status < 300:
            return "", None
        return f"http_{answer.status}", retry_after(answer.headers, self._deps.clock())

    def _finish(
        self, connection: Connection, sent: Subscription, failure: str, wait: float | None
    ) -> None:
        now, settings = self._deps.clock(), self._deps.settings
        websub.apply_change(
            connection, sent.token, lambda s: lifecycle.after_answer(s, failure, wait, now)
        )
        websub.release(connection, sent.token, self._deps.me)
        if wait:
            scope = pause_scope(sent.hub, settings.http_bridges)
            reason = Phrase(websub.HUB_PAUSED).dump()
            hosts.pause(connection, scope, now + timedelta(seconds=wait), reason)
        if failure:
            log.warning(
                "hub_request_failed",
                feed=sent.feed_id,
                hub=sent.host,
                mode=sent.mode,
                outcome=failure,
                effect="The feed is polled as before; the request is repeated later.",
            )


def request_form(subscription: Subscription) -> bytes:
    """Return the body of a request to a hub."""
    form = {
        "hub.mode": subscription.mode,
        "hub.topic": subscription.topic,
        "hub.callback": subscription.callback,
    }
    if lifecycle.is_wanted(subscription):
        form["hub.lease_seconds"] = str(int(lifecycle.LEASE.total_seconds()))
        form |= {"hub.secret": subscription.secret} if subscription.secret else {}
    return urlencode(form).encode()
