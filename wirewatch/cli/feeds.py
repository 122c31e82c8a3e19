"""``wirewatch feeds``: the feeds and their state."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from config.i18n import Phrase, in_english
from config.secrets import mask
from core.clock import rfc3339, utc_now
from wirewatch.cli.feed_polls import explain_polls
from wirewatch.cli.output import print_json, print_rows, say
from wirewatch.run.bootstrap import load_outlets, open_settings
from wirewatch.run.reading import read_store

if TYPE_CHECKING:
    from config.catalog.models import Catalog, Feed
    from core.store.feed_history import FeedEvent
    from core.store.feed_record import FeedState
    from ingest.polling.feed_writer import PollResult
    from wirewatch.run.program import Program

app = typer.Typer(no_args_is_help=True, help="Look at the feeds.")

app.command("why")(explain_polls)

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command("list")
def list_feeds(*, as_json: JsonOption = False) -> None:
    """List all feeds with their state.

    new: its first poll has not ended yet. ok: works. partial: works, but is too large to be read in
    full; what is read is said, and it is polled less often. quiet: works, but has had no new entry
    for long. failing, gone: cannot be read. paused: its host asked for a pause. off: no longer in
    sources.yaml. Beside the reason it is said what of a feed is not read or not believed. lately:
    what changed in the last week (failing, recovered, moved, gone, window_gap, reidentified,
    partial, wrong_304).
    """
    from config.i18n import translator
    from core.store.feed_history import RECENT, load_events_since
    from core.store.feed_notes import load_feed_notes
    from core.store.feeds import load_feed_states
    from wirewatch.feed_states import merge_states
    from wirewatch.feed_summary import summarize_feeds

    settings = open_settings()
    catalog, now = load_outlets(settings), utc_now()
    with read_store(settings) as store, store.read() as connection:
        stored = load_feed_states(connection, now)
        notes = load_feed_notes(connection, now)
        events = load_events_since(connection, now - RECENT)
    states = merge_states(catalog, stored, now)
    rows = [
        as_row(state, notes.get(state.feed.feed_id, ()), events.get(state.feed.feed_id, ()))
        for state in states
    ]
    if not as_json:
        rows = [row | {"why": "; ".join((row["why"], *row["notes"]))} for row in rows]
    columns = ("state", "feed_id", "url", "why", "lately", "last_success_at", "next_due_at")
    print_rows(rows, columns, as_json=as_json, empty="There are no feeds. Add one to sources.yaml.")
    if not as_json and any(state.state != "off" for state in states):
        say(summarize_feeds(states, translator("en")))


@app.command()
def poll(
    feed: Annotated[str, typer.Argument(help="A feed's id or URL")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Poll one feed now and show the outcome. Exits with 3 if the poll failed.

    Robots rules and pauses apply. The next run fetches the pages of new entries.
    """
    from core.store.feeds import load_feed_states
    from wirewatch.run.program import open_program

    settings = open_settings()
    catalog = load_outlets(settings)
    feed_id = find_feed(catalog, feed).id
    with open_program(settings) as program:
        polled = asyncio.run(_poll(program, feed_id))
        program.relay.drain()
        program.relay.release()
        with program.store.read() as connection:
            stored = load_feed_states(connection, utc_now())
    state = next(s for s in stored if s.feed.feed_id == feed_id)
    message = in_english(polled.reason) if polled.reason else ""
    row = as_row(state) | {"outcome": polled.outcome, "message": message, "new": polled.new}
    if as_json:
        print_json(row)
    else:
        print_rows([row], ("feed_id", "outcome", "new", "next_due_at"), as_json=False, empty="")
        if message:
            say(message)
    if polled.failed:
        raise typer.Exit(3)


def as_row(
    state: FeedState, notes: Sequence[Phrase] = (), events: Sequence[FeedEvent] = ()
) -> dict[str, Any]:
    """Return the row of ``feeds list`` for a feed."""
    from ingest.public_url import public_url

    feed = state.feed
    return {
        "feed_id": feed.feed_id,
        "outlet": feed.outlet,
        "url": mask(feed.url),
        "moved_to": public_url(feed.moved_to) if feed.moved_to else None,
        "kind": feed.kind,
        "entries_identified_by": feed.key_level,
        "entries_identified_why": in_english(Phrase.load(feed.key_reason)) or None,
        "state": state.state,
        "why": in_english(state.reason),
        "notes": [in_english(note) for note in notes],
        "last_outcome": feed.last_outcome or None,
        "last_error": in_english(Phrase.load(feed.last_error)) or None,
        "failures": feed.fail_count,
        "last_attempt_at": _format_time(feed.last_attempt_at),
        "last_success_at": _format_time(feed.last_success_at),
        "last_new_at": _format_time(feed.last_new_at),
        "next_due_at": None if state.state in ("off", "gone") else _format_time(feed.next_due_at),
        "next_due_why": in_english(Phrase.load(feed.due_reason)),
        "lately": [f"{event.event} {_format_time(event.at)}" for event in events],
    }


async def _poll(program: Program, feed_id: str) -> PollResult:
    async with program.ingest() as ingest:
        return await ingest.poll_feed(feed_id)


def find_feed(catalog: Catalog, feed: str) -> Feed:
    """Return the feed with an id or URL.

    Raises:
        UsageError: There is none.
    """
    for known in (f for outlet in catalog.outlets for f in outlet.feeds):
        if feed in (known.id, known.url):
            return known
    raise UsageError(
        f"There is no feed {feed!r}.", mend="`wirewatch feeds list` shows all ids and URLs."
    )


def _format_time(value: datetime | None) -> str | None:
    return rfc3339(value) if value else None
