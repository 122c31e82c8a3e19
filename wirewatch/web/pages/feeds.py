"""The feeds page: shows at a glance whether a feed is quiet or broken."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Catalog, Feed
from config.errors import NotFoundError
from config.i18n import Phrase, Translator
from config.secrets import mask
from core.store.console import overviews
from core.store.console.overviews import FeedOverview
from core.store.feed_record import FeedRecord
from core.store.nightly_runs import load_runs
from core.store.poll_now import poll_now
from wirewatch.disk_usage import measure_storage
from wirewatch.feed_summary import summarize_feeds
from wirewatch.web import charts, display, forms
from wirewatch.web.actor import actor
from wirewatch.web.data_panel import COLUMNS, nightly_rows, size_tiles
from wirewatch.web.flash import flash, redirect_with_outcome
from wirewatch.web.latency_table import latency_rows
from wirewatch.web.outcome_texts import poll_phrase
from wirewatch.web.render import READ_METHODS, PageRenderer

WORST_FIRST = ("gone", "failing", "paused", "partial", "quiet", "new", "ok", "off")

EVENTS = 3
"""Changes in the health of a feed that are shown at most."""

MOODS = {
    "ok": "good",
    "partial": "warn",
    "quiet": "warn",
    "paused": "warn",
    "failing": "bad",
    "gone": "bad",
}
"""Colour of a feed's state; the other states have none. The label says the same."""


class FeedsPage:
    """The list of feeds, and the action that polls one."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page and its action to the app."""
        app.add_api_route("/feeds", self.page, methods=READ_METHODS, response_class=HTMLResponse)
        app.add_api_route("/feeds/poll", self.poll, methods=["POST"])

    def page(self, request: Request) -> HTMLResponse:
        """Show every feed, failing ones first."""
        renderer, now = self._renderer, self._renderer.clock()
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        with renderer.store.read() as connection:
            feeds = overviews.list_feeds(connection, now)
            runs = load_runs(connection)
        feeds = sorted(feeds, key=lambda feed: WORST_FIRST.index(feed.state.state))
        counts = Counter(feed.state.state for feed in feeds)
        listed = {feed.id: feed for feed in catalog.feeds}
        return renderer.render(
            request,
            "feeds.html",
            tab="feeds",
            feeds=[feed_row(f, listed.get(f.state.feed.feed_id), catalog, now, t) for f in feeds],
            counts=[(s, MOODS.get(s, ""), counts[s]) for s in WORST_FIRST[::-1] if counts[s]],
            summary=summarize_feeds([feed.state for feed in feeds], t),
            mood="bad" if counts["failing"] + counts["gone"] else "",
            latency=latency_rows(renderer.runtime.latency(), catalog, t),
            sizes=size_tiles(measure_storage(renderer.runtime.settings, renderer.store), t),
            nightly=nightly_rows(runs, t),
            nightly_columns=COLUMNS,
            flash=flash(request.query_params, now, t),
        )

    async def poll(self, request: Request) -> RedirectResponse:
        """Make a feed due now."""
        form = await forms.read(request)
        phrase = await run_in_threadpool(self._poll, form.get("feed"), actor(request))
        return redirect_with_outcome("/feeds", phrase, self._renderer.clock())

    def _poll(self, feed_id: str, by: str) -> Phrase:
        now = self._renderer.clock()
        try:
            outcome = self._renderer.store.transact(lambda c: poll_now(c, feed_id, by=by, now=now))
        except NotFoundError:
            return Phrase("poll.not_configured")
        return poll_phrase(outcome)


def identified_by(feed: FeedRecord) -> tuple[Phrase, ...]:
    """Return by what the entries of a feed are identified, where it is not their guids."""
    if not feed.key_reason:
        return ()
    reason = Phrase.load(feed.key_reason)
    return (Phrase(f"feed.identified_by.{feed.key_level}", reason=reason),)


def feed_row(
    feed: FeedOverview, listed: Feed | None, catalog: Catalog, now: datetime, t: Translator
) -> dict[str, Any]:
    """Return a feed as a row of the table.

    Args:
        feed: The feed and what is known of it.
        listed: The feed as sources.yaml has it; None where it has it no longer.
        catalog: The files in force.
        now: The present.
        t: The reader's language.
    """
    record, state = feed.state.feed, feed.state.state
    days = [(day.day, day.entries) for day in feed.days]
    total = sum(entries for _, entries in days)
    is_stopped = state == "off" and listed is not None and listed.paused
    reason = Phrase("feed.why.paused_in_file") if is_stopped else feed.state.reason
    reason = Phrase.load("") if state == "ok" else reason
    return {
        "id": record.feed_id,
        "state": state,
        "label": "stopped" if is_stopped else state,
        "is_listed": listed is not None,
        "mood": MOODS.get(state, ""),
        "outlet": display.outlet_name(catalog, record.outlet),
        "url": display.line(mask(record.url), 300),
        "events": [
            (e.event, e.at, display.reason(e.reason, t))
            for e in feed.events[:EVENTS]
            if e.event != state  # the state says that the feed is failing or gone, and why
        ],
        "reason": display.reason(reason, t),
        "notes": [display.reason(note, t) for note in (*identified_by(record), *feed.notes)],
        "last_success": record.last_success_at,
        "last_new": record.last_new_at,
        "is_polled": state != "off",
        "due": max(record.next_due_at, now),
        "is_due": record.next_due_at <= now + timedelta(seconds=1),
        "due_reason": display.reason(record.due_reason, t),
        "unchanged": feed.share_304 if record.last_success_at else None,
        "chart": charts.bars(days, width=112, height=28),
        "volume": t.plural("feeds.volume", total, days=len(days)),
    }
