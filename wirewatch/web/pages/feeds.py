"""Feeds: quiet or broken, answered without a click."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Catalog
from config.errors import NotFoundError
from config.i18n import Translator
from core.store import feeds as feed_store
from core.store.console import overviews
from core.store.console.overviews import FeedOverview
from wirewatch.web import charts, display, forms
from wirewatch.web.flash import note, noted
from wirewatch.web.pages.stories import READ, outlet_name
from wirewatch.web.render import PageRenderer

WORST_FIRST = ("gone", "failing", "paused", "quiet", "new", "ok", "off")
MOODS = {"ok": "good", "quiet": "warn", "paused": "warn", "failing": "bad", "gone": "bad"}
"""Colour of a feed's state; the others have none. The word says the same."""


class FeedsPage:
    """The page, and asking for a poll."""

    def __init__(self, frame: PageRenderer) -> None:
        self._frame = frame

    def mount(self, app: FastAPI) -> None:
        """Put them where they are called."""
        app.add_api_route("/feeds", self.page, methods=READ, response_class=HTMLResponse)
        app.add_api_route("/feeds/poll", self.poll, methods=["POST"])

    def page(self, request: Request) -> HTMLResponse:
        """Every feed, the broken ones first."""
        frame, now = self._frame, self._frame.clock()
        t, catalog = frame.words(request), frame.running.catalog()
        with frame.store.read() as connection:
            found = overviews.list_feeds(connection, now)
        found = sorted(found, key=lambda f: WORST_FIRST.index(f.state.state))
        counts = Counter(f.state.state for f in found)
        return frame.show(
            request,
            "feeds.html",
            page="feeds",
            feeds=[row(f, catalog, now, t) for f in found],
            tiles=[(word, MOODS.get(word, ""), counts[word]) for word in WORST_FIRST[::-1]
                   if counts[word]],
            verdict=verdict(found, t),
            mood="bad" if counts["failing"] + counts["gone"] else "",
            flash=noted(request.query_params, now, t),
        )  # fmt: skip

    async def poll(self, request: Request) -> RedirectResponse:
        """Poll a feed at the next turn."""
        form = await forms.read(request)
        said = await run_in_threadpool(self._poll, form.get("feed"))
        return note("/feeds", said, self._frame.clock())

    def _poll(self, feed_id: str) -> str:
        now = self._frame.clock()
        try:
            outcome = self._frame.store.transact(lambda c: feed_store.poll_now(c, feed_id, now=now))
        except NotFoundError:
            return "not_polled"
        return "polled" if outcome.is_accepted else "not_polled"


def verdict(feeds: Sequence[FeedOverview], t: Translator) -> str:
    """Quiet or broken? In one sentence."""
    counts = Counter(f.state.state for f in feeds if f.state.state != "off")
    broken = counts["failing"] + counts["gone"]
    if not counts:
        return t("feeds.none")
    if broken:
        return t.plural("feeds.broken", broken)
    return t.plural("feeds.quiet", counts["quiet"]) if counts["quiet"] else t("feeds.fine")


def row(feed: FeedOverview, catalog: Catalog, now: datetime, t: Translator) -> dict[str, Any]:
    """A feed as the table shows it."""
    record, state = feed.state.feed, feed.state.state
    days = [(day.day, day.entries) for day in feed.days]
    polls = sum(day.polls for day in feed.days)
    return {
        "id": record.feed_id,
        "state": state,
        "mood": MOODS.get(state, ""),
        "outlet": outlet_name(catalog, record.outlet),
        "url": display.line(record.url, 300),
        "link": display.link(record.url),
        "why": display.reason("" if state == "ok" else feed.state.reason, t),
        "last_success": record.last_success_at,
        "last_new": record.last_new_at,
        "polled": state != "off",
        "due": max(record.next_due_at, now),
        "is_due": record.next_due_at <= now + timedelta(seconds=1),
        "due_why": display.reason(record.due_reason, t),
        "share": None if feed.share_304 is None else round(100 * feed.share_304),
        "polls": polls,
        "chart": charts.bars(days, width=112, height=28),
        "said": t("feeds.entries", n=t.number(sum(n for _, n in days)), days=len(days)),
        "today": days[-1][1] if days else 0,
        "failed": sum(day.failed for day in feed.days),
    }
